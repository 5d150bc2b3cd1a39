//! The disk below the data directory, and its file system.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use procfs::process::{MountInfo, Process};
use storage::disk::probe::{Direct, DiskReport, ProbeError};

use crate::tune::Subject;
use crate::tune::finding::{Change, Finding};
use crate::tune::host::chosen;

pub fn check(subject: &Subject) -> Vec<Finding> {
    let queues = queues(subject);
    let mut findings = file_system(subject);
    findings.push(direct_io(subject));
    findings.extend([
        scheduler(subject, &queues),
        depth(subject, &queues),
        write_cache(subject, &queues),
    ]);
    findings
}

const NO_DISK: &str = "the data is not on a block device that this machine shows";

/// `/sys/…/<disk>/queue` of the disks below the data directory: not of a partition, nor of what
/// is put together from several (LVM, RAID, encryption).
pub fn queues(subject: &Subject) -> Vec<PathBuf> {
    let Ok(device) = std::fs::metadata(&subject.data).map(|metadata| metadata.dev()) else {
        return Vec::new();
    };
    let (major, minor) = (libc::major(device), libc::minor(device));
    let device = subject.host.link(format!("/sys/dev/block/{major}:{minor}"));
    let mut queues = device.map(|device| below(subject, &device)).unwrap_or_default();
    queues.sort();
    queues.dedup();
    queues
}

pub fn below(subject: &Subject, device: &Path) -> Vec<PathBuf> {
    let parts = subject.host.names(device.join("slaves"));
    if !parts.is_empty() {
        let parts =
            parts.iter().filter_map(|part| subject.host.link(device.join("slaves").join(part)));
        return parts.flat_map(|part| below(subject, &part)).collect();
    }
    let disks = [Some(device), device.parent()];
    let mut queues = disks.into_iter().flatten().map(|disk| disk.join("queue"));
    queues.find(|queue| subject.host.is_there(queue.join("scheduler"))).into_iter().collect()
}

/// What all disks say, each once.
fn words(words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.collect();
    words.sort();
    words.dedup();
    words.join(", ")
}

fn scheduler(subject: &Subject, queues: &[PathBuf]) -> Finding {
    let why = "a fast disk orders its work itself; a scheduler only adds delay";
    let finding = Finding::new("disk.scheduler", "none", why);
    if queues.is_empty() {
        return finding.unseen(NO_DISK);
    }
    let (mut found, mut changes) = (Vec::new(), Vec::new());
    for queue in queues {
        let path = queue.join("scheduler");
        let now = subject.host.read(&path).map(|text| chosen(&text)).unwrap_or_default();
        // Virtual disks call themselves turning whatever is below them.
        let turns = subject.host.number(queue.join("rotational")) == Some(1);
        if turns && !is_virtual(subject, queue) {
            found.push(format!("{now} (the disk turns)"));
        } else {
            found.push(now);
            let change = subject.host.change(&path, "none");
            changes
                .extend(change.map(|change| Change { resets: resets(subject, queue), ..change }));
        }
    }
    finding.change(words(found.into_iter()), changes)
}

/// What a disk forgets with its scheduler: first the depth, for others follow it.
fn resets(subject: &Subject, queue: &Path) -> Vec<(PathBuf, String)> {
    let of_scheduler = queue.join("iosched");
    let names = subject.host.names(&of_scheduler).into_iter().map(|name| of_scheduler.join(name));
    let paths = std::iter::once(queue.join("nr_requests")).chain(names);
    paths.filter_map(|path| subject.host.read(&path).map(|value| (path, value))).collect()
}

fn is_virtual(subject: &Subject, queue: &Path) -> bool {
    let virtio = |part: &OsStr| part.to_string_lossy().starts_with("virtio");
    subject.machine.is_virtual() || queue.iter().any(virtio)
}

const DEPTH_WANTED: i64 = 64;

fn depth(subject: &Subject, queues: &[PathBuf]) -> Finding {
    let why = "requests beyond it wait in the kernel, where they cannot be ordered";
    let finding = Finding::new("disk.queue_depth", format!(">= {DEPTH_WANTED}"), why);
    let (mut found, mut changes) = (Vec::new(), Vec::new());
    for queue in queues {
        let path = queue.join("nr_requests");
        let Some(depth) = subject.host.number(&path) else { continue };
        // Without a scheduler there is no more than the disk itself can hold.
        let most = tags(subject, queue).unwrap_or(DEPTH_WANTED);
        if depth < DEPTH_WANTED.min(most) {
            changes.extend(subject.host.change(&path, &DEPTH_WANTED.min(most).to_string()));
        }
        let all = depth < DEPTH_WANTED && depth == most;
        found.push(if all { format!("{depth}, all of the disk's") } else { depth.to_string() });
    }
    if found.is_empty() {
        return finding.unseen(if queues.is_empty() { NO_DISK } else { "the disk does not tell" });
    }
    finding.change(words(found.into_iter()), changes)
}

/// Requests that a disk's own queue holds, the shallowest of several.
fn tags(subject: &Subject, queue: &Path) -> Option<i64> {
    let queues = queue.parent()?.join("mq");
    let names = subject.host.names(&queues).into_iter();
    names.filter_map(|name| subject.host.number(queues.join(name).join("nr_tags"))).min()
}

/// With a volatile cache and no FUA every sync is a flush of the whole cache.
fn write_cache(subject: &Subject, queues: &[PathBuf]) -> Finding {
    let why = "a data sync on a disk with a volatile cache and without FUA flushes all of it";
    let finding = Finding::new("disk.write_cache", "write through, or FUA", why);
    let (mut found, mut flushes) = (Vec::new(), false);
    for queue in queues {
        let fua = subject.host.number(queue.join("fua")) == Some(1);
        match subject.host.read(queue.join("write_cache")).as_deref() {
            Some("write back") if fua => found.push("write back with FUA".to_owned()),
            Some("write back") => {
                found.push("write back; every sync is a flush".to_owned());
                flushes |= !is_virtual(subject, queue);
            }
            Some(other) => found.push(other.to_owned()),
            None => {}
        }
    }
    let found = words(found.into_iter());
    match (found.is_empty(), flushes) {
        (true, _) if queues.is_empty() => finding.unseen(NO_DISK),
        (true, _) => finding.unseen("the disk does not tell"),
        (_, true) => finding.advice(
            found,
            "a disk with protection against power loss syncs without flushing; for SATA, \
             libata.fua=1 on the kernel's command line may give FUA (undo: without it)",
        ),
        // Nothing in a virtual machine changes what its host does.
        (_, false) => finding.good(found),
    }
}

fn direct_io(subject: &Subject) -> Finding {
    let why = "without it every write passes the page cache, and is copied once more";
    let finding = Finding::new("disk.direct_io", "blocks of 4096 bytes", why);
    match &subject.disk {
        Ok(DiskReport { direct: Direct::Works { .. }, .. }) => finding.good("works"),
        Ok(DiskReport { direct: Direct::Refused, .. }) => {
            finding.advice("refused", "put the data directory on xfs or ext4")
        }
        Err(error @ ProbeError::Alignment { .. }) => {
            finding.advice("other blocks", error.to_string())
        }
        Err(error) => finding.unseen(error.to_string()),
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
        options.advice(
            "sync",
            format!("mount -o remount,async {point}, and in /etc/fstab; undo: sync"),
        )
    } else if has("noatime") || has("relatime") {
        options.good(if has("noatime") { "noatime" } else { "relatime" })
    } else {
        options.advice(
            "atime",
            format!("mount -o remount,noatime {point}, and in /etc/fstab; undo: atime"),
        )
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
