//! The kernel itself: its version, io_uring, its clock.

use storage::disk::probe::ProbeError;

use crate::tune::Subject;
use crate::tune::finding::Finding;

/// The first kernel on which a ring runs its completions only when its own thread asks for them.
const KERNEL_WANTED: (u32, u32) = (6, 1);

pub fn check(subject: &Subject) -> Vec<Finding> {
    vec![machine(subject), kernel(subject), io_uring(subject), clock(subject), aio(subject)]
}

fn kernel(subject: &Subject) -> Finding {
    let (major, minor) = KERNEL_WANTED;
    let why = "older kernels interrupt a shard to finish its disk and network work";
    let finding = Finding::new("system.kernel", format!(">= {major}.{minor}"), why);
    let Some(release) = subject.host.read("/proc/sys/kernel/osrelease") else {
        return finding.unseen("the kernel does not tell its version");
    };
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(found_major), Some(found_minor)) if (found_major, found_minor) < KERNEL_WANTED => {
            finding.advice(release, "install a newer kernel of your distribution")
        }
        (Some::<u32>(_), Some(_)) => finding.good(release),
        _ => finding.unseen(format!("{release:?} is no version that can be compared")),
    }
}

/// The switch of the kernel, and a ring that is really made: a container may forbid it too.
fn io_uring(subject: &Subject) -> Finding {
    let path = "/proc/sys/kernel/io_uring_disabled";
    let why = "a shard does all its disk and network work through it";
    let finding = Finding::new("system.io_uring", "allowed", why);
    let off = subject.host.number(path).filter(|setting| *setting != 0);
    match (&subject.disk, off) {
        // After the ring comes the folder.
        (Ok(_) | Err(ProbeError::Folder { .. } | ProbeError::Alignment { .. }), None) => {
            finding.good("allowed")
        }
        (_, Some(setting)) => {
            let found = format!("io_uring_disabled = {setting}");
            finding.change(found, subject.host.change(path, "0").into_iter().collect())
        }
        (Err(error), None) => finding.advice("refused", error.to_string()),
    }
}

fn machine(subject: &Subject) -> Finding {
    let why = "the host of a virtual machine decides about its cores, clock and disk; the settings \
               of a container are those of its host";
    Finding::new("system.machine", "any", why).good(subject.machine.kind())
}

/// The clock is read several times for every request: it should not take a system call.
fn clock(subject: &Subject) -> Finding {
    const FOLDER: &str = "/sys/devices/system/clocksource/clocksource0";
    let why = "a slow clock costs every request several times";
    let host = &subject.host;
    let read = |name: &str| host.read(format!("{FOLDER}/{name}"));
    let finding = Finding::new("system.clock", "tsc", why);
    let (Some(current), Some(available)) =
        (read("current_clocksource"), read("available_clocksource"))
    else {
        return finding.unseen("the kernel does not tell its clock");
    };
    // Clocks that are read without a system call, the best first.
    let quick = ["tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"];
    if quick[..2].contains(&current.as_str()) {
        return finding.good(current);
    }
    let better = quick[..2].iter().find(|clock| available.split(' ').any(|name| name == **clock));
    match better {
        Some(clock) => {
            let change = host.change(format!("{FOLDER}/current_clocksource"), clock);
            finding.change(current, change.into_iter().collect())
        }
        None if quick.contains(&current.as_str()) => finding.good(current),
        None => finding.advice(current, "this machine has no better one; another host may"),
    }
}

fn aio(subject: &Subject) -> Finding {
    super::Bound {
        id: "system.aio",
        path: "/proc/sys/fs/aio-max-nr",
        wanted: 65_536,
        why: "other programs on the machine that use the older interface share this number",
    }
    .at_least(subject)
}
