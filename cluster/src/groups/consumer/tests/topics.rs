//! Topics that come and go, and regular expressions.

use super::*;
use crate::groups::consumer::subscription::resolve;

fn by_regex(member: &str, regex: &str) -> Request848 {
    Request848 {
        subscribed_topic_names: None,
        subscribed_topic_regex: Some(text(regex)),
        ..join(member, &[])
    }
}

#[test]
fn new_partitions_raise_the_epoch() {
    let mut broker = Broker::new(&[("a", 1), ("z", 1)]);
    broker.ok(&join("m1", &["a", "b"]));
    add_partitions(&mut broker.image, "z", 1..2);
    assert_eq!(broker.ok(&beat("m1", 1)).member_epoch, 1, "not subscribed to it");
    add_partitions(&mut broker.image, "a", 1..3);
    let more = broker.ok(&beat("m1", 1));
    assert_eq!((more.member_epoch, count(&more)), (2, 3));
    create(&mut broker.image, "b", 2);
    let more = broker.ok(&beat("m1", 2));
    assert_eq!((more.member_epoch, count(&more)), (3, 5));
    broker.image.apply(&Record::TopicDeleted(deleted("a"))).unwrap();
    let less = broker.ok(&owning("m1", 3, &[("b", &[0, 1])]));
    assert_eq!((less.member_epoch, count(&less)), (4, 2));
}

fn deleted(topic: &str) -> crate::records::TopicDeleted {
    crate::records::TopicDeleted { topic_id: id_of(topic) }
}

#[test]
fn another_subscription_takes_partitions_away() {
    let mut broker = Broker::new(&[("a", 2), ("b", 2)]);
    broker.ok(&join("m1", &["a"]));
    let names = Some(vec![text("b")]);
    let changed =
        Request848 { subscribed_topic_names: names, ..owning("m1", 1, &[("a", &[0, 1])]) };
    let told = broker.ok(&changed);
    assert_eq!((told.member_epoch, assigned(&told)), (1, Some(Vec::new())));
    let after = broker.ok(&owning("m1", 1, &[]));
    assert_eq!(assigned(&after), Some(vec![(id_of("b"), vec![0, 1])]));
}

#[test]
fn regular_expressions_follow_topics() {
    let mut broker = Broker::new(&[("a1", 1), ("a2", 1), ("ba1", 1)]);
    is_error(&broker.send(&by_regex("m1", "a(")), ErrorCode::InvalidRegularExpression);
    assert_eq!(broker.coordinator.groups_count(), 0);
    let joined = broker.ok(&by_regex("m1", "a[0-9]"));
    assert_eq!(count(&joined), 2, "the whole name has to match");
    create(&mut broker.image, "a3", 1);
    assert_eq!(broker.ok(&beat("m1", 1)).member_epoch, 1, "not looked at so soon");
    broker.wait(10_001);
    let more = broker.ok(&beat("m1", 1));
    assert_eq!((more.member_epoch, count(&more)), (2, 3));
    let bad = Request848 { subscribed_topic_regex: Some(text("[")), ..beat("m1", 2) };
    is_error(&broker.send(&bad), ErrorCode::InvalidRegularExpression);
    let other = Request848 { subscribed_topic_regex: Some(text("b.*")), ..owning("m1", 2, &[]) };
    assert_eq!(assigned(&broker.ok(&other)), Some(vec![(id_of("ba1"), vec![0])]));
    broker.ok(&beat("m1", -1));
    assert_eq!(broker.state(), "Empty");
}

#[test]
fn expressions_are_those_of_re2() {
    let image = Broker::new(&[("a.b", 1), ("axb", 1), ("c", 1)]).image;
    let topics = |regex: &str| resolve(regex, &image).map(|topics| topics.len());
    assert_eq!(topics(r"a\.b"), Ok(1));
    assert_eq!(topics(r"\Qa.b\E"), Ok(1));
    assert_eq!(topics(r"\Qa.b"), Ok(1));
    assert_eq!(topics("a.b|c"), Ok(3));
    assert_eq!(topics("(?i)A.B"), Ok(2));
    assert_eq!(topics(".*"), Ok(3));
    // Look-around and back references are not in RE2, and a bomb is not compiled.
    for bad in ["(?=a)b", r"(a)\1", "a)|(b", "((a{1000}){1000}){1000}", &"a".repeat(5_000)] {
        let refused = topics(bad).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRegularExpression, "{bad}");
    }
}

#[test]
fn the_hash_is_kafkas() {
    let mut image = Image::default();
    let broker = crate::records::BrokerRegistered {
        broker_id: 1,
        node_id: 1,
        shard: 0,
        host: "h".to_owned(),
        port: 1,
        rack: Some("r1".to_owned()),
        incarnation: Uuid::ZERO,
        link_port: 0,
        previous_epoch: -1,
        suspect_logs: Vec::new(),
        state: crate::records::BrokerState::Serving,
    };
    image.apply(&Record::BrokerRegistered(broker)).unwrap();
    let topic_id = Uuid(std::array::from_fn(|index| index as u8 + 1));
    let topic = TopicCreated { topic_id, name: "topic-a".to_owned() };
    image.apply(&Record::TopicCreated(topic)).unwrap();
    for partition in 0..2 {
        let state = Partition::new(vec![1]);
        let record = PartitionRecord { topic_id, partition, state };
        image.apply(&Record::PartitionCreated(record)).unwrap();
    }
    let mut saved = crate::groups::consumer::group::Saved::default();
    assert_eq!(saved.metadata_hash(&image), 0);
    saved.topic_subscribers.insert("topic-a".to_owned(), 1);
    saved.topic_subscribers.insert("gone".to_owned(), 1);
    assert_eq!(saved.metadata_hash(&image), -4_850_684_787_255_473_705);
}
