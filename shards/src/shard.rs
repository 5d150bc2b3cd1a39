//! One core's broker: everything that its tasks share. It belongs to one thread.
//!
//! Invariant: no borrow of a shard's state lives across an `await`. Helpers here borrow, decide and
//! give back owned values.

mod admin;
mod boot;
mod pool;
mod read_through;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cluster::configs::{BrokerSettings, CleanerSettings, View};
use cluster::{Command, Image, Reply};
use storage::disk::ring::RingDisk;
use storage::{CleanerConfig, LogId, Lookup, ReadOutcome, ReadRequest, Store};
use wire::hot::TopicRef;

use crate::connection::Connections;
use crate::controller::{self, ControllerError};
use crate::fetch::sessions::Sessions;
use crate::groups::{self, Groups};
use crate::limits::{BACK_PRESSURE_MS_MAX, COMMAND_TIMEOUT_MS, PUBLISH_MS, READ_MEMORY_PAUSE_MS};
use crate::mesh::{Mailbox, Mesh, Message};
use crate::metrics::{Latency, Published, ShardMetrics};
use crate::node::NodeConfig;
use crate::partition::{Located, Partitions, tickets::Tickets};
use crate::runtime::clock::Clock;
use crate::runtime::wake::{Broadcast, Signal};
use crate::runtime::{self, oneshot};

pub use boot::{Start, run};
pub use pool::{Budget, Buffers, Reserved};
pub use read_through::Unreadable;

/// The store of a shard on its own disk ring.
pub type ShardStore = Store<RingDisk>;

/// See the module.
pub struct Shard {
    /// 0 on the shard that has the controller.
    pub index: u16,
    pub broker_id: i32,
    pub node: Arc<NodeConfig>,
    pub metrics: Arc<ShardMetrics>,
    pub mesh: Mesh,
    pub clock: Clock,
    /// Borrowed for as long as one synchronous step takes.
    pub store: RefCell<ShardStore>,
    pub partitions: RefCell<Partitions>,
    pub tickets: Tickets,
    pub connections: Connections,
    pub sessions: RefCell<Sessions>,
    pub controller: controller::State,
    pub groups: Groups,
    /// Memory for frames that are being read.
    pub budget: Budget,
    pub buffers: Buffers,
    /// Something was appended or asked of the store.
    pub disk_wake: Signal,
    /// A turn of the store has ended.
    pub turned: Broadcast,
    pub last_turn_ms: Cell<u64>,
    /// The driver knows of something in flight and looks after it on a short timer.
    pub disk_polls: Cell<bool>,
    pub produce_latency: Latency,
    pub fetch_latency: Latency,
    /// Of OffsetCommit.
    pub commit_latency: Latency,
    /// Connections and listeners are to end.
    pub stopping: Broadcast,
    image: RefCell<Image>,
    settings: RefCell<Rc<BrokerSettings>>,
    imaged: Broadcast,
    is_stopping: Cell<bool>,
    is_stopped: Cell<bool>,
    last_publish_ms: Cell<u64>,
    mail_waited: Cell<bool>,
}

impl Shard {
    /// The metadata as this shard knows it; a cheap copy that does not change.
    pub fn image(&self) -> Image {
        self.image.borrow().clone()
    }

    /// Where a partition is: here, elsewhere, or nowhere.
    pub fn locate(&self, topic: TopicRef<'_>, index: i32) -> Located {
        self.partitions.borrow().locate(&self.image, self.broker_id, topic, index)
    }

    /// The configs of this broker that act.
    pub fn broker_settings(&self) -> Rc<BrokerSettings> {
        Rc::clone(&self.settings.borrow())
    }

    /// Empty before the cluster is named.
    pub fn cluster_id(&self) -> String {
        let id = self.image.borrow().cluster_id();
        id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The broker that takes administrative requests without a hop: the node's first shard.
    pub fn controller_id(&self) -> i32 {
        cluster::broker_id(self.node.node_id, 0)
    }

    pub fn mailbox(&self) -> &Mailbox {
        self.mesh.mailbox(usize::from(self.index))
    }

    /// Has the controller decide and carry out `command`: here on the first shard, else by the
    /// mesh. When it returns, every shard of the node has the image that came of it.
    ///
    /// # Errors
    /// The command is refused as a whole, or nobody answered.
    pub async fn command(self: &Rc<Self>, command: Command) -> Result<Reply, ControllerError> {
        if self.index == 0 {
            return controller::handle(self, command).await;
        }
        let (answer, answered) = oneshot::channel();
        self.metrics.mesh_command_messages.add(1);
        let sent = self.mesh.send(0, Message::Command(command, answer));
        sent.map_err(|_| ControllerError::Busy)?;
        let time = Duration::from_millis(COMMAND_TIMEOUT_MS);
        match runtime::timeout(time, answered.receive()).await {
            Some(Some(outcome)) => outcome,
            Some(None) => Err(ControllerError::Stopping),
            None => Err(ControllerError::TimedOut),
        }
    }

    /// Gives a new image to every shard of the node, this one first, and waits until all have made
    /// it their own. For the controller.
    ///
    /// # Errors
    /// A shard did not take it in time.
    pub async fn publish(self: &Rc<Self>, image: Image) -> Result<(), ControllerError> {
        self.apply_image(image.clone());
        let mut waits = Vec::new();
        for shard in 0..self.mesh.shards() {
            if shard == usize::from(self.index) {
                continue;
            }
            let (done, taken) = oneshot::channel();
            self.metrics.mesh_image_messages.add(1);
            let sent = self.mesh.send(shard, Message::Image(image.clone(), done));
            sent.map_err(|_| ControllerError::Busy)?;
            waits.push(taken);
        }
        for taken in waits {
            taken.receive().await.ok_or(ControllerError::Stopping)?;
        }
        Ok(())
    }

    /// Makes a newer image this shard's own: its logs are made, configured and removed to fit.
    pub fn apply_image(&self, image: Image) {
        let old = self.image();
        if image.offset() <= old.offset() {
            // The controller's shard publishes in order; one that was overtaken is old news.
            self.imaged.notify_all();
            return;
        }
        let view = View::new(&image, &self.node.configs, self.broker_id);
        let settings = Rc::new(BrokerSettings::new(&view));
        self.sessions.borrow_mut().set_slots(settings.fetch_session_slots);
        self.configure_cleaner(&settings.cleaner);
        *self.settings.borrow_mut() = settings;
        crate::partition::apply(self, &old, &image);
        *self.image.borrow_mut() = image;
        groups::on_image(self, &old, &self.image());
        self.disk_wake.notify();
        self.imaged.notify_all();
    }

    /// The buffers of compaction are those of the node: each shard has its part.
    fn configure_cleaner(&self, settings: &CleanerSettings) {
        let shards = self.node.cores.len().max(1);
        self.store.borrow_mut().configure_cleaner(CleanerConfig {
            enabled: settings.enabled,
            keys_bytes: settings.dedupe_buffer_bytes / shards,
            read_bytes: settings.io_buffer_bytes,
            io_bytes_per_second: match settings.io_max_bytes_per_second {
                u64::MAX => u64::MAX,
                bounded => (bounded / shards as u64).max(1),
            },
            backoff_ms: settings.backoff_ms,
        });
    }

    /// Waits for the image to change; the offset of the image in hand is `seen`.
    pub async fn newer_image(&self, seen: i64) -> Image {
        while self.image.borrow().offset() <= seen {
            self.imaged.wait().await;
        }
        self.image()
    }

    /// Reads a log, waiting for the disk and for read memory where it must. Its outcome is neither
    /// `Pending` nor, unless the shard is overwhelmed for long, `Busy`.
    pub async fn read_log(&self, log: LogId, request: ReadRequest) -> ReadOutcome {
        let give_up_ms = self.clock.mono_ms() + BACK_PRESSURE_MS_MAX;
        loop {
            let outcome = self.store.borrow_mut().read(log, request);
            match outcome {
                ReadOutcome::Pending(ticket) => match self.tickets.wait(self, ticket).await {
                    storage::TicketResult::Read(outcome) => return outcome,
                    storage::TicketResult::Lookup(_) => return ReadOutcome::Busy,
                },
                ReadOutcome::Busy if self.clock.mono_ms() < give_up_ms => self.pause().await,
                outcome => return outcome,
            }
        }
    }

    /// Looks something up in a log as [`Shard::read_log`] reads.
    pub async fn look_up(&self, look: impl Fn(&mut ShardStore) -> Lookup) -> Lookup {
        let give_up_ms = self.clock.mono_ms() + BACK_PRESSURE_MS_MAX;
        loop {
            let outcome = look(&mut self.store.borrow_mut());
            match outcome {
                Lookup::Pending(ticket) => match self.tickets.wait(self, ticket).await {
                    storage::TicketResult::Lookup(outcome) => return outcome,
                    storage::TicketResult::Read(_) => return Lookup::Busy,
                },
                Lookup::Busy if self.clock.mono_ms() < give_up_ms => self.pause().await,
                outcome => return outcome,
            }
        }
    }

    async fn pause(&self) {
        runtime::sleep(Duration::from_millis(READ_MEMORY_PAUSE_MS)).await;
        self.clock.refresh();
    }

    /// Waits for the next turn of the store to end.
    pub async fn next_turn(&self) {
        // A driver that polls takes its turns by itself; waking it would make this a busy wait.
        if !self.disk_polls.get() {
            self.disk_wake.notify();
        }
        self.turned.wait().await;
    }

    /// Whether connections and listeners are to end.
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.get()
    }

    /// Whether all tasks are to end.
    pub fn is_stopped(&self) -> bool {
        self.is_stopped.get()
    }

    /// Begins the end; the shard's main task does the rest.
    pub fn stop(&self) {
        self.is_stopping.set(true);
        self.stopping.notify_all();
    }

    /// What `work` gives, or `None` if the shard is told to stop before.
    pub async fn unless_stopping<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        if self.is_stopping() {
            return None;
        }
        let work = async { Some(work.await) };
        let stop = async {
            self.stopping.wait().await;
            None
        };
        futures_lite::future::or(work, stop).await
    }

    /// The slow clock: time-outs, metrics, idle connections, mail that lies around.
    pub fn on_tick(&self) {
        let now_ms = self.clock.mono_ms();
        self.partitions.borrow().expire(now_ms);
        // Mail at two ticks in a row was not just coming in.
        let waits = self.mailbox().nudge();
        if waits && self.mail_waited.get() {
            self.metrics.rescued_mail.add(1);
        }
        self.mail_waited.set(waits);
        if now_ms - self.last_publish_ms.get() >= PUBLISH_MS {
            self.last_publish_ms.set(now_ms);
            self.publish_metrics();
            let idle_ms = self.settings.borrow().connections_max_idle_ms;
            self.connections.close_overdue(&self.metrics, now_ms, idle_ms);
        }
    }

    fn publish_metrics(&self) {
        self.metrics.connections.set(self.connections.len() as u64);
        self.metrics.fetch_sessions.set(self.sessions.borrow().len() as u64);
        let evicted = self.sessions.borrow().evicted();
        self.metrics.fetch_sessions_evicted.set(evicted);
        let counts = self.groups.counts();
        self.metrics.groups.set(counts.groups as u64);
        self.metrics.committed_offsets.set(counts.offsets as u64);
        self.metrics.request_memory_used_bytes.set(self.budget.used_bytes() as u64);
        self.metrics.publish(Published {
            produce: self.produce_latency.summary(),
            fetch: self.fetch_latency.summary(),
            commit: self.commit_latency.summary(),
            store: self.store.borrow().stats(),
        });
    }
}
