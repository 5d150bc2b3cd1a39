//! Cores: how fast they run, how deep they sleep, which are threads of one.

use super::Bound;
use crate::config::cores;
use crate::tune::Subject;
use crate::tune::finding::{Change, Finding};

const CPUS: &str = "/sys/devices/system/cpu";
/// A core that sleeps deeper than this takes as long as a whole request to wake.
const WAKE_US_MAX: i64 = 50;

pub fn check(subject: &Subject) -> Vec<Finding> {
    vec![governor(subject), idle(subject), halt_poll(subject), siblings(subject)]
}

fn governor(subject: &Subject) -> Finding {
    let why = "a core that slows down when it is idle answers the next request late";
    let finding = Finding::new("cpu.governor", "performance", why);
    let path = |core: &usize| format!("{CPUS}/cpu{core}/cpufreq/scaling_governor");
    let found: Option<Vec<String>> =
        subject.cores.iter().map(|core| subject.host.read(path(core))).collect();
    let Some(mut found) = found else {
        return finding.unseen("the host of a virtual machine decides, or the firmware does");
    };
    found.sort();
    found.dedup();
    let changes = subject.cores.iter();
    let changes = changes.filter_map(|core| subject.host.change(path(core), "performance"));
    finding.change(found.join(", "), changes.collect())
}

fn idle(subject: &Subject) -> Finding {
    let why = "a core in a deep sleep wakes late for the next request";
    let wanted = format!("no sleep above {WAKE_US_MAX} us");
    let finding = Finding::new("cpu.idle", wanted, why);
    let (mut states, mut deep, mut changes) = (0, Vec::new(), Vec::<Change>::new());
    for core in &subject.cores {
        let folder = format!("{CPUS}/cpu{core}/cpuidle");
        for state in subject.host.names(&folder) {
            let read = |name: &str| subject.host.number(format!("{folder}/{state}/{name}"));
            let Some(latency_us) = read("latency") else { continue };
            states += 1;
            if latency_us > WAKE_US_MAX && read("disable") == Some(0) {
                deep.push(latency_us);
                changes.extend(subject.host.change(format!("{folder}/{state}/disable"), "1"));
            }
        }
    }
    match deep.iter().max() {
        _ if states == 0 => finding.unseen("the host of a virtual machine decides"),
        None => finding.good(format!("at most {WAKE_US_MAX} us")),
        Some(deepest) => finding.change(format!("up to {deepest} us"), changes),
    }
}

/// A guest of KVM that polls before it halts; a halted core is woken by its host.
fn halt_poll(subject: &Subject) -> Finding {
    let bound = Bound {
        id: "cpu.halt_poll",
        path: "/sys/module/haltpoll/parameters/guest_halt_poll_ns",
        // The kernel's own default.
        wanted: 200_000,
        why: "a virtual core that halts at once wakes late for the next request: its host has to \
              schedule it first",
    };
    let is_polling = ["driver", "governor"].into_iter().all(|part| {
        let now = subject.host.read(format!("{CPUS}/cpuidle/current_{part}"));
        now.as_deref() == Some("haltpoll")
    });
    match is_polling {
        true => bound.at_least(subject),
        false => Finding::new(bound.id, format!(">= {}", bound.wanted), bound.why)
            .unseen("only guests of KVM with the kernel's haltpoll driver poll"),
    }
}

/// Two threads of one physical core share its caches and units.
fn siblings(subject: &Subject) -> Finding {
    let why = "two shards on the threads of one physical core take each other's time";
    let finding = Finding::new("cpu.siblings", "one shard a physical core", why);
    let mut sharing = Vec::new();
    for core in &subject.cores {
        let path = format!("{CPUS}/cpu{core}/topology/thread_siblings_list");
        let Some(list) = subject.host.read(path) else {
            return finding.unseen("the machine does not tell which cores are threads of one");
        };
        let threads = cores::parse(&list).unwrap_or_default();
        let others = threads.iter().filter(|other| *other > core);
        sharing.extend(others.filter(|o| subject.cores.contains(o)).map(|o| format!("{core}+{o}")));
    }
    if sharing.is_empty() {
        return finding.good("each its own");
    }
    // More shards still do more in all; it is a choice between throughput and even latency.
    finding.good(format!("shared: {}", sharing.join(" ")))
}
