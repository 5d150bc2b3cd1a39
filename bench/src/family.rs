//! Families of rows: those that ask a broker for requests of one shape share a warm-up.

use std::fmt;

use crate::rows::{Durability, ROWS, Row, Score, Work};
use crate::workload::Pace;
use crate::workload::tools::Tool;

/// What the broker is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Produce,
    /// Writes, and consumers that wait at the end.
    Tail,
    Fetch,
}

/// The shape of a row's requests. Its pace does not matter: at a low rate a just-in-time compiler
/// would never be done, so all of a family are warmed in the closed loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Family {
    kind: Kind,
    partitions: usize,
    connections: usize,
    records: usize,
    record_bytes: usize,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partitions, records, record_bytes, .. } = self;
        match self.kind {
            Kind::Produce => {
                write!(f, "produce, {records} x {record_bytes} B, {partitions} partitions")
            }
            Kind::Tail => write!(f, "produce and fetch tail, {records} x {record_bytes} B"),
            Kind::Fetch => write!(f, "fetch cached"),
        }
    }
}

impl Family {
    const fn shape(kind: Kind, row: &Row) -> Self {
        let Row { partitions, connections, records, record_bytes, .. } = *row;
        Self { kind, partitions, connections, records, record_bytes }
    }

    fn produce(name: &str) -> Self {
        Self::shape(Kind::Produce, named(name))
    }

    fn fetch() -> Self {
        Self::shape(Kind::Fetch, named("fetch cached, 1 MiB"))
    }

    /// What a broker is warmed with before a row, the row's own shape last. None for rows that
    /// measure a broker just started.
    pub fn of(row: &Row) -> Vec<Self> {
        match row.work {
            Work::Connections => Vec::new(),
            Work::Produce => vec![Self::shape(Kind::Produce, row)],
            Work::FetchCached | Work::FetchCold => vec![Self::fetch()],
            Work::EndToEnd { catch_up_readers: 0 } => vec![Self::shape(Kind::Tail, row)],
            Work::EndToEnd { .. } => vec![Self::fetch(), Self::shape(Kind::Tail, row)],
            Work::Tool(tool) if tool.reads() => vec![Self::fetch()],
            Work::Tool(Tool::RdkafkaLatency { .. }) => vec![Self::produce("produce 1 x 100 B")],
            Work::Tool(_) => vec![Self::produce("produce 100 x 100 B")],
        }
    }

    /// The row that drives a broker at saturation.
    pub fn driver(&self) -> Row {
        let Self { partitions, connections, records, record_bytes, .. } = *self;
        let (work, in_flight) = match self.kind {
            Kind::Produce => (Work::Produce, 5),
            Kind::Tail => (Work::EndToEnd { catch_up_readers: 0 }, 5),
            Kind::Fetch => (Work::FetchCached, 1),
        };
        Row {
            name: "warm-up",
            work,
            partitions,
            connections,
            records,
            record_bytes,
            pace: Pace::InFlight(in_flight),
            score: Score::RecordsPerSecond,
            durabilities: &Durability::ALL,
            idle: None,
        }
    }

    /// What is read is the same however it was acknowledged.
    pub fn durabilities(&self, wanted: &[Durability]) -> Vec<Durability> {
        match self.kind {
            Kind::Fetch => vec![Durability::Memory],
            _ => Durability::ALL.into_iter().filter(|ack| wanted.contains(ack)).collect(),
        }
    }
}

fn named(name: &str) -> &'static Row {
    ROWS.iter().find(|row| row.name == name).expect("a row's name")
}

/// Rows that share a warm-up, with their acknowledgements.
#[derive(Clone, Debug)]
pub struct Group {
    pub families: Vec<Family>,
    pub picks: Vec<(&'static Row, Durability)>,
}

/// The groups of these rows, in their order; rows of a fresh start are in none.
pub fn groups(picks: &[(&'static Row, Durability)]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for &pick in picks {
        let families = Family::of(pick.0);
        if families.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|group| group.families == families) {
            Some(group) => group.picks.push(pick),
            None => groups.push(Group { families, picks: vec![pick] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_but_those_of_a_fresh_start_is_warmed_in_the_closed_loop() {
        for row in ROWS {
            let families = Family::of(row);
            assert_eq!(families.is_empty(), row.is_fresh(), "{}", row.name);
            for family in families {
                let driver = family.driver();
                assert!(matches!(driver.pace, Pace::InFlight(_)), "{}", row.name);
                assert_eq!(Family::of(&driver), [family], "{}: drives another", row.name);
            }
        }
    }

    #[test]
    fn rows_of_one_shape_share_a_warm_up() {
        let shared = |a: &str, b: &str| Family::of(named(a)) == Family::of(named(b));
        for open in ["1,000 single-record requests/s", "15,000 single-record requests/s"] {
            assert!(shared("produce 1 x 100 B", open), "{open}");
        }
        assert!(shared("fetch cached, 1 MiB", "fetch cold, 1 MiB"));
        for other in ["produce 1000 x 100 B", "64 partitions", "1,000 partitions in turn"] {
            assert!(!shared("produce 100 x 100 B", other), "{other}");
        }
        let picks: Vec<_> = ROWS.iter().map(|row| (row, Durability::Memory)).collect();
        let groups = groups(&picks);
        let grouped: usize = groups.iter().map(|group| group.picks.len()).sum();
        assert_eq!(grouped, ROWS.iter().filter(|row| !row.is_fresh()).count());
        let beside = Family::of(named("end to end at 1,000/s, 3 catch-up readers"));
        assert_eq!(beside.len(), 2, "its readers fetch the backlog");
    }
}
