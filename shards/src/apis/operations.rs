//! Which operations a client may do, as the bit sets of KIP-430. Without an authorizer: all.

/// "Not asked for".
pub const NOT_ASKED: i32 = i32::MIN;

/// Bit `n` is Kafka's AclOperation `n`.
const fn bits(operations: &[u8]) -> i32 {
    let mut bits = 0;
    let mut index = 0;
    while index < operations.len() {
        bits |= 1 << operations[index];
        index += 1;
    }
    bits
}

const READ: u8 = 3;
const WRITE: u8 = 4;
const CREATE: u8 = 5;
const DELETE: u8 = 6;
const ALTER: u8 = 7;
const DESCRIBE: u8 = 8;
const CLUSTER_ACTION: u8 = 9;
const DESCRIBE_CONFIGS: u8 = 10;
const ALTER_CONFIGS: u8 = 11;
const IDEMPOTENT_WRITE: u8 = 12;

/// All operations there are on a topic.
pub fn topic(asked: bool) -> i32 {
    const ALL: i32 =
        bits(&[READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]);
    if asked { ALL } else { NOT_ASKED }
}

/// All operations there are on the cluster.
pub fn cluster(asked: bool) -> i32 {
    const ALL: i32 = bits(&[
        CREATE,
        ALTER,
        DESCRIBE,
        CLUSTER_ACTION,
        DESCRIBE_CONFIGS,
        ALTER_CONFIGS,
        IDEMPOTENT_WRITE,
    ]);
    if asked { ALL } else { NOT_ASKED }
}

/// All operations there are on a group.
pub fn group(asked: bool) -> i32 {
    const ALL: i32 = bits(&[READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]);
    if asked { ALL } else { NOT_ASKED }
}
