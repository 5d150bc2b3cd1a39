//! The log: on standard error, for people or as JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime;

use crate::config::{LogFormat, ServeConfig};

/// Colours for people at a terminal who have not asked for none (no-color.org).
fn wants_colours() -> bool {
    let declined = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !declined && std::io::stderr().is_terminal()
}

/// Called once. The level was checked when the settings were.
pub fn start(config: &ServeConfig) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_timer(SystemTime)
        // A log that cannot be written, on a full disk or a closed pipe, must not end a broker:
        // complaining about it on standard error would fail too, and a failed complaint panics.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Human => builder.with_ansi(wants_colours()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
