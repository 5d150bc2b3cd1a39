//! Clusters to test with.
#![allow(dead_code, reason = "each test file uses its own part")]

use cluster::command::{
    AlterConfigs, AlterResource, Assignment, Command, ConfigChange, ConfigOp, CreateTopicResult,
    CreateTopics, NewTopic, Operation, RegisterBrokers, Reply,
};
use cluster::configs::StaticConfigs;
use cluster::records::BrokerRegistered;
use cluster::{CommandError, Controller, ErrorKind, Record, ResourceKind, broker_id};
use wire::Uuid;

pub const CLUSTER_ID: Uuid = Uuid([7; 16]);

/// A controller with the records it was led through.
pub struct Live {
    pub controller: Controller,
    pub log: Vec<Record>,
}

impl Live {
    pub fn empty() -> Self {
        Self { controller: Controller::new(StaticConfigs::default()), log: Vec::new() }
    }

    /// Nodes 1, 2, … with so many shards each.
    pub fn with_nodes(shards: &[u16]) -> Self {
        let mut live = Self::empty();
        live.run(Command::CreateCluster { cluster_id: CLUSTER_ID }).unwrap();
        for (node_id, &shards) in (1..).zip(shards) {
            live.run(register(node_id, shards, 1)).unwrap();
        }
        live
    }

    /// What the shard that is controller does: step, append, replay.
    pub fn run(&mut self, command: Command) -> Result<Reply, CommandError> {
        let (records, reply) = self.controller.step(0, command)?;
        self.log.extend(records.iter().cloned());
        let last_offset = self.log.len() as i64 - 1;
        self.controller.replay_batch(&records, last_offset).expect("own records fit");
        Ok(reply)
    }

    pub fn create(&mut self, topics: Vec<NewTopic>) -> Vec<CreateTopicResult> {
        let request = CreateTopics { topics, validate_only: false, seed: 1 };
        match self.run(Command::CreateTopics(request)) {
            Ok(Reply::CreateTopics(results)) => results,
            other => panic!("CreateTopics answered {other:?}"),
        }
    }

    pub fn create_one(&mut self, topic: NewTopic) -> CreateTopicResult {
        self.create(vec![topic]).remove(0)
    }
}

pub fn register(node_id: i32, shards: u16, incarnation: u8) -> Command {
    let broker = |shard| BrokerRegistered {
        broker_id: broker_id(node_id, shard),
        node_id,
        shard,
        host: format!("node-{node_id}"),
        port: 9092 + shard,
        rack: Some(node_id.to_string()),
        incarnation: Uuid([incarnation; 16]),
        link_port: 0,
        previous_epoch: -1,
        suspect_logs: Vec::new(),
        state: cluster::records::BrokerState::Serving,
    };
    let brokers = (0..shards).map(broker).collect();
    Command::RegisterBrokers(RegisterBrokers { cluster_id: CLUSTER_ID, brokers })
}

/// An id that follows from the name, so that tests need no randomness.
pub fn id_of(name: &str) -> Uuid {
    let mut id = [1_u8; 16];
    for (index, byte) in name.bytes().enumerate() {
        id[index % 16] = id[index % 16].wrapping_mul(31).wrapping_add(byte);
    }
    Uuid(id)
}

pub fn topic(name: &str, num_partitions: i32, replication_factor: i16) -> NewTopic {
    NewTopic {
        name: name.into(),
        id: id_of(name),
        num_partitions,
        replication_factor,
        ..NewTopic::default()
    }
}

pub fn assigned(name: &str, replicas: &[(i32, &[i32])]) -> NewTopic {
    let assignment = |&(partition, brokers): &(i32, &[i32])| Assignment {
        partition,
        broker_ids: brokers.into(),
    };
    let assignments = replicas.iter().map(assignment).collect();
    NewTopic { assignments, ..topic(name, -1, -1) }
}

pub fn configured(name: &str, configs: &[(&str, &str)]) -> NewTopic {
    let configs = configs.iter().map(|&(name, value)| (name.into(), Some(value.into()))).collect();
    NewTopic { configs, ..topic(name, 1, 1) }
}

pub fn set(name: &str, value: &str) -> ConfigOp {
    operation(name, Operation::Set, Some(value))
}

pub fn operation(name: &str, operation: Operation, value: Option<&str>) -> ConfigOp {
    ConfigOp { name: name.into(), operation, value: value.map(Into::into) }
}

pub fn alter(
    live: &mut Live,
    kind: ResourceKind,
    name: &str,
    change: ConfigChange,
) -> Result<(), (ErrorKind, String)> {
    let resources = vec![AlterResource { kind, name: name.into(), change }];
    let request = AlterConfigs { resources, validate_only: false };
    match live.run(Command::AlterConfigs(request)) {
        Ok(Reply::AlterConfigs(mut results)) => {
            results.remove(0).outcome.map_err(|error| (error.kind, error.message))
        }
        other => panic!("AlterConfigs answered {other:?}"),
    }
}

pub fn of_topic(live: &mut Live, operations: Vec<ConfigOp>) -> Result<(), (ErrorKind, String)> {
    alter(live, ResourceKind::Topic, "a", ConfigChange::Incremental(operations))
}

pub fn of_broker(live: &mut Live, id: &str, op: ConfigOp) -> Result<(), (ErrorKind, String)> {
    alter(live, ResourceKind::Broker, id, ConfigChange::Incremental(vec![op]))
}

pub fn live_with_a() -> Live {
    let mut live = Live::with_nodes(&[2]);
    live.create_one(topic("a", 1, 1)).outcome.unwrap();
    live
}
