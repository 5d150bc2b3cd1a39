//! Inputs to begin with.

use wire::header::RequestHeader;
use wire::records::{BatchBuilder, Compression};

use crate::messages::{self, Message};

/// Inputs for the target `frames` out of the lines of `tests/golden/frames.txt`: each message by
/// itself, and each request as a whole frame too.
///
/// # Panics
/// If a line is not as the program in `tests/golden` writes it.
pub fn frame_seeds(golden: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for line in golden.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [api, version, direction, _, hex] = words[..] else { panic!("five words: {line}") };
        let version: i16 = version.parse().expect("a version");
        let body = from_hex(hex);
        let is_request = direction == "request";
        let at = messages::ALL
            .iter()
            .position(|message| message.api.name() == api && message.is_request() == is_request);
        let at = at.expect("a known API");
        seeds.push(message_seed(at, version, &body));
        if is_request {
            seeds.push(request_seed(&messages::ALL[at], version, &body));
        }
    }
    seeds
}

/// The input that `frames` takes apart into these.
fn message_seed(at: usize, version: i16, body: &[u8]) -> Vec<u8> {
    let message = &messages::ALL[at];
    let second = (version - message.api.valid_versions().start()) as u8;
    assert_eq!(message.version(second), version);
    let mut seed = vec![at as u8, second];
    seed.extend_from_slice(body);
    seed
}

fn request_seed(message: &Message, version: i16, body: &[u8]) -> Vec<u8> {
    let mut seed = vec![0xff];
    let header = RequestHeader {
        api_key: message.api as i16,
        api_version: version,
        correlation_id: 1,
        client_id: Some("seed".into()),
    };
    header.encode(&mut seed).expect("a short client id");
    seed.extend_from_slice(body);
    seed
}

fn from_hex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Inputs for the target `records`: content for it to build batches from, whole and damaged, and
/// batches as they are, in every codec.
///
/// # Panics
/// If a batch cannot be built.
pub fn record_seeds() -> Vec<Vec<u8>> {
    const CONTENT: &[u8] = b"\0\0\0\0\0\0\0\0\0key\nvalue of it\n\nvalue without a key\nkey";
    let repeated = CONTENT.repeat(20);
    let mut seeds = Vec::new();
    for how in 0..(4 * Compression::ALL.len() as u8) {
        for content in [CONTENT, &repeated] {
            seeds.push([&[how], content].concat());
        }
    }
    for codec in Compression::ALL {
        let mut builder = BatchBuilder::new().compression(codec).producer(1, 0, 0);
        builder.append(
            1,
            Some(b"key"),
            Some(&repeated),
            &[("name", Some(b"value")), ("null", None)],
        );
        builder.append(2, None, None, &[]);
        let batch = builder.build().expect("two records");
        // As it is, twice with a cut one behind; and with its frame written anew.
        seeds.push([&[0], &batch[..], &batch[..], &batch[..70]].concat());
        seeds.push([&[1], &batch[..]].concat());
    }
    seeds
}
