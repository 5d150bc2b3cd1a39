//! What the subcommands other than `serve` do.

pub mod cluster;
pub mod config;
pub mod consume;
pub mod format;
pub mod group;
pub mod log;
pub mod produce;
mod progress;
pub mod table;
pub mod topic;
