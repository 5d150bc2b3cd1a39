//! One value from one task to another, on the same thread or another.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use super::reactor::FarWaker;

enum State<T> {
    Empty(Option<FarWaker>),
    Full(T),
    /// Taken, or the other side is gone.
    Closed,
}

/// Gives the value, or, dropped, the news that there will be none.
pub struct Sender<T> {
    shared: Arc<Mutex<State<T>>>,
}

/// Waits for the value.
pub struct Receiver<T> {
    shared: Arc<Mutex<State<T>>>,
}

pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Mutex::new(State::Empty(None)));
    let sender = Sender { shared: Arc::clone(&shared) };
    (sender, Receiver { shared })
}

impl<T> Sender<T> {
    pub fn send(self, value: T) {
        self.put(State::Full(value));
    }

    fn put(&self, next: State<T>) {
        let waiter = {
            let mut state = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut *state {
                State::Empty(waiter) => {
                    let waiter = waiter.take();
                    *state = next;
                    waiter
                }
                State::Full(_) | State::Closed => None,
            }
        };
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.put(State::Closed);
    }
}

impl<T> Receiver<T> {
    /// The value, or `None` if the sender was dropped without giving one.
    pub async fn receive(self) -> Option<T> {
        poll_fn(|cx| {
            let mut state = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut *state, State::Closed) {
                State::Full(value) => Poll::Ready(Some(value)),
                State::Closed => Poll::Ready(None),
                State::Empty(_) => {
                    *state = State::Empty(Some(FarWaker::new(cx)));
                    Poll::Pending
                }
            }
        })
        .await
    }
}
