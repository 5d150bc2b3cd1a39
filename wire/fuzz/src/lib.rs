//! What the fuzz targets do: functions from bytes to nothing, which panic when the wire crate does
//! not keep what it promises.

mod frames;
mod hot;
mod memory;
mod messages;
mod records;
mod seeds;

pub use frames::frames;
pub use records::records;
pub use seeds::{frame_seeds, record_seeds};
