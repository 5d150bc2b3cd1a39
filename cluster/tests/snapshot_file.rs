//! The file of a snapshot: it comes back as it was, and whatever else it could be is named.

mod common;

use cluster::quorum::{
    Members, SnapshotError, SnapshotFlaw, SnapshotHead, SnapshotId, SnapshotMeta, SnapshotPiece,
    SnapshotReader, SnapshotWriter,
};
use cluster::{Image, Record};
use common::{CLUSTER_ID, Live, configured, topic};
use proptest::prelude::*;
use wire::Uuid;

fn meta(image: &Image) -> SnapshotMeta {
    let members = Members::founding(&[(1, Uuid([1; 16])), (2, Uuid([2; 16]))]);
    SnapshotMeta { id: SnapshotId { index: image.offset() as u64, term: 7 }, members }
}

fn image(topics: usize, partitions: i32) -> Image {
    let mut live = Live::with_nodes(&[2, 1, 1]);
    for number in 0..topics {
        live.create_one(topic(&format!("topic-{number}"), partitions, 3));
    }
    live.create_one(configured("with.configs", &[("retention.ms", "5")]));
    live.controller.image().clone()
}

fn file(image: &Image) -> Vec<u8> {
    SnapshotWriter::new(CLUSTER_ID, &meta(image), image.to_records()).flatten().collect()
}

/// Everything in a file that is pushed in pieces of `piece_bytes`.
fn read(bytes: &[u8], piece_bytes: usize) -> Result<(SnapshotHead, Vec<Record>), SnapshotError> {
    let mut reader = SnapshotReader::new(Some(CLUSTER_ID));
    let (mut head, mut records) = (None, Vec::new());
    for bytes in bytes.chunks(piece_bytes) {
        reader.push(bytes);
        while let Some(piece) = reader.next_piece()? {
            match piece {
                SnapshotPiece::Head(found) => head = Some(found),
                SnapshotPiece::Records(more) => records.extend(more),
                SnapshotPiece::End => {}
            }
        }
    }
    reader.finish()?;
    Ok((head.expect("a finished snapshot has a head"), records))
}

fn flaw(bytes: &[u8]) -> SnapshotFlaw {
    read(bytes, usize::MAX).expect_err("a flaw").what
}

#[test]
fn a_snapshot_of_many_frames_comes_back_in_pieces_of_any_size() {
    let image = image(60, 200);
    let bytes = file(&image);
    let frames = SnapshotWriter::new(CLUSTER_ID, &meta(&image), image.to_records()).count();
    assert!(frames >= 4, "a head, several frames of records and a foot: {frames}");
    for piece_bytes in [1 << 10, 77_777, usize::MAX] {
        let (head, records) = read(&bytes, piece_bytes).unwrap();
        assert_eq!(head, SnapshotHead { cluster_id: CLUSTER_ID, meta: meta(&image) });
        assert_eq!(Image::from_records(records, image.offset()).unwrap(), image);
    }
    assert_eq!(file(&image), bytes, "equal images give equal bytes");
}

#[test]
fn an_empty_image_has_a_snapshot_too() {
    let image = Image::default();
    let meta = SnapshotMeta { id: SnapshotId { index: 1, term: 1 }, members: Members::default() };
    let bytes: Vec<u8> =
        SnapshotWriter::new(CLUSTER_ID, &meta, image.to_records()).flatten().collect();
    let (head, records) = read(&bytes, 10).unwrap();
    assert_eq!((head.meta, records), (meta, Vec::new()));
}

#[test]
fn every_cut_is_a_torn_file() {
    let bytes = file(&image(2, 3));
    for len in 0..bytes.len() {
        let flaw = flaw(&bytes[..len]);
        assert!(matches!(flaw, SnapshotFlaw::Torn { missing_bytes } if missing_bytes > 0));
    }
    let error = read(&bytes[..bytes.len() - 1], 100).unwrap_err();
    assert!(error.at_bytes > 0 && error.to_string().contains("1 bytes too early"), "{error}");
}

#[test]
fn what_does_not_belong_is_named() {
    let image = image(2, 3);
    let bytes = file(&image);
    let frames: Vec<Vec<u8>> =
        SnapshotWriter::new(CLUSTER_ID, &meta(&image), image.to_records()).collect();
    assert_eq!(frames.len(), 3);
    let [head, records, foot] = [&frames[0][..], &frames[1][..], &frames[2][..]];

    assert_eq!(flaw(&[&bytes[..], &[0]].concat()), SnapshotFlaw::Trailing(1));
    assert!(matches!(flaw(&[head, foot].concat()), SnapshotFlaw::Count { held: 0, .. }));
    let twice = [head, records, records, foot].concat();
    assert!(matches!(flaw(&twice), SnapshotFlaw::Count { .. }));
    assert!(matches!(flaw(&[records, head].concat()), SnapshotFlaw::Damaged(_)));

    // A head of the same cluster, of another place: the foot knows.
    let mut other = meta(&image);
    other.id.term += 1;
    let other: Vec<Vec<u8>> = SnapshotWriter::new(CLUSTER_ID, &other, image.to_records()).collect();
    let mixed = [&other[0][..], records, foot].concat();
    assert!(matches!(flaw(&mixed), SnapshotFlaw::Hash { .. }));

    let elsewhere = Uuid([8; 16]);
    let foreign: Vec<u8> =
        SnapshotWriter::new(elsewhere, &meta(&image), image.to_records()).flatten().collect();
    let expected = SnapshotFlaw::OtherCluster { expected: CLUSTER_ID, found: elsewhere };
    assert_eq!(flaw(&foreign), expected);
    let newer = frame::encode(*b"TMSH", 9, &1_u32).unwrap();
    assert_eq!(flaw(&newer), SnapshotFlaw::Newer(9));
    let mut huge = bytes.clone();
    huge[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(flaw(&huge), SnapshotFlaw::TooLarge(_)));
}

proptest! {
    #[test]
    fn a_flipped_bit_is_found(at in any::<u32>(), bit in 0_u8..8) {
        let mut bytes = file(&image(1, 2));
        let at = at as usize % bytes.len();
        bytes[at] ^= 1 << bit;
        // Bytes 20 to 31 of a frame say nothing to a frame, but the foot's hash is over them.
        let foot_start = bytes.len() - frame::HEADER_BYTES - 16;
        let silent = (foot_start + 20..foot_start + 32).contains(&at);
        prop_assert!(read(&bytes, 999).is_err() || silent);
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes, 33).is_err());
    }
}
