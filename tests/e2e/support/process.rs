//! What the standard library does not do with processes: limits, seccomp, signals.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What is taken from a child before it runs.
#[derive(Clone, Copy, Default, Debug)]
pub struct Restrictions {
    /// io_uring_setup answers EPERM, as in many containers.
    pub no_io_uring: bool,
    /// RLIMIT_MEMLOCK, in bytes.
    pub memlock_bytes: Option<u64>,
    /// RLIMIT_NOFILE.
    pub open_files: Option<u64>,
}

/// Makes `command` die with the test's thread, and run under `restrictions`.
pub fn restrict(command: &mut Command, restrictions: Restrictions) {
    let setup = move || {
        check(
            // SAFETY: prctl with PR_SET_PDEATHSIG takes a signal number and touches no memory.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) },
        )?;
        let limits = [
            (libc::RLIMIT_MEMLOCK, restrictions.memlock_bytes),
            (libc::RLIMIT_NOFILE, restrictions.open_files),
        ];
        for (resource, limit) in limits {
            let Some(limit) = limit else { continue };
            let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
            // SAFETY: the pointer is to a live rlimit.
            check(unsafe { libc::setrlimit(resource, &raw const limit) })?;
        }
        if restrictions.no_io_uring {
            forbid_io_uring()?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec `setup` makes system calls only; it takes no lock and no
    // memory.
    unsafe { command.pre_exec(setup) };
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn forbid_io_uring() -> io::Result<()> {
    const LOAD_WORD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let refuse = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    let mut program = [
        // The number of the system call is the first word of seccomp_data.
        step(LOAD_WORD, 0, 0, 0),
        step(JUMP_EQUAL, 0, 1, libc::SYS_io_uring_setup as u32),
        step(RETURN, 0, 0, refuse),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: PR_SET_NO_NEW_PRIVS takes four numbers and touches no memory.
    check(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
    // SAFETY: the filter points to a live program of the length it names; the kernel copies it.
    check(unsafe {
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter)
    })
}

pub fn signal(pid: u32, signal: libc::c_int) {
    // SAFETY: kill takes two numbers; a process that is gone is an error that nobody needs.
    unsafe { libc::kill(pid as libc::pid_t, signal) };
}

pub fn effective_user() -> u32 {
    // SAFETY: geteuid cannot fail and touches no memory.
    unsafe { libc::geteuid() }
}

/// Lets this process open `count` files, if its hard limit allows it.
pub fn allow_open_files(count: u64) -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointer is to a live rlimit.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    limit.rlim_cur = limit.rlim_cur.max(count.min(limit.rlim_max));
    // SAFETY: the pointer is to a live rlimit.
    check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })
}

/// Resident memory of a process, in bytes.
pub fn resident_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a live process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kib * 1024
}
