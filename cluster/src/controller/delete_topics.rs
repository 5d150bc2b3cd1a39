//! DeleteTopics (20): by name or by id. What contradicts itself is refused and deletes nothing.

use std::collections::{BTreeMap, BTreeSet};

use wire::Uuid;

use super::{ANY_BROKER, Step, refuse};
use crate::command::{DeleteTopicResult, DeleteTopics, Reply, TopicRef};
use crate::configs::{BrokerSettings, StaticConfigs, View};
use crate::error::{CommandError, ErrorKind};
use crate::image::Image;
use crate::records::{Record, TopicDeleted};

pub(super) fn step(image: &Image, fixed: &StaticConfigs, request: DeleteTopics) -> Step {
    let mut plan = Plan::default();
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for topic in request.topics {
        match topic {
            TopicRef::Name(name) => plan.count_name(&mut names, name),
            TopicRef::Id(id) if id.is_zero() => {
                plan.refuse(None, id, "Neither topic name nor id were specified.");
            }
            TopicRef::Id(id) => plan.count_id(&mut ids, id),
            TopicRef::Both(name, id) => {
                plan.refuse(Some(name), id, "You may not specify both topic name and topic id.");
            }
        }
    }
    plan.find_ids(image, &ids);
    plan.find_names(image, &names);
    let enabled = BrokerSettings::new(&View::new(image, fixed, ANY_BROKER)).delete_topics;
    Ok(plan.carry_out(enabled))
}

/// What the request comes to: topics to delete by their id, and what is answered already.
#[derive(Default)]
struct Plan {
    names_twice: BTreeSet<String>,
    ids_twice: BTreeSet<Uuid>,
    found: BTreeMap<Uuid, String>,
    results: Vec<DeleteTopicResult>,
}

impl Plan {
    fn answer(&mut self, name: Option<String>, id: Uuid, outcome: Result<(), CommandError>) {
        self.results.push(DeleteTopicResult { name, id, outcome });
    }

    fn refuse(&mut self, name: Option<String>, id: Uuid, message: &str) {
        self.answer(name, id, refuse(ErrorKind::InvalidRequest, message));
    }

    /// A name that comes up more than once has one answer.
    fn count_name(&mut self, names: &mut BTreeSet<String>, name: String) {
        if self.names_twice.contains(&name) {
            return;
        }
        if !names.insert(name.clone()) {
            names.remove(&name);
            self.names_twice.insert(name.clone());
            self.refuse(Some(name), Uuid::ZERO, "Duplicate topic name.");
        }
    }

    fn count_id(&mut self, ids: &mut BTreeSet<Uuid>, id: Uuid) {
        if self.ids_twice.contains(&id) {
            return;
        }
        if !ids.insert(id) {
            ids.remove(&id);
            self.ids_twice.insert(id);
            self.refuse(None, id, "Duplicate topic id.");
        }
    }

    fn find_ids(&mut self, image: &Image, ids: &BTreeSet<Uuid>) {
        for &id in ids {
            match image.topic_by_id(id) {
                Some(topic) => {
                    self.found.insert(id, topic.name.to_string());
                }
                None => {
                    let unknown = super::unknown_topic_id();
                    self.answer(None, id, Err(unknown));
                }
            }
        }
    }

    fn find_names(&mut self, image: &Image, names: &BTreeSet<String>) {
        for name in names {
            let Some(topic) = image.topic(name) else {
                self.answer(Some(name.clone()), Uuid::ZERO, Err(super::unknown_topic(name)));
                continue;
            };
            let id = topic.id;
            if self.ids_twice.contains(&id) || self.found.contains_key(&id) {
                self.found.remove(&id);
                let message = "The provided topic name maps to an ID that was already supplied.";
                self.refuse(Some(name.clone()), topic.id, message);
            } else {
                self.found.insert(id, name.clone());
            }
        }
    }

    fn carry_out(mut self, enabled: bool) -> (Vec<Record>, Reply) {
        let mut records = Vec::new();
        for (id, name) in std::mem::take(&mut self.found) {
            let topic_id = id;
            let outcome = if enabled {
                records.push(Record::TopicDeleted(TopicDeleted { topic_id }));
                Ok(())
            } else {
                let message = format!("topic {name:?} stays: delete.topic.enable is false");
                refuse(ErrorKind::TopicDeletionDisabled, message)
            };
            self.answer(Some(name), topic_id, outcome);
        }
        (records, Reply::DeleteTopics(self.results))
    }
}
