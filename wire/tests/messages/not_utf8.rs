//! Strings that are not UTF-8, as old applications send them: none is an error, each is read with
//! U+FFFD for what is wrong with it. A client that is closed for its name would be worse off.

use std::borrow::Cow;

use wire::ApiKey;
use wire::codec::Reader;
use wire::header::RequestHeader;

use crate::table;

const SEEDS: u64 = 20;
/// As long on the wire as the other, which is then put in its place.
const MARK: &str = "x\u{FFFD}y";
const LATIN: &[u8] = b"x\xE9\xE8\xFFy";
/// What is read there: U+FFFD for each of the three.
const READ: &str = "x\u{FFFD}\u{FFFD}\u{FFFD}y";

/// Puts Latin-1 wherever the mark is; how often that was.
fn put_latin(bytes: &mut [u8]) -> usize {
    let mark = MARK.as_bytes();
    let places = bytes.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark);
    let places: Vec<usize> = places.map(|(at, _)| at).collect();
    for at in &places {
        bytes[*at..*at + LATIN.len()].copy_from_slice(LATIN);
    }
    places.len()
}

#[test]
fn every_string_of_every_api_and_version_is_read() {
    assert_eq!(MARK.len(), LATIN.len());
    let mut strings = 0;
    for message in table::all() {
        for version in message.versions() {
            for seed in 0..SEEDS {
                let mut bytes = (message.of_text)(seed, version, MARK);
                strings += put_latin(&mut bytes);
                let read = (message.again)(&bytes, version);
                let wanted = (message.of_text)(seed, version, READ);
                assert_eq!(read, Ok(wanted), "{} v{version} seed {seed}", message.name);
            }
        }
    }
    assert!(strings > 10_000, "{strings}");
}

#[test]
fn a_client_id_in_every_header_is_read() {
    for api in ApiKey::all() {
        for api_version in api.advertised_versions() {
            let header = RequestHeader {
                api_key: api as i16,
                api_version,
                correlation_id: 5,
                client_id: Some(Cow::Borrowed(MARK)),
            };
            let mut bytes = Vec::new();
            header.encode(&mut bytes).expect("a header");
            assert_eq!(put_latin(&mut bytes), 1);
            let read = RequestHeader::decode(&mut Reader::new(&bytes));
            let wanted = RequestHeader { client_id: Some(Cow::Borrowed(READ)), ..header };
            assert_eq!(read, Ok(wanted), "{api:?} v{api_version}");
        }
    }
}

/// It grows to three times its size, and is cut off where a string of the protocol ends.
#[test]
fn the_longest_client_id_is_read() {
    let mut bytes = Vec::new();
    let header = RequestHeader {
        api_key: ApiKey::Metadata as i16,
        api_version: 12,
        correlation_id: 5,
        client_id: Some("e".repeat(32_767).into()),
    };
    header.encode(&mut bytes).expect("a header");
    bytes.iter_mut().filter(|byte| **byte == b'e').for_each(|byte| *byte = 0xE9);
    let read = RequestHeader::decode(&mut Reader::new(&bytes)).expect("a header");
    assert_eq!(read.client_id, Some("\u{FFFD}".repeat(10_922).into()));
    read.encode(&mut Vec::new()).expect("it can be written again");
}
