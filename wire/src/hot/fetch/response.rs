//! The response: everything but the records, which go from the log's buffers to the socket
//! uncopied.

use super::{
    FIRST_ENDPOINTS, FIRST_FLEXIBLE, FIRST_LOG_START, FIRST_RACK, FIRST_SESSION, FIRST_TOPIC_ID,
    VERSIONS,
};
use crate::codec::EncodeError;
use crate::hot::out::{COUNT, Out, misuse};
use crate::hot::{LeaderAndEpoch, NodeEndpoint, TopicRef};

/// What stands before the topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResponseHead {
    pub throttle_time_ms: i32,
    /// A Kafka error code for the whole request; left out before v7.
    pub error_code: i16,
    /// 0 without a session (KIP-227); left out before v7.
    pub session_id: i32,
}

/// The answer for one partition. Fields that a version lacks are left out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionResponse<'a> {
    pub index: i32,
    /// A Kafka error code; 0 is none.
    pub error_code: i16,
    pub high_watermark: i64,
    /// −1 where it is not known.
    pub last_stable_offset: i64,
    pub log_start_offset: i64,
    /// Where the follower's log leaves ours (KIP-595).
    pub diverging_epoch: Option<EpochEndOffset>,
    pub current_leader: Option<LeaderAndEpoch>,
    /// The snapshot to read instead (KIP-630).
    pub snapshot_id: Option<SnapshotId>,
    /// Transactions aborted within the records, by first offset; `None` unless the request asked
    /// for committed records only.
    pub aborted_transactions: Option<&'a [AbortedTransaction]>,
    /// The replica to read from instead (KIP-392), or −1.
    pub preferred_read_replica: i32,
    /// Bytes of record batches that will be inserted. With 0 the client sees an empty field, not
    /// null, which some clients do not expect.
    pub records_bytes: usize,
}

impl PartitionResponse<'_> {
    /// An error without anything more to say.
    pub fn error(index: i32, error_code: i16) -> Self {
        Self {
            index,
            error_code,
            high_watermark: -1,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: None,
            current_leader: None,
            snapshot_id: None,
            aborted_transactions: None,
            preferred_read_replica: -1,
            records_bytes: 0,
        }
    }
}

/// The largest epoch both logs have, and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEndOffset {
    pub epoch: i32,
    pub end_offset: i64,
}

/// A snapshot of the metadata log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotId {
    pub end_offset: i64,
    pub epoch: i32,
}

/// A transaction whose records a consumer of committed records must drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: i64,
}

/// Records to be sent between two parts of the encoded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splice {
    /// They come before this index of the buffer given to [`ResponseEncoder::begin`].
    pub insert_at: usize,
    pub records_bytes: usize,
}

/// Writes a response piece by piece: each topic followed by its partitions.
///
/// ```
/// use wire::hot::{TopicRef, fetch};
/// let (mut head, mut splices) = (Vec::new(), Vec::new());
/// let mut encoder =
///     fetch::ResponseEncoder::begin(&mut head, &mut splices, 12, 7, Default::default(), 1)
///         .unwrap();
/// encoder.topic(TopicRef::Name("tides"), 1).unwrap();
/// let partition = fetch::PartitionResponse {
///     records_bytes: 3,
///     ..fetch::PartitionResponse::error(0, 0)
/// };
/// encoder.partition(&partition).unwrap();
/// let frame_bytes = encoder.finish(&[]).unwrap();
/// let frame = fetch::assemble(&head, &splices, &[b"abc"]);
/// assert_eq!(frame.len(), frame_bytes);
/// ```
#[derive(Debug)]
pub struct ResponseEncoder<'o> {
    out: Out<'o>,
    splices: &'o mut Vec<Splice>,
    records_bytes: usize,
    version: i16,
    topics_left: usize,
    partitions_left: usize,
}

impl<'o> ResponseEncoder<'o> {
    /// Appends the start of a response frame, its length prefix included, to `buffer`. Records
    /// asked for later are noted in `splices`, in the order in which they are to be sent;
    /// partitions without records are not.
    ///
    /// # Errors
    /// A version outside [`VERSIONS`].
    pub fn begin(
        buffer: &'o mut Vec<u8>,
        splices: &'o mut Vec<Splice>,
        version: i16,
        correlation_id: i32,
        head: ResponseHead,
        topics_count: usize,
    ) -> Result<Self, EncodeError> {
        if !VERSIONS.contains(&version) {
            return Err(misuse("not a version of Fetch"));
        }
        let (flexible, by_id) = (version >= FIRST_FLEXIBLE, version >= FIRST_TOPIC_ID);
        let mut out = Out::begin(buffer, correlation_id, flexible, by_id);
        out.i32(head.throttle_time_ms);
        if version >= FIRST_SESSION {
            out.i16(head.error_code);
            out.i32(head.session_id);
        }
        out.len(topics_count)?;
        Ok(Self {
            out,
            splices,
            records_bytes: 0,
            version,
            topics_left: topics_count,
            partitions_left: 0,
        })
    }

    /// Begins a topic; exactly `partitions_count` partitions must follow.
    ///
    /// # Errors
    /// A topic too many, partitions missing from the one before, or a topic named in a way the
    /// version does not.
    pub fn topic(
        &mut self,
        topic: TopicRef<'_>,
        partitions_count: usize,
    ) -> Result<(), EncodeError> {
        if self.topics_left == 0 || self.partitions_left != 0 {
            return Err(misuse(COUNT));
        }
        self.topics_left -= 1;
        self.partitions_left = partitions_count;
        self.out.topic(topic)?;
        self.out.len(partitions_count)?;
        if partitions_count == 0 {
            self.out.no_tags();
        }
        Ok(())
    }

    /// Adds one partition of the topic begun last, and notes where its records go.
    ///
    /// # Errors
    /// A partition too many, or records of more than 2 GiB.
    pub fn partition(&mut self, part: &PartitionResponse<'_>) -> Result<(), EncodeError> {
        if self.partitions_left == 0 {
            return Err(misuse(COUNT));
        }
        let (out, version) = (&mut self.out, self.version);
        out.i32(part.index);
        out.i16(part.error_code);
        out.i64(part.high_watermark);
        out.i64(part.last_stable_offset);
        if version >= FIRST_LOG_START {
            out.i64(part.log_start_offset);
        }
        match part.aborted_transactions {
            None => out.null_array(),
            Some(aborted) => {
                out.len(aborted.len())?;
                for transaction in aborted {
                    out.i64(transaction.producer_id);
                    out.i64(transaction.first_offset);
                    out.no_tags();
                }
            }
        }
        if version >= FIRST_RACK {
            out.i32(part.preferred_read_replica);
        }
        out.len(part.records_bytes)?;
        if part.records_bytes > 0 {
            let insert_at = out.buffer.len();
            self.splices.push(Splice { insert_at, records_bytes: part.records_bytes });
            self.records_bytes += part.records_bytes;
        }
        if version >= FIRST_FLEXIBLE {
            put_tags(out, part);
        }
        self.partitions_left -= 1;
        if self.partitions_left == 0 {
            out.no_tags();
        }
        Ok(())
    }

    /// Bytes of the frame so far, records included.
    pub fn frame_bytes(&self) -> usize {
        self.out.frame_bytes() + self.records_bytes
    }

    /// Ends the frame; returns its bytes with the records inserted and the length prefix included.
    /// `endpoints` are left out before v16.
    ///
    /// # Errors
    /// Topics or partitions missing, a text of more than 32 KiB, or a frame of more than 2 GiB.
    pub fn finish(mut self, endpoints: &[NodeEndpoint<'_>]) -> Result<usize, EncodeError> {
        if self.topics_left != 0 || self.partitions_left != 0 {
            return Err(misuse(COUNT));
        }
        let endpoints = if self.version >= FIRST_ENDPOINTS { endpoints } else { &[] };
        self.out.endpoints(endpoints)?;
        self.out.finish(self.records_bytes)
    }
}

fn put_tags(out: &mut Out<'_>, part: &PartitionResponse<'_>) {
    let tags_count = u32::from(part.diverging_epoch.is_some())
        + u32::from(part.current_leader.is_some())
        + u32::from(part.snapshot_id.is_some());
    out.uvarint(tags_count);
    if let Some(diverging) = part.diverging_epoch {
        out.uvarint(0);
        out.uvarint(13);
        out.i32(diverging.epoch);
        out.i64(diverging.end_offset);
        out.uvarint(0);
    }
    if let Some(leader) = part.current_leader {
        out.tagged_leader(1, leader);
    }
    if let Some(snapshot) = part.snapshot_id {
        out.uvarint(2);
        out.uvarint(13);
        out.i64(snapshot.end_offset);
        out.i32(snapshot.epoch);
        out.uvarint(0);
    }
}

/// The whole frame in one piece, for tests and callers to whom a copy does not matter: `encoded` is
/// the frame's part of the buffer, `records` one slice for each splice.
///
/// # Panics
/// If `records` are not those that were announced.
pub fn assemble(encoded: &[u8], splices: &[Splice], records: &[&[u8]]) -> Vec<u8> {
    assert_eq!(splices.len(), records.len(), "one slice of records for each splice");
    let mut frame = Vec::new();
    let mut sent = 0;
    for (splice, records) in splices.iter().zip(records) {
        assert_eq!(splice.records_bytes, records.len(), "as many bytes as announced");
        frame.extend_from_slice(&encoded[sent..splice.insert_at]);
        frame.extend_from_slice(records);
        sent = splice.insert_at;
    }
    frame.extend_from_slice(&encoded[sent..]);
    frame
}
