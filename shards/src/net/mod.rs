//! Sockets.

pub mod frame;
pub mod listener;
pub mod stream;
