//! ProduceRequest v3–13 in place, and ProduceResponse.

use std::borrow::Cow;
use std::iter::FusedIterator;
use std::ops::{Range, RangeInclusive};

use super::cursor::Cursor;
use super::out::{COUNT, Out, misuse};
use super::{LeaderAndEpoch, NodeEndpoint, TopicRef};
use crate::codec::{DecodeError, EncodeError};

/// The versions this module speaks.
pub const VERSIONS: RangeInclusive<i16> = 3..=13;
const FIRST_FLEXIBLE: i16 = 9;
const FIRST_LOG_START: i16 = 5;
const FIRST_RECORD_ERRORS: i16 = 8;
const FIRST_LEADER: i16 = 10;
const FIRST_TOPIC_ID: i16 = 13;

/// A produce request, borrowed from its frame and known to be well formed.
#[derive(Debug, Clone)]
pub struct ProduceRequest<'a> {
    pub transactional_id: Option<Cow<'a, str>>,
    /// −1 for all in-sync replicas, 1 for the leader, 0 for no response at all. Not checked here.
    pub acks: i16,
    pub timeout_ms: i32,
    topics_count: usize,
    topics: Cursor<'a>,
    by_id: bool,
}

/// A topic of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic<'a> {
    pub topic: TopicRef<'a>,
    pub partitions_count: usize,
}

/// What a request holds for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition<'a> {
    pub topic: TopicRef<'a>,
    /// The partition's number in the topic.
    pub index: i32,
    /// The record batch, not yet checked ([`crate::records::validate_produced`]).
    pub records: Option<&'a [u8]>,
    /// Where `records` lie in the frame given to [`ProduceRequest::decode`].
    pub records_range: Range<usize>,
}

impl<'a> ProduceRequest<'a> {
    /// Reads a request whose body begins at `body_at` in `frame` (behind the request header), and
    /// checks it to its end. Bytes behind it are ignored, as Kafka does.
    ///
    /// # Errors
    /// Anything that does not lie within the frame or is not a value of its field, and versions
    /// outside [`VERSIONS`].
    pub fn decode(frame: &'a [u8], body_at: usize, version: i16) -> Result<Self, DecodeError> {
        if !VERSIONS.contains(&version) {
            return Err(DecodeError::Version { api: "Produce", version });
        }
        let by_id = version >= FIRST_TOPIC_ID;
        let mut from = Cursor::new(frame, body_at, version >= FIRST_FLEXIBLE);
        let transactional_id = from.nullable_str()?;
        let acks = from.i16()?;
        let timeout_ms = from.i32()?;
        let topics_count = from.array_len(MIN_TOPIC_BYTES)?;
        let request =
            Self { transactional_id, acks, timeout_ms, topics_count, topics: from, by_id };
        let mut walk = request.partitions();
        while walk.step()?.is_some() {}
        walk.from.skip_tagged()?;
        Ok(request)
    }

    pub fn topics_count(&self) -> usize {
        self.topics_count
    }

    /// The topics, in request order, those without partitions too.
    pub fn topics(&self) -> Topics<'a> {
        Topics { partitions: self.partitions() }
    }

    /// The partitions of all topics, in request order.
    pub fn partitions(&self) -> Partitions<'a> {
        Partitions {
            from: self.topics,
            topics_left: self.topics_count,
            topic: Topic { topic: TopicRef::Name(""), partitions_count: 0 },
            partitions_left: 0,
            by_id: self.by_id,
        }
    }
}

/// A length of 1 byte and another for the partitions.
const MIN_TOPIC_BYTES: usize = 2;
/// A number and a length of 1 byte.
const MIN_PARTITION_BYTES: usize = 5;

/// Iterator over the partitions of a request.
#[derive(Debug, Clone)]
pub struct Partitions<'a> {
    from: Cursor<'a>,
    topics_left: usize,
    topic: Topic<'a>,
    partitions_left: usize,
    by_id: bool,
}

impl<'a> Partitions<'a> {
    fn step(&mut self) -> Result<Option<Partition<'a>>, DecodeError> {
        while self.partitions_left == 0 {
            if self.next_topic()?.is_none() {
                return Ok(None);
            }
        }
        self.next_partition().map(Some)
    }

    /// Reads the next topic up to its partitions, all of which must have been read before.
    #[inline]
    fn next_topic(&mut self) -> Result<Option<Topic<'a>>, DecodeError> {
        if self.topics_left == 0 {
            return Ok(None);
        }
        self.topics_left -= 1;
        let topic = self.from.topic(self.by_id)?;
        self.partitions_left = self.from.array_len(MIN_PARTITION_BYTES)?;
        self.topic = Topic { topic, partitions_count: self.partitions_left };
        if self.partitions_left == 0 {
            self.from.skip_tagged()?;
        }
        Ok(Some(self.topic))
    }

    #[inline]
    fn next_partition(&mut self) -> Result<Partition<'a>, DecodeError> {
        let index = self.from.i32()?;
        let range = self.from.nullable_range()?;
        self.from.skip_tagged()?;
        self.partitions_left -= 1;
        if self.partitions_left == 0 {
            self.from.skip_tagged()?;
        }
        let records = range.as_ref().and_then(|range| self.from.slice(range));
        Ok(Partition {
            topic: self.topic.topic,
            index,
            records,
            records_range: range.unwrap_or_default(),
        })
    }
}

impl<'a> Iterator for Partitions<'a> {
    type Item = Partition<'a>;

    fn next(&mut self) -> Option<Partition<'a>> {
        // `decode` went this way before and met no error.
        self.step().ok().flatten()
    }
}

impl FusedIterator for Partitions<'_> {}

/// Iterator over the topics of a request.
#[derive(Debug, Clone)]
pub struct Topics<'a> {
    partitions: Partitions<'a>,
}

impl<'a> Iterator for Topics<'a> {
    type Item = Topic<'a>;

    fn next(&mut self) -> Option<Topic<'a>> {
        while self.partitions.partitions_left > 0 {
            self.partitions.next_partition().ok()?;
        }
        self.partitions.next_topic().ok().flatten()
    }
}

impl FusedIterator for Topics<'_> {}

/// The answer for one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionResult<'a> {
    pub index: i32,
    /// A Kafka error code; 0 is none.
    pub error_code: i16,
    /// Offset given to the first record; −1 with an error.
    pub base_offset: i64,
    /// −1 unless the topic uses LogAppendTime.
    pub log_append_time_ms: i64,
    /// Left out before v5.
    pub log_start_offset: i64,
    /// Which records are at fault (KIP-467). Left out before v8.
    pub record_errors: &'a [RecordError<'a>],
    /// Left out before v8.
    pub error_message: Option<&'a str>,
    /// Left out before v10.
    pub current_leader: Option<LeaderAndEpoch>,
}

impl PartitionResult<'_> {
    /// Success without anything unusual.
    pub fn ok(index: i32, base_offset: i64, log_append_time_ms: i64, log_start: i64) -> Self {
        Self {
            index,
            error_code: 0,
            base_offset,
            log_append_time_ms,
            log_start_offset: log_start,
            record_errors: &[],
            error_message: None,
            current_leader: None,
        }
    }

    /// An error without anything more to say.
    pub fn error(index: i32, error_code: i16) -> Self {
        Self { error_code, ..Self::ok(index, -1, -1, -1) }
    }
}

/// A record that caused its batch to be refused (KIP-467).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordError<'a> {
    pub batch_index: i32,
    pub message: Option<&'a str>,
}

/// Writes a response piece by piece: topics in any order, each followed by its partitions.
#[derive(Debug)]
pub struct ResponseEncoder<'o> {
    out: Out<'o>,
    version: i16,
    topics_left: usize,
    partitions_left: usize,
}

impl<'o> ResponseEncoder<'o> {
    /// Appends the start of a response frame, its length prefix included, to `buffer`.
    ///
    /// # Errors
    /// A version outside [`VERSIONS`].
    pub fn begin(
        buffer: &'o mut Vec<u8>,
        version: i16,
        correlation_id: i32,
        topics_count: usize,
    ) -> Result<Self, EncodeError> {
        if !VERSIONS.contains(&version) {
            return Err(misuse("not a version of Produce"));
        }
        let (flexible, by_id) = (version >= FIRST_FLEXIBLE, version >= FIRST_TOPIC_ID);
        let mut out = Out::begin(buffer, correlation_id, flexible, by_id);
        out.len(topics_count)?;
        Ok(Self { out, version, topics_left: topics_count, partitions_left: 0 })
    }

    /// Begins a topic; exactly `partitions_count` results must follow.
    ///
    /// # Errors
    /// A topic too many, results missing from the one before, or a topic named in a way the version
    /// does not.
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

    /// Adds the result of one partition of the topic begun last.
    ///
    /// # Errors
    /// A partition too many, or a text of more than 32 KiB.
    pub fn partition(&mut self, result: &PartitionResult<'_>) -> Result<(), EncodeError> {
        if self.partitions_left == 0 {
            return Err(misuse(COUNT));
        }
        let out = &mut self.out;
        out.i32(result.index);
        out.i16(result.error_code);
        out.i64(result.base_offset);
        out.i64(result.log_append_time_ms);
        if self.version >= FIRST_LOG_START {
            out.i64(result.log_start_offset);
        }
        if self.version >= FIRST_RECORD_ERRORS {
            out.len(result.record_errors.len())?;
            for error in result.record_errors {
                out.i32(error.batch_index);
                out.nullable_str(error.message)?;
                out.no_tags();
            }
            out.nullable_str(result.error_message)?;
        }
        match result.current_leader.filter(|_| self.version >= FIRST_LEADER) {
            Some(leader) => {
                out.uvarint(1);
                out.tagged_leader(0, leader);
            }
            None => out.no_tags(),
        }
        self.partitions_left -= 1;
        if self.partitions_left == 0 {
            out.no_tags();
        }
        Ok(())
    }

    /// Ends the frame; returns its bytes, length prefix included. `endpoints` are left out before
    /// v10.
    ///
    /// # Errors
    /// Topics or partitions missing, a text of more than 32 KiB, or a frame of more than 2 GiB.
    pub fn finish(
        mut self,
        throttle_time_ms: i32,
        endpoints: &[NodeEndpoint<'_>],
    ) -> Result<usize, EncodeError> {
        if self.topics_left != 0 || self.partitions_left != 0 {
            return Err(misuse(COUNT));
        }
        self.out.i32(throttle_time_ms);
        let endpoints = if self.version >= FIRST_LEADER { endpoints } else { &[] };
        self.out.endpoints(endpoints)?;
        self.out.finish(0)
    }
}

/// Appends the whole answer to `request` to `buffer`: `results` in the order of
/// [`ProduceRequest::partitions`], topics as the request named them. Returns the frame's bytes.
///
/// # Errors
/// As [`ResponseEncoder`]; `buffer` is then as it was.
pub fn encode_response(
    buffer: &mut Vec<u8>,
    version: i16,
    correlation_id: i32,
    request: &ProduceRequest<'_>,
    results: &[PartitionResult<'_>],
    throttle_time_ms: i32,
    endpoints: &[NodeEndpoint<'_>],
) -> Result<usize, EncodeError> {
    let start = buffer.len();
    let mut write = || {
        let topics_count = request.topics_count();
        let mut encoder = ResponseEncoder::begin(buffer, version, correlation_id, topics_count)?;
        let mut left = results;
        for topic in request.topics() {
            encoder.topic(topic.topic, topic.partitions_count)?;
            let (of_topic, rest) = left
                .split_at_checked(topic.partitions_count)
                .ok_or_else(|| misuse("fewer results than partitions"))?;
            for result in of_topic {
                encoder.partition(result)?;
            }
            left = rest;
        }
        if !left.is_empty() {
            return Err(misuse("more results than partitions"));
        }
        encoder.finish(throttle_time_ms, endpoints)
    };
    let written = write();
    if written.is_err() {
        buffer.truncate(start);
    }
    written
}
