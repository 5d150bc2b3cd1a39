//! Memory: huge pages, swapping, dirty pages of other programs.

use super::Bound;
use crate::tune::Subject;
use crate::tune::finding::Finding;

pub fn check(subject: &Subject) -> Vec<Finding> {
    let bounds = [
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
    let mut findings = vec![huge_pages(subject), swappiness(subject)];
    findings.extend(bounds.iter().map(|bound| bound.at_most(subject)));
    findings
}

fn swappiness(subject: &Subject) -> Finding {
    let bound = Bound {
        id: "memory.swappiness",
        path: "/proc/sys/vm/swappiness",
        wanted: 10,
        why: "the broker's memory is bounded and in use; swapped out, it answers late",
    };
    let finding = bound.at_most(subject);
    // Below its heading the kernel lists what there is to swap to.
    let no_swap = subject.host.read("/proc/swaps").is_some_and(|text| text.lines().count() == 1);
    if no_swap && !finding.changes.is_empty() {
        let text = format!("{}, and no swap", finding.found);
        return Finding::new(bound.id, finding.wanted, bound.why).good(text);
    }
    finding
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
