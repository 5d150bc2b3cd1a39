//! Writing a response frame.

use super::{LeaderAndEpoch, NodeEndpoint, TopicRef};
use crate::codec::{
    EncodeError, put_array_len, put_null_array, put_null_string, put_string, put_uuid, put_uvarint,
};

/// Appends one frame to a buffer.
#[derive(Debug)]
pub(super) struct Out<'o> {
    pub(super) buffer: &'o mut Vec<u8>,
    /// Where the frame's length field is.
    start: usize,
    flexible: bool,
    by_id: bool,
}

impl<'o> Out<'o> {
    /// Leaves room for the length and writes the response header.
    pub(super) fn begin(
        buffer: &'o mut Vec<u8>,
        correlation_id: i32,
        flexible: bool,
        by_id: bool,
    ) -> Self {
        let start = buffer.len();
        let mut out = Self { buffer, start, flexible, by_id };
        out.i32(0);
        out.i32(correlation_id);
        out.no_tags();
        out
    }

    /// Bytes written so far, length field included.
    pub(super) fn frame_bytes(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Fills in the length, counting bytes that the caller will insert; returns the bytes of the
    /// whole frame, length field included.
    pub(super) fn finish(self, inserted_bytes: usize) -> Result<usize, EncodeError> {
        let frame_bytes = self.frame_bytes() + inserted_bytes;
        let length = i32::try_from(frame_bytes - 4)
            .map_err(|_| EncodeError::TooLong { length: frame_bytes })?;
        self.buffer[self.start..self.start + 4].copy_from_slice(&length.to_be_bytes());
        Ok(frame_bytes)
    }

    pub(super) fn i16(&mut self, value: i16) {
        self.buffer.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.buffer.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.buffer.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn uvarint(&mut self, value: u32) {
        put_uvarint(self.buffer, value);
    }

    /// The length of an array or of bytes: compact or i32.
    pub(super) fn len(&mut self, len: usize) -> Result<(), EncodeError> {
        put_array_len(self.buffer, self.flexible, len)
    }

    pub(super) fn null_array(&mut self) {
        put_null_array(self.buffer, self.flexible);
    }

    pub(super) fn str(&mut self, value: &str) -> Result<(), EncodeError> {
        put_string(self.buffer, self.flexible, value)
    }

    pub(super) fn nullable_str(&mut self, value: Option<&str>) -> Result<(), EncodeError> {
        let Some(value) = value else {
            put_null_string(self.buffer, self.flexible);
            return Ok(());
        };
        self.str(value)
    }

    pub(super) fn topic(&mut self, topic: TopicRef<'_>) -> Result<(), EncodeError> {
        match topic {
            TopicRef::Name(name) if !self.by_id => self.str(name),
            TopicRef::NotUtf8(bytes) if !self.by_id => self.str(&TopicRef::replaced(bytes)),
            TopicRef::Id(id) if self.by_id => {
                put_uuid(self.buffer, id);
                Ok(())
            }
            TopicRef::Name(_) | TopicRef::NotUtf8(_) => {
                Err(misuse("this version names topics by id"))
            }
            TopicRef::Id(_) => Err(misuse("this version names topics by name")),
        }
    }

    /// An empty list of tagged fields, where the version has them.
    pub(super) fn no_tags(&mut self) {
        if self.flexible {
            self.buffer.push(0);
        }
    }

    /// A leader as a tagged field.
    pub(super) fn tagged_leader(&mut self, tag: u32, leader: LeaderAndEpoch) {
        self.uvarint(tag);
        self.uvarint(9);
        self.i32(leader.leader_id);
        self.i32(leader.leader_epoch);
        self.uvarint(0);
    }

    /// The end of a response: its one tagged field, the endpoints of leaders it names, with tag 0.
    pub(super) fn endpoints(&mut self, endpoints: &[NodeEndpoint<'_>]) -> Result<(), EncodeError> {
        if endpoints.is_empty() {
            self.no_tags();
            return Ok(());
        }
        if !self.flexible {
            return Ok(());
        }
        // The size stands before the field. It is rare and small: write it aside.
        let mut bytes = Vec::new();
        let mut field = Out { buffer: &mut bytes, start: 0, flexible: true, by_id: false };
        field.len(endpoints.len())?;
        for endpoint in endpoints {
            field.i32(endpoint.node_id);
            field.str(endpoint.host)?;
            field.i32(endpoint.port);
            field.nullable_str(endpoint.rack)?;
            field.uvarint(0);
        }
        self.uvarint(1);
        self.uvarint(0);
        self.uvarint(
            u32::try_from(bytes.len()).map_err(|_| EncodeError::TooLong { length: bytes.len() })?,
        );
        self.buffer.extend_from_slice(&bytes);
        Ok(())
    }
}

#[cold]
pub(super) fn misuse(what: &'static str) -> EncodeError {
    EncodeError::Misuse(what)
}

/// The misuse both encoders guard against.
pub(super) const COUNT: &str = "topics or partitions are not as many as announced";
