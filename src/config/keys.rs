//! The one table of what can be set, beside Kafka's broker settings.

/// How a value may be written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    Number,
    /// A text such as `0,2-5`, or a list of numbers.
    Cores,
}

/// One thing that can be set: `--name`, `TIDEMILL_NAME`, and `name` in a file.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    /// How the value is called in the help.
    pub value: &'static str,
    /// What holds if it is not set; `None` where that depends on the machine.
    pub default: Option<&'static str>,
    pub doc: &'static str,
}

impl Key {
    pub fn variable(&self) -> String {
        variable(self.name)
    }
}

/// `num-partitions` as TIDEMILL_NUM_PARTITIONS.
pub fn variable(name: &str) -> String {
    format!("TIDEMILL_{}", name.to_ascii_uppercase().replace('-', "_"))
}

/// The table of Kafka's settings in a file, and the prefix of their variables.
pub const SETTINGS: &str = "set";

pub const DATA: &str = "data";
pub const LISTEN: &str = "listen";
pub const ADVERTISE: &str = "advertise";
pub const CORES: &str = "cores";
pub const NODE_ID: &str = "node-id";
pub const NUM_PARTITIONS: &str = "num-partitions";
pub const CONTROL: &str = "control";
pub const ARENA: &str = "arena";
pub const ARENA_MIB: &str = "arena-mib";
pub const LOG_FORMAT: &str = "log-format";
pub const LOG_LEVEL: &str = "log-level";

const fn key(
    name: &'static str,
    shape: Shape,
    value: &'static str,
    default: Option<&'static str>,
    doc: &'static str,
) -> Key {
    Key { name, shape, value, default, doc }
}

pub const KEYS: &[Key] = &[
    key(
        DATA,
        Shape::Text,
        "DIR",
        Some("./tidemill-data"),
        "Directory of the data; made if it is not there. One process at a time may use it",
    ),
    key(
        LISTEN,
        Shape::Text,
        "HOST:PORT",
        Some("127.0.0.1:9092"),
        "Address clients connect to; shard n listens on PORT + n",
    ),
    key(
        ADVERTISE,
        Shape::Text,
        "HOST:PORT",
        None,
        "Address clients are told, with PORT + n for shard n; without it, the address listened on",
    ),
    key(
        CORES,
        Shape::Cores,
        "LIST",
        None,
        "Cores to run on, one shard each, such as 0,2-5; without it, all that this process may use",
    ),
    key(
        NODE_ID,
        Shape::Number,
        "N",
        Some("1"),
        "Number of this node, 0 to 999; shard n is the Kafka broker N + 1000 * n",
    ),
    key(
        NUM_PARTITIONS,
        Shape::Number,
        "N",
        Some("1"),
        "Partitions of a topic that is created without saying how many (Kafka's num.partitions)",
    ),
    key(
        CONTROL,
        Shape::Text,
        "HOST:PORT",
        Some("127.0.0.1:9644"),
        "Address of /metrics, /health and /version over HTTP; none for no such address",
    ),
    key(
        ARENA,
        Shape::Text,
        "DIR",
        Some("auto"),
        "Where the crash-safe memory lies: a directory on tmpfs or hugetlbfs; auto for /dev/shm if \
         it has room; none to do without, so that every acknowledgement waits for the disk",
    ),
    key(
        ARENA_MIB,
        Shape::Number,
        "MIB",
        None,
        "Size of the crash-safe memory of one shard, in MiB; without it 256, or less where all \
         shards together would take more than half of what is free there",
    ),
    key(LOG_FORMAT, Shape::Text, "FORMAT", Some("human"), "Format of the log: human or json"),
    key(
        LOG_LEVEL,
        Shape::Text,
        "LEVEL",
        Some("info"),
        "What is logged: error, warn, info, debug or trace, also by part, such as \
         info,storage=debug",
    ),
];

pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Kafka settings that have a key of their own here, which says it better.
pub const OWN_KEY_OF_SETTING: &[(&str, &str)] = &[
    ("log.dir", DATA),
    ("log.dirs", DATA),
    ("metadata.log.dir", DATA),
    ("listeners", LISTEN),
    ("advertised.listeners", ADVERTISE),
    ("node.id", NODE_ID),
    ("broker.id", NODE_ID),
];

/// The key or name nearest to a mistyped one, if one is near.
pub fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
    let typed = plain(typed);
    names
        .map(|name| (distance(&typed, &plain(name)), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Letters to add, drop or change to make one of the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_key() {
        let names = || KEYS.iter().map(|key| key.name);
        assert_eq!(nearest("num_partitions", names()), Some(NUM_PARTITIONS));
        assert_eq!(nearest("listne", names()), Some(LISTEN));
        assert_eq!(nearest("core", names()), Some(CORES));
        assert_eq!(nearest("quota", names()), None);
    }

    #[test]
    fn variables_are_named_after_their_keys() {
        assert_eq!(find(ARENA_MIB).unwrap().variable(), "TIDEMILL_ARENA_MIB");
    }
}
