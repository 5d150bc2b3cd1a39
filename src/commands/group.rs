//! `tidemill group`.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use super::table::{Align, Table};
use crate::args::{
    GroupCommand, GroupDeleteArgs, GroupDescribeArgs, GroupListArgs, GroupResetArgs,
};
use crate::client::groups::{self, Group, Member, PartitionName};
use crate::client::{Cluster, Topic, offsets};
use crate::problem::{Problem, Result};

pub fn run(command: &GroupCommand, out: &mut impl Write) -> Result<()> {
    match command {
        GroupCommand::List(args) => list(args, out),
        GroupCommand::Describe(args) => describe(args, out),
        GroupCommand::Reset(args) => reset(args, out),
        GroupCommand::Delete(args) => delete(args, out),
    }
}

fn list(args: &GroupListArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let found = groups::list(&mut cluster)?;
    if args.json {
        let all = found.iter().map(|group| {
            json!({
                "group": group.id,
                "state": group.state,
                "type": group.kind,
                "protocol_type": group.protocol_type,
                "coordinator": group.coordinator,
            })
        });
        writeln!(out, "{}", json!(all.collect::<Vec<_>>()))?;
        return Ok(());
    }
    let left = |title| (title, Align::Left);
    let mut table =
        Table::new(&[left("GROUP"), left("STATE"), left("TYPE"), ("COORDINATOR", Align::Right)]);
    for group in found {
        table.row(vec![group.id, group.state, group.kind, group.coordinator.to_string()]);
    }
    table.write(out)?;
    Ok(())
}

/// One partition of a group: what is committed, what there is, and who reads it.
struct Row<'a> {
    partition: PartitionName,
    committed: Option<i64>,
    end: Option<i64>,
    member: Option<&'a Member>,
}

impl Row<'_> {
    fn lag(&self) -> Option<i64> {
        Some((self.end? - self.committed?).max(0))
    }
}

fn describe(args: &GroupDescribeArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let mut described = Vec::new();
    for (index, id) in args.groups.iter().enumerate() {
        let group = groups::describe(&mut cluster, id)?;
        let rows = rows(&mut cluster, &group)?;
        if args.json {
            described.push(as_json(&group, &rows));
            continue;
        }
        if index > 0 {
            writeln!(out)?;
        }
        write_description(out, &group, &rows)?;
    }
    if args.json {
        writeln!(out, "{}", json!(described))?;
    }
    Ok(())
}

/// All partitions that the group has committed or reads, by name.
fn rows<'a>(cluster: &mut Cluster, group: &'a Group) -> Result<Vec<Row<'a>>> {
    let topics = cluster.all_topics()?;
    let committed = groups::committed(cluster, group.coordinator, &group.id, &topics)?;
    let owned = group.members.iter();
    let owners: BTreeMap<PartitionName, &Member> = owned
        .flat_map(|member| member.partitions.iter().map(move |name| (name.clone(), member)))
        .collect();
    let mut names: Vec<PartitionName> = committed.keys().chain(owners.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let ends = at(cluster, &topics, &names, offsets::LATEST)?;
    let row = |partition: PartitionName| Row {
        committed: committed.get(&partition).copied(),
        end: ends.get(&partition).copied(),
        member: owners.get(&partition).copied(),
        partition,
    };
    Ok(names.into_iter().map(row).collect())
}

/// The offset `at` of each partition whose topic is still there.
fn at(
    cluster: &mut Cluster,
    topics: &[Topic],
    names: &[PartitionName],
    at: i64,
) -> Result<BTreeMap<PartitionName, i64>> {
    let mut found = BTreeMap::new();
    for topic in topics {
        let of_topic = names.iter().filter(|(name, _)| *name == topic.name);
        let numbers: Vec<i32> = of_topic.map(|(_, number)| *number).collect();
        if numbers.is_empty() {
            continue;
        }
        let offsets = offsets::list(cluster, topic, &numbers, at, false)?;
        found.extend(offsets.into_iter().map(|(n, offset)| ((topic.name.clone(), n), offset)));
    }
    Ok(found)
}

fn as_json(group: &Group, rows: &[Row<'_>]) -> serde_json::Value {
    let partitions = rows.iter().map(|row| {
        json!({
            "topic": row.partition.0,
            "partition": row.partition.1,
            "committed": row.committed,
            "end": row.end,
            "lag": row.lag(),
            "member": row.member.map(|member| &member.id),
        })
    });
    let members = group.members.iter().map(|member| {
        json!({
            "member": member.id,
            "instance": member.instance_id,
            "client": member.client_id,
            "host": member.host,
            "partitions": member.partitions.len(),
        })
    });
    json!({
        "group": group.id,
        "state": group.state,
        "assignor": group.assignor,
        "coordinator": group.coordinator,
        "members": members.collect::<Vec<_>>(),
        "partitions": partitions.collect::<Vec<_>>(),
    })
}

fn write_description(out: &mut impl Write, group: &Group, rows: &[Row<'_>]) -> Result<()> {
    let (count, lag) = (group.members.len(), rows.iter().filter_map(Row::lag).sum::<i64>());
    let members = if count == 1 { "1 member".to_owned() } else { format!("{count} members") };
    writeln!(out, "group {}, {}, {members}, {lag} records behind", group.id, group.state)?;
    let (left, right) = (|title| (title, Align::Left), |title| (title, Align::Right));
    let mut table = Table::new(&[
        left("TOPIC"),
        right("PARTITION"),
        right("COMMITTED"),
        right("END"),
        right("LAG"),
        left("MEMBER"),
        left("HOST"),
    ]);
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |n| n.to_string());
    for row in rows {
        table.row(vec![
            row.partition.0.clone(),
            row.partition.1.to_string(),
            number(row.committed),
            number(row.end),
            number(row.lag()),
            row.member.map_or("-", |member| &member.id).to_owned(),
            row.member.map_or("-", |member| &member.host).to_owned(),
        ]);
    }
    table.write(out)?;
    // Members that wait for a partition are seen nowhere above.
    for idle in group.members.iter().filter(|member| member.partitions.is_empty()) {
        writeln!(out, "idle: {} {}", idle.id, idle.host)?;
    }
    Ok(())
}

fn reset(args: &GroupResetArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    let coordinator = groups::coordinator(&mut cluster, &args.group)?;
    // A group that is not there yet gets its first offsets.
    if let Ok(group) = groups::describe(&mut cluster, &args.group)
        && !group.is_empty()
    {
        let what = format!("group {:?} is {} and has members", args.group, group.state);
        return Err(Problem::failed(what).remedy("stop its consumers, and reset it then"));
    }
    let topics = cluster.all_topics()?;
    let committed = groups::committed(&mut cluster, coordinator, &args.group, &topics)?;
    let names = chosen(args, &topics, &committed)?;
    let wanted = wanted(args, &mut cluster, &topics, &names, &committed)?;
    if !args.dry_run {
        groups::commit(&mut cluster, coordinator, &args.group, &topics, &wanted)?;
    }
    report(args, out, &committed, &wanted)
}

fn report(
    args: &GroupResetArgs,
    out: &mut impl Write,
    before: &BTreeMap<PartitionName, i64>,
    after: &BTreeMap<PartitionName, i64>,
) -> Result<()> {
    if args.json {
        let all = after.iter().map(|(name, offset)| {
            json!({
                "topic": name.0,
                "partition": name.1,
                "before": before.get(name),
                "offset": offset,
            })
        });
        writeln!(out, "{}", json!(all.collect::<Vec<_>>()))?;
        return Ok(());
    }
    let right = |title| (title, Align::Right);
    let mut table = Table::new(&[
        ("TOPIC", Align::Left),
        right("PARTITION"),
        right("BEFORE"),
        right(if args.dry_run { "WOULD BE" } else { "NOW" }),
    ]);
    for (name, offset) in after {
        let before = before.get(name).map_or_else(|| "-".to_owned(), i64::to_string);
        table.row(vec![name.0.clone(), name.1.to_string(), before, offset.to_string()]);
    }
    table.write(out)?;
    Ok(())
}

/// The partitions to reset: of the topics that are named, or all that the group has committed.
fn chosen(
    args: &GroupResetArgs,
    topics: &[Topic],
    committed: &BTreeMap<PartitionName, i64>,
) -> Result<Vec<PartitionName>> {
    if args.all_topics {
        return Ok(committed.keys().cloned().collect());
    }
    let mut names = Vec::new();
    for text in &args.topics {
        let (name, numbers) = match text.split_once(':') {
            Some((name, numbers)) => (name, Some(numbers)),
            None => (text.as_str(), None),
        };
        let missing = || Problem::failed(format!("there is no topic {name:?}"));
        let topic = topics.iter().find(|topic| topic.name == name).ok_or_else(missing)?;
        let all = topic.partitions.iter().map(|one| one.number);
        let Some(numbers) = numbers else {
            names.extend(all.map(|number| (name.to_owned(), number)));
            continue;
        };
        for number in numbers.split(',') {
            let parsed = number.parse().ok().filter(|n| all.clone().any(|one| one == *n));
            let wrong =
                || Problem::usage(format!("{text}: topic {name} has no partition {number}"));
            names.push((name.to_owned(), parsed.ok_or_else(wrong)?));
        }
    }
    Ok(names)
}

/// Where each partition is set to; never outside of what there is to read.
fn wanted(
    args: &GroupResetArgs,
    cluster: &mut Cluster,
    topics: &[Topic],
    names: &[PartitionName],
    committed: &BTreeMap<PartitionName, i64>,
) -> Result<BTreeMap<PartitionName, i64>> {
    let starts = at(cluster, topics, names, offsets::EARLIEST)?;
    let ends = at(cluster, topics, names, offsets::LATEST)?;
    let by_time = match args.target.to_time {
        Some(unix_ms) => at(cluster, topics, names, unix_ms)?,
        None => BTreeMap::new(),
    };
    let mut wanted = BTreeMap::new();
    for name in names {
        let (Some(start), Some(end)) = (starts.get(name), ends.get(name)) else { continue };
        let target = &args.target;
        let offset = match (target.to_offset, target.shift_by) {
            (Some(offset), _) => offset,
            (_, Some(by)) => {
                let nothing = || {
                    let what = format!("{}-{}: nothing is committed to shift", name.0, name.1);
                    Problem::failed(what).remedy("set it with --to-offset, or leave it out")
                };
                committed.get(name).ok_or_else(nothing)?.saturating_add(by)
            }
            _ if target.to_earliest => *start,
            // No record at or after that time: what comes next.
            _ if target.to_time.is_some() => {
                by_time.get(name).copied().filter(|offset| *offset >= 0).unwrap_or(*end)
            }
            _ => *end,
        };
        wanted.insert(name.clone(), offset.clamp(*start, *end));
    }
    Ok(wanted)
}

fn delete(args: &GroupDeleteArgs, out: &mut impl Write) -> Result<()> {
    let mut cluster = Cluster::new(&args.bootstrap.bootstrap_server)?;
    for group in &args.groups {
        groups::delete(&mut cluster, group)?;
        writeln!(out, "deleted {group}")?;
    }
    Ok(())
}
