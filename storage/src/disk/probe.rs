//! Whether this machine can carry a disk ring, asked at start, and said in words that name the
//! kernel and what to do.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use io_uring::{IoUring, Probe, opcode};
use thiserror::Error;

use super::BLOCK_BYTES;
use super::ring::RingFlags;
use super::ring::setup::{FLAGS, build};
use crate::buffer::Chunk;
use crate::limits::RING_ENTRIES;

/// What the machine gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskReport {
    /// The kernel's release.
    pub kernel: String,
    /// The sets of ring flags it takes, best first.
    pub flags: Vec<RingFlags>,
    /// How files of the data folder can be opened.
    pub direct: Direct,
    /// Bytes free on the data folder's file system.
    pub free_bytes: u64,
}

/// Direct I/O on the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direct {
    /// It works with blocks of [`BLOCK_BYTES`]. The alignments are those the file system states, if
    /// it states any.
    Works { memory_align: Option<u32>, position_align: Option<u32> },
    /// The file system refuses it; files can still go through the page cache.
    Refused,
}

/// There can be no disk ring here.
#[derive(Debug, Error)]
pub enum ProbeError {
    #[error(
        "Linux {kernel} has no io_uring. Use a kernel from 5.15 on that was built with it; in a \
         sandbox such as gVisor, run outside of it"
    )]
    NoIoUring { kernel: String },
    #[error(
        "Linux {kernel} has io_uring turned off (kernel.io_uring_disabled = {setting}). \
        Turn it on: sysctl kernel.io_uring_disabled=0{group}"
    )]
    Disabled { kernel: String, setting: u32, group: &'static str },
    #[error(
        "io_uring is forbidden to this process on Linux {kernel}, most likely by the container's \
         seccomp profile. Allow io_uring_setup, io_uring_enter and io_uring_register (for Docker: \
         --security-opt seccomp=unconfined, or a profile with them)"
    )]
    Forbidden { kernel: String },
    #[error("Linux {kernel} has an io_uring without {missing}. Use a kernel from 5.15 on")]
    TooOld { kernel: String, missing: String },
    #[error(
        "Linux {kernel} refuses an io_uring of {entries} entries for want of locked memory. Raise \
         the limit (ulimit -l, LimitMEMLOCK=), or use a kernel from 5.12 on, which needs none"
    )]
    LockedMemory { kernel: String, entries: u32 },
    #[error("Linux {kernel} refuses an io_uring: {source}")]
    Ring { kernel: String, source: io::Error },
    #[error("the folder {} cannot be written to: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(
        "the file system of {} wants direct I/O in units of {unit_bytes} bytes, and blocks are \
         {BLOCK_BYTES}. Put the data on another file system, or one made with smaller blocks",
        path.display()
    )]
    Alignment { path: PathBuf, unit_bytes: u32 },
}

/// Tries everything a disk ring needs, with a file of its own in `data_dir`, which exists.
pub fn probe(data_dir: &Path) -> Result<DiskReport, ProbeError> {
    let kernel = kernel_release();
    let flags = ring_flags(&kernel)?;
    let direct = direct_io(data_dir)?;
    let folder = |source| ProbeError::Folder { path: data_dir.to_path_buf(), source };
    let free_bytes = super::free_bytes(data_dir).map_err(folder)?;
    Ok(DiskReport { kernel, flags, direct, free_bytes })
}

fn ring_flags(kernel: &str) -> Result<Vec<RingFlags>, ProbeError> {
    let mut works = Vec::new();
    let mut refusal = None;
    for flags in FLAGS {
        match build(flags, RING_ENTRIES) {
            Ok(ring) => {
                if works.is_empty() {
                    check_opcodes(&ring, kernel)?;
                }
                works.push(flags);
            }
            Err(error) => refusal = Some(error),
        }
    }
    match refusal {
        Some(error) if works.is_empty() => {
            Err(explain(error, kernel.to_string(), io_uring_disabled()))
        }
        _ => Ok(works),
    }
}

fn check_opcodes(ring: &IoUring, kernel: &str) -> Result<(), ProbeError> {
    let too_old = |missing: &str| ProbeError::TooOld {
        kernel: kernel.to_string(),
        missing: missing.to_string(),
    };
    let mut probe = Probe::new();
    let asked = ring.submitter().register_probe(&mut probe);
    asked.map_err(|_| too_old("a way to ask for its operations"))?;
    let needed = [
        (opcode::Read::CODE, "read"),
        (opcode::Write::CODE, "write"),
        (opcode::Writev::CODE, "writev"),
        (opcode::Fsync::CODE, "fsync"),
    ];
    for (code, name) in needed {
        if !probe.is_supported(code) {
            return Err(too_old(&format!("the operation {name}")));
        }
    }
    if !ring.params().is_feature_nodrop() {
        return Err(too_old("completions that are never dropped"));
    }
    Ok(())
}

/// What a refused ring means.
fn explain(error: io::Error, kernel: String, disabled: Option<u32>) -> ProbeError {
    match (error.raw_os_error(), disabled) {
        (Some(libc::ENOSYS), _) => ProbeError::NoIoUring { kernel },
        (Some(libc::EPERM), Some(setting @ 1..)) => {
            let group = match setting {
                1 => ", or run in the group of kernel.io_uring_group",
                _ => "",
            };
            ProbeError::Disabled { kernel, setting, group }
        }
        (Some(libc::EPERM | libc::EACCES), _) => ProbeError::Forbidden { kernel },
        (Some(libc::ENOMEM), _) => ProbeError::LockedMemory { kernel, entries: RING_ENTRIES },
        _ => ProbeError::Ring { kernel, source: error },
    }
}

fn io_uring_disabled() -> Option<u32> {
    let text = fs::read_to_string("/proc/sys/kernel/io_uring_disabled").ok()?;
    text.trim().parse().ok()
}

fn kernel_release() -> String {
    match fs::read_to_string("/proc/sys/kernel/osrelease") {
        Ok(release) => release.trim().to_string(),
        Err(_) => "(unknown release)".to_string(),
    }
}

fn direct_io(data_dir: &Path) -> Result<Direct, ProbeError> {
    let folder = |source| ProbeError::Folder { path: data_dir.to_path_buf(), source };
    let path = data_dir.join(format!(".probe-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    options.open(&path).map_err(folder)?;
    let result = match options.custom_flags(libc::O_DIRECT).open(&path) {
        Ok(file) => try_direct(&file, &path),
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(Direct::Refused),
        Err(error) => Err(folder(error)),
    };
    let _ = fs::remove_file(&path);
    match result? {
        Direct::Works { position_align: Some(unit_bytes), .. }
            if unit_bytes as usize > BLOCK_BYTES =>
        {
            Err(ProbeError::Alignment { path: data_dir.to_path_buf(), unit_bytes })
        }
        direct => Ok(direct),
    }
}

/// Writes and reads one block as a segment would.
fn try_direct(file: &File, path: &Path) -> Result<Direct, ProbeError> {
    let chunk = Chunk::heap(BLOCK_BYTES);
    chunk.append(b"probe");
    let block = chunk.slice(0..chunk.filled());
    let source = block.as_padded_ptr().cast();
    // SAFETY: one block of readable memory.
    let written = unsafe { libc::pwrite(file.as_raw_fd(), source, BLOCK_BYTES, 0) };
    if written != BLOCK_BYTES as isize {
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            Some(libc::EINVAL) => match alignments(path) {
                (_, Some(unit_bytes)) if unit_bytes as usize > BLOCK_BYTES => {
                    Err(ProbeError::Alignment { path: path.to_path_buf(), unit_bytes })
                }
                _ => Ok(Direct::Refused),
            },
            _ => Err(ProbeError::Folder { path: path.to_path_buf(), source: error }),
        };
    }
    let (memory_align, position_align) = alignments(path);
    Ok(Direct::Works { memory_align, position_align })
}

/// What the file system states (Linux 6.1): alignment of memory and of positions.
fn alignments(path: &Path) -> (Option<u32>, Option<u32>) {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return (None, None);
    };
    // SAFETY: all zeros is a value of this plain struct.
    let mut stat: libc::statx = unsafe { std::mem::zeroed() };
    // SAFETY: a terminated path and a struct to fill.
    let result = unsafe {
        libc::statx(libc::AT_FDCWD, path.as_ptr(), 0, libc::STATX_DIOALIGN, &raw mut stat)
    };
    if result != 0 || stat.stx_mask & libc::STATX_DIOALIGN == 0 {
        return (None, None);
    }
    let stated = |align| (align != 0).then_some(align);
    (stated(stat.stx_dio_mem_align), stated(stat.stx_dio_offset_align))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_reported_and_nothing_is_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let report = probe(dir.path()).unwrap();
        assert!(report.flags.contains(&RingFlags::Plain), "{report:?}");
        assert!(report.kernel.contains('.') && report.free_bytes > 0, "{report:?}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = probe(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
    }

    #[test]
    fn each_refusal_names_the_kernel_and_a_remedy() {
        let said = |errno, disabled| {
            let error = io::Error::from_raw_os_error(errno);
            explain(error, "6.1.0-test".to_string(), disabled).to_string()
        };
        let cases = [
            (libc::ENOSYS, None, "built with it"),
            (libc::EPERM, Some(2), "io_uring_disabled=0"),
            (libc::EPERM, Some(1), "io_uring_group"),
            (libc::EPERM, Some(0), "seccomp"),
            (libc::EPERM, None, "seccomp"),
            (libc::ENOMEM, Some(0), "ulimit -l"),
            (libc::EMFILE, Some(0), "Too many open files"),
        ];
        for (errno, disabled, remedy) in cases {
            let text = said(errno, disabled);
            assert!(text.contains("6.1.0-test") && text.contains(remedy), "{text}");
        }
    }
}
