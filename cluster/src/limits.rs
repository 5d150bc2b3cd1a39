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
/// Bytes of the name of a config that nobody here knows, which a broker keeps all the same.
pub const CONFIG_NAME_LEN_MAX: usize = 1_000;
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

/// A tick of the quorum's clock, in milliseconds.
pub const QUORUM_TICK_MS: u64 = 20;
/// A leader sends heartbeats this often.
pub const QUORUM_HEARTBEAT_TICKS: usize = 5;
/// A follower that heard its leader within this votes for nobody else, and a leader that does not
/// hear from a majority within this steps down.
pub const QUORUM_LEASE_TICKS: usize = 20;
/// A voter that hears of no leader for this long, and for the slots before its own, campaigns. A
/// little more than the lease: else the peers are asked while they still trust the old leader.
pub const QUORUM_TIMEOUT_TICKS: usize = 22;
/// The slots of two voters are this far apart.
pub const QUORUM_ELECTION_SLOT_TICKS: usize = 5;
/// A campaign without outcome is repeated after this.
pub const QUORUM_RETRY_TICKS: usize = 5;
/// Most ticks after a pause of this process: never a whole lease at once (tikv#8299).
pub const QUORUM_TICKS_AT_ONCE_MAX: u64 = (QUORUM_LEASE_TICKS - 2 * QUORUM_HEARTBEAT_TICKS) as u64;
/// A leader whose oldest write is older than this hands over the lead.
pub const QUORUM_WRITE_STALL_MS: u64 = 250;
/// What a caller waits for the outcome of its command at most.
pub const QUORUM_REPLY_TIMEOUT_MS: u64 = 30_000;
/// A snapshot on its way that makes no progress for this long has failed.
pub const QUORUM_SNAPSHOT_STALL_MS: u64 = 10_000;
/// A member that was sent a snapshot finds the log behind it for this long, while it installs it.
pub const QUORUM_INSTALL_MS: u64 = 60_000;
/// Most snapshots on their way to peers at a time.
pub const QUORUM_SNAPSHOTS_SENT_MAX: usize = 2;
/// Most bytes of one entry's value.
pub const QUORUM_ENTRY_BYTES_MAX: usize = 8 << 20;
/// Most bytes of entries in one message, but for one entry that is larger.
pub const QUORUM_APPEND_BYTES_MAX: u64 = 1 << 20;
/// Most messages with entries on their way to one peer.
pub const QUORUM_APPENDS_IN_FLIGHT_MAX: usize = 64;
/// Most bytes of a message: one entry of the largest kind, or many small ones, and their framing.
pub const QUORUM_MESSAGE_BYTES_MAX: usize = 16 << 20;
/// Most bytes of a message's context.
pub const QUORUM_CONTEXT_BYTES_MAX: usize = 64;
/// Most bytes of entries that are in the log of a leader and not committed.
pub const QUORUM_UNCOMMITTED_BYTES_MAX: u64 = 64 << 20;
/// Most bytes of entries that are handed out for applying at a time.
pub const QUORUM_APPLY_BYTES_MAX: u64 = 4 << 20;
/// Most bytes of entries in memory; half of it forces a snapshot.
pub const QUORUM_LOG_BYTES_MAX: usize = 64 << 20;
/// Entries that are kept behind a snapshot, for members that are a little behind.
pub const QUORUM_ENTRIES_KEPT: u64 = 10_000;
/// A snapshot is written once the log grew by this
/// (`metadata.log.max.record.bytes.between.snapshots`).
pub const QUORUM_SNAPSHOT_LOG_BYTES: usize = 20 << 20;
/// A start with so many entries behind its snapshot writes another: how long the next one takes
/// does not depend on how often the node was started.
pub const QUORUM_SNAPSHOT_START_ENTRIES: u64 = 30;
/// A snapshot is written after this time if there is anything new
/// (`metadata.log.max.snapshot.interval.ms`).
pub const QUORUM_SNAPSHOT_INTERVAL_MS: u64 = 3_600_000;
/// A learner is caught up if it is not further behind than this.
pub const QUORUM_PROMOTE_LAG_MAX: u64 = 1_000;
/// Records of a snapshot are framed in pieces of about this size.
pub const SNAPSHOT_FRAME_BYTES: usize = 1 << 20;
/// Most bytes of a frame of a snapshot: a full piece and one more record, or many members.
pub const SNAPSHOT_FRAME_BYTES_MAX: usize = 4 << 20;

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
// A leader is heard several times within a lease, and a lease is over when its followers campaign.
const _: () = assert!(QUORUM_HEARTBEAT_TICKS * 3 < QUORUM_LEASE_TICKS);
const _: () = assert!(QUORUM_LEASE_TICKS < QUORUM_TIMEOUT_TICKS);
// A disk that hangs is noticed before the followers would notice that its leader is silent.
const _: () = assert!(QUORUM_WRITE_STALL_MS < QUORUM_TICK_MS * QUORUM_LEASE_TICKS as u64);
const _: () = assert!(QUORUM_ENTRY_BYTES_MAX + (4 << 20) < QUORUM_MESSAGE_BYTES_MAX);
const _: () = assert!(QUORUM_APPEND_BYTES_MAX < QUORUM_UNCOMMITTED_BYTES_MAX);
const _: () = assert!(QUORUM_ENTRY_BYTES_MAX < QUORUM_LOG_BYTES_MAX / 2);
const _: () = assert!(QUORUM_SNAPSHOT_LOG_BYTES <= QUORUM_LOG_BYTES_MAX / 2);
const _: () =
    assert!(SNAPSHOT_FRAME_BYTES + RECORD_LEN_MAX + (64 << 10) <= SNAPSHOT_FRAME_BYTES_MAX);
