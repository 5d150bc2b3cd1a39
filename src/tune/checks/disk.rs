//! The disk below the data directory, and its file system.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, Process};

use crate::tune::Subject;
use crate::tune::finding::Finding;
use crate::tune::host::chosen;

pub fn check(subject: &Subject) -> Vec<Finding> {
    let mut findings = file_system(subject);
    match queue(subject) {
        Some(queue) => {
            findings.push(scheduler(subject, &queue));
            findings.push(depth(subject, &queue));
            findings.push(write_cache(subject, &queue));
        }
        None => {
            let finding = Finding::new("disk.scheduler", "none", SCHEDULER_WHY);
            findings.push(finding.unseen("the data is not on one block device of this machine"));
        }
    }
    findings
}

const SCHEDULER_WHY: &str = "a fast disk orders its work itself; a scheduler only adds delay";

/// `/sys/block/<disk>/queue` of the disk, not of the partition.
fn queue(subject: &Subject) -> Option<PathBuf> {
    let device = std::fs::metadata(&subject.data).ok()?.dev();
    let (major, minor) = (libc::major(device), libc::minor(device));
    let device = subject.host.link(format!("/sys/dev/block/{major}:{minor}"))?;
    let of = |path: &Path| {
        let queue = path.join("queue");
        subject.host.read(queue.join("scheduler")).map(|_| queue)
    };
    of(&device).or_else(|| of(device.parent()?))
}

fn scheduler(subject: &Subject, queue: &Path) -> Finding {
    let finding = Finding::new("disk.scheduler", "none", SCHEDULER_WHY);
    let path = queue.join("scheduler");
    let found = subject.host.read(&path).map(|text| chosen(&text)).unwrap_or_default();
    if subject.host.number(queue.join("rotational")) == Some(1) && !is_virtual(queue) {
        return finding.good(format!("{found} (the disk turns)"));
    }
    finding.change(found, subject.host.change(&path, "none").into_iter().collect())
}

/// Virtual disks call themselves turning whatever is below them.
fn is_virtual(queue: &Path) -> bool {
    queue.components().any(|part| part.as_os_str().to_string_lossy().starts_with("virtio"))
}

fn depth(subject: &Subject, queue: &Path) -> Finding {
    let why = "requests beyond it wait in the kernel, where they cannot be ordered";
    let finding = Finding::new("disk.queue_depth", ">= 64", why);
    match subject.host.number(queue.join("nr_requests")) {
        None => finding.unseen("the disk does not tell"),
        Some(found) if found >= 64 => finding.good(found.to_string()),
        Some(found) => {
            let change = subject.host.change(queue.join("nr_requests"), "64");
            finding.change(found.to_string(), change.into_iter().collect())
        }
    }
}

/// With a volatile cache and no FUA every sync is a flush of the whole cache.
fn write_cache(subject: &Subject, queue: &Path) -> Finding {
    let why = "a data sync on a disk with a volatile cache and without FUA flushes all of it";
    let finding = Finding::new("disk.write_cache", "write through, or FUA", why);
    let cache = subject.host.read(queue.join("write_cache"));
    let fua = subject.host.number(queue.join("fua")) == Some(1);
    match cache.as_deref() {
        None => finding.unseen("the disk does not tell"),
        Some("write back") if fua => finding.good("write back with FUA"),
        Some("write back") => finding.good("write back; every sync is a flush"),
        Some(other) => finding.good(other),
    }
}

fn file_system(subject: &Subject) -> Vec<Finding> {
    let why = "measured and tested on these; others may refuse direct I/O or preallocation";
    let kind = Finding::new("disk.file_system", "xfs or ext4", why);
    let why = "an access time written for every read is a write for every read";
    let options = Finding::new("disk.mount", "noatime or relatime, no sync", why);
    let Some(mount) = mount_of(&subject.data) else {
        let hint = "the mounts of this process cannot be read";
        return vec![kind.unseen(hint), options.unseen(hint)];
    };
    let point = mount.mount_point.display();
    let kind = match mount.fs_type.as_str() {
        known @ ("xfs" | "ext4") => kind.good(known),
        other => kind.advice(other, "put the data directory on xfs or ext4"),
    };
    let has = |name: &str| {
        mount.mount_options.contains_key(name) || mount.super_options.contains_key(name)
    };
    let options = if has("sync") {
        options.advice("sync", format!("mount -o remount,async {point}, and in /etc/fstab"))
    } else if has("noatime") || has("relatime") {
        options.good(if has("noatime") { "noatime" } else { "relatime" })
    } else {
        options.advice("atime", format!("mount -o remount,noatime {point}, and in /etc/fstab"))
    };
    vec![kind, options]
}

fn mount_of(data: &Path) -> Option<MountInfo> {
    let data = std::fs::canonicalize(data).ok()?;
    let mounts = Process::myself().and_then(|me| me.mountinfo()).ok()?;
    let below = mounts.0.into_iter().filter(|mount| data.starts_with(&mount.mount_point));
    // The last of equal ones hides the others.
    below.max_by_key(|mount| mount.mount_point.as_os_str().len())
}
