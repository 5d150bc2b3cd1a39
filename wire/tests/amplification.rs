//! What decoding allocates follows from what a frame holds, never from what it claims: at most
//! `BUDGET_PER_BYTE` times its bytes and `BUDGET_BASE_BYTES`, counted by the allocator.

#[path = "support/counting.rs"]
mod counting;
#[path = "messages/table.rs"]
mod table;

use table::Message;
use wire::codec::{Decode, DecodeError, Encode, Reader};
use wire::limits::{BUDGET_BASE_BYTES, BUDGET_PER_BYTE};
use wire::messages::describe_configs_request::{DescribeConfigsRequest, DescribeConfigsResource};
use wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};

fn decode_within_bounds(message: &Message, version: i16, frame: &[u8]) -> Result<(), DecodeError> {
    let (result, peak) = counting::peak_bytes(|| (message.decode)(frame, version));
    let most = frame.len() * BUDGET_PER_BYTE + BUDGET_BASE_BYTES;
    assert!(
        peak <= most,
        "{} v{version}: {peak} bytes for a frame of {}, allowed are {most}",
        message.name,
        frame.len()
    );
    result
}

#[test]
fn the_allocator_counts() {
    let (_, peak) = counting::peak_bytes(|| drop(vec![0u8; 100_000]));
    assert!((100_000..101_000).contains(&peak), "{peak}");
}

/// The largest lengths and counts: compact and not, and the largest that a signed one can be.
const CLAIMS: [&[u8]; 4] = [
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x7f, 0xff],
];

#[test]
fn a_tiny_frame_claiming_much_is_refused_cheaply() {
    for message in table::all() {
        for version in message.versions() {
            let honest = (message.random)(1, version);
            for at in 0..honest.len().min(300) {
                for claim in CLAIMS {
                    let mut frame = honest[..at].to_vec();
                    frame.extend_from_slice(claim);
                    frame.extend_from_slice(&honest[at..]);
                    let _ = decode_within_bounds(&message, version, &frame);
                }
            }
        }
    }
}

/// Frames whose counts are as large as their bytes allow, with elements as small as can be.
#[test]
fn a_frame_of_the_smallest_elements_stays_in_its_budget() {
    const FILL_BYTES: usize = 48 * 1024;
    let mut refused = 0;
    for message in table::all() {
        for version in message.versions() {
            let default = (message.default)(version).expect("defaults can be written");
            for at in 0..default.len() {
                for divisor in [1, 2, 7, 20, 60] {
                    for (compact, fill) in [(true, 0), (true, 1), (false, 0)] {
                        let mut frame = default[..at].to_vec();
                        let count = (FILL_BYTES / divisor) as u32;
                        if compact {
                            wire::codec::put_uvarint(&mut frame, count);
                        } else {
                            wire::codec::put_u32(&mut frame, count);
                        }
                        frame.resize(frame.len() + FILL_BYTES, fill);
                        let result = decode_within_bounds(&message, version, &frame);
                        refused += usize::from(result == Err(DecodeError::Budget));
                    }
                }
            }
        }
    }
    assert!(refused > 100, "the budget was reached {refused} times: it is not tested");
}

#[test]
fn a_reader_with_a_smaller_budget_keeps_to_it() {
    let topics = vec![MetadataRequestTopic::default(); 10];
    let needed = size_of::<MetadataRequestTopic>() * topics.len();
    let mut bytes = Vec::new();
    MetadataRequest { topics: Some(topics), ..Default::default() }
        .encode(&mut bytes, 12)
        .expect("ten topics");
    let decode = |budget| MetadataRequest::decode(&mut Reader::with_budget(&bytes, budget), 12);
    assert_eq!(decode(needed - 1), Err(DecodeError::Budget));
    assert!(decode(needed).is_ok());
}

#[test]
fn large_honest_requests_are_within_the_budget() {
    let names: Vec<String> = (0..50_000).map(|index| format!("t{index}")).collect();
    let topics = names
        .iter()
        .map(|name| MetadataRequestTopic { name: Some(name.as_str().into()), ..Default::default() })
        .collect();
    let metadata = MetadataRequest { topics: Some(topics), ..Default::default() };
    let mut bytes = Vec::new();
    metadata.encode(&mut bytes, 9).expect("short names");
    assert_eq!(MetadataRequest::decode(&mut Reader::new(&bytes), 9), Ok(metadata));

    let resources = names
        .iter()
        .map(|name| DescribeConfigsResource {
            resource_type: 2,
            resource_name: name.as_str().into(),
            configuration_keys: None,
        })
        .collect();
    let configs = DescribeConfigsRequest { resources, ..Default::default() };
    let mut bytes = Vec::new();
    configs.encode(&mut bytes, 4).expect("short names");
    assert_eq!(DescribeConfigsRequest::decode(&mut Reader::new(&bytes), 4), Ok(configs));
}
