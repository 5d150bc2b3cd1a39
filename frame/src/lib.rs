//! The frame around what we write for ourselves (side files, snapshots, messages between nodes):
//! `{magic, version, length, crc32}` and an rkyv archive behind it.
//!
//! All numbers are little-endian. The header is one archive-aligned 32 bytes:
//!
//! | bytes | field |
//! | --- | --- |
//! | 0..4 | magic: what kind of thing it is |
//! | 4..8 | version of the archive's type |
//! | 8..16 | length of the archive in bytes |
//! | 16..20 | CRC-32 of bytes 0..16 and of the archive |
//! | 20..32 | zero |
//!
//! An archive is looked at only after magic, length and checksum fit, and then through rkyv's own
//! validation, so a damaged or foreign file is an error and never undefined behaviour.

use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;
use rkyv::{Archive, Deserialize, Serialize};
use thiserror::Error;

/// Bytes in front of the archive.
pub const HEADER_BYTES: usize = 32;

/// Which kind of thing a frame holds; four printable bytes.
pub type Magic = [u8; 4];

/// Bytes that are not a frame we can use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error("it ends within its frame: {found_bytes} bytes where {needed_bytes} are needed")]
    Short { needed_bytes: u64, found_bytes: u64 },
    #[error("it begins with {found:02x?} where {expected:02x?} is due")]
    Magic { expected: Magic, found: Magic },
    #[error("the frame's checksum is {found:#010x}, its bytes give {computed:#010x}")]
    Checksum { found: u32, computed: u32 },
    #[error("its version {0} is not known; a newer program wrote it")]
    Version(u32),
    #[error("the archive is not valid: {0}")]
    Archive(String),
}

/// A checked frame whose archive is not yet looked at.
#[derive(Debug)]
pub struct Frame {
    /// The version of the archive's type.
    pub version: u32,
    payload: AlignedVec<16>,
}

/// Archives `value` and frames it.
pub fn encode<T>(magic: Magic, version: u32, value: &T) -> Result<Vec<u8>, FrameError>
where
    T: for<'a> Serialize<HighSerializer<AlignedVec, ArenaHandle<'a>, rancor::Error>>,
{
    let archive = rkyv::to_bytes::<rancor::Error>(value)
        .map_err(|error| FrameError::Archive(error.to_string()))?;
    let mut out = Vec::with_capacity(HEADER_BYTES + archive.len());
    out.extend_from_slice(&magic);
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&(archive.len() as u64).to_le_bytes());
    let crc = checksum(&out, &archive);
    out.extend_from_slice(&crc.to_le_bytes());
    out.resize(HEADER_BYTES, 0);
    out.extend_from_slice(&archive);
    Ok(out)
}

/// How many bytes the frame that begins here takes, header included; `None` if too little of it is
/// there to say. Nothing is checked yet, so hold it against a limit before reading that much.
#[must_use]
pub fn total_bytes(bytes: &[u8]) -> Option<u64> {
    let length = u64::from_le_bytes(bytes.get(8..16)?.try_into().expect("eight bytes"));
    Some(length.saturating_add(HEADER_BYTES as u64))
}

/// Checks the frame and gives what is in it. Bytes behind the frame are ignored.
pub fn open(magic: Magic, bytes: &[u8]) -> Result<Frame, FrameError> {
    let found_bytes = bytes.len() as u64;
    let short = |needed_bytes| FrameError::Short { needed_bytes, found_bytes };
    let Some((header, rest)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(short(HEADER_BYTES as u64));
    };
    let found: Magic = header[0..4].try_into().expect("four bytes");
    if found != magic {
        return Err(FrameError::Magic { expected: magic, found });
    }
    let length = u64::from_le_bytes(header[8..16].try_into().expect("eight bytes"));
    let needed = length.saturating_add(HEADER_BYTES as u64);
    let Some(archive) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else {
        return Err(short(needed));
    };
    let stored = u32::from_le_bytes(header[16..20].try_into().expect("four bytes"));
    let computed = checksum(&header[..16], archive);
    if stored != computed {
        return Err(FrameError::Checksum { found: stored, computed });
    }
    let mut payload = AlignedVec::with_capacity(archive.len());
    payload.extend_from_slice(archive);
    let version = u32::from_le_bytes(header[4..8].try_into().expect("four bytes"));
    Ok(Frame { version, payload })
}

/// `open`, demanding one version, and `Frame::value`.
pub fn decode<T>(magic: Magic, version: u32, bytes: &[u8]) -> Result<T, FrameError>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, rancor::Error>>
        + Deserialize<T, HighDeserializer<rancor::Error>>,
{
    let frame = open(magic, bytes)?;
    if frame.version != version {
        return Err(FrameError::Version(frame.version));
    }
    frame.value::<T>()
}

impl Frame {
    /// The archive in place, validated.
    pub fn access<T>(&self) -> Result<&T::Archived, FrameError>
    where
        T: Archive,
        T::Archived: for<'a> CheckBytes<HighValidator<'a, rancor::Error>>,
    {
        rkyv::access::<T::Archived, rancor::Error>(&self.payload)
            .map_err(|error| FrameError::Archive(error.to_string()))
    }

    /// The archived value, validated and copied out.
    pub fn value<T>(&self) -> Result<T, FrameError>
    where
        T: Archive,
        T::Archived: for<'a> CheckBytes<HighValidator<'a, rancor::Error>>
            + Deserialize<T, HighDeserializer<rancor::Error>>,
    {
        rkyv::from_bytes::<T, rancor::Error>(&self.payload)
            .map_err(|error| FrameError::Archive(error.to_string()))
    }
}

fn checksum(header: &[u8], archive: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(archive);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Archive, Serialize, Deserialize)]
    struct Sample {
        name: String,
        numbers: Vec<i64>,
    }

    const MAGIC: Magic = *b"TEST";

    fn sample() -> Sample {
        Sample { name: "orders-7".into(), numbers: (0..100).collect() }
    }

    #[test]
    fn a_value_comes_back() {
        let bytes = encode(MAGIC, 3, &sample()).unwrap();
        assert_eq!(decode::<Sample>(MAGIC, 3, &bytes).unwrap(), sample());
        assert_eq!(total_bytes(&bytes), Some(bytes.len() as u64));
        assert_eq!(total_bytes(&bytes[..15]), None);
        let frame = open(MAGIC, &bytes).unwrap();
        assert_eq!(frame.version, 3);
        assert_eq!(frame.access::<Sample>().unwrap().name, "orders-7");
    }

    #[test]
    fn foreign_files_are_refused() {
        let bytes = encode(MAGIC, 3, &sample()).unwrap();
        assert!(matches!(open(*b"ELSE", &bytes), Err(FrameError::Magic { .. })));
        assert_eq!(decode::<Sample>(MAGIC, 4, &bytes), Err(FrameError::Version(3)));
        assert!(matches!(open(MAGIC, &[]), Err(FrameError::Short { .. })));
        assert!(matches!(open(MAGIC, &[0; 4096]), Err(FrameError::Magic { .. })));
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let bytes = encode(MAGIC, 1, &sample()).unwrap();
        for position in (0..20).chain(HEADER_BYTES..bytes.len()) {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[position] ^= 1 << bit;
                assert!(open(MAGIC, &damaged).is_err(), "bit {bit} of byte {position}");
            }
        }
    }

    #[test]
    fn every_cut_is_found_and_trailing_bytes_are_not_read() {
        let mut bytes = encode(MAGIC, 1, &sample()).unwrap();
        for length in 0..bytes.len() {
            assert!(open(MAGIC, &bytes[..length]).is_err(), "{length} bytes");
        }
        bytes.extend_from_slice(&[7; 100]);
        assert_eq!(decode::<Sample>(MAGIC, 1, &bytes).unwrap(), sample());
    }

    #[test]
    fn an_archive_of_another_shape_is_an_error_and_not_trusted() {
        let bytes = encode(MAGIC, 1, &vec![u64::MAX; 3]).unwrap();
        assert!(matches!(decode::<Sample>(MAGIC, 1, &bytes), Err(FrameError::Archive(_))));
    }
}
