//! Memory: huge pages, swapping, dirty pages of other programs.

use super::Bound;
use crate::tune::Subject;
use crate::tune::finding::Finding;

pub fn check(subject: &Subject) -> Vec<Finding> {
    let bounds = [
        Bound {
            id: "memory.swappiness",
            path: "/proc/sys/vm/swappiness",
            wanted: 10,
            why: "the broker's memory is bounded and in use; swapped out, it answers late",
        },
        Bound {
            id: "memory.dirty_background",
            path: "/proc/sys/vm/dirty_background_ratio",
            wanted: 5,
            why: "other programs' writes that gather in memory go to the disk in bursts, and our \
                  syncs wait behind them",
        },
        Bound {
            id: "memory.dirty",
            path: "/proc/sys/vm/dirty_ratio",
            wanted: 20,
            why: "as memory.dirty_background, for programs that write faster than the disk",
        },
    ];
    let mut findings = vec![huge_pages(subject)];
    findings.extend(bounds.iter().map(|bound| bound.at_most(subject)));
    findings
}

fn huge_pages(subject: &Subject) -> Finding {
    let path = "/sys/kernel/mm/transparent_hugepage/enabled";
    let why = "with \"always\" the kernel stops programs to gather huge pages they never asked for";
    let finding = Finding::new("memory.huge_pages", "madvise or never", why);
    match subject.host.read(path).map(|text| crate::tune::host::chosen(&text)) {
        None => finding.unseen("the kernel has none"),
        Some(found) if found == "always" => {
            finding.change(found, subject.host.change(path, "madvise").into_iter().collect())
        }
        Some(found) => finding.good(found),
    }
}
