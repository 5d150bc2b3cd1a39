//! Every limit of this crate, and how they hang together.

/// Broker ids of one node are this far apart; so node ids are below it.
pub const BROKER_ID_STRIDE: i32 = 1000;
/// Largest node id, so that broker ids of two nodes never meet.
pub const NODE_ID_MAX: i32 = BROKER_ID_STRIDE - 1;
/// Largest shard number of a node.
pub const SHARD_MAX: u16 = 1023;

/// Longest topic name in bytes: a directory name (at most 255) also holds `-` and a partition.
pub const TOPIC_NAME_LEN_MAX: usize = 249;
/// Most partitions one request may create (Kafka: 10,000 per batch of records).
pub const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;
/// Most partitions of one topic.
pub const PARTITIONS_PER_TOPIC_MAX: usize = 100_000;
/// Most partitions of the cluster.
pub const PARTITIONS_TOTAL_MAX: usize = 1_000_000;
/// Most replicas of one partition.
pub const REPLICATION_FACTOR_MAX: i16 = 1000;
/// Most brokers (shards of all nodes) of the cluster.
pub const BROKERS_MAX: usize = 65_536;

/// Most leaderships that one pass gives back to the first replicas, as in Kafka.
pub const ELECTIONS_PER_PASS_MAX: usize = 1_000;

/// Longest value of a config in bytes (a string of the protocol holds up to 32,767).
pub const CONFIG_VALUE_LEN_MAX: usize = 32_767;
/// Most config changes one request may carry.
pub const CONFIG_CHANGES_PER_REQUEST_MAX: usize = 10_000;
/// Most dynamic configs one resource may hold.
pub const CONFIGS_PER_RESOURCE_MAX: usize = 1_000;
/// Most groups that have configs of their own: unlike topics, groups need not be there for that.
pub const CONFIGURED_GROUPS_MAX: usize = 100_000;

/// Longest error message in bytes; what is beyond is cut off.
pub const MESSAGE_LEN_MAX: usize = 2_000;

/// Producer ids are handed to brokers in blocks of this many, as in Kafka.
pub const PRODUCER_ID_BLOCK_LEN: i32 = 1000;

/// Longest encoded record in bytes: a partition with the most replicas fits with room to spare.
pub const RECORD_LEN_MAX: usize = 1 << 20;
/// Entries of one leaf of the image's maps: what a change of one entry copies at most.
pub const MAP_LEAF_LEN_MAX: usize = 256;

/// Most groups of one partition of `__consumer_offsets`.
pub const GROUPS_PER_COORDINATOR_MAX: usize = 100_000;
/// Most members of one group, and most that were given a member id but did not join yet.
pub const MEMBERS_PER_GROUP_MAX: usize = 10_000;
/// Most sessions and other timers of the groups of one partition before new members are refused.
pub const MEMBERS_PER_COORDINATOR_MAX: usize = 100_000;
/// Most bytes that the protocols, ids and hosts of one group's members may take together.
pub const GROUP_MEMBERS_BYTES_MAX: usize = 16 << 20;
/// Most assignors (protocols) a member may name.
pub const PROTOCOLS_PER_MEMBER_MAX: usize = 100;
/// Most partitions a group may have committed offsets for.
pub const OFFSETS_PER_GROUP_MAX: usize = 1_000_000;
/// Most bytes of what one step of a group coordinator writes: it becomes one batch of at most
/// 1 MiB (`message.max.bytes`), with room for the framing of its records.
pub const GROUP_STEP_BYTES_MAX: usize = 900 << 10;
/// Most work of cleaning up (groups to delete, topics that are gone) that waits for its turn.
pub const GROUP_CLEANUPS_MAX: usize = 100_000;
/// Most groups one step of cleaning up looks at.
pub const GROUPS_PER_CLEANUP_STEP_MAX: usize = 2_000;
/// Bytes of a client id or instance id that go into a member id made for it.
pub const MEMBER_ID_PREFIX_LEN_MAX: usize = 1_000;
/// How long a join of a new member may wait, in milliseconds; as in Kafka.
pub const NEW_MEMBER_JOIN_TIMEOUT_MS: u64 = 5 * 60 * 1000;
/// Most bytes of the names of the topics that one member is subscribed to, or that one regular
/// expression stands for.
pub const GROUP_TOPIC_NAMES_BYTES_MAX: usize = 256 << 10;
/// Longest regular expression of a subscription in bytes.
pub const GROUP_REGEX_LEN_MAX: usize = 4096;
/// Most memory that a compiled regular expression may take.
pub const GROUP_REGEX_MEMORY_BYTES_MAX: usize = 1 << 20;

const _: () = assert!(TOPIC_NAME_LEN_MAX + "-2147483647".len() <= 260);
const _: () = assert!(PARTITIONS_PER_REQUEST_MAX <= PARTITIONS_PER_TOPIC_MAX);
const _: () = assert!(PARTITIONS_PER_TOPIC_MAX <= PARTITIONS_TOTAL_MAX);
const _: () = assert!(PARTITIONS_TOTAL_MAX < i32::MAX as usize);
const _: () = assert!(CONFIG_VALUE_LEN_MAX < RECORD_LEN_MAX);
const _: () = assert!(REPLICATION_FACTOR_MAX as usize * 4 * 4 < RECORD_LEN_MAX);
// A string of the protocol counts its bytes in 16 bits with a sign.
const _: () = assert!(MESSAGE_LEN_MAX + '…'.len_utf8() <= i16::MAX as usize);
const _: () = assert!(MAP_LEAF_LEN_MAX >= 4);
const _: () = assert!((SHARD_MAX as i64 + 1) * (BROKER_ID_STRIDE as i64) < i32::MAX as i64);
// A batch holds a megabyte by default; what frames a step's records there has the rest.
const _: () = assert!(GROUP_STEP_BYTES_MAX + (100 << 10) < 1_048_588);
const _: () = assert!(MEMBERS_PER_GROUP_MAX <= MEMBERS_PER_COORDINATOR_MAX);
// A member id made of a client id still is a string of the wire.
const _: () = assert!(MEMBER_ID_PREFIX_LEN_MAX + 37 <= i16::MAX as usize);
