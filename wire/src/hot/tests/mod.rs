//! The hand-written Produce and Fetch against the generated messages: equal values, equal bytes.

mod fetch_request;
mod fetch_response;
mod produce;

use std::borrow::Cow;

use proptest::prelude::*;

use super::{LeaderAndEpoch, TopicRef};
use crate::Uuid;
use crate::codec::{Decode, DecodeError, Encode, Reader};

type Text = Cow<'static, str>;

fn text() -> impl Strategy<Value = Text> {
    "[a-zä-ö._-]{0,12}".prop_map(Cow::Owned)
}

fn bytes() -> impl Strategy<Value = Cow<'static, [u8]>> {
    // Long enough for compact lengths of two bytes.
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Cow::Owned)
}

/// Name and id as a version has them: one of the two, the other at its default.
fn topic(by_id: bool) -> impl Strategy<Value = (Text, Uuid)> {
    (text(), any::<[u8; 16]>()).prop_map(move |(name, id)| {
        if by_id { (Cow::Borrowed(""), Uuid(id)) } else { (name, Uuid::ZERO) }
    })
}

fn topic_ref(by_id: bool, name: &str, id: Uuid) -> TopicRef<'_> {
    if by_id { TopicRef::Id(id) } else { TopicRef::Name(name) }
}

/// A topic as the generated decoder reads it.
fn readable(topic: TopicRef<'_>) -> TopicRef<'_> {
    match topic {
        TopicRef::NotUtf8(bytes) => TopicRef::Name(TopicRef::replaced(bytes).into_owned().leak()),
        topic => topic,
    }
}

/// A leader, or the −1, −1 that stands for none.
fn leader() -> impl Strategy<Value = (i32, i32)> {
    prop_oneof![Just((-1, -1)), (0..9i32, any::<i32>())]
}

fn known_leader((leader_id, leader_epoch): (i32, i32)) -> Option<LeaderAndEpoch> {
    (leader_id != -1).then_some(LeaderAndEpoch { leader_id, leader_epoch })
}

/// Node, host, port and rack.
type Endpoint = (i32, Text, i32, Option<Text>);

fn endpoints() -> impl Strategy<Value = Vec<Endpoint>> {
    prop::collection::vec((any::<i32>(), text(), any::<i32>(), prop::option::of(text())), 0..3)
}

/// A frame with something before the body, as a request header is.
fn frame_of(body: &impl Encode, version: i16, before: &[u8]) -> Vec<u8> {
    let mut frame = before.to_vec();
    body.encode(&mut frame, version).unwrap();
    frame
}

fn generated<'a, T: Decode<'a>>(body: &'a [u8], version: i16) -> Result<T, DecodeError> {
    T::decode(&mut Reader::new(body), version)
}

/// Changes a few bytes of the body, mostly to values that mean something in lengths and counts.
fn damage(frame: &mut [u8], body_at: usize, edits: &[(prop::sample::Index, u8)]) {
    let body = &mut frame[body_at..];
    for (at, byte) in edits {
        if !body.is_empty() {
            let at = at.index(body.len());
            body[at] = *byte;
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let byte = prop_oneof![0..4u8, Just(0x7f), Just(0x80), Just(0xff), any::<u8>()];
    prop::collection::vec((any::<prop::sample::Index>(), byte), 1..4)
}
