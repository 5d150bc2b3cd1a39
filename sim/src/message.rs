//! What travels in a simulated cluster, and what happens in it.

use cluster::command::{AlterPartition, Command, RegisterNode};
use cluster::controller::sessions::{Answer, Heartbeat};
use cluster::records::LogId;
use cluster::replication::leader::IsrAnswer;
use cluster::replication::{Progress, Subscribe, ToFollower};

use crate::log::Batch;

/// Where a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    Node(i32),
    /// Wherever the active controller is.
    Controller,
    Producer(usize),
    Reader(usize),
    Operator,
}

#[derive(Debug, Clone)]
pub enum Message {
    Produce {
        log: LogId,
        broker: i32,
        batch: Batch,
    },
    Produced {
        sequence: i64,
        producer: u64,
        outcome: Produced,
    },
    Fetch {
        log: LogId,
        broker: i32,
        offset: i64,
    },
    Fetched {
        log: LogId,
        offset: i64,
        batches: Vec<Batch>,
    },
    Subscribe {
        log: LogId,
        broker: i32,
        message: Subscribe,
    },
    Progress {
        log: LogId,
        broker: i32,
        message: Progress,
    },
    /// To a follower, with the batches of a run.
    Replicate {
        log: LogId,
        broker: i32,
        message: ToFollower,
        batches: Vec<Batch>,
    },
    Register(RegisterNode),
    Heartbeat(Heartbeat),
    HeartbeatAnswer(Answer),
    AlterPartition(AlterPartition),
    IsrAnswer {
        log: LogId,
        broker: i32,
        leader_epoch: i32,
        request: u32,
        answer: IsrAnswer,
    },
    Operate(Command),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Produced {
    At(i64),
    NotLeader,
    NotEnoughReplicas,
    OutOfOrder,
}

/// Something that is due at a time.
#[derive(Debug, Clone)]
pub enum Event {
    Deliver {
        from: Address,
        to: Address,
        process: u64,
        message: Message,
    },
    /// A node's clock; nothing of a process that is gone.
    Tick {
        node: i32,
        process: u64,
    },
    /// The image moves on a node, to this many entries of the metadata log.
    Image {
        node: i32,
        process: u64,
        entries: usize,
    },
    Disk {
        node: i32,
        process: u64,
        broker: i32,
        log: LogId,
        done: Done,
    },
    /// A batch that waited for memory, with the epoch that it was decided in.
    Append {
        node: i32,
        process: u64,
        broker: i32,
        log: LogId,
        epoch: i32,
        client: usize,
        batch: Batch,
    },
    LinkUp {
        node: i32,
        process: u64,
        peer: i32,
    },
    LinkDown {
        node: i32,
        process: u64,
        peer: i32,
    },
    Start {
        node: i32,
        life: u64,
    },
    Thaw {
        node: i32,
        process: u64,
    },
    Heal {
        cut: u64,
    },
    Commit {
        term: u64,
        entries: usize,
    },
    Controller {
        term: u64,
    },
    Connect,
    Producer {
        id: usize,
    },
    Reader {
        id: usize,
    },
    Fault,
    Operation,
    /// The first two replicas change places and the first is to lead; so often more.
    Swap {
        log: LogId,
        more: u8,
    },
    Retention,
    Check,
    EndOfSafety,
}

/// What a disk has done.
#[derive(Debug, Clone, Copy)]
pub enum Done {
    Synced {
        to: i64,
        cuts: u64,
    },
    Truncated {
        to: i64,
    },
    Restarted {
        start: i64,
    },
    /// A cold read for a follower, under the epoch it was begun in.
    Read {
        follower: i32,
        leader_epoch: i32,
        number: u32,
        from: i64,
    },
}
