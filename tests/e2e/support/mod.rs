//! What the tests stand on: brokers, connections, record batches, other people's clients.

pub mod batch;
pub mod broker;
pub mod command;
pub mod connection;
pub mod consumer;
pub mod fetch;
pub mod files;
pub mod group;
pub mod http;
pub mod java;
pub mod load;
pub mod metrics;
pub mod mounts;
pub mod process;
pub mod random;
pub mod results;
pub mod tools;
pub mod topic;
pub mod witness;

use std::time::{Duration, Instant};

/// Waits until `done` says so, and fails the test with `what` when it does not in `limit`.
pub fn eventually(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let from = Instant::now();
    while !done() {
        assert!(from.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Prints why a test cannot run on this machine. It then passes, having checked nothing.
pub fn skip(test: &str, why: &str) {
    println!("SKIPPED {test}: {why}");
}

pub fn is_root() -> bool {
    process::effective_user() == 0
}
