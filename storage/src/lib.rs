//! One core's disk: record batches in segment files, written with direct I/O and data sync, read
//! from the buffers that were written, recovered after any crash.
//!
//! A [`Store`] belongs to one shard. It is single-threaded, has no clock, and waits for nothing: it
//! is driven by `Store::turn`. The lower half knows bytes and no logs; the upper half knows logs
//! and reaches the machine only through [`disk::Disk`] and [`arena::Arena`].
//!
//! Lower half: [`disk`] (the seam and its backends), [`arena`] (memory that outlives the process),
//! [`ballast`] (space kept back), [`buffer`] (aligned chunks), [`write_unit`] (what segment files
//! are written in), `pool` (memory for reads). The others are the upper half.

// The lower half.
pub mod arena;
pub mod ballast;
pub mod buffer;
pub mod disk;
pub mod limits;
pub(crate) mod pool;
pub mod write_unit;

// The upper half.
pub(crate) mod compact;
pub mod config;
pub mod errors;
pub(crate) mod log;
pub(crate) mod producers;
pub mod store;
pub mod types;

pub use ballast::Ballast;
pub use config::{ArenaConfig, CleanerConfig, LogConfig, Reserve, StoreConfig, TimestampType};
pub use errors::{
    AdmitError, AppendError, Corruption, OpenError, ProducerError, RecordFaults, ReplicaError,
    StorageError,
};
/// The frame of side files.
pub use frame;
pub use limits::StoreLimits;
pub use store::Store;
pub use types::*;
pub use write_unit::WriteUnit;
