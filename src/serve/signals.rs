//! Signals that ask for the end.

use std::os::raw::c_int;
use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Happening;
use crate::problem::{Problem, Result};

pub fn name(signal: c_int) -> &'static str {
    match signal {
        SIGINT => "SIGINT",
        SIGTERM => "SIGTERM",
        SIGHUP => "SIGHUP",
        _ => "a signal",
    }
}

/// From here on they do not kill: they are told.
pub fn watch(happenings: Sender<Happening>) -> Result<()> {
    let failed = |error: std::io::Error| {
        Problem::failed(format!("cannot watch for SIGTERM and SIGINT: {error}"))
    };
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(failed)?;
    let forward = move || {
        for signal in signals.forever() {
            if happenings.send(Happening::Signal(signal)).is_err() {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("signals".into()).spawn(forward).map_err(failed)?;
    drop(thread);
    Ok(())
}
