//! What requests of tools ask of a shard about itself.

use std::path::PathBuf;

use cluster::configs::StaticConfigs;

use super::Shard;

impl Shard {
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
        // One without a size, such as ramfs, has no bound of its own.
        let disk = (disk.f_blocks > 0).then_some(disk)?;
        let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(disk.f_frsize)).ok();
        Some((bytes(disk.f_blocks)?, bytes(disk.f_bavail)?))
    }
}
