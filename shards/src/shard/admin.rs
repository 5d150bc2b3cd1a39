//! What administrative requests ask of a shard.

use std::path::PathBuf;
use std::rc::Rc;

use cluster::configs::StaticConfigs;
use cluster::{Command, Reply};
use wire::ErrorCode;
use wire::hot::TopicRef;

use super::Shard;
use crate::errors;
use crate::partition::{Located, Partition};

impl Shard {
    /// The partition, if this shard leads it.
    ///
    /// # Errors
    /// What to tell the client otherwise.
    pub fn led_here(&self, topic: TopicRef<'_>, index: i32) -> Result<Rc<Partition>, ErrorCode> {
        match self.partitions.borrow().locate(&self.image, self.broker_id, topic, index) {
            Located::Here(partition) => Ok(partition),
            Located::Elsewhere(_) => Err(ErrorCode::NotLeaderOrFollower),
            Located::Unknown(code) => Err(code),
        }
    }

    /// The leader epoch in which `offset` was written; -1 where the log does not know.
    pub fn epoch_at(&self, partition: &Partition, offset: i64) -> i32 {
        self.store.borrow().epoch_at(partition.log, offset)
    }

    /// The folder of this shard's partitions.
    pub fn log_dir(&self) -> PathBuf {
        self.node.data_dir.join(format!("shard-{}", self.index))
    }

    /// What a broker of this node was started with: the node's configs and what each shard has of
    /// its own.
    pub fn static_configs(&self, broker: &cluster::Broker) -> StaticConfigs {
        let mut configs = self.node.configs.clone();
        let id = broker.id.to_string();
        let address = format!("PLAINTEXT://{}:{}", broker.host, broker.port);
        let log_dir = self.node.data_dir.join(format!("shard-{}", broker.shard));
        let own = [
            ("node.id", id.as_str()),
            ("broker.id", id.as_str()),
            ("listeners", &address),
            ("advertised.listeners", &address),
            ("log.dirs", &log_dir.display().to_string()),
        ];
        for (name, value) in own {
            if let Err(error) = configs.set(name, value) {
                tracing::warn!(name, value, %error, "a broker config cannot be shown");
            }
        }
        configs
    }

    /// Bytes of the disk the data is on, and those that are free; `None` if it does not tell.
    pub fn disk_space(&self) -> Option<(i64, i64)> {
        let disk = rustix::fs::statvfs(self.log_dir()).ok()?;
        let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(disk.f_frsize)).ok();
        Some((bytes(disk.f_blocks)?, bytes(disk.f_bavail)?))
    }

    /// A producer id that nobody was given before.
    ///
    /// # Errors
    /// The controller handed out no block of ids.
    pub async fn next_producer_id(self: &Rc<Self>) -> Result<i64, ErrorCode> {
        let ids = &self.controller.producer_ids;
        if ids.borrow().is_empty() {
            let command = Command::AllocateProducerIds { broker_id: self.broker_id };
            match self.command(command).await {
                Ok(Reply::ProducerIds(block)) => {
                    *ids.borrow_mut() = block.first..block.first + i64::from(block.len);
                }
                Ok(_) => return Err(ErrorCode::UnknownServerError),
                Err(error) => return Err(errors::controller(&error).0),
            }
        }
        ids.borrow_mut().next().ok_or(ErrorCode::CoordinatorLoadInProgress)
    }
}
