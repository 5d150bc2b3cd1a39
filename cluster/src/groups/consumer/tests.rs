//! The rules of KIP-848, through the coordinator as the runtime calls it.

use std::collections::BTreeSet;

use wire::messages::consumer_group_heartbeat_request::TopicPartitions;
use wire::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse};
use wire::{ErrorCode, Uuid};

use crate::configs::{BrokerSettings, StaticConfigs, View};
use crate::groups::{
    Caller, Context, Coordinator, GroupRecord, GroupSettings, Now, Reply, Request, Step,
};
use crate::image::Image;
use crate::records::{
    ConfigChanged, Partition, PartitionRecord, Record, ResourceKind, TopicCreated,
};

mod members;
mod offsets;
mod random;
mod topics;

const SESSION_MS: u64 = 45_000;

/// A coordinator, with the log it would be read from again.
struct Broker {
    image: Image,
    settings: GroupSettings,
    coordinator: Coordinator,
    log: Vec<GroupRecord>,
    now_ms: u64,
    ids: u8,
}

fn id_of(topic: &str) -> Uuid {
    let mut id = [9; 16];
    id[..topic.len()].copy_from_slice(topic.as_bytes());
    Uuid(id)
}

fn text(text: &str) -> std::borrow::Cow<'static, str> {
    text.to_owned().into()
}

type Request848 = ConsumerGroupHeartbeatRequest<'static>;
type Response848 = ConsumerGroupHeartbeatResponse<'static>;

fn join(member: &str, topics: &[&str]) -> Request848 {
    ConsumerGroupHeartbeatRequest {
        group_id: text("g"),
        member_id: text(member),
        rebalance_timeout_ms: 60_000,
        subscribed_topic_names: Some(topics.iter().map(|topic| text(topic)).collect()),
        topic_partitions: Some(Vec::new()),
        ..ConsumerGroupHeartbeatRequest::default()
    }
}

fn beat(member: &str, epoch: i32) -> Request848 {
    ConsumerGroupHeartbeatRequest {
        group_id: text("g"),
        member_id: text(member),
        member_epoch: epoch,
        ..ConsumerGroupHeartbeatRequest::default()
    }
}

fn owning(member: &str, epoch: i32, owned: &[(&str, &[i32])]) -> Request848 {
    let owned = owned.iter().map(|(topic, partitions)| TopicPartitions {
        topic_id: id_of(topic),
        partitions: partitions.to_vec(),
    });
    Request848 { topic_partitions: Some(owned.collect()), ..beat(member, epoch) }
}

/// What an answer assigns; `None`: as before.
fn assigned(response: &Response848) -> Option<Vec<(Uuid, Vec<i32>)>> {
    let topics = response.assignment.as_ref()?.topic_partitions.iter();
    Some(topics.map(|topic| (topic.topic_id, topic.partitions.clone())).collect())
}

fn count(response: &Response848) -> usize {
    assigned(response).into_iter().flatten().map(|(_, partitions)| partitions.len()).sum()
}

fn is_error(response: &Response848, error: ErrorCode) {
    assert_eq!(ErrorCode::from_i16(response.error_code), Some(error), "{response:?}");
}

impl Broker {
    fn new(topics: &[(&str, i32)]) -> Self {
        let mut image = Image::default();
        for (name, partitions) in topics {
            create(&mut image, name, *partitions);
        }
        let fixed = StaticConfigs::default();
        let settings = BrokerSettings::new(&View::new(&image, &fixed, 1)).groups;
        Self {
            image,
            settings: GroupSettings { consumer_assignment_interval_ms: 0, ..settings },
            coordinator: Coordinator::new(),
            log: Vec::new(),
            now_ms: 1_000,
            ids: 0,
        }
    }

    fn with<T>(&mut self, run: impl FnOnce(&mut Coordinator, &Context<'_>) -> T) -> T {
        self.ids += 1;
        let now = Now { mono_ms: self.now_ms, unix_ms: 1_700_000_000_000 + self.now_ms as i64 };
        let fresh_id = Uuid([self.ids; 16]);
        let ctx = Context { now, image: &self.image, settings: &self.settings, fresh_id };
        run(&mut self.coordinator, &ctx)
    }

    fn wrote(&mut self, step: Step) -> Vec<Reply> {
        self.log.extend(step.records);
        self.check_replay();
        step.replies.into_iter().map(|(_, reply)| reply).collect()
    }

    /// What is in memory is what the log says.
    fn check_replay(&mut self) {
        let mut replayed = Coordinator::new();
        for record in &self.log {
            replayed.replay(&record.key, record.value.as_deref(), 0).unwrap();
        }
        let described = self.with(|live, ctx| {
            ["g", "h"]
                .map(|id| (live.describe_consumer(ctx, id), replayed.describe_consumer(ctx, id)))
        });
        for (live, replayed) in described {
            assert_eq!(live, replayed);
        }
        assert_eq!(self.coordinator.groups_count(), replayed.groups_count());
        let saved =
            |coordinator: &Coordinator| coordinator.consumer("g").map(|group| group.saved.clone());
        assert_eq!(saved(&self.coordinator), saved(&replayed));
    }

    fn ask(&mut self, request: Request<'_>, api_version: i16) -> Reply {
        let caller = Caller { client_id: "c", client_host: "/127.0.0.1", api_version };
        let step = self.with(|coordinator, ctx| coordinator.step(ctx, &caller, 1, request));
        self.wrote(step).remove(0)
    }

    fn send(&mut self, request: &Request848) -> Response848 {
        match self.ask(Request::ConsumerGroupHeartbeat(request), 1) {
            Reply::ConsumerGroupHeartbeat(response) => response,
            other => panic!("{other:?}"),
        }
    }

    fn ok(&mut self, request: &Request848) -> Response848 {
        let response = self.send(request);
        is_error(&response, ErrorCode::None);
        response
    }

    /// A config of the group.
    fn set(&mut self, name: &str, value: Option<&str>) {
        let record = Record::ConfigChanged(ConfigChanged {
            kind: ResourceKind::Group,
            resource: "g".into(),
            name: name.into(),
            value: value.map(Into::into),
        });
        self.image.apply(&record).unwrap();
    }

    fn wait(&mut self, ms: u64) {
        self.now_ms += ms;
        let step = self.with(Coordinator::tick);
        self.wrote(step);
    }

    /// The node stops and starts: only the log is left.
    fn restart(&mut self) {
        self.coordinator = Coordinator::new();
        for record in &self.log {
            self.coordinator.replay(&record.key, record.value.as_deref(), 0).unwrap();
        }
        let step = self.with(Coordinator::loaded);
        self.wrote(step);
    }

    fn state(&mut self) -> String {
        self.with(|coordinator, ctx| {
            coordinator.describe_consumer(ctx, "g").group_state.into_owned()
        })
    }

    fn epoch(&mut self) -> i32 {
        self.with(|coordinator, ctx| coordinator.describe_consumer(ctx, "g").group_epoch)
    }

    fn member_ids(&mut self) -> BTreeSet<String> {
        self.with(|coordinator, ctx| {
            let members = coordinator.describe_consumer(ctx, "g").members;
            members.into_iter().map(|member| member.member_id.into_owned()).collect()
        })
    }
}

fn create(image: &mut Image, name: &str, partitions: i32) {
    let topic = TopicCreated { topic_id: id_of(name), name: name.to_owned() };
    image.apply(&Record::TopicCreated(topic)).unwrap();
    add_partitions(image, name, 0..partitions);
}

fn add_partitions(image: &mut Image, name: &str, numbers: std::ops::Range<i32>) {
    for partition in numbers {
        let state = Partition::new(vec![1]);
        let record = PartitionRecord { topic_id: id_of(name), partition, state };
        image.apply(&Record::PartitionCreated(record)).unwrap();
    }
}
