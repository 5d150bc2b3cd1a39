//! How a node is told what to be.
//!
//! ```text
//!   flags, TIDEMILL_ variables, file ──► a Layer each (texts, and where they come from)
//!        ──► one Layer (flags win over variables, which win over the file)
//!        ──► ServeConfig (checked values) ──► boot
//! ```
//!
//! [`keys::KEYS`] is the one table of what can be set: the flags, the variables, the keys of the
//! file and the check of the example file all come from it. Kafka's broker settings have their own
//! table, in `cluster::configs::broker`.

pub mod cores;
pub mod environment;
pub mod file;
pub mod keys;
pub mod layer;
pub mod serve;

#[cfg(test)]
mod tests;

pub use layer::{Layer, Origin};
pub use serve::{ArenaChoice, LogFormat, ServeConfig};
