//! The file of a snapshot: the records that make the image, and the members at the same index.
//!
//! ```text
//!   ┌──────┬─────────────┬─────────────┬── ─ ─ ──┬──────┐
//!   │ head │ records     │ records     │         │ foot │   each a frame with its CRC
//!   └──────┴─────────────┴─────────────┴── ─ ─ ──┴──────┘
//!     cluster id,           about 1 MiB each        count of the records and
//!     index, term, members                          a hash of all that is before
//! ```
//!
//! Both sides work piece by piece, so neither the file nor its records are ever in memory as a
//! whole. Equal images at equal places give equal bytes. A file is whole only with its foot, and
//! nothing may follow it.

use frame::{FrameError, Magic};
use rkyv::api::high::{HighDeserializer, HighValidator};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor;
use rkyv::{Archive, Deserialize, Serialize};
use twox_hash::XxHash3_64;
use wire::Uuid;

use super::members::{Member, Members};
use super::message::{SnapshotId, SnapshotMeta};
use crate::error::RecordError;
use crate::limits::{SNAPSHOT_FRAME_BYTES, SNAPSHOT_FRAME_BYTES_MAX};
use crate::records::Record;

const HEAD: Magic = *b"TMSH";
const RECORDS: Magic = *b"TMSR";
const FOOT: Magic = *b"TMSF";
const VERSION: u32 = 1;

/// A snapshot that cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the metadata snapshot is not usable at byte {at_bytes}: {what}")]
pub struct SnapshotError {
    /// Where the frame begins that is at fault.
    pub at_bytes: u64,
    pub what: SnapshotFlaw,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotFlaw {
    #[error("{0}; put the file back from a copy, or take it away so that an older one is used")]
    Damaged(FrameError),
    #[error("it ends {missing_bytes} bytes too early; it was never finished, so it may be deleted")]
    Torn { missing_bytes: u64 },
    #[error("version {0} is of a newer program; start that one")]
    Newer(u32),
    #[error("it is of cluster {found} and this is {expected}; this file belongs elsewhere")]
    OtherCluster { expected: Uuid, found: Uuid },
    #[error("a frame of {0} bytes is larger than any that is written")]
    TooLarge(u64),
    #[error("record {number}: {source}")]
    Record { number: u64, source: RecordError },
    #[error("its records end in the middle of one")]
    RecordCut,
    #[error("it tells of {told} records and holds {held}")]
    Count { told: u64, held: u64 },
    #[error("its bytes hash to {held:#018x}, and it tells of {told:#018x}")]
    Hash { told: u64, held: u64 },
    #[error("{0} bytes follow its end")]
    Trailing(u64),
}

#[derive(Archive, Serialize, Deserialize)]
struct Head {
    cluster_id: [u8; 16],
    index: u64,
    term: u64,
    /// Raft id, directory id, voter, held.
    members: Vec<(u64, [u8; 16], bool, bool)>,
    generations: Vec<(i32, u64)>,
}

#[derive(Archive, Serialize, Deserialize)]
struct Foot {
    records: u64,
    hash: u64,
}

/// The head of a file, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotHead {
    pub cluster_id: Uuid,
    pub meta: SnapshotMeta,
}

/// Archiving plain numbers and bytes into memory fails only when memory is out.
const INTO_MEMORY: &str = "a frame archives into memory";

/// Writes a snapshot: its frames, one after the other.
pub struct SnapshotWriter<I> {
    records: I,
    state: Writing,
    hash: Hash,
    count: u64,
}

enum Writing {
    Head(Vec<u8>),
    Records,
    Done,
}

/// XXH3 over the bytes so far, frame by frame.
#[derive(Default)]
struct Hash(u64);

impl Hash {
    fn add(&mut self, frame: &[u8]) {
        self.0 = XxHash3_64::oneshot_with_seed(self.0, frame);
    }
}

impl<I: Iterator<Item = Record>> SnapshotWriter<I> {
    /// `records` are of the image at `meta`'s index.
    pub fn new(cluster_id: Uuid, meta: &SnapshotMeta, records: I) -> Self {
        let member =
            |(id, member): (u64, &Member)| (id, member.directory_id.0, member.voter, member.held);
        let head = Head {
            cluster_id: cluster_id.0,
            index: meta.id.index,
            term: meta.id.term,
            members: meta.members.iter().map(member).collect(),
            generations: meta.members.generations().collect(),
        };
        let head = frame::encode(HEAD, VERSION, &head).expect(INTO_MEMORY);
        Self { records, state: Writing::Head(head), hash: Hash::default(), count: 0 }
    }

    fn next_records(&mut self) -> Option<Vec<u8>> {
        let mut piece = Vec::new();
        while piece.len() < SNAPSHOT_FRAME_BYTES {
            let Some(record) = self.records.next() else {
                break;
            };
            let record = record.to_bytes();
            piece.extend_from_slice(&(record.len() as u32).to_le_bytes());
            piece.extend_from_slice(&record);
            self.count += 1;
        }
        (!piece.is_empty()).then(|| frame::encode(RECORDS, VERSION, &piece).expect(INTO_MEMORY))
    }
}

impl<I: Iterator<Item = Record>> Iterator for SnapshotWriter<I> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let frame = match std::mem::replace(&mut self.state, Writing::Records) {
            Writing::Head(head) => head,
            Writing::Records => match self.next_records() {
                Some(records) => records,
                None => {
                    self.state = Writing::Done;
                    let foot = Foot { records: self.count, hash: self.hash.0 };
                    return Some(frame::encode(FOOT, VERSION, &foot).expect(INTO_MEMORY));
                }
            },
            Writing::Done => {
                self.state = Writing::Done;
                return None;
            }
        };
        self.hash.add(&frame);
        Some(frame)
    }
}

/// A piece of a snapshot that was read and checked.
#[derive(Debug, PartialEq)]
pub enum SnapshotPiece {
    Head(SnapshotHead),
    Records(Vec<Record>),
    /// The whole file is here and fits its foot.
    End,
}

/// Reads a snapshot from bytes as they come.
pub struct SnapshotReader {
    /// `None` if any cluster's is welcome: a new member does not know its own yet.
    cluster_id: Option<Uuid>,
    buffer: Vec<u8>,
    at_bytes: u64,
    hash: Hash,
    count: u64,
    state: Reading,
}

#[derive(PartialEq)]
enum Reading {
    Head,
    Records,
    Done,
}

impl SnapshotReader {
    #[must_use]
    pub fn new(cluster_id: Option<Uuid>) -> Self {
        Self {
            cluster_id,
            buffer: Vec::new(),
            at_bytes: 0,
            hash: Hash::default(),
            count: 0,
            state: Reading::Head,
        }
    }

    /// More bytes of the file, in order. Take the pieces out before more is pushed.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next piece; `None` until more bytes are pushed.
    pub fn next_piece(&mut self) -> Result<Option<SnapshotPiece>, SnapshotError> {
        if self.state == Reading::Done {
            return match self.buffer.len() {
                0 => Ok(None),
                more => Err(self.flaw(SnapshotFlaw::Trailing(more as u64))),
            };
        }
        let Some(len) = frame::total_bytes(&self.buffer) else {
            return Ok(None);
        };
        if len > SNAPSHOT_FRAME_BYTES_MAX as u64 {
            return Err(self.flaw(SnapshotFlaw::TooLarge(len)));
        }
        if (self.buffer.len() as u64) < len {
            return Ok(None);
        }
        let rest = self.buffer.split_off(len as usize);
        let frame = std::mem::replace(&mut self.buffer, rest);
        let piece = self.read(&frame).map_err(|what| self.flaw(what))?;
        self.at_bytes += len;
        Ok(Some(piece))
    }

    /// Nothing more comes: whether all of it was there.
    pub fn finish(&self) -> Result<(), SnapshotError> {
        if self.state == Reading::Done && self.buffer.is_empty() {
            return Ok(());
        }
        let header = frame::HEADER_BYTES as u64;
        let needed = frame::total_bytes(&self.buffer).unwrap_or(header).max(header);
        let missing_bytes = needed.saturating_sub(self.buffer.len() as u64);
        Err(self.flaw(SnapshotFlaw::Torn { missing_bytes }))
    }

    fn flaw(&self, what: SnapshotFlaw) -> SnapshotError {
        SnapshotError { at_bytes: self.at_bytes, what }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<SnapshotPiece, SnapshotFlaw> {
        if self.state == Reading::Head {
            let head = self.read_head(bytes)?;
            self.state = Reading::Records;
            self.hash.add(bytes);
            return Ok(SnapshotPiece::Head(head));
        }
        if bytes.starts_with(&FOOT) {
            self.check_foot(&open(FOOT, bytes)?)?;
            self.state = Reading::Done;
            return Ok(SnapshotPiece::End);
        }
        let piece: Vec<u8> = open(RECORDS, bytes)?;
        self.hash.add(bytes);
        self.records(&piece).map(SnapshotPiece::Records)
    }

    fn read_head(&self, bytes: &[u8]) -> Result<SnapshotHead, SnapshotFlaw> {
        let head: Head = open(HEAD, bytes)?;
        let found = Uuid(head.cluster_id);
        if let Some(expected) = self.cluster_id.filter(|expected| *expected != found) {
            return Err(SnapshotFlaw::OtherCluster { expected, found });
        }
        let mut members = Members::default();
        for (id, directory_id, voter, held) in head.members {
            members.insert(id, Member { directory_id: Uuid(directory_id), voter, held });
        }
        for (node, generation) in head.generations {
            members.note_generation(node, generation);
        }
        let id = SnapshotId { index: head.index, term: head.term };
        Ok(SnapshotHead { cluster_id: found, meta: SnapshotMeta { id, members } })
    }

    fn check_foot(&self, foot: &Foot) -> Result<(), SnapshotFlaw> {
        if foot.records != self.count {
            return Err(SnapshotFlaw::Count { told: foot.records, held: self.count });
        }
        if foot.hash != self.hash.0 {
            return Err(SnapshotFlaw::Hash { told: foot.hash, held: self.hash.0 });
        }
        Ok(())
    }

    fn records(&mut self, mut piece: &[u8]) -> Result<Vec<Record>, SnapshotFlaw> {
        let mut records = Vec::new();
        while !piece.is_empty() {
            let (len, rest) = piece.split_first_chunk().ok_or(SnapshotFlaw::RecordCut)?;
            let len = u32::from_le_bytes(*len) as usize;
            let (record, rest) = rest.split_at_checked(len).ok_or(SnapshotFlaw::RecordCut)?;
            let number = self.count;
            let record = Record::from_bytes(record);
            records.push(record.map_err(|source| SnapshotFlaw::Record { number, source })?);
            self.count += 1;
            piece = rest;
        }
        Ok(records)
    }
}

fn open<T>(magic: Magic, bytes: &[u8]) -> Result<T, SnapshotFlaw>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, rancor::Error>>
        + Deserialize<T, HighDeserializer<rancor::Error>>,
{
    frame::decode(magic, VERSION, bytes).map_err(|error| match error {
        FrameError::Version(version) => SnapshotFlaw::Newer(version),
        error => SnapshotFlaw::Damaged(error),
    })
}
