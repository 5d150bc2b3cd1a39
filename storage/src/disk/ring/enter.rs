//! The one system call of a ring.
#![allow(unsafe_code)]

use std::io;
use std::time::Duration;

use io_uring::IoUring;
use io_uring::types::{SubmitArgs, Timespec};

/// `IORING_ENTER_GETEVENTS`.
const GET_EVENTS: u32 = 1;

/// Submits what is queued, and lets the kernel post what it keeps until it is asked.
///
/// # Errors
/// As [`wait`].
pub fn post(ring: &mut IoUring) -> io::Result<()> {
    let queued = ring.submission().len() as u32;
    // SAFETY: no argument but numbers.
    unless_met_again(unsafe { ring.submitter().enter::<()>(queued, 0, GET_EVENTS, None) })
}

/// As [`post`], then waits for a completion, for at most so long; before Linux 5.11, for however
/// long it takes.
///
/// # Errors
/// What the next call would not mend.
pub fn wait(ring: &mut IoUring, at_most: Duration) -> io::Result<()> {
    let time = Timespec::from(at_most);
    let args = SubmitArgs::new().timespec(&time);
    unless_met_again(match ring.params().is_feature_ext_arg() {
        true => ring.submitter().submit_with_args(1, &args),
        false => ring.submit_and_wait(1),
    })
}

/// A signal, the end of the time, no memory now, completions to be taken out first: the next call
/// goes on.
fn unless_met_again(entered: io::Result<usize>) -> io::Result<()> {
    match entered.map_err(|error| (error.raw_os_error(), error)) {
        Ok(_) => Ok(()),
        Err((Some(libc::EINTR | libc::EAGAIN | libc::EBUSY | libc::ETIME), _)) => Ok(()),
        Err((_, error)) => Err(error),
    }
}
