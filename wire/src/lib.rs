//! The Kafka protocol as values: messages, headers, record batches, error codes.
//!
//! No I/O, no async, no clock. Decoding borrows from the frame and is bounded: a length is checked
//! against the bytes that are there before anything is allocated for it, and what a request makes
//! us allocate is charged to a budget that grows with the frame, not with what the frame claims.

pub mod api_key;
pub mod codec;
pub mod error_code;
pub mod header;
pub mod hot;
pub mod limits;
// Generated code is plain rather than pretty.
#[allow(
    dead_code,
    clippy::clone_on_copy,
    clippy::collapsible_else_if,
    clippy::field_reassign_with_default,
    clippy::large_enum_variant,
    clippy::needless_borrow,
    clippy::nonminimal_bool,
    clippy::redundant_closure,
    clippy::redundant_closure_for_method_calls,
    clippy::semicolon_if_nothing_returned
)]
pub mod messages;
pub mod records;
mod uuid;

pub use api_key::ApiKey;
pub use error_code::ErrorCode;
pub use uuid::Uuid;
