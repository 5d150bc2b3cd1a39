//! Fetching records: what is wanted, what is read, and sessions that remember it.

pub mod plan;
pub mod read;
pub mod sessions;
