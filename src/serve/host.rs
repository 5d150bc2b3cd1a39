//! What the machine gives this process, and what is asked of it before the start.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The cores that this process may run on, in order.
pub fn allowed_cores() -> Vec<usize> {
    let found = core_affinity::get_core_ids().unwrap_or_default();
    let mut cores: Vec<usize> = found.into_iter().map(|core| core.id).collect();
    cores.sort_unstable();
    if cores.is_empty() { vec![0] } else { cores }
}

/// A limit of this process; `None` is no limit.
pub type Limit = Option<u64>;

/// Raises the limit of open files as far as it may be raised.
pub fn raise_open_files() -> Limit {
    raise(libc::RLIMIT_NOFILE)
}

/// Raises the limit of lockable memory as far as it may be raised.
pub fn raise_lockable_memory() -> Limit {
    raise(libc::RLIMIT_MEMLOCK)
}

/// Sets the soft limit to the hard one, and gives what then holds.
fn raise(resource: libc::__rlimit_resource_t) -> Limit {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live rlimit that the kernel fills.
    if unsafe { libc::getrlimit(resource, &raw mut limit) } != 0 {
        return Some(0);
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: the pointer is to a live rlimit that the kernel reads.
    if unsafe { libc::setrlimit(resource, &raw const raised) } == 0 {
        limit = raised;
    }
    (limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

/// A file that would grow over the size limit then fails as a write, which is handled, and not as a
/// signal, which kills.
pub fn ignore_file_size_signal() {
    // SAFETY: SIG_IGN runs no code of ours; no other thread changes this signal.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// Whether this process may write a file that is there.
pub fn may_write(path: &Path) -> bool {
    let Ok(name) = CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: the name ends with a zero byte.
    unsafe { libc::access(name.as_ptr(), libc::W_OK) == 0 }
}

/// Whether a process with this number is there and not just a remainder of one.
pub fn is_alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // The state follows the name, which stands in brackets and may hold any letter.
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// What an unprivileged process may still write to the file system that holds `path`.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let name = CString::new(path.as_os_str().as_bytes())
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut stat = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the name ends with a zero byte, and the kernel fills the whole of `stat`.
    if unsafe { libc::statvfs(name.as_ptr(), stat.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: statvfs has succeeded.
    let stat = unsafe { stat.assume_init() };
    Ok(stat.f_bavail * stat.f_frsize)
}

/// Sizes for people: `1.5 GiB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 100.0 && value.fract() >= 0.05);
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (8 << 20, "8 MiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(human_bytes(bytes), text);
        }
    }

    #[test]
    fn this_machine() {
        assert!(!allowed_cores().is_empty());
        assert!(is_alive(std::process::id()));
        assert!(!is_alive(u32::MAX));
        assert!(free_bytes(Path::new("/proc")).is_ok());
        assert!(free_bytes(Path::new("/nonexistent")).is_err());
        assert!(may_write(&std::env::temp_dir()));
        assert!(!may_write(Path::new("/nonexistent")));
        assert!(raise_open_files().is_none_or(|limit| limit > 2));
    }

    #[test]
    fn a_process_that_has_ended_is_not_alive_even_before_it_is_waited_for() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        for _ in 0..500 {
            if !is_alive(pid) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(!is_alive(pid));
        child.wait().unwrap();
    }
}
