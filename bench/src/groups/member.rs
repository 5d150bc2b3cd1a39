//! A member of a consumer group on a connection of its own: joins, syncs, beats, commits, leaves.

use std::time::Instant;

use mio::Registry;
use wire::ErrorCode;
use wire::messages::{
    HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest, SyncGroupRequest,
};

use super::frames::{
    self as frames, COMMIT_VERSION, CommitFrame, HEARTBEAT_VERSION, JOIN_VERSION, LEAVE_VERSION,
    SYNC_VERSION, decode,
};
use crate::BenchError;
use crate::connection::{Connection, Pending};
use crate::frames::Frame;

/// What a request in flight is; its number is the tag it is pending under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Join,
    Sync,
    Heartbeat,
    Leave,
    Commit,
}

const SENT: [Sent; 5] = [Sent::Join, Sent::Sync, Sent::Heartbeat, Sent::Leave, Sent::Commit];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Joins or syncs.
    Joining,
    Stable,
    Leaving,
    Out,
}

/// The topic that all groups read.
pub struct Subscription {
    pub topic: String,
    pub partitions: i32,
    /// Of a member's partitions, as many as one commit carries.
    pub offsets_per_commit: usize,
}

/// See the module.
pub struct Member {
    pub group: String,
    pub state: State,
    pub generation: i32,
    pub partitions: Vec<i32>,
    /// The offset of the last commit that was sent; all partitions of a commit get the same.
    pub committed: i64,
    connection: Connection,
    id: String,
    commits: Vec<CommitFrame>,
    next_commit: usize,
}

/// A commit that was answered.
pub struct Committed {
    pub since: Instant,
    pub offsets: usize,
}

fn known(code: i16) -> ErrorCode {
    ErrorCode::from_i16(code).unwrap_or(ErrorCode::UnknownServerError)
}

fn check(api: &'static str, code: i16) -> Result<(), BenchError> {
    let error = || format!("{:?}", known(code));
    if code == 0 { Ok(()) } else { Err(BenchError::Kafka { api, error: error() }) }
}

impl Member {
    pub fn connect(
        group: String,
        address: &str,
        registry: &Registry,
        token: usize,
    ) -> Result<Self, BenchError> {
        Ok(Self {
            group,
            state: State::Out,
            generation: -1,
            partitions: Vec::new(),
            committed: 0,
            connection: Connection::connect(address, registry, token)?,
            id: String::new(),
            commits: Vec::new(),
            next_commit: 0,
        })
    }

    pub fn in_flight(&self) -> usize {
        self.connection.in_flight()
    }

    pub fn flush(&mut self) -> Result<(), BenchError> {
        self.connection.flush()
    }

    fn send(&mut self, what: Sent, mut frame: Frame) -> Result<(), BenchError> {
        frame.set_correlation(self.connection.next_correlation());
        let pending = Pending { since: Instant::now(), tag: what as usize };
        self.connection.push(&frame.0, pending);
        self.connection.flush()
    }

    pub fn join(&mut self, subscription: &Subscription) -> Result<(), BenchError> {
        self.state = State::Joining;
        let frame = frames::join(&self.group, &self.id, &subscription.topic)?;
        self.send(Sent::Join, frame)
    }

    /// A heartbeat, or once more what was to be tried again later. Nothing while it joins: the
    /// answer comes with the join's.
    pub fn heartbeat(&mut self, subscription: &Subscription) -> Result<(), BenchError> {
        match self.state {
            State::Stable => {
                let frame = frames::heartbeat(&self.group, &self.id, self.generation)?;
                self.send(Sent::Heartbeat, frame)
            }
            State::Joining if self.in_flight() == 0 => self.join(subscription),
            State::Leaving if self.in_flight() == 0 => self.leave(),
            State::Joining | State::Leaving | State::Out => Ok(()),
        }
    }

    pub fn leave(&mut self) -> Result<(), BenchError> {
        self.state = State::Leaving;
        let frame = frames::leave(&self.group, &self.id)?;
        self.send(Sent::Leave, frame)
    }

    /// Commits the next offset for the next of its partitions, of which it has some; how many.
    /// Latency counts from `since`.
    pub fn commit(&mut self, since: Instant) -> Result<usize, BenchError> {
        if self.next_commit == 0 {
            self.committed += 1;
        }
        let commit = &mut self.commits[self.next_commit];
        commit.set_offset(self.committed);
        commit.frame.set_correlation(self.connection.next_correlation());
        let pending = Pending { since, tag: Sent::Commit as usize };
        self.connection.push(&commit.frame.0, pending);
        let offsets = commit.offsets;
        self.next_commit = (self.next_commit + 1) % self.commits.len();
        self.connection.flush()?;
        Ok(offsets)
    }

    /// What is committed for the `turn`th of its partitions, when every commit is answered.
    pub fn last_committed(&self, turn: usize, offsets_per_commit: usize) -> i64 {
        // The commits of a round that has begun are one ahead.
        let commit = turn / offsets_per_commit;
        let is_behind = self.next_commit > 0 && commit >= self.next_commit;
        self.committed - i64::from(is_behind)
    }

    /// Reads what has come, and goes on from there; commits that were answered go to `each`.
    pub fn receive(
        &mut self,
        subscription: &Subscription,
        mut each: impl FnMut(Committed),
    ) -> Result<(), BenchError> {
        let mut answers = Vec::new();
        self.connection.receive(|pending, response| {
            answers.push((pending, response.to_vec()));
            Ok(())
        })?;
        for (pending, response) in answers {
            match SENT[pending.tag] {
                Sent::Join => self.joined(subscription, &response)?,
                Sent::Sync => self.synced(subscription, &response)?,
                Sent::Heartbeat => self.beaten(subscription, &response)?,
                Sent::Leave => {
                    let response = decode::<LeaveGroupRequest<'_>>(LEAVE_VERSION, &response)?;
                    if !is_for_later(response.error_code) {
                        check("LeaveGroup", response.error_code)?;
                        (self.state, self.id) = (State::Out, String::new());
                    }
                }
                Sent::Commit => {
                    let response = decode::<OffsetCommitRequest<'_>>(COMMIT_VERSION, &response)?;
                    let mut offsets = 0;
                    for partition in response.topics.iter().flat_map(|topic| &topic.partitions) {
                        check("OffsetCommit", partition.error_code)?;
                        offsets += 1;
                    }
                    each(Committed { since: pending.since, offsets });
                }
            }
        }
        Ok(())
    }

    fn joined(&mut self, subscription: &Subscription, response: &[u8]) -> Result<(), BenchError> {
        let response = decode::<JoinGroupRequest<'_>>(JOIN_VERSION, response)?;
        match known(response.error_code) {
            ErrorCode::None => {}
            ErrorCode::MemberIdRequired => {
                self.id = response.member_id.into_owned();
                return self.join(subscription);
            }
            ErrorCode::UnknownMemberId => {
                self.id.clear();
                return self.join(subscription);
            }
            _ if is_for_later(response.error_code) => return Ok(()),
            _ => return check("JoinGroup", response.error_code),
        }
        self.generation = response.generation_id;
        self.id = response.member_id.into_owned();
        let members = response.members.into_iter().map(|member| member.member_id.into_owned());
        let mut members: Vec<String> = members.collect();
        members.sort_unstable();
        let Subscription { topic, partitions, .. } = subscription;
        let frame =
            frames::sync(&self.group, &self.id, self.generation, topic, *partitions, &members)?;
        self.send(Sent::Sync, frame)
    }

    fn synced(&mut self, subscription: &Subscription, response: &[u8]) -> Result<(), BenchError> {
        let response = decode::<SyncGroupRequest<'_>>(SYNC_VERSION, response)?;
        if is_rebalance(response.error_code) {
            return self.join(subscription);
        }
        if is_for_later(response.error_code) {
            return Ok(());
        }
        check("SyncGroup", response.error_code)?;
        self.partitions = frames::assigned(&response.assignment, &subscription.topic)?;
        let frame = |partitions: &[i32]| {
            CommitFrame::new(
                &self.group,
                &self.id,
                self.generation,
                &subscription.topic,
                partitions,
            )
        };
        let commits = self.partitions.chunks(subscription.offsets_per_commit).map(frame);
        self.commits = commits.collect::<Result<_, _>>()?;
        self.next_commit = 0;
        self.state = State::Stable;
        Ok(())
    }

    fn beaten(&mut self, subscription: &Subscription, response: &[u8]) -> Result<(), BenchError> {
        let response = decode::<HeartbeatRequest<'_>>(HEARTBEAT_VERSION, response)?;
        if is_rebalance(response.error_code) {
            // A second one may have been on its way before the first was answered.
            return match self.state {
                State::Stable => self.join(subscription),
                State::Joining | State::Leaving | State::Out => Ok(()),
            };
        }
        if is_for_later(response.error_code) {
            return Ok(());
        }
        check("Heartbeat", response.error_code)
    }
}

/// A broker under load asks for patience; a member tries again when its next heartbeat is due.
fn is_for_later(code: i16) -> bool {
    use ErrorCode::{CoordinatorLoadInProgress, CoordinatorNotAvailable};
    [CoordinatorNotAvailable, CoordinatorLoadInProgress].contains(&known(code))
}

fn is_rebalance(code: i16) -> bool {
    [ErrorCode::RebalanceInProgress, ErrorCode::IllegalGeneration].contains(&known(code))
}
