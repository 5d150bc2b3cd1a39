//! What this user may have; a service gets its own from its unit.

use crate::limits::LOCKABLE_MEMORY_MIN_BYTES;
use crate::serve::host::{Limit, raise_lockable_memory, raise_open_files};
use crate::tune::finding::Finding;

/// A connection and a segment take one each.
const OPEN_FILES: u64 = 65_536;

pub fn check() -> Vec<Finding> {
    let why = "every connection and every open segment takes one";
    let files = Finding::new("limits.open_files", format!(">= {OPEN_FILES}"), why);
    let hint =
        "LimitNOFILE= of the service, or nofile in /etc/security/limits.conf; undo: without it";
    let files = judge(files, raise_open_files(), OPEN_FILES, hint);
    let why = "the rings of a shard are in locked memory";
    let wanted = format!(">= {} KiB", LOCKABLE_MEMORY_MIN_BYTES >> 10);
    let memory = Finding::new("limits.lockable_memory", wanted, why);
    let hint =
        "LimitMEMLOCK= of the service, or memlock in /etc/security/limits.conf; undo: without it";
    let memory = judge(memory, raise_lockable_memory(), LOCKABLE_MEMORY_MIN_BYTES, hint);
    vec![files, memory]
}

fn judge(finding: Finding, found: Limit, wanted: u64, hint: &str) -> Finding {
    match found {
        None => finding.good("no limit"),
        Some(found) if found >= wanted => finding.good(found.to_string()),
        Some(found) => finding.advice(found.to_string(), hint),
    }
}
