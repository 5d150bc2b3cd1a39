//! The rows that are compared.

use crate::workload::Pace;
use crate::workload::tools::Tool;

/// When an acknowledgement is given; all peers know it by the same topic config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Kafka: in the page cache. Tidemill: in the crash-safe arena.
    Memory,
    /// `flush.messages=1`: after the data sync.
    Synced,
}

impl Durability {
    pub const ALL: [Self; 2] = [Self::Memory, Self::Synced];

    pub fn flush_messages(self) -> &'static str {
        match self {
            Self::Memory => "9223372036854775807",
            Self::Synced => "1",
        }
    }
}

/// What a row does.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    Produce,
    /// Reads what was just written, over and over.
    FetchCached,
    /// Reads the backlog once, its page cache dropped.
    FetchCold,
    /// From append to delivery, while so many consumers re-read the backlog from its start.
    EndToEnd {
        catch_up_readers: usize,
    },
    /// Memory of a broker that has just started, with so many connections at rest.
    Connections,
    /// A standard client's own tool.
    Tool(Tool),
}

/// The figure that brokers are compared by.
#[derive(Clone, Copy, Debug)]
pub enum Score {
    RecordsPerSecond,
    BytesPerSecond,
    /// Latency at this quantile, in milliseconds.
    Latency(f64),
    /// Memory of the broker.
    ResidentMib,
}

impl Score {
    pub fn less_is_better(self) -> bool {
        matches!(self, Self::Latency(_) | Self::ResidentMib)
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub work: Work,
    pub partitions: usize,
    pub connections: usize,
    pub records: usize,
    pub record_bytes: usize,
    pub pace: Pace,
    pub score: Score,
    pub durabilities: &'static [Durability],
    /// The row of the same broker that shows it without this row's load beside.
    pub idle: Option<&'static str>,
}

impl Row {
    /// Whether it is measured right after a start, before anything else has run.
    pub fn is_fresh(&self) -> bool {
        matches!(self.work, Work::Connections)
    }

    /// Whether its name contains one of the words; all rows do where there are none.
    pub fn is_among(&self, words: &[String]) -> bool {
        words.is_empty() || words.iter().any(|word| self.name.contains(word.as_str()))
    }
}

const fn row(name: &'static str, records: usize, record_bytes: usize, pace: Pace) -> Row {
    let score = match pace {
        Pace::InFlight(_) => Score::RecordsPerSecond,
        Pace::PerSecond(_) => Score::Latency(0.999),
    };
    Row {
        name,
        work: Work::Produce,
        partitions: 4,
        connections: 4,
        records,
        record_bytes,
        pace,
        score,
        durabilities: &Durability::ALL,
        idle: None,
    }
}

/// What a reading tool reads is written as in other rows, in batches of 100.
const fn tool(name: &'static str, tool: Tool) -> Row {
    let reads = tool.reads();
    Row {
        work: Work::Tool(tool),
        durabilities: if reads { MEMORY } else { &Durability::ALL },
        ..row(name, if reads { 100 } else { 1 }, 100, FIVE)
    }
}

const FIVE: Pace = Pace::InFlight(5);
const ONE: Pace = Pace::InFlight(1);
const THOUSAND: Pace = Pace::PerSecond(1000);
const MEMORY: &[Durability] = &[Durability::Memory];
const TAIL: Work = Work::EndToEnd { catch_up_readers: 0 };
const END_TO_END: &str = "end to end at 1,000/s";

/// The rows, in the order of the report.
pub const ROWS: &[Row] = &[
    row("produce 100 x 100 B", 100, 100, FIVE),
    row("produce 1000 x 100 B", 1000, 100, FIVE),
    row("produce 1 x 100 B", 1, 100, FIVE),
    row("produce 10 x 1 KiB", 10, 1024, FIVE),
    Row { partitions: 64, connections: 16, ..row("64 partitions", 100, 100, FIVE) },
    Row { partitions: 1000, ..row("1,000 partitions in turn", 100, 100, FIVE) },
    row("1,000 single-record requests/s", 1, 100, THOUSAND),
    Row {
        score: Score::Latency(0.99),
        ..row("15,000 single-record requests/s", 1, 100, Pace::PerSecond(15_000))
    },
    Row { work: TAIL, ..row(END_TO_END, 1, 100, THOUSAND) },
    Row {
        work: Work::EndToEnd { catch_up_readers: 3 },
        idle: Some(END_TO_END),
        ..row("end to end at 1,000/s, 3 catch-up readers", 1, 100, THOUSAND)
    },
    Row { work: TAIL, ..row("fetch tail, 100 x 100 B", 100, 100, FIVE) },
    Row {
        work: Work::FetchCached,
        durabilities: MEMORY,
        ..row("fetch cached, 1 MiB", 100, 100, ONE)
    },
    Row {
        work: Work::FetchCold,
        score: Score::BytesPerSecond,
        durabilities: MEMORY,
        ..row("fetch cold, 1 MiB", 64, 1024, ONE)
    },
    Row {
        work: Work::Connections,
        score: Score::ResidentMib,
        partitions: 2000,
        connections: 2000,
        durabilities: MEMORY,
        ..row("memory, 2,000 partitions and connections", 1, 100, ONE)
    },
    tool("kafka-producer-perf-test", Tool::KafkaProducer),
    tool("kafka-consumer-perf-test", Tool::KafkaConsumer),
    tool("rdkafka_performance -P", Tool::RdkafkaProducer),
    Row {
        score: Score::Latency(0.99),
        ..tool("rdkafka_performance -P -l, 1,000/s", Tool::RdkafkaLatency { per_second: 1000 })
    },
    tool("rdkafka_performance -C", Tool::RdkafkaConsumer),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_rows_apart_and_idle_rows_exist() {
        for (index, row) in ROWS.iter().enumerate() {
            assert!(ROWS[index + 1..].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(row.idle.is_none_or(|idle| ROWS.iter().any(|other| other.name == idle)));
            assert!(row.connections <= row.partitions, "{}: its order is verified", row.name);
        }
    }

    #[test]
    fn rows_are_chosen_by_any_of_the_words() {
        let chosen = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            ROWS.iter().filter(|row| row.is_among(&words)).count()
        };
        assert_eq!(chosen(&[]), ROWS.len());
        assert_eq!(chosen(&["produce 1 x", "cold"]), 2);
        assert_eq!(chosen(&["no such row"]), 0);
    }
}
