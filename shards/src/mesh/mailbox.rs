//! A bounded queue that any thread may put into and one shard takes from.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use super::Message;
use crate::limits::MAILBOX_MAX;
use crate::runtime::reactor::FarWaker;

/// The queue is full: the shard is overwhelmed or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the shard's mailbox is full")]
pub struct Full;

#[derive(Default)]
struct State {
    queue: VecDeque<Message>,
    stop: bool,
    shards_ended: bool,
    reader: Option<FarWaker>,
}

/// See the module.
#[derive(Default)]
pub struct Mailbox {
    state: Mutex<State>,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn send(&self, message: Message) -> Result<(), Full> {
        let reader = {
            let mut state = self.lock();
            match message {
                Message::Stop => state.stop = true,
                Message::ShardsEnded => state.shards_ended = true,
                _ if state.queue.len() >= MAILBOX_MAX => return Err(Full),
                message => state.queue.push_back(message),
            }
            // Kept, so that the tick can use it too.
            state.reader.clone()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        Ok(())
    }

    /// The next message; stopping goes before all others.
    pub async fn receive(&self) -> Message {
        poll_fn(|cx| {
            let mut state = self.lock();
            if state.stop {
                state.stop = false;
                return Poll::Ready(Message::Stop);
            }
            if state.shards_ended {
                state.shards_ended = false;
                return Poll::Ready(Message::ShardsEnded);
            }
            if let Some(message) = state.queue.pop_front() {
                return Poll::Ready(message);
            }
            state.reader = Some(FarWaker::new(cx));
            Poll::Pending
        })
        .await
    }

    /// Wakes the reader if messages wait; whether they did. For the safety tick: a wake-up from
    /// another thread could be lost.
    pub fn nudge(&self) -> bool {
        let state = self.lock();
        let waits = state.stop || state.shards_ended || !state.queue.is_empty();
        if waits && let Some(reader) = &state.reader {
            reader.clone().wake();
        }
        waits
    }
}
