//! Sockets. With `runtime`, the only place that knows glommio.

pub mod frame;
pub mod listener;
pub mod stream;
