//! The Kafka protocol as values: messages, headers, record batches, error codes.
//!
//! No I/O, no async, no clock. Decoding borrows from the frame and is bounded: a length is checked
//! against the bytes that are there before anything is allocated for it, and what a request makes us
//! allocate is charged to a budget that grows with the frame, not with what the frame claims.

pub mod api_key;
pub mod codec;
pub mod error_code;
pub mod header;
pub mod hot;
pub mod limits;
#[allow(
    clippy::manual_range_contains,
    clippy::collapsible_else_if,
    clippy::clone_on_copy,
    clippy::needless_borrow,
    clippy::large_enum_variant
)]
pub mod messages;
pub mod records;
mod uuid;

pub use api_key::ApiKey;
pub use error_code::ErrorCode;
pub use uuid::Uuid;
