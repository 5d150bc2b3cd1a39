//! Tidemill, one shard a core.

use std::path::PathBuf;

use super::{Broker, Place};
use crate::facts;
use crate::limits::FILE_DELETE_DELAY_MS;
use crate::rows::{Durability, Row, Work};
use crate::workload::Pace;

/// The `tidemill` program.
#[derive(Clone, Debug)]
pub struct Tidemill {
    pub program: PathBuf,
    pub shards: usize,
    /// The other of two programs that are compared.
    pub is_base: bool,
}

impl Broker for Tidemill {
    fn name(&self) -> &'static str {
        match (self.is_base, self.shards) {
            (true, _) => "tidemill-base",
            (false, 1) => "tidemill",
            (false, _) => "tidemill-2-shards",
        }
    }

    fn is_base(&self) -> bool {
        self.is_base
    }

    fn cores(&self) -> usize {
        self.shards
    }

    fn ack(&self, durability: Durability) -> &'static str {
        match durability {
            Durability::Memory => "crash-safe arena",
            Durability::Synced => "after data sync",
        }
    }

    fn color(&self, durability: Durability) -> &'static str {
        match (self.shards, durability) {
            (1, Durability::Memory) => "#15aabf",
            (1, Durability::Synced) => "#0b6e80",
            (_, Durability::Memory) => "#9775fa",
            (_, Durability::Synced) => "#5f3dc4",
        }
    }

    fn version(&self) -> Option<String> {
        facts::output(&self.program.display().to_string(), &["--version"])
    }

    /// Several shards leave the generator no core of its own: only their CPU time says something,
    /// and an open loop, which spins, would keep the kernel's disk workers from that core.
    fn runs(&self, row: &Row) -> bool {
        let closed = matches!(row.pace, Pace::InFlight(_));
        self.shards == 1 || (closed && matches!(row.work, Work::Produce) && row.partitions == 4)
    }

    fn command(&self, place: &Place) -> Vec<String> {
        let cores: Vec<String> = place.cores.iter().map(ToString::to_string).collect();
        let (port, control) = (place.port, place.port + 500);
        vec![
            self.program.display().to_string(),
            "serve".into(),
            "--data".into(),
            place.directory.join("data").display().to_string(),
            "--cores".into(),
            cores.join(","),
            "--listen".into(),
            format!("127.0.0.1:{port}"),
            "--control".into(),
            format!("127.0.0.1:{control}"),
            "--set".into(),
            format!("log.segment.delete.delay.ms={FILE_DELETE_DELAY_MS}"),
        ]
    }
}
