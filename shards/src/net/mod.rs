//! Sockets.

pub mod frame;
pub mod listener;
pub mod pool;
pub mod stream;
