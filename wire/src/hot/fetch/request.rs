//! The request, read where it lies.

use std::borrow::Cow;
use std::iter::FusedIterator;

use super::{
    FIRST_DIRECTORY_ID, FIRST_FLEXIBLE, FIRST_HIGH_WATERMARK, FIRST_LEADER_EPOCH, FIRST_LOG_START,
    FIRST_RACK, FIRST_REPLICA_STATE, FIRST_SESSION, FIRST_TOPIC_ID, VERSIONS,
};
use crate::Uuid;
use crate::codec::DecodeError;
use crate::hot::TopicRef;
use crate::hot::cursor::Cursor;

/// `high_watermark` of a follower that does not send it (KIP-1166).
pub const NO_HIGH_WATERMARK: i64 = i64::MAX;

/// A fetch request, borrowed from its frame and known to be well formed. Fields that its version
/// lacks have Kafka's defaults.
#[derive(Debug, Clone)]
pub struct FetchRequest<'a> {
    /// From v12 on, where a node checks it is in the right cluster.
    pub cluster_id: Option<Cow<'a, str>>,
    /// The follower's broker id, or −1 for a consumer: from the field up to v14, from the replica
    /// state (KIP-903) after it. Anyone can write it, so it must not be believed without
    /// authorization.
    pub replica_id: i32,
    /// −1 where it is not known.
    pub replica_epoch: i64,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    /// 0 reads everything up to the high watermark, 1 up to the last stable offset.
    pub isolation_level: i8,
    /// 0 without a session (KIP-227).
    pub session_id: i32,
    /// −1 without a session.
    pub session_epoch: i32,
    /// The consumer's rack (KIP-392), empty before v11.
    pub rack_id: Cow<'a, str>,
    version: i16,
    topics_count: usize,
    topics: Cursor<'a>,
    forgotten_count: usize,
    forgotten: Cursor<'a>,
}

/// What a request asks of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchPartition<'a> {
    pub topic: TopicRef<'a>,
    /// The partition's number in the topic.
    pub index: i32,
    /// The leader epoch the client believes in, or −1 (KIP-320).
    pub current_leader_epoch: i32,
    pub fetch_offset: i64,
    /// Epoch of the last record fetched, or −1 (KIP-595).
    pub last_fetched_epoch: i32,
    /// A follower's first offset, or −1.
    pub log_start_offset: i64,
    pub max_bytes: i32,
    /// A follower's log directory, or zero (KIP-853).
    pub replica_directory_id: Uuid,
    /// The high watermark a follower knows, or [`NO_HIGH_WATERMARK`].
    pub high_watermark: i64,
}

/// A partition to drop from the session (KIP-227).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgottenPartition<'a> {
    pub topic: TopicRef<'a>,
    pub index: i32,
}

impl<'a> FetchRequest<'a> {
    /// Reads a request whose body begins at `body_at` in `frame` (behind the request header), and
    /// checks it to its end. Bytes behind it are ignored, as Kafka does.
    ///
    /// # Errors
    /// Anything that does not lie within the frame or is not a value of its field, and versions
    /// outside [`VERSIONS`].
    pub fn decode(frame: &'a [u8], body_at: usize, version: i16) -> Result<Self, DecodeError> {
        if !VERSIONS.contains(&version) {
            return Err(DecodeError::Version { api: "Fetch", version });
        }
        let mut from = Cursor::new(frame, body_at, version >= FIRST_FLEXIBLE);
        let replica_id = if version < FIRST_REPLICA_STATE { from.i32()? } else { -1 };
        let mut request = Self {
            cluster_id: None,
            replica_id,
            replica_epoch: -1,
            max_wait_ms: from.i32()?,
            min_bytes: from.i32()?,
            max_bytes: from.i32()?,
            isolation_level: from.i8()?,
            session_id: 0,
            session_epoch: -1,
            rack_id: Cow::Borrowed(""),
            version,
            topics_count: 0,
            topics: from,
            forgotten_count: 0,
            forgotten: from,
        };
        if version >= FIRST_SESSION {
            request.session_id = from.i32()?;
            request.session_epoch = from.i32()?;
        }
        request.topics_count = from.array_len(MIN_TOPIC_BYTES)?;
        request.topics = from;
        let mut walk = request.partitions();
        while walk.step()?.is_some() {}
        from = walk.from;
        if version >= FIRST_SESSION {
            request.forgotten_count = from.array_len(MIN_TOPIC_BYTES)?;
            request.forgotten = from;
            let mut walk = request.forgotten();
            while walk.step()?.is_some() {}
            from = walk.from;
        }
        if version >= FIRST_RACK {
            request.rack_id = from.str()?;
        }
        request.read_tagged(&mut from)?;
        Ok(request)
    }

    fn read_tagged(&mut self, from: &mut Cursor<'a>) -> Result<(), DecodeError> {
        let version = self.version;
        from.tagged(|tag, field| {
            match tag {
                0 => self.cluster_id = field.nullable_str()?,
                1 if version >= FIRST_REPLICA_STATE => {
                    self.replica_id = field.i32()?;
                    self.replica_epoch = field.i64()?;
                    field.skip_tagged()?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    pub fn topics_count(&self) -> usize {
        self.topics_count
    }

    /// The partitions of all topics, in request order.
    pub fn partitions(&self) -> Partitions<'a> {
        Partitions {
            from: self.topics,
            version: self.version,
            topics_left: self.topics_count,
            topic: TopicRef::Name(""),
            partitions_left: 0,
        }
    }

    /// The partitions to drop from the session, in request order.
    pub fn forgotten(&self) -> Forgotten<'a> {
        Forgotten {
            from: self.forgotten,
            by_id: self.version >= FIRST_TOPIC_ID,
            topics_left: self.forgotten_count,
            topic: TopicRef::Name(""),
            partitions_left: 0,
        }
    }
}

/// A length of 1 byte and another for the partitions.
const MIN_TOPIC_BYTES: usize = 2;
/// Number, offset and size limit.
const MIN_PARTITION_BYTES: usize = 16;

/// Iterator over the partitions a request asks for.
#[derive(Debug, Clone)]
pub struct Partitions<'a> {
    from: Cursor<'a>,
    version: i16,
    topics_left: usize,
    topic: TopicRef<'a>,
    partitions_left: usize,
}

impl<'a> Partitions<'a> {
    fn step(&mut self) -> Result<Option<FetchPartition<'a>>, DecodeError> {
        while self.partitions_left == 0 {
            if self.topics_left == 0 {
                return Ok(None);
            }
            self.topics_left -= 1;
            self.topic = self.from.topic(self.version >= FIRST_TOPIC_ID)?;
            self.partitions_left = self.from.array_len(MIN_PARTITION_BYTES)?;
            if self.partitions_left == 0 {
                self.from.skip_tagged()?;
            }
        }
        let partition = self.read()?;
        self.partitions_left -= 1;
        if self.partitions_left == 0 {
            self.from.skip_tagged()?;
        }
        Ok(Some(partition))
    }

    #[inline]
    fn read(&mut self) -> Result<FetchPartition<'a>, DecodeError> {
        let (from, version) = (&mut self.from, self.version);
        let mut partition = FetchPartition {
            topic: self.topic,
            index: from.i32()?,
            current_leader_epoch: if version >= FIRST_LEADER_EPOCH { from.i32()? } else { -1 },
            fetch_offset: from.i64()?,
            last_fetched_epoch: if version >= FIRST_FLEXIBLE { from.i32()? } else { -1 },
            log_start_offset: if version >= FIRST_LOG_START { from.i64()? } else { -1 },
            max_bytes: from.i32()?,
            replica_directory_id: Uuid::ZERO,
            high_watermark: NO_HIGH_WATERMARK,
        };
        if version < FIRST_DIRECTORY_ID {
            from.skip_tagged()?;
            return Ok(partition);
        }
        from.tagged(|tag, field| {
            match tag {
                0 => partition.replica_directory_id = field.uuid()?,
                1 if version >= FIRST_HIGH_WATERMARK => partition.high_watermark = field.i64()?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(partition)
    }
}

impl<'a> Iterator for Partitions<'a> {
    type Item = FetchPartition<'a>;

    fn next(&mut self) -> Option<FetchPartition<'a>> {
        // `decode` went this way before and met no error.
        self.step().ok().flatten()
    }
}

impl FusedIterator for Partitions<'_> {}

/// Iterator over the partitions a request drops from its session.
#[derive(Debug, Clone)]
pub struct Forgotten<'a> {
    from: Cursor<'a>,
    by_id: bool,
    topics_left: usize,
    topic: TopicRef<'a>,
    partitions_left: usize,
}

impl<'a> Forgotten<'a> {
    fn step(&mut self) -> Result<Option<ForgottenPartition<'a>>, DecodeError> {
        while self.partitions_left == 0 {
            if self.topics_left == 0 {
                return Ok(None);
            }
            self.topics_left -= 1;
            self.topic = self.from.topic(self.by_id)?;
            self.partitions_left = self.from.array_len(4)?;
            if self.partitions_left == 0 {
                self.from.skip_tagged()?;
            }
        }
        let index = self.from.i32()?;
        self.partitions_left -= 1;
        if self.partitions_left == 0 {
            self.from.skip_tagged()?;
        }
        Ok(Some(ForgottenPartition { topic: self.topic, index }))
    }
}

impl<'a> Iterator for Forgotten<'a> {
    type Item = ForgottenPartition<'a>;

    fn next(&mut self) -> Option<ForgottenPartition<'a>> {
        // `decode` went this way before and met no error.
        self.step().ok().flatten()
    }
}

impl FusedIterator for Forgotten<'_> {}
