//! Which nodes of memory the cores, the network cards and the disks are at.

use std::collections::BTreeSet;
use std::path::Path;

use super::{disk, network};
use crate::config::cores;
use crate::tune::Subject;
use crate::tune::finding::Finding;

const NODES: &str = "/sys/devices/system/node";

pub fn check(subject: &Subject) -> Vec<Finding> {
    vec![shards(subject), cards(subject), disks(subject)]
}

/// The nodes of this machine, each with how many shards run on it.
fn nodes(subject: &Subject) -> Vec<(i64, usize)> {
    let names = subject.host.names(NODES);
    let numbers = names.iter().filter_map(|name| name.strip_prefix("node")?.parse().ok());
    let mut nodes: Vec<(i64, usize)> = numbers
        .map(|node: i64| {
            let list = subject.host.read(format!("{NODES}/node{node}/cpulist")).unwrap_or_default();
            let of_node = cores::parse(&list).unwrap_or_default();
            (node, of_node.iter().filter(|core| subject.cores.contains(core)).count())
        })
        .collect();
    nodes.sort_unstable();
    nodes
}

fn shards(subject: &Subject) -> Finding {
    let why = "memory of another node is slower, and a shard's memory is where it was first used";
    let finding = Finding::new("cpu.numa", "memory on the shard's own node", why);
    let nodes = nodes(subject);
    let used = nodes.iter().filter(|(_, shards)| *shards > 0);
    let used: Vec<String> = used.map(|(node, shards)| format!("node{node}: {shards}")).collect();
    match used.len() {
        0 => finding.unseen("the machine does not tell its nodes"),
        _ => finding.good(format!("shards of {}", used.join(", "))),
    }
}

fn cards(subject: &Subject) -> Finding {
    let why = "what a card receives lies at its node; shards of another read it slowly";
    let cards = network::cards(subject).into_iter().filter_map(|card| {
        let device = subject.host.link(format!("/sys/class/net/{card}/device"))?;
        Some((node_of(subject, &device), card))
    });
    let cards: Vec<_> = cards.collect();
    judge(subject, Finding::new("network.numa", "on the shards' node", why), &cards)
}

fn disks(subject: &Subject) -> Finding {
    let why = "what a disk reads and writes passes its node; shards of another wait longer";
    let disks = disk::queues(subject).into_iter().map(|queue| {
        let device = queue.parent().unwrap_or(&queue);
        let name = device.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (node_of(subject, device), name)
    });
    let disks: Vec<_> = disks.collect();
    judge(subject, Finding::new("disk.numa", "on the shards' node", why), &disks)
}

/// Of a device, or of what it is plugged into; `None` where the firmware does not tell.
fn node_of(subject: &Subject, device: &Path) -> Option<i64> {
    let told = device.ancestors().find_map(|path| subject.host.number(path.join("numa_node")));
    told.filter(|node| *node >= 0)
}

fn judge(subject: &Subject, finding: Finding, devices: &[(Option<i64>, String)]) -> Finding {
    let nodes = nodes(subject);
    if devices.is_empty() || nodes.is_empty() {
        return finding.unseen("there is none that this machine shows");
    }
    if nodes.len() == 1 {
        return finding.good("one node");
    }
    let ours: BTreeSet<i64> = nodes.iter().filter(|(_, n)| *n > 0).map(|(node, _)| *node).collect();
    let mut found = Vec::new();
    let mut elsewhere = BTreeSet::new();
    for (node, name) in devices {
        let Some(node) = node else { continue };
        found.push(format!("{name}: node{node}"));
        if !ours.contains(node) {
            elsewhere.insert(*node);
        }
    }
    match (found.is_empty(), elsewhere.first()) {
        (true, _) => finding.unseen("the firmware does not tell the node of it"),
        (_, None) => finding.good(found.join(", ")),
        (_, Some(node)) => {
            let list = subject.host.read(format!("{NODES}/node{node}/cpulist"));
            let list = list.unwrap_or_default();
            let hint = format!("serve --cores with cores of {list}; undo: the cores of before");
            finding.advice(found.join(", "), hint)
        }
    }
}
