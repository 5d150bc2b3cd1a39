//! Messages between the shards of a node: control only. A produce or a fetch never comes here; the
//! counters in the metrics show that.

mod mailbox;

use std::sync::Arc;

use cluster::{Command, Image, Reply};

pub use mailbox::{Full, Mailbox};

use crate::errors::ControllerError;
use crate::runtime::oneshot;

/// What one shard can tell another.
pub enum Message {
    /// The metadata as it is now; answered when the shard has made it its own. Dropped, the sender
    /// waits in vain and says so: the next image carries everything.
    Image(Image, oneshot::Sender<()>),
    /// For the quorum's thread. Dropped, the client is told to try again.
    Command(Command, oneshot::Sender<Result<Reply, ControllerError>>),
    /// The node serves from now on. Dropped, it would not: a start has no mail but this.
    Up,
    /// Finish and end. Never dropped: it is a flag of the mailbox.
    Stop,
    /// For the quorum's thread, which answers shards to their end: there are none any more. Never
    /// dropped either.
    ShardsEnded,
}

/// The mailboxes of all shards of the node, and of its part in the quorum.
#[derive(Clone)]
pub struct Mesh {
    mailboxes: Arc<[Arc<Mailbox>]>,
}

impl Mesh {
    pub fn new(shards: usize) -> Self {
        Self { mailboxes: (0..=shards).map(|_| Arc::default()).collect() }
    }

    pub fn shards(&self) -> usize {
        self.mailboxes.len() - 1
    }

    /// The mailbox of the quorum's thread.
    pub fn quorum(&self) -> usize {
        self.shards()
    }

    /// # Errors
    /// The mailbox is full; the message is lost.
    pub fn send(&self, shard: usize, message: Message) -> Result<(), Full> {
        self.mailboxes[shard].send(message)
    }

    pub fn mailbox(&self, shard: usize) -> &Mailbox {
        &self.mailboxes[shard]
    }
}
