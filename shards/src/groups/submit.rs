//! The way of a request to its group's coordinator, and of the answer back.

use std::net::IpAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use cluster::groups::{Caller, Context, Coordinator, Reply, Request, partition_for};
use cluster::names::CONSUMER_OFFSETS;
use wire::ErrorCode;

use super::{Groups, State, with_slot};
use crate::limits::GROUP_STOP_GRACE_MS;
use crate::runtime::{self, oneshot};

/// Who asks, and how.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Empty if it gave none.
    pub id: &'a str,
    pub ip: IpAddr,
    pub api_version: i16,
}

/// Has the coordinator of `group_id` carry out `request`. The reply comes when what it tells of is
/// durable; a join or a sync may also wait for other members.
///
/// # Errors
/// Why there is no coordinator here that could: the client looks for it, or tries again.
pub async fn submit(
    groups: &Rc<Groups>,
    group_id: &str,
    client: Client<'_>,
    request: Request<'_>,
) -> Result<Reply, ErrorCode> {
    let index = coordinated_here(groups, group_id)?;
    let client_host = host(client.ip);
    let caller =
        Caller { client_id: client.id, client_host: &client_host, api_version: client.api_version };
    // A heartbeat changes nothing that is written; refused, members would be lost for a full disk.
    let writes = !matches!(request, Request::Heartbeat(_));
    let begun = with_slot(groups, index, |slot, context| {
        let loaded = match &mut slot.state {
            State::Loaded(loaded) => loaded,
            State::Loading { .. } => return Ok(Err(ErrorCode::CoordinatorLoadInProgress)),
            State::Failed => return Ok(Err(ErrorCode::CoordinatorNotAvailable)),
        };
        if writes && let Err(code) = loaded.check_writable() {
            return Ok(Err(code));
        }
        let (ticket, reply) = loaded.open_ticket();
        let step = loaded.coordinator.step(context, &caller, ticket, request);
        loaded.take(groups, &slot.partition, step)?;
        Ok(Ok(reply))
    });
    let reply = begun.unwrap_or(Err(ErrorCode::CoordinatorNotAvailable))?;
    answered(groups, reply).await
}

/// What the coordinator of `group_id` says, once everything that it rests on is durable.
///
/// # Errors
/// As [`submit`].
pub async fn ask<T>(
    groups: &Rc<Groups>,
    group_id: &str,
    question: impl FnOnce(&Coordinator, &Context<'_>) -> T,
) -> Result<T, ErrorCode> {
    let index = coordinated_here(groups, group_id)?;
    ask_partition(groups, index, question).await
}

/// What each coordinator of this shard says, as [`ask`]; the code of one that cannot beside the
/// answers of the others.
pub async fn ask_all<T>(
    groups: &Rc<Groups>,
    question: impl Fn(&Coordinator, &Context<'_>) -> T,
) -> (Vec<T>, Option<ErrorCode>) {
    let indexes: Vec<i32> = groups.slots.borrow().keys().copied().collect();
    let mut answers = Vec::with_capacity(indexes.len());
    let mut failed = None;
    for index in indexes {
        match ask_partition(groups, index, &question).await {
            Ok(answer) => answers.push(answer),
            // Led elsewhere since.
            Err(ErrorCode::NotCoordinator) => {}
            Err(code) => failed = Some(code),
        }
    }
    (answers, failed)
}

async fn ask_partition<T>(
    groups: &Rc<Groups>,
    index: i32,
    question: impl FnOnce(&Coordinator, &Context<'_>) -> T,
) -> Result<T, ErrorCode> {
    let asked = with_slot(groups, index, |slot, context| {
        Ok(match &mut slot.state {
            State::Loaded(loaded) => {
                let answer = question(&loaded.coordinator, context);
                Ok((answer, loaded.durable(groups, &slot.partition)))
            }
            State::Loading { .. } => Err(ErrorCode::CoordinatorLoadInProgress),
            State::Failed => Err(ErrorCode::CoordinatorNotAvailable),
        })
    });
    let (answer, durable) = asked.unwrap_or(Err(ErrorCode::NotCoordinator))?;
    answered(groups, durable).await?;
    Ok(answer)
}

/// The partition of `__consumer_offsets` that a group belongs to, if this shard leads it.
fn coordinated_here(groups: &Groups, group_id: &str) -> Result<i32, ErrorCode> {
    let image = groups.metadata.image();
    let Some(topic) = image.topic(CONSUMER_OFFSETS) else {
        return Err(ErrorCode::CoordinatorNotAvailable);
    };
    let index = partition_for(group_id, topic.partitions.len() as i32);
    match topic.partition(index) {
        Some(partition) if partition.leader == groups.metadata.broker_id => Ok(index),
        _ => Err(ErrorCode::NotCoordinator),
    }
}

/// Waits for the coordinator, but not when the shard stops: what is in flight then may still come.
async fn answered<T>(groups: &Groups, reply: oneshot::Receiver<T>) -> Result<T, ErrorCode> {
    let mut reply = pin!(reply.receive());
    let reply = match groups.stop.unless_stopping(reply.as_mut()).await {
        Some(reply) => reply,
        None => {
            let grace = Duration::from_millis(GROUP_STOP_GRACE_MS);
            runtime::timeout(grace, reply).await.flatten()
        }
    };
    reply.ok_or(ErrorCode::CoordinatorNotAvailable)
}

/// An address as Java prints it.
fn host(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => format!("/{ip}"),
        IpAddr::V6(ip) => {
            let words: Vec<String> = ip.segments().iter().map(|word| format!("{word:x}")).collect();
            format!("/{}", words.join(":"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_printed_as_java_does() {
        let host = |ip: &str| host(ip.parse().expect("an address"));
        assert_eq!(host("127.0.0.1"), "/127.0.0.1");
        assert_eq!(host("::1"), "/0:0:0:0:0:0:0:1");
        assert_eq!(host("fe80::a:0"), "/fe80:0:0:0:0:0:a:0");
        assert_eq!(host("::ffff:10.0.0.7"), "/10.0.0.7");
    }
}
