//! Requests and responses.

use wire::ApiKey;
use wire::codec::{Decode, DecodeError, Reader};
use wire::header::{self, RequestHeader};
use wire::limits::{BUDGET_BASE_BYTES, BUDGET_PER_BYTE};

use crate::messages::{self, Message};
use crate::{hot, memory};

/// Each byte of text that is no UTF-8 may become U+FFFD.
const TEXT_GROWTH_MAX: usize = 3;

/// The first byte picks a message, the second its version, the rest is its bytes. A first byte
/// beyond the messages stands for a whole request, header and all, which says itself what it is.
pub fn frames(input: &[u8]) {
    let [first, rest @ ..] = input else { return };
    match (messages::ALL.get(usize::from(*first)), rest) {
        (Some(message), [second, body @ ..]) => check(message, message.version(*second), body),
        (Some(_), []) => (),
        (None, frame) => request(frame),
    }
}

/// What a broker does with a frame, and the header by itself.
fn request(frame: &[u8]) {
    let mut reader = Reader::new(frame);
    let Ok(head) = RequestHeader::decode(&mut reader) else { return };
    let mut again = Vec::new();
    head.encode(&mut again).expect("a header that was read can be written");
    let known = ApiKey::from_i16(head.api_key)
        .filter(|api| api.advertised_versions().contains(&head.api_version));
    let Some(api) = known else { return };
    assert_eq!(RequestHeader::decode(&mut Reader::new(&again)).as_ref(), Ok(&head));

    let mut response_head = Vec::new();
    header::put_response_header(&mut response_head, api, head.api_version, head.correlation_id);
    let correlation_id =
        header::decode_response_header(&mut Reader::new(&response_head), api, head.api_version);
    assert_eq!(correlation_id, Ok(head.correlation_id));

    // Produce is advertised in versions that are not there.
    if api.valid_versions().contains(&head.api_version)
        && let Some(message) = messages::request(api)
    {
        check(message, head.api_version, reader.rest());
    }
}

fn check(message: &Message, version: i16, body: &[u8]) {
    let (result, peak_bytes) = memory::peak_bytes(|| (message.decode)(body, version));
    let most = body.len() * BUDGET_PER_BYTE + BUDGET_BASE_BYTES;
    assert!(
        peak_bytes <= most,
        "{} v{version}: {peak_bytes} bytes to decode {}, allowed are {most}",
        message.name,
        body.len()
    );
    hot::agrees(message, version, body, &result);
    let Ok(left_bytes) = result else { return };
    // Unknown tagged fields are gone, lengths are as short as can be; from then on nothing changes.
    let canonical = (message.again)(body, version).expect("decoded before, with a budget");
    // But text that is no UTF-8 grows.
    let most = (body.len() - left_bytes) * TEXT_GROWTH_MAX;
    assert!(canonical.len() <= most, "{} v{version} grew", message.name);
    let again = (message.again)(&canonical, version);
    assert_eq!(again.as_ref(), Ok(&canonical), "{} v{version}", message.name);
    cut(message, version, &canonical);
}

/// No message is the beginning of another, so what is cut off is missed.
fn cut(message: &Message, version: i16, canonical: &[u8]) {
    if let Some((_, cut)) = canonical.split_last() {
        let result = (message.decode)(cut, version);
        let missed = matches!(
            result,
            Err(DecodeError::Truncated { .. }
                | DecodeError::ArrayTooLong { .. }
                | DecodeError::Budget)
        );
        assert!(missed, "{} v{version} without its last byte: {result:?}", message.name);
    }
}

/// Decodes with the budget of a broker.
pub fn generated<'a, T: Decode<'a>>(body: &'a [u8], version: i16) -> Result<T, DecodeError> {
    T::decode(&mut Reader::new(body), version)
}
