//! The controller of the cluster, on the node's first shard.
//!
//! ```text
//!  command ─► brains decide ─► records, one batch ─► metadata log ─► durable
//!                                                                      │
//!        reply ◄── every shard has the image ◄── replay on the brains ◄┘
//! ```
//!
//! One command at a time: the next is decided on what the last one led to. A start replays the log
//! through the same code. With one node the log has one voter; Raft takes the place of
//! [`log::MetadataLog::append`] when there are more.
//!
//! What is decided goes up as [`Decided`]: giving the image to the shards is not this room's.

pub mod internal;
mod log;

pub use log::EPOCH as LEADER_EPOCH;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::{Mutex, MutexGuard};
use cluster::{Command, Image, Reply};

use self::log::MetadataLog;
use crate::errors::ControllerError;
use crate::logs::Logs;
use crate::metadata::Metadata;
use crate::runtime::seldom::Seldom;
use crate::runtime::stop::Stop;

/// What the controller's shard keeps; on others only the producer ids are of use.
pub struct Controller {
    /// Producer ids of this shard that nobody was given yet.
    pub producer_ids: RefCell<std::ops::Range<i64>>,
    /// Of the lines that say that `__consumer_offsets` is missing.
    pub tell_missing: Seldom,
    logs: Rc<Logs>,
    metadata: Rc<Metadata>,
    stop: Rc<Stop>,
    brains: RefCell<cluster::Controller>,
    /// Held by the command that is being carried out; `None` until the log is open.
    log: Mutex<Option<MetadataLog>>,
}

/// What became of a command.
pub struct Decided<'a> {
    pub reply: Reply,
    /// To be published before the reply is given; `None` if nothing changed.
    pub image: Option<Image>,
    /// Held until it is: no other command is decided before.
    pub turn: Turn<'a>,
}

/// The right to decide.
pub struct Turn<'a> {
    log: MutexGuard<'a, Option<MetadataLog>>,
}

impl Controller {
    pub fn new(logs: Rc<Logs>, metadata: Rc<Metadata>, stop: Rc<Stop>) -> Self {
        Self {
            producer_ids: RefCell::default(),
            tell_missing: Seldom::default(),
            logs,
            metadata,
            stop,
            brains: RefCell::default(),
            log: Mutex::default(),
        }
    }

    /// Replays the metadata log, or makes it in a new data folder. Before the first command.
    ///
    /// # Errors
    /// The log is damaged, or not there although it must be.
    pub async fn open(&self) -> Result<(), ControllerError> {
        let mut brains = cluster::Controller::new(self.metadata.node.configs.clone());
        let log = MetadataLog::open(&self.logs, &self.metadata.node.data_dir)?;
        log.replay(&self.logs, &mut brains).await?;
        *self.brains.borrow_mut() = brains;
        *self.log.lock().await = Some(log);
        Ok(())
    }

    /// The metadata after the last command, published or not.
    pub fn image(&self) -> Image {
        self.brains.borrow().image().clone()
    }

    /// Decides a command and makes what came of it durable.
    ///
    /// # Errors
    /// It is refused as a whole, or the log did not take it.
    pub async fn decide(&self, command: Command) -> Result<Decided<'_>, ControllerError> {
        let turn = Turn { log: self.log.lock().await };
        let log = turn.log.as_ref().ok_or(ControllerError::Stopping)?;
        let now_ms = self.logs.clock.now().unix_ms;
        let step = self.brains.borrow().step(now_ms, command);
        let (records, reply) = step?;
        if records.is_empty() {
            return Ok(Decided { reply, image: None, turn });
        }
        let last_offset = log.append(&self.logs, &self.stop, &records).await?;
        let image = {
            let mut brains = self.brains.borrow_mut();
            let replayed = brains.replay_batch(&records, last_offset);
            replayed.map_err(|error| ControllerError::Log(error.to_string()))?;
            brains.image().clone()
        };
        Ok(Decided { reply, image: Some(image), turn })
    }
}
