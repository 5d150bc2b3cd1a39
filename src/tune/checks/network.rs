//! Sockets, and the network cards' interrupts.

use std::path::{Path, PathBuf};

use super::Bound;
use crate::config::cores;
use crate::tune::Subject;
use crate::tune::finding::{Change, Finding};
use crate::tune::mask;

/// What one connection may hold in the kernel: a fetch of 1 MiB, and the next behind it.
const SOCKET_BYTES: i64 = 4 << 20;

pub fn check(subject: &Subject) -> Vec<Finding> {
    let queues = [
        Bound {
            id: "network.accept_queue",
            path: "/proc/sys/net/core/somaxconn",
            wanted: 4096,
            why: "after a restart all clients connect at once; who does not fit waits a second",
        },
        Bound {
            id: "network.syn_queue",
            path: "/proc/sys/net/ipv4/tcp_max_syn_backlog",
            wanted: 4096,
            why: "as network.accept_queue, one step earlier",
        },
    ];
    let mut findings: Vec<Finding> = queues.iter().map(|bound| bound.at_least(subject)).collect();
    findings.push(buffer(subject, "network.receive_buffer", "/proc/sys/net/ipv4/tcp_rmem"));
    findings.push(buffer(subject, "network.send_buffer", "/proc/sys/net/ipv4/tcp_wmem"));
    findings.push(interrupts(subject));
    findings.push(steering(subject));
    findings.push(transmit_queues(subject));
    findings
}

/// Three numbers: the least, the first and the most of one socket.
fn buffer(subject: &Subject, id: &'static str, path: &str) -> Finding {
    let why = "what does not fit a socket's buffer waits for the client's next acknowledgement";
    let finding = Finding::new(id, format!("up to >= {SOCKET_BYTES}"), why);
    let Some(text) = subject.host.read(path) else {
        return finding.unseen(format!("{path} is not there"));
    };
    let numbers: Vec<i64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [_, _, most] if most >= SOCKET_BYTES => finding.good(most.to_string()),
        [least, first, most] => {
            let change = subject.host.change(path, &format!("{least}\t{first}\t{SOCKET_BYTES}"));
            finding.change(most.to_string(), change.into_iter().collect())
        }
        _ => finding.unseen(format!("{path} holds {text:?}")),
    }
}

/// Network cards: interfaces with a device behind them.
pub fn cards(subject: &Subject) -> Vec<String> {
    let mut names = subject.host.names("/sys/class/net");
    names.retain(|name| subject.host.link(format!("/sys/class/net/{name}/device")).is_some());
    names
}

/// The interrupts of a card; a virtual one has them at the device it is plugged into.
fn irqs(subject: &Subject, card: &str) -> Vec<String> {
    let Some(device) = subject.host.link(format!("/sys/class/net/{card}/device")) else {
        return Vec::new();
    };
    let parent = device.parent().map(Path::to_path_buf).unwrap_or_default();
    let folders: [PathBuf; 2] = [device.join("msi_irqs"), parent.join("msi_irqs")];
    let found = folders.iter().map(|folder| subject.host.names(folder));
    found.into_iter().find(|irqs| !irqs.is_empty()).unwrap_or_default()
}

/// Cores that are online and run no shard.
fn spare_cores(subject: &Subject) -> Vec<usize> {
    let online = subject.host.read("/sys/devices/system/cpu/online").unwrap_or_default();
    let mut online = cores::parse(&online).unwrap_or_default();
    online.retain(|core| !subject.cores.contains(core));
    online
}

fn interrupts(subject: &Subject) -> Finding {
    let why = "a shard on a core that takes a card's interrupts answers late";
    let spare = spare_cores(subject);
    let cards = cards(subject);
    if spare.is_empty() || cards.is_empty() {
        let finding = Finding::new("network.interrupts", "away from shards", why);
        return match cards.is_empty() {
            true => finding.unseen("there is no network card"),
            false => finding.good("every core runs a shard"),
        };
    }
    let wanted = cores::write(&spare);
    let finding = Finding::new("network.interrupts", format!("on cores {wanted}"), why);
    let mut changes = Vec::new();
    for irq in cards.iter().flat_map(|card| irqs(subject, card)) {
        let path = format!("/proc/irq/{irq}/smp_affinity_list");
        let now = subject.host.read(&path).and_then(|list| cores::parse(&list).ok());
        if now.is_some_and(|now| now.iter().any(|core| subject.cores.contains(core))) {
            changes.extend(subject.host.change(&path, &wanted));
        }
    }
    match changes.len() {
        0 => finding.good("away from shards"),
        count => finding.change(format!("{count} on cores of shards"), changes),
    }
}

/// Software steering moves packets between cores; a shard's own sockets gain nothing by it.
fn steering(subject: &Subject) -> Finding {
    let why = "packets handed from core to core by the kernel interrupt shards a second time";
    let finding = Finding::new("network.steering", "off (rps_cpus 0)", why);
    let mut changes = Vec::new();
    let mut queues = 0;
    for card in cards(subject) {
        let folder = format!("/sys/class/net/{card}/queues");
        for queue in subject.host.names(&folder).iter().filter(|name| name.starts_with("rx-")) {
            let path = format!("{folder}/{queue}/rps_cpus");
            let Some(mask) = subject.host.read(&path) else { continue };
            queues += 1;
            if mask.chars().any(|digit| !matches!(digit, '0' | ',')) {
                changes.extend(subject.host.change(&path, &mask.replace(|c| c != ',', "0")));
            }
        }
    }
    match (queues, changes.len()) {
        (0, _) => finding.unseen("no network card tells"),
        (_, 0) => finding.good("off"),
        (_, on) => finding.change(format!("on for {on} queues"), changes),
    }
}

/// Transmit queues: two shards that send through one queue wait for its lock.
fn transmit_queues(subject: &Subject) -> Finding {
    let why = "two shards that send through one queue of a card wait for each other";
    let finding = Finding::new("network.transmit_queues", "shards spread over them", why);
    let (mut cards_seen, mut changes) = (Vec::new(), Vec::new());
    for card in cards(subject) {
        let folder = format!("/sys/class/net/{card}/queues");
        let names = subject.host.names(&folder);
        let paths = names.iter().filter(|name| name.starts_with("tx-"));
        let paths = paths.map(|name| format!("{folder}/{name}/xps_cpus"));
        // A card with one queue has a mask that cannot be read.
        let queues: Vec<(String, String)> =
            paths.filter_map(|path| Some((path.clone(), subject.host.read(&path)?))).collect();
        if queues.is_empty() {
            continue;
        }
        cards_seen.push(format!("{card}: {}", queues.len()));
        if !is_spread(subject, &queues) {
            changes.extend(spread(subject, &queues));
        }
    }
    if cards_seen.is_empty() {
        return finding.unseen("no network card with several queues");
    }
    finding.change(cards_seen.join(", "), changes)
}

/// Whether each shard has a queue, and no queue has more shards than it must.
fn is_spread(subject: &Subject, queues: &[(String, String)]) -> bool {
    let most = subject.cores.len().div_ceil(queues.len());
    let masks: Vec<_> = queues.iter().filter_map(|(_, mask)| mask::parse(mask)).collect();
    subject.cores.iter().all(|core| masks.iter().any(|cores| cores.contains(core)))
        && masks
            .iter()
            .all(|cores| cores.iter().filter(|core| subject.cores.contains(core)).count() <= most)
}

/// All cores, the shards' first, in turn over the queues.
fn spread(subject: &Subject, queues: &[(String, String)]) -> Vec<Change> {
    let cores: Vec<usize> = subject.cores.iter().copied().chain(spare_cores(subject)).collect();
    let changes = queues.iter().enumerate().filter_map(|(index, (path, now))| {
        let mine: Vec<usize> = cores.iter().copied().skip(index).step_by(queues.len()).collect();
        subject.host.change(path, &mask::write(&mine, now)?)
    });
    changes.collect()
}
