//! Everything that goes to the kernel by a plain, blocking system call. Used by the synchronous
//! functions of the seam on the shard's thread, and by the jobs on their own.
#![allow(unsafe_code)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::disk::lock::lock_exclusive;
use crate::disk::{OpenMode, temporary_path};

/// Opens a segment file; with its lock if it is opened for writing.
pub(super) fn open(path: &Path, mode: OpenMode, direct: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).mode(0o640);
    options.custom_flags(if direct { libc::O_DIRECT } else { 0 });
    match mode {
        OpenMode::Read => {}
        OpenMode::Write => {
            options.write(true);
        }
        OpenMode::Create => {
            options.write(true).create_new(true);
        }
    }
    let file = options.open(path)?;
    if mode != OpenMode::Read {
        lock_exclusive(&file)?;
    }
    Ok(file)
}

/// As the job `Create`: on an error nothing is left behind, as far as that can be had.
pub(super) fn create(
    path: &Path,
    allocate_bytes: u64,
    leave_bytes: u64,
    direct: bool,
) -> io::Result<File> {
    let file = open(path, OpenMode::Create, direct)?;
    let made = check_left(&file, allocate_bytes, leave_bytes)
        .and_then(|()| allocate(&file, allocate_bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_parent(path));
    match made {
        Ok(()) => Ok(file),
        Err(error) => {
            let _ = fs::remove_file(path);
            Err(error)
        }
    }
}

/// As the job `CreateFolder`; `room` is what is reserved, and what is left free. On an error
/// nothing is left behind, as far as that can be had.
pub(super) fn create_folder(
    path: &Path,
    room: (u64, u64),
    beside: &(PathBuf, Vec<u8>),
    direct: bool,
) -> io::Result<File> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fill_folder(path, room, beside, direct).inspect_err(|_| {
        let _ = fs::remove_file(path);
        let _ = fs::remove_file(&beside.0);
        // Unless somebody else has something in it.
        let _ = fs::remove_dir(folder);
    })
}

fn fill_folder(
    path: &Path,
    (allocate_bytes, leave_bytes): (u64, u64),
    (side, bytes): &(PathBuf, Vec<u8>),
    direct: bool,
) -> io::Result<File> {
    absent_is_fine(fs::remove_file(path))?;
    let file = open(path, OpenMode::Create, direct)?;
    check_left(&file, allocate_bytes, leave_bytes)?;
    allocate(&file, allocate_bytes)?;
    let mut options = OpenOptions::new();
    let mut side = options.write(true).create(true).truncate(true).mode(0o640).open(side)?;
    side.write_all(bytes)?;
    // Everything is there: one commit of a journal takes it all, and the other syncs find it done.
    side.sync_all()?;
    file.sync_all()?;
    let folder = path.parent().unwrap_or(path);
    sync_dir(folder)?;
    sync_parent(folder)?;
    Ok(file)
}

/// Whether the file can grow to `len` bytes and leave so many free on its file system.
pub(super) fn check_left(file: &File, len: u64, leave_bytes: u64) -> io::Result<()> {
    if leave_bytes == 0 {
        return Ok(());
    }
    // SAFETY: all zeros is a value of this plain struct.
    let mut stat: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a system call on an open file, with a struct to fill.
    if unsafe { libc::fstatvfs(file.as_raw_fd(), &raw mut stat) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let needed_bytes = len.saturating_sub(file.metadata()?.len());
    crate::disk::check_left(stat.f_bavail * stat.f_frsize, needed_bytes, leave_bytes)
}

/// Grows the file, space reserved where the file system can.
pub(super) fn allocate(file: &File, len: u64) -> io::Result<()> {
    let old = file.metadata()?.len();
    if len <= old {
        return Ok(());
    }
    loop {
        // SAFETY: a system call on an open file.
        let result = unsafe {
            libc::fallocate(file.as_raw_fd(), 0, old as libc::off_t, (len - old) as libc::off_t)
        };
        if result == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            Some(libc::EOPNOTSUPP) => return file.set_len(len),
            _ => return Err(error),
        }
    }
}

/// Reads into memory until it is full or the file ends; returns how much there was.
///
/// # Safety
/// `target..target + len` is writable and nothing else refers to it.
pub(super) unsafe fn read_at(
    file: &File,
    position: u64,
    target: *mut u8,
    len: usize,
) -> io::Result<usize> {
    let mut done = 0;
    while done < len {
        // SAFETY: within the target, as the caller promises.
        let count = unsafe {
            let rest = target.add(done).cast();
            libc::pread(file.as_raw_fd(), rest, len - done, (position + done as u64) as i64)
        };
        match count {
            0 => break,
            count if count > 0 => {
                done += count as usize;
                // A direct read that stops within a block has met the end.
                if !done.is_multiple_of(512) {
                    break;
                }
            }
            _ => retry_interrupted()?,
        }
    }
    Ok(done)
}

/// Writes all the vectors.
///
/// # Safety
/// Each vector's memory is readable.
pub(super) unsafe fn write_at(
    file: &File,
    position: u64,
    vectors: &[libc::iovec],
    sync: bool,
) -> io::Result<()> {
    let flags = if sync { libc::RWF_DSYNC } else { 0 };
    let mut at = position;
    for vector in vectors {
        let mut rest = *vector;
        while rest.iov_len > 0 {
            // SAFETY: readable, as the caller promises.
            let count =
                unsafe { libc::pwritev2(file.as_raw_fd(), &raw const rest, 1, at as i64, flags) };
            match count {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count if count > 0 => {
                    at += count as u64;
                    rest.iov_len -= count as usize;
                    // SAFETY: not behind the vector's end.
                    rest.iov_base = unsafe { rest.iov_base.byte_add(count as usize) };
                }
                _ => retry_interrupted()?,
            }
        }
    }
    Ok(())
}

fn retry_interrupted() -> io::Result<()> {
    match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        error => Err(error),
    }
}

pub(super) fn create_dir(path: &Path) -> io::Result<()> {
    let missing: Vec<_> =
        path.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.is_dir()).collect();
    for dir in missing.into_iter().rev() {
        match fs::create_dir(dir) {
            Ok(()) => sync_parent(dir)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub(super) fn list(path: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // A name that is not UTF-8 is none of ours.
        if let Ok(name) = entry.file_name().into_string() {
            names.push((name, entry.file_type()?.is_dir()));
        }
    }
    names.sort();
    Ok(names)
}

pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_dir(Path::new(".")),
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_path(path);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o640).open(&temporary)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    sync_parent(path)
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_parent(to)?;
    if from.parent() == to.parent() { Ok(()) } else { sync_parent(from) }
}

pub(super) fn remove_files(paths: &[impl AsRef<Path>]) -> io::Result<()> {
    for path in paths {
        absent_is_fine(fs::remove_file(path))?;
    }
    for (index, path) in paths.iter().enumerate() {
        if index == 0 || paths[index - 1].as_ref().parent() != path.as_ref().parent() {
            absent_is_fine(sync_parent(path.as_ref()))?;
        }
    }
    Ok(())
}

pub(super) fn remove_dir_all(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_dir_all(path))?;
    absent_is_fine(sync_parent(path))
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
