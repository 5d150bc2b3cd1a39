//! Which brokers there are, and what they lead.

use std::collections::{BTreeMap, HashMap};

use wire::messages::metadata_request::MetadataRequestTopic;
use wire::messages::{MetadataRequest, MetadataResponse};
use wire::{ErrorCode, Uuid};

use super::connection::Connection;
use super::error::{ClientError, Patience, Refusal, Result, check};
use crate::address::HostPort;
use crate::problem::Problem;

/// Kafka's port.
const DEFAULT_PORT: u16 = 9092;

/// A topic as its brokers describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    pub id: Uuid,
    pub is_internal: bool,
    /// By their number.
    pub partitions: Vec<Partition>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    pub number: i32,
    /// -1: none.
    pub leader: i32,
    /// -1: not told.
    pub leader_epoch: i32,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
}

pub struct Cluster {
    bootstrap: Vec<HostPort>,
    brokers: BTreeMap<i32, HostPort>,
    controller: i32,
    connections: HashMap<i32, Connection>,
    /// The connection that metadata is asked on.
    any: Option<Connection>,
}

impl Cluster {
    /// `HOST:PORT,…`; connects when something is asked.
    pub fn new(bootstrap: &str) -> std::result::Result<Cluster, Problem> {
        let parse = |text| {
            HostPort::parse(text, Some(DEFAULT_PORT))
                .map_err(|why| Problem::usage(format!("--bootstrap-server: {why}")))
        };
        Ok(Cluster {
            bootstrap: bootstrap.split(',').map(parse).collect::<std::result::Result<_, _>>()?,
            brokers: BTreeMap::new(),
            controller: -1,
            connections: HashMap::new(),
            any: None,
        })
    }

    /// Any broker.
    pub fn any(&mut self) -> Result<&mut Connection> {
        if self.any.is_none() {
            let known = self.brokers.values().cloned().collect::<Vec<_>>();
            let mut last = None;
            for address in self.bootstrap.iter().chain(&known) {
                match Connection::open(address) {
                    Ok(connection) => {
                        self.any = Some(connection);
                        break;
                    }
                    Err(error) => last = Some(error),
                }
            }
            if let (None, Some(error)) = (&self.any, last) {
                return Err(error);
            }
        }
        Ok(self.any.as_mut().expect("there is a bootstrap address, and it was tried"))
    }

    /// The broker of this id.
    pub fn broker(&mut self, id: i32) -> Result<&mut Connection> {
        if !self.connections.contains_key(&id) {
            let connection = Connection::open(&self.address(id)?)?;
            self.connections.insert(id, connection);
        }
        Ok(self.connections.get_mut(&id).expect("it was just put there"))
    }

    pub fn address(&self, id: i32) -> Result<HostPort> {
        self.brokers.get(&id).cloned().ok_or_else(|| {
            let code = ErrorCode::LeaderNotAvailable as i16;
            ClientError::Refused(Refusal::new(format!("broker {id}"), code, None))
        })
    }

    /// The broker that takes changes; any broker where none is named.
    pub fn controller(&mut self) -> Result<&mut Connection> {
        if self.brokers.is_empty() {
            self.metadata(&[], false)?;
        }
        match self.controller {
            id if self.brokers.contains_key(&id) => self.broker(id),
            _ => self.any(),
        }
    }

    /// Forgets connections: one of them is broken, or its broker no longer leads.
    pub fn forget_connections(&mut self) {
        self.connections.clear();
        self.any = None;
    }

    pub fn brokers(&self) -> &BTreeMap<i32, HostPort> {
        &self.brokers
    }

    /// Every topic there is.
    pub fn all_topics(&mut self) -> Result<Vec<Topic>> {
        let request = MetadataRequest { topics: None, ..MetadataRequest::default() };
        self.ask(&request)?.into_iter().collect()
    }

    /// Topics by name, each with its own error.
    pub fn metadata(&mut self, names: &[&str], create: bool) -> Result<Vec<Result<Topic>>> {
        let topic = |name: &&str| MetadataRequestTopic {
            name: Some((*name).to_owned().into()),
            ..MetadataRequestTopic::default()
        };
        self.ask(&MetadataRequest {
            topics: Some(names.iter().map(topic).collect()),
            allow_auto_topic_creation: create,
            ..MetadataRequest::default()
        })
    }

    /// One topic, as soon as all its partitions have a leader.
    pub fn topic(&mut self, name: &str, create: bool) -> Result<Topic> {
        let mut patience = Patience::new();
        loop {
            let found = self
                .metadata(&[name], create)
                .and_then(|mut topics| topics.pop().unwrap_or_else(|| Err(unknown(name))));
            let error = match found {
                Ok(topic) => match topic.partitions.iter().find(|one| one.leader < 0) {
                    None => return Ok(topic),
                    Some(leaderless) => ClientError::Refused(Refusal::new(
                        format!("{name}-{}", leaderless.number),
                        ErrorCode::LeaderNotAvailable as i16,
                        None,
                    )),
                },
                Err(error) => error,
            };
            let is_missing = matches!(&error, ClientError::Refused(refusal)
                if refusal.is(ErrorCode::UnknownTopicOrPartition));
            // A topic that is not created now will not be there in a second either; and a broker
            // that was never reached is told at once.
            if is_missing && !create || self.brokers.is_empty() {
                return Err(error);
            }
            if !matches!(error, ClientError::Refused(_)) {
                self.forget_connections();
            }
            patience.wait_after(error)?;
        }
    }

    fn ask(&mut self, request: &MetadataRequest<'_>) -> Result<Vec<Result<Topic>>> {
        let (brokers, controller, topics) = {
            let response = self.any()?.call(request)?;
            check("Metadata", response.error_code, None)?;
            (read_brokers(&response), response.controller_id, read_topics(&response))
        };
        self.brokers = brokers;
        self.controller = controller;
        Ok(topics)
    }
}

fn unknown(name: &str) -> ClientError {
    let code = ErrorCode::UnknownTopicOrPartition as i16;
    ClientError::Refused(Refusal::new(format!("topic {name:?}"), code, None))
}

fn read_brokers(response: &MetadataResponse<'_>) -> BTreeMap<i32, HostPort> {
    let brokers = response.brokers.iter();
    brokers
        .map(|broker| {
            let port = u16::try_from(broker.port).unwrap_or(0);
            (broker.node_id, HostPort { host: broker.host.to_string(), port })
        })
        .collect()
}

fn read_topics(response: &MetadataResponse<'_>) -> Vec<Result<Topic>> {
    let read = |topic: &wire::messages::metadata_response::MetadataResponseTopic<'_>| {
        let name = topic.name.as_deref().unwrap_or_default();
        check(format!("topic {name:?}"), topic.error_code, None)?;
        let mut partitions: Vec<Partition> = topic
            .partitions
            .iter()
            .map(|partition| Partition {
                number: partition.partition_index,
                leader: partition.leader_id,
                leader_epoch: partition.leader_epoch,
                replicas: partition.replica_nodes.clone(),
                isr: partition.isr_nodes.clone(),
            })
            .collect();
        partitions.sort_by_key(|partition| partition.number);
        Ok(Topic {
            name: name.to_owned(),
            id: topic.topic_id,
            is_internal: topic.is_internal,
            partitions,
        })
    };
    response.topics.iter().map(read).collect()
}
