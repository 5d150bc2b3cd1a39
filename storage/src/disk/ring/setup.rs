//! How the ring is made: with the flags that help, as far as this kernel takes them.

use std::io;

use io_uring::IoUring;

/// The flags of a ring, from the best set downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingFlags {
    /// Completions are handled when this thread asks for them, and only this thread submits
    /// (Linux 6.1).
    DeferTaskrun,
    /// Completions are handled at this thread's next system call, without interrupting it
    /// (Linux 5.19).
    CoopTaskrun,
    /// None.
    Plain,
}

/// All sets, best first.
pub(in crate::disk) const FLAGS: [RingFlags; 3] =
    [RingFlags::DeferTaskrun, RingFlags::CoopTaskrun, RingFlags::Plain];

/// A ring with exactly these flags.
pub(in crate::disk) fn build(flags: RingFlags, entries: u32) -> io::Result<IoUring> {
    let mut builder = IoUring::builder();
    // Twice the entries: operations in the kernel are bounded by one time, so it cannot overflow.
    builder.dontfork().setup_cqsize(entries * 2);
    match flags {
        RingFlags::DeferTaskrun => {
            builder.setup_submit_all().setup_single_issuer();
            builder.setup_defer_taskrun().setup_taskrun_flag();
        }
        RingFlags::CoopTaskrun => {
            builder.setup_submit_all().setup_coop_taskrun().setup_taskrun_flag();
        }
        RingFlags::Plain => {}
    }
    builder.build(entries)
}

/// The best ring this kernel gives, or the last refusal.
pub(super) fn build_best(
    wanted: Option<RingFlags>,
    entries: u32,
) -> io::Result<(IoUring, RingFlags)> {
    let mut refusal = io::Error::from(io::ErrorKind::Unsupported);
    for flags in FLAGS {
        if wanted.is_some_and(|wanted| wanted != flags) {
            continue;
        }
        match build(flags, entries) {
            Ok(ring) => return Ok((ring, flags)),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// A ring of this thread for other uses, with so many entries and twice as many completions, and
/// the best flags this kernel takes.
///
/// # Errors
/// The kernel gives none.
pub fn new_ring(entries: u32) -> io::Result<IoUring> {
    build_best(None, entries).map(|(ring, _)| ring)
}
