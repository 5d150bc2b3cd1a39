//! Giving the image to the shards: each has one at most on its way, and then the newest.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use cluster::Image;

use super::inbox::Inbox;
use crate::mesh::{Mesh, Message};
use crate::metrics::Metrics;
use crate::runtime::{self, oneshot};

#[derive(Default)]
struct Told {
    under_way: Cell<bool>,
    sent: Cell<i64>,
    applied: Cell<i64>,
}

/// See the module.
pub struct Publisher {
    mesh: Mesh,
    metrics: Arc<Metrics>,
    shards: Rc<[Told]>,
    inbox: Rc<Inbox>,
}

impl Publisher {
    pub fn new(mesh: Mesh, metrics: Arc<Metrics>, inbox: Rc<Inbox>) -> Self {
        let told = || Told { sent: Cell::new(-1), applied: Cell::new(-1), ..Told::default() };
        let shards = (0..mesh.shards()).map(|_| told()).collect();
        Self { mesh, metrics, shards, inbox }
    }

    /// The oldest image that a shard of this node goes by; -1 if one has none yet.
    pub fn applied(&self) -> i64 {
        self.shards.iter().map(|told| told.applied.get()).min().unwrap_or(-1)
    }

    /// Sends `image` to every shard that has an older one and none on its way.
    pub fn publish(&self, image: &Image) {
        for shard in 0..self.shards.len() {
            let told = &self.shards[shard];
            if told.under_way.get() || told.sent.get() >= image.offset() {
                continue;
            }
            let (done, taken) = oneshot::channel();
            if self.mesh.send(shard, Message::Image(image.clone(), done)).is_err() {
                // Its mailbox is full: the next look sends what is newest then.
                continue;
            }
            self.metrics.shards[shard].mesh_image_messages.add(1);
            told.under_way.set(true);
            told.sent.set(image.offset());
            self.wait(shard, taken);
        }
    }

    fn wait(&self, shard: usize, taken: oneshot::Receiver<()>) {
        let (shards, inbox) = (Rc::clone(&self.shards), Rc::clone(&self.inbox));
        runtime::spawn(async move {
            let told = &shards[shard];
            let is_applied = taken.receive().await.is_some();
            told.under_way.set(false);
            if is_applied {
                told.applied.set(told.sent.get());
            }
            inbox.nudge();
        });
    }
}
