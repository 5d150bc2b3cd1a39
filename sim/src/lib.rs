//! Whole clusters of the real state machines, in one thread, from one seed.
//!
//! Real are the machines of `cluster`: leader, follower, controller, sessions, trust. Simulated are
//! clocks, network, disks, processes, clients and operators. After every step the oracle checks
//! what must hold; the same seed gives the same run, to the last bit of its trace.

pub mod broker;
pub mod campaign;
pub mod clients;
pub mod controller;
pub mod faults;
pub mod history;
pub mod judge;
pub mod limits;
pub mod log;
pub mod message;
pub mod net;
pub mod node;
pub mod operators;
pub mod oracle;
pub mod replicate;
pub mod rng;
pub mod swarm;
pub mod trace;
pub mod world;

pub use campaign::{Outcome, run};
pub use swarm::{Fault, Options};
