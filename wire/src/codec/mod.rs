//! Reading and writing the protocol's primitives.

mod reader;
pub(crate) mod text;
#[cfg(feature = "test-values")]
mod values;
mod writer;

pub use reader::{DecodeError, Reader};
#[cfg(feature = "test-values")]
pub use values::{TestValue, Values};
pub(crate) use writer::Tags;
pub use writer::{
    EncodeError, put_array_len, put_bool, put_bytes, put_f64, put_i8, put_i16, put_i32, put_i64,
    put_no_tags, put_null_array, put_null_bytes, put_null_string, put_string, put_u16, put_u32,
    put_uuid, put_uvarint,
};

use crate::ApiKey;

/// A message or a part of one that can be read in any of its versions.
pub trait Decode<'a>: Sized {
    fn decode(r: &mut Reader<'a>, version: i16) -> Result<Self, DecodeError>;
}

/// A message or a part of one that can be written in any of its versions.
pub trait Encode {
    /// Appends to `out`. A value that the version cannot carry is an error where Kafka says so.
    fn encode(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError>;
}

/// A request, tied to its API and its response.
pub trait Request<'a>: Decode<'a> + Encode {
    const API: ApiKey;
    type Response<'b>: Decode<'b> + Encode;
}

/// The fewest bytes of a string: its length.
pub(crate) fn min_string(flexible: bool) -> usize {
    if flexible { 1 } else { 2 }
}

pub(crate) fn min_bytes(flexible: bool) -> usize {
    if flexible { 1 } else { 4 }
}

pub(crate) fn min_array(flexible: bool) -> usize {
    if flexible { 1 } else { 4 }
}
