//! Memory: huge pages, swapping, dirty pages of other programs, who looks through all of it.

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
    let mut findings = vec![huge_pages(subject), swappiness(subject), monitoring(subject)];
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

/// The kernel's own watch over which pages are in use (DAMON).
fn monitoring(subject: &Subject) -> Finding {
    const KDAMONDS: &str = "/sys/kernel/mm/damon/admin/kdamonds";
    const MODULES: [&str; 3] = ["damon_reclaim", "damon_lru_sort", "damon_stat"];
    let why = "kdamond looks through memory for milliseconds at a time, and a kernel that does not \
               preempt it keeps a shard from its core meanwhile";
    let finding = Finding::new("memory.monitoring", "no kdamond", why);
    let threads = subject.host.names(KDAMONDS).into_iter();
    let threads = threads.map(|number| format!("{KDAMONDS}/{number}/state"));
    let mut running: Vec<(String, &str)> = threads
        .filter(|state| subject.host.read(state).is_some_and(|state| state == "on"))
        .map(|state| (state, "off"))
        .collect();
    let modules = MODULES.map(|module| format!("/sys/module/{module}/parameters/enabled"));
    let enabled = |path: &String| subject.host.read(path).is_some_and(|enabled| enabled == "Y");
    running.extend(modules.into_iter().filter(enabled).map(|path| (path, "N")));
    if running.is_empty() {
        return finding.good("none");
    }
    // Whoever set it up may count on it, to give memory back to a host for one.
    let stop = running.iter().map(|(path, value)| format!("echo {value} > {path}"));
    let stop = stop.collect::<Vec<_>>().join("; ");
    let hint = format!("if nobody needs it: {stop}");
    finding.advice(format!("{} running", running.len()), hint)
}
