//! The bytes of a message between members: an archive of our own in a frame with a CRC.
//!
//! The library's own encoding is never read from a peer: its parser has a known stack overflow on
//! hostile bytes.

use bytes::Bytes;
use frame::{FrameError, Magic};
use rkyv::{Archive, Deserialize, Serialize};

use super::entry::Entry;
use super::message::{Message, MessageKind, SnapshotId};
use crate::limits::{QUORUM_CONTEXT_BYTES_MAX, QUORUM_MESSAGE_BYTES_MAX};

const MAGIC: Magic = *b"TMQM";
const VERSION: u32 = 1;

/// Bytes that are not a message of a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("a message of {len} bytes is larger than {max}")]
    TooLarge { len: u64, max: usize },
    #[error("not a message: {0}")]
    Frame(#[from] FrameError),
    #[error("a message of unknown kind {0}: sent by a newer version?")]
    UnknownKind(u8),
    #[error("a message's context of {0} bytes is too long")]
    Context(usize),
}

#[derive(Archive, Serialize, Deserialize)]
struct EntryArchive {
    index: u64,
    term: u64,
    value: Vec<u8>,
}

#[derive(Archive, Serialize, Deserialize)]
struct MessageArchive {
    kind: u8,
    reject: bool,
    to: u64,
    from: u64,
    term: u64,
    log_term: u64,
    index: u64,
    commit: u64,
    commit_term: u64,
    reject_hint: u64,
    request_snapshot: u64,
    priority: i64,
    context: Vec<u8>,
    entries: Vec<EntryArchive>,
    snapshot: Option<(u64, u64)>,
}

/// The bytes of a message, as a link sends them.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    let entry = |entry: &Entry| EntryArchive {
        index: entry.index,
        term: entry.term,
        value: entry.value.to_vec(),
    };
    let archive = MessageArchive {
        kind: message.kind as u8,
        reject: message.reject,
        to: message.to,
        from: message.from,
        term: message.term,
        log_term: message.log_term,
        index: message.index,
        commit: message.commit,
        commit_term: message.commit_term,
        reject_hint: message.reject_hint,
        request_snapshot: message.request_snapshot,
        priority: message.priority,
        context: message.context.to_vec(),
        entries: message.entries.iter().map(entry).collect(),
        snapshot: message.snapshot.map(|snapshot| (snapshot.index, snapshot.term)),
    };
    // Archiving plain numbers and bytes into memory fails only when memory is out.
    frame::encode(MAGIC, VERSION, &archive).expect("a message archives into memory")
}

/// How many bytes the message that begins here takes: what a link reads before it decodes.
/// `None` as long as too few are there to say.
pub fn length(bytes: &[u8]) -> Result<Option<usize>, MessageError> {
    match frame::total_bytes(bytes) {
        Some(len) if len > QUORUM_MESSAGE_BYTES_MAX as u64 => {
            Err(MessageError::TooLarge { len, max: QUORUM_MESSAGE_BYTES_MAX })
        }
        Some(len) => Ok(Some(len as usize)),
        None => Ok(None),
    }
}

/// Reads what [`encode`] wrote. Any other bytes are a typed error, never a panic.
pub fn decode(bytes: &[u8]) -> Result<Message, MessageError> {
    if bytes.len() > QUORUM_MESSAGE_BYTES_MAX {
        let (len, max) = (bytes.len() as u64, QUORUM_MESSAGE_BYTES_MAX);
        return Err(MessageError::TooLarge { len, max });
    }
    let archive: MessageArchive = frame::decode(MAGIC, VERSION, bytes)?;
    let kind = MessageKind::from_u8(archive.kind).ok_or(MessageError::UnknownKind(archive.kind))?;
    if archive.context.len() > QUORUM_CONTEXT_BYTES_MAX {
        return Err(MessageError::Context(archive.context.len()));
    }
    let entry = |entry: EntryArchive| Entry {
        index: entry.index,
        term: entry.term,
        value: Bytes::from(entry.value),
    };
    Ok(Message {
        kind,
        to: archive.to,
        from: archive.from,
        term: archive.term,
        log_term: archive.log_term,
        index: archive.index,
        commit: archive.commit,
        commit_term: archive.commit_term,
        reject: archive.reject,
        reject_hint: archive.reject_hint,
        request_snapshot: archive.request_snapshot,
        priority: archive.priority,
        context: Bytes::from(archive.context),
        entries: archive.entries.into_iter().map(entry).collect(),
        snapshot: archive.snapshot.map(|(index, term)| SnapshotId { index, term }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(max: usize) -> impl Strategy<Value = Bytes> {
        prop::collection::vec(any::<u8>(), 0..max).prop_map(Bytes::from)
    }

    prop_compose! {
        fn message()(
            kind in 1_u8..=10,
            numbers in any::<[u64; 9]>(),
            priority in any::<i64>(),
            reject in any::<bool>(),
            context in bytes(QUORUM_CONTEXT_BYTES_MAX),
            entries in prop::collection::vec((any::<u64>(), any::<u64>(), bytes(300)), 0..5),
            snapshot in proptest::option::of((any::<u64>(), any::<u64>())),
        ) -> Message {
            let entry = |(index, term, value)| Entry { index, term, value };
            Message {
                kind: MessageKind::from_u8(kind).unwrap(),
                to: numbers[0],
                from: numbers[1],
                term: numbers[2],
                log_term: numbers[3],
                index: numbers[4],
                commit: numbers[5],
                commit_term: numbers[6],
                reject,
                reject_hint: numbers[7],
                request_snapshot: numbers[8],
                priority,
                context,
                entries: entries.into_iter().map(entry).collect(),
                snapshot: snapshot.map(|(index, term)| SnapshotId { index, term }),
            }
        }
    }

    proptest! {
        #[test]
        fn messages_come_back(message in message()) {
            let bytes = encode(&message);
            prop_assert_eq!(length(&bytes).unwrap(), Some(bytes.len()));
            prop_assert_eq!(decode(&bytes).unwrap(), message);
        }

        #[test]
        fn a_cut_or_a_flipped_bit_is_an_error(message in message(), at in any::<u64>()) {
            let bytes = encode(&message);
            let cut = (at % bytes.len() as u64) as usize;
            prop_assert!(decode(&bytes[..cut]).is_err());
            // Bytes 20 to 31 of a frame say nothing.
            let covered = (0..20).chain(frame::HEADER_BYTES..bytes.len()).collect::<Vec<_>>();
            let mut damaged = bytes.clone();
            damaged[covered[(at % covered.len() as u64) as usize]] ^= 1 << (at % 8);
            prop_assert!(decode(&damaged).is_err());
        }

        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(decode(&bytes).is_err());
            let _ = length(&bytes);
        }

        // The checksum stops chance; this is what is behind it.
        #[test]
        fn no_archive_does_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let framed = reframe(&bytes);
            if let Ok(message) = decode(&framed) {
                prop_assert_eq!(decode(&encode(&message)).unwrap(), message);
            }
        }

        #[test]
        fn no_damage_behind_a_good_checksum_does_harm(
            message in message(),
            damage in prop::collection::vec((any::<u64>(), any::<u8>()), 1..9),
        ) {
            let mut archive = encode(&message)[frame::HEADER_BYTES..].to_vec();
            for (at, byte) in damage {
                let place = (at % archive.len() as u64) as usize;
                archive[place] = byte;
            }
            let _ = decode(&reframe(&archive));
        }
    }

    /// Any bytes as the archive of a frame whose checksum fits.
    fn reframe(archive: &[u8]) -> Vec<u8> {
        let mut framed = Vec::new();
        framed.extend_from_slice(&MAGIC);
        framed.extend_from_slice(&VERSION.to_le_bytes());
        framed.extend_from_slice(&(archive.len() as u64).to_le_bytes());
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&framed);
        hasher.update(archive);
        framed.extend_from_slice(&hasher.finalize().to_le_bytes());
        framed.resize(frame::HEADER_BYTES, 0);
        framed.extend_from_slice(archive);
        framed
    }

    #[test]
    fn sizes_are_refused_before_anything_is_read() {
        let mut header = reframe(&[]);
        header[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(matches!(length(&header), Err(MessageError::TooLarge { .. })));
        let huge = vec![0; QUORUM_MESSAGE_BYTES_MAX + 1];
        assert!(matches!(decode(&huge), Err(MessageError::TooLarge { .. })));
        let message = Message::new(MessageKind::Heartbeat, 1, 2, 3);
        let newer = {
            let mut archive = encode(&message);
            archive[4] = 2;
            archive
        };
        // A version is believed only with its checksum.
        assert!(matches!(decode(&newer), Err(MessageError::Frame(FrameError::Checksum { .. }))));
    }
}
