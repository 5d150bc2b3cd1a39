//! Tagged fields (KIP-482): unknown ones are skipped, doubled and disordered ones are refused.

use wire::codec::{Decode, DecodeError, Encode, Reader};
use wire::messages::ApiVersionsResponse;

use crate::table;

/// Calls `visit` with each flexible version's default encoding, up to its last byte: the count of
/// tagged fields.
fn each_flexible(mut visit: impl FnMut(&[u8], &dyn Fn(&[u8]) -> Result<Vec<u8>, DecodeError>)) {
    let mut count = 0;
    for message in table::all() {
        for version in message.versions().filter(|version| message.api.is_flexible(*version)) {
            let bytes = (message.default)(version).expect("defaults can be written");
            assert_eq!(bytes.last(), Some(&0), "{} v{version}: no tags", message.name);
            visit(&bytes, &|tags| {
                let mut with_tags = bytes[..bytes.len() - 1].to_vec();
                with_tags.extend_from_slice(tags);
                (message.again)(&with_tags, version)
            });
            count += 1;
        }
    }
    assert!(count > 300, "only {count} flexible versions");
}

#[test]
fn unknown_fields_are_skipped() {
    each_flexible(|default, with_tags| {
        // 9999 with three bytes, then the largest tag with none.
        let tags = [2, 0x8f, 0x4e, 3, 1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        assert_eq!(with_tags(&tags), Ok(default.to_vec()));
    });
}

#[test]
fn a_field_twice_is_refused() {
    each_flexible(|_, with_tags| {
        let twice = [2, 0x8f, 0x4e, 0, 0x8f, 0x4e, 0];
        assert_eq!(with_tags(&twice), Err(DecodeError::TagOrder { tag: 9999 }));
    });
}

#[test]
fn a_field_out_of_order_is_refused() {
    each_flexible(|_, with_tags| {
        let descending = [2, 0x8f, 0x4e, 0, 0x8e, 0x4e, 0];
        assert_eq!(with_tags(&descending), Err(DecodeError::TagOrder { tag: 9998 }));
    });
}

#[test]
fn a_count_beyond_the_frame_is_refused() {
    each_flexible(|_, with_tags| {
        let count = u32::MAX.into();
        let many = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x8f, 0x4e, 0];
        assert_eq!(with_tags(&many), Err(DecodeError::ArrayTooLong { count, remaining: 3 }));
    });
}

#[test]
fn a_field_beyond_the_frame_is_refused() {
    each_flexible(|_, with_tags| {
        let long = [1, 0x8f, 0x4e, 5, 0, 0];
        assert_eq!(with_tags(&long), Err(DecodeError::Truncated { missing: 3 }));
    });
}

#[test]
fn a_varint_of_more_than_32_bits_is_refused() {
    each_flexible(|_, with_tags| {
        assert_eq!(with_tags(&[0xff, 0xff, 0xff, 0xff, 0x1f]), Err(DecodeError::Varint));
        assert_eq!(with_tags(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]), Err(DecodeError::Varint));
    });
}

#[test]
fn a_known_field_is_exactly_as_long_as_it_says() {
    let epoch = |tags: &[u8]| {
        let mut bytes = Vec::new();
        ApiVersionsResponse::default().encode(&mut bytes, 3).expect("defaults");
        bytes.pop();
        bytes.extend_from_slice(tags);
        ApiVersionsResponse::decode(&mut Reader::new(&bytes), 3)
            .map(|response| response.finalized_features_epoch)
    };
    assert_eq!(epoch(&[1, 1, 8, 0, 0, 0, 0, 0, 0, 0, 7]), Ok(7));
    let longer = [1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0];
    assert_eq!(epoch(&longer), Err(DecodeError::TagLength { tag: 1 }));
    let shorter = [1, 1, 7, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(epoch(&shorter), Err(DecodeError::Truncated { missing: 1 }));
}
