//! Frames that Kafka's own encoder wrote (tests/golden): read and written again they are the same
//! bytes.

#[path = "messages/table.rs"]
mod table;

use std::collections::BTreeSet;

const FRAMES: &str = include_str!("../../tests/golden/frames.txt");

struct Frame<'a> {
    api: &'a str,
    version: i16,
    /// "request" or "response".
    direction: &'a str,
    variant: &'a str,
    bytes: Vec<u8>,
}

impl Frame<'_> {
    fn message_name(&self) -> String {
        let suffix = if self.direction == "request" { "Request" } else { "Response" };
        format!("{}{suffix}", self.api)
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2), "{hex}");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn frames() -> Vec<Frame<'static>> {
    FRAMES
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("too few words: {line}"));
            Frame {
                api: word(),
                version: word().parse().expect("a version"),
                direction: word(),
                variant: word(),
                bytes: from_hex(word()),
            }
        })
        .collect()
}

#[test]
fn frames_of_kafka_come_back_as_they_were() {
    let messages = table::all();
    for frame in frames() {
        let name = frame.message_name();
        let message = messages.iter().find(|message| message.name == name).expect("a known API");
        let again = (message.again)(&frame.bytes, frame.version);
        let Frame { version, variant, bytes, .. } = frame;
        assert_eq!(again, Ok(bytes), "{name} v{version} {variant}");
    }
}

#[test]
fn defaults_of_kafka_are_ours() {
    let messages = table::all();
    for frame in frames().iter().filter(|frame| frame.variant == "default") {
        let name = frame.message_name();
        let message = messages.iter().find(|message| message.name == name).expect("a known API");
        let ours = (message.default)(frame.version);
        assert_eq!(ours.as_ref(), Some(&frame.bytes), "{name} v{}", frame.version);
    }
}

#[test]
fn every_api_is_there_in_its_lowest_and_highest_version() {
    let there: BTreeSet<_> = frames()
        .iter()
        .map(|frame| (frame.message_name(), frame.version, frame.variant.to_owned()))
        .collect();
    let mut wanted = BTreeSet::new();
    let mut apis = BTreeSet::new();
    for message in table::all() {
        let versions = message.api.valid_versions();
        for version in [*versions.start(), *versions.end()] {
            for variant in ["full", "null", "default"] {
                wanted.insert((message.name.to_owned(), version, variant.to_owned()));
            }
        }
        apis.insert(message.api);
    }
    let missing: Vec<_> = wanted.difference(&there).take(10).collect();
    assert!(missing.is_empty(), "among others missing: {missing:?}");
    let unknown: Vec<_> = there.difference(&wanted).take(10).collect();
    assert!(unknown.is_empty(), "among others unknown: {unknown:?}");
    assert_eq!(apis.len(), 79);
}

#[test]
fn full_frames_have_more_than_the_defaults() {
    let frames = frames();
    for full in frames.iter().filter(|frame| frame.variant == "full") {
        let default = frames.iter().find(|frame| {
            (frame.api, frame.version, frame.direction, frame.variant)
                == (full.api, full.version, full.direction, "default")
        });
        let default = default.expect("each version has its defaults");
        // Without fields, there is nothing but an empty section of tags.
        let fieldless = default.bytes.len() <= 1;
        let name = full.message_name();
        assert!(fieldless || full.bytes != default.bytes, "{name} v{}", full.version);
    }
}
