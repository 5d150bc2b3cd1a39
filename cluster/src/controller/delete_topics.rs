//! DeleteTopics (20): by name or by id.

use wire::Uuid;

use super::{ANY_BROKER, Step, repeated};
use crate::command::{DeleteTopicResult, DeleteTopics, Reply, TopicRef};
use crate::configs::{BrokerSettings, StaticConfigs, View};
use crate::error::{CommandError, ErrorKind};
use crate::image::Image;
use crate::records::{Record, TopicDeleted};

pub(super) fn step(image: &Image, fixed: &StaticConfigs, request: DeleteTopics) -> Step {
    let enabled = BrokerSettings::new(&View::new(image, fixed, ANY_BROKER)).delete_topics;
    let found: Vec<(TopicRef, Option<(String, Uuid)>)> =
        request.topics.into_iter().map(|topic| find(image, topic)).collect();
    // One topic by name and by id is named twice, too.
    let twice = repeated(found.iter().filter_map(|(_, found)| Some(found.as_ref()?.1.0)));

    let mut records = Vec::new();
    let mut results = Vec::with_capacity(found.len());
    for (asked, found) in found {
        let (name, id) = match (&asked, &found) {
            (_, Some((name, id))) => (Some(name.clone()), *id),
            (TopicRef::Name(name), None) => (Some(name.clone()), Uuid::ZERO),
            (TopicRef::Id(id), None) => (None, *id),
        };
        let outcome = match found {
            None => Err(unknown(&asked)),
            Some((name, _)) if !enabled => Err(CommandError::new(
                ErrorKind::TopicDeletionDisabled,
                format!("topic {name:?} cannot be deleted: delete.topic.enable is false"),
            )),
            Some((name, id)) if twice.contains(&id.0) => Err(CommandError::new(
                ErrorKind::InvalidRequest,
                format!("topic {name:?} is named more than once in the request"),
            )),
            Some((_, topic_id)) => {
                records.push(Record::TopicDeleted(TopicDeleted { topic_id }));
                Ok(())
            }
        };
        results.push(DeleteTopicResult { name, id, outcome });
    }
    Ok((records, Reply::DeleteTopics(results)))
}

fn find(image: &Image, asked: TopicRef) -> (TopicRef, Option<(String, Uuid)>) {
    let topic = match &asked {
        TopicRef::Name(name) => image.topic(name),
        TopicRef::Id(id) => image.topic_by_id(*id),
    };
    let found = topic.map(|topic| (topic.name.to_string(), topic.id));
    (asked, found)
}

fn unknown(asked: &TopicRef) -> CommandError {
    match asked {
        TopicRef::Name(name) => {
            CommandError::new(ErrorKind::UnknownTopic, format!("there is no topic {name:?}"))
        }
        TopicRef::Id(id) => {
            CommandError::new(ErrorKind::UnknownTopicId, format!("there is no topic of id {id}"))
        }
    }
}
