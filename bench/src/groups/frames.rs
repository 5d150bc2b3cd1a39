//! The requests of a consumer group's members, and their answers.

use wire::codec::{Decode, Reader, Request};
use wire::messages::join_group_request::JoinGroupRequestProtocol;
use wire::messages::leave_group_request::MemberIdentity;
use wire::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use wire::messages::sync_group_request::SyncGroupRequestAssignment;
use wire::messages::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest, SyncGroupRequest,
};

use crate::BenchError;
use crate::frames::Frame;

/// Newest versions that name topics rather than give their ids; both peers have them.
pub const JOIN_VERSION: i16 = 9;
pub const SYNC_VERSION: i16 = 5;
pub const HEARTBEAT_VERSION: i16 = 4;
pub const LEAVE_VERSION: i16 = 5;
pub const COMMIT_VERSION: i16 = 9;

/// Java's defaults.
const SESSION_TIMEOUT_MS: i32 = 45_000;
const REBALANCE_TIMEOUT_MS: i32 = 300_000;
const PROTOCOL_TYPE: &str = "consumer";
const PROTOCOL: &str = "range";
/// Stands in an encoded commit where the offset belongs.
const OFFSET_MARK: i64 = 0x5AA5_1DEA_5EAF_00D5;

fn encode<'a, R: Request<'a>>(version: i16, request: &R) -> Result<Frame, BenchError> {
    Frame::encode(R::API, version, request)
}

/// The body of an answer to an `R`.
pub fn decode<'a, 'b, R: Request<'a>>(
    version: i16,
    response: &'b [u8],
) -> Result<R::Response<'b>, BenchError> {
    let header_bytes = if R::API.response_header_version(version) == 0 { 4 } else { 5 };
    let body = response.get(header_bytes..).unwrap_or_default();
    Ok(R::Response::decode(&mut Reader::new(body), version)?)
}

fn put_string(out: &mut Vec<u8>, text: &str) {
    let length = i16::try_from(text.len()).expect("a short name");
    out.extend(length.to_be_bytes());
    out.extend(text.as_bytes());
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend(i32::try_from(count).expect("few of them").to_be_bytes());
}

/// What a consumer of `topic` tells its group (ConsumerProtocolSubscription v0).
fn subscription(topic: &str) -> Vec<u8> {
    let mut out = vec![0, 0];
    put_count(&mut out, 1);
    put_string(&mut out, topic);
    out.extend((-1i32).to_be_bytes());
    out
}

/// What the leader gives a member (ConsumerProtocolAssignment v0).
fn assignment(topic: &str, partitions: &[i32]) -> Vec<u8> {
    let mut out = vec![0, 0];
    put_count(&mut out, 1);
    put_string(&mut out, topic);
    put_count(&mut out, partitions.len());
    partitions.iter().for_each(|partition| out.extend(partition.to_be_bytes()));
    out.extend((-1i32).to_be_bytes());
    out
}

/// The partitions of an assignment that [`assignment`] made.
pub fn assigned(bytes: &[u8], topic: &str) -> Result<Vec<i32>, BenchError> {
    let head = assignment(topic, &[]);
    let count_at = head.len() - 8;
    let short = || BenchError::Wire("an assignment that no leader here made".into());
    if bytes.get(..count_at) != Some(&head[..count_at]) || bytes.len() < head.len() {
        return Err(short());
    }
    let partitions = bytes[count_at + 4..bytes.len() - 4].chunks_exact(4);
    Ok(partitions.map(|four| i32::from_be_bytes(four.try_into().expect("four bytes"))).collect())
}

pub fn join(group: &str, member: &str, topic: &str) -> Result<Frame, BenchError> {
    let metadata = subscription(topic);
    let protocol = JoinGroupRequestProtocol { name: PROTOCOL.into(), metadata: metadata.into() };
    let request = JoinGroupRequest {
        group_id: group.into(),
        session_timeout_ms: SESSION_TIMEOUT_MS,
        rebalance_timeout_ms: REBALANCE_TIMEOUT_MS,
        member_id: member.into(),
        protocol_type: PROTOCOL_TYPE.into(),
        protocols: vec![protocol],
        ..Default::default()
    };
    encode(JOIN_VERSION, &request)
}

/// A leader gives `topic`'s partitions to `members` in turns; others give nothing.
pub fn sync(
    group: &str,
    member: &str,
    generation: i32,
    topic: &str,
    partitions: i32,
    members: &[String],
) -> Result<Frame, BenchError> {
    let assignments = members.iter().enumerate().map(|(turn, member)| {
        let mine: Vec<i32> = (0..partitions).skip(turn).step_by(members.len()).collect();
        let assignment = assignment(topic, &mine).into();
        SyncGroupRequestAssignment { member_id: member.as_str().into(), assignment }
    });
    let request = SyncGroupRequest {
        group_id: group.into(),
        generation_id: generation,
        member_id: member.into(),
        protocol_type: Some(PROTOCOL_TYPE.into()),
        protocol_name: Some(PROTOCOL.into()),
        assignments: assignments.collect(),
        ..Default::default()
    };
    encode(SYNC_VERSION, &request)
}

pub fn heartbeat(group: &str, member: &str, generation: i32) -> Result<Frame, BenchError> {
    let request = HeartbeatRequest {
        group_id: group.into(),
        generation_id: generation,
        member_id: member.into(),
        ..Default::default()
    };
    encode(HEARTBEAT_VERSION, &request)
}

pub fn leave(group: &str, member: &str) -> Result<Frame, BenchError> {
    let identity = MemberIdentity { member_id: member.into(), ..Default::default() };
    let request =
        LeaveGroupRequest { group_id: group.into(), members: vec![identity], ..Default::default() };
    encode(LEAVE_VERSION, &request)
}

/// A commit of the same offset for several partitions, encoded once.
pub struct CommitFrame {
    pub frame: Frame,
    pub offsets: usize,
    positions: Vec<usize>,
}

impl CommitFrame {
    pub fn new(
        group: &str,
        member: &str,
        generation: i32,
        topic: &str,
        partitions: &[i32],
    ) -> Result<Self, BenchError> {
        let partition = |&partition_index: &i32| OffsetCommitRequestPartition {
            partition_index,
            committed_offset: OFFSET_MARK,
            committed_leader_epoch: -1,
            committed_metadata: Some("".into()),
        };
        let topic = OffsetCommitRequestTopic {
            name: topic.into(),
            partitions: partitions.iter().map(partition).collect(),
            ..Default::default()
        };
        let request = OffsetCommitRequest {
            group_id: group.into(),
            generation_id_or_member_epoch: generation,
            member_id: member.into(),
            retention_time_ms: -1,
            topics: vec![topic],
            ..Default::default()
        };
        let frame = encode(COMMIT_VERSION, &request)?;
        let mark = OFFSET_MARK.to_be_bytes();
        let windows = frame.0.windows(mark.len()).enumerate();
        let positions: Vec<usize> =
            windows.filter(|(_, bytes)| *bytes == mark).map(|(at, _)| at).collect();
        assert_eq!(positions.len(), partitions.len(), "the mark stands for offsets alone");
        Ok(Self { frame, offsets: partitions.len(), positions })
    }

    pub fn set_offset(&mut self, offset: i64) {
        for &at in &self.positions {
            self.frame.0[at..at + 8].copy_from_slice(&offset.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_read_back() {
        for partitions in [&[][..], &[7], &[0, 3, 499]] {
            let bytes = assignment("orders", partitions);
            assert_eq!(assigned(&bytes, "orders").expect("an assignment"), partitions);
            assert!(assigned(&bytes, "others").is_err());
        }
        assert!(assigned(&[], "orders").is_err());
    }

    #[test]
    fn a_commit_carries_the_offset_it_is_set_to() {
        let mut commit = CommitFrame::new("g", "m", 3, "orders", &[1, 5]).expect("a frame");
        commit.set_offset(77);
        // Behind the length, and the header of a flexible request with its client id.
        let body = &commit.frame.0[4 + 8 + 2 + "tidemill-bench".len() + 1..];
        let request = OffsetCommitRequest::decode(&mut Reader::new(body), COMMIT_VERSION);
        let request = request.expect("a request");
        let partitions = request.topics[0].partitions.iter();
        let told: Vec<_> = partitions.map(|p| (p.partition_index, p.committed_offset)).collect();
        assert_eq!(told, [(1, 77), (5, 77)]);
        assert_eq!((&*request.member_id, request.generation_id_or_member_epoch), ("m", 3));
    }
}
