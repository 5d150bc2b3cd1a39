//! What this program calls itself.

/// `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, or nothing where that is not known.
pub const COMMIT: &str = env!("TIDEMILL_COMMIT");

/// `0.1.0 (1184f5e0aa12)`.
pub const LONG: &str = env!("TIDEMILL_VERSION");
