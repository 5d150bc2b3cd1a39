//! `tidemill serve`: checks the machine and the data, starts a node, waits, and stops it.

pub mod args;
