//! The machine: its state, its start and its turn. What a turn does in detail is beside this.

use std::collections::{BTreeMap, VecDeque};

use raft::{Config, RawNode, ReadOnlyOption, StateRole};
use wire::Uuid;

use super::ask::Tickets;
use super::care::{Disk, OwnSnapshot, Transfer};
use super::fault::{Fault, Ignored, Refused};
use super::io::{Input, Output, PeerProgress, Role, Settings, Stored};
use super::log::MemoryLog;
use super::members::{Members, RaftId};
use super::mutant::Mutant;
use super::settle::Write;
use super::timer::ElectionTimer;
use crate::limits::{
    QUORUM_APPEND_BYTES_MAX, QUORUM_APPENDS_IN_FLIGHT_MAX, QUORUM_APPLY_BYTES_MAX,
    QUORUM_HEARTBEAT_TICKS, QUORUM_LEASE_TICKS, QUORUM_SNAPSHOT_START_ENTRIES, QUORUM_TICK_MS,
    QUORUM_TICKS_AT_ONCE_MAX, QUORUM_UNCOMMITTED_BYTES_MAX,
};

/// The library's own election timer is never to end: one value far away, so that its draw does not
/// matter either.
const NEVER_TICKS: usize = 1 << 44;

/// A member of the metadata quorum; see the [module](super).
pub struct Quorum {
    pub(super) settings: Settings,
    /// `None` once this node left or is at fault.
    pub(super) node: Option<RawNode<MemoryLog>>,
    pub(super) members: Members,
    /// The last index handed out for applying, or of the snapshot.
    pub(super) applied: u64,
    pub(super) now_ms: u64,
    last_tick_ms: u64,
    timer: ElectionTimer,
    /// Writes that are not known to be durable, oldest first.
    pub(super) writes: VecDeque<Write>,
    pub(super) next_write: u64,
    /// The commit index in the state file on disk; one on its way there counts when it arrived.
    pub(super) noted_commit: u64,
    /// The entry that last changed the members.
    pub(super) last_change: u64,
    pub(super) tickets: Tickets,
    pub(super) role: (Role, Option<RaftId>, u64),
    pub(super) transfers: BTreeMap<RaftId, Transfer>,
    /// Snapshots that arrived and are being installed, as far as this leader knows.
    pub(super) installs: BTreeMap<RaftId, Transfer>,
    pub(super) own_snapshot: OwnSnapshot,
    pub(super) disk: Disk,
    pub(super) out: Vec<Output>,
}

impl Quorum {
    /// Goes on from what the disk holds. `now_ms` is of a clock that only goes forward.
    ///
    /// # Errors
    /// What is stored is not this member's, has a gap, or contradicts itself.
    pub fn start(settings: Settings, stored: Stored, now_ms: u64) -> Result<Self, Fault> {
        let noted_commit = stored.hard.commit;
        let (log, restart) = MemoryLog::load(stored, settings.mutation)?;
        let members = log.snapshot_meta().map(|meta| meta.members.clone()).unwrap_or_default();
        check_identity(&settings, &members)?;
        let snapshot = log.snapshot_id();
        let last = log.last();
        let many = last.saturating_sub(snapshot.index) >= QUORUM_SNAPSHOT_START_ENTRIES;
        let mut out = Vec::new();
        if restart {
            out.push(Output::RestartLog { next_index: snapshot.index + 1 });
        }
        let config = library_config(settings.raft_id, snapshot.index);
        let logger = slog::Logger::root(slog::Discard, slog::o!());
        let node = RawNode::new(&config, log, &logger)
            .map_err(|error| Fault::Library(error.to_string()))?;
        Ok(Self {
            timer: ElectionTimer::new(settings.seed ^ settings.raft_id.rotate_left(32)),
            settings,
            node: Some(node),
            members,
            applied: snapshot.index,
            now_ms,
            last_tick_ms: now_ms,
            writes: VecDeque::new(),
            next_write: 1,
            noted_commit,
            last_change: 0,
            tickets: Tickets::default(),
            role: (Role::Follower, None, 0),
            transfers: BTreeMap::new(),
            installs: BTreeMap::new(),
            own_snapshot: OwnSnapshot::new(now_ms, many.then_some(last)),
            disk: Disk::default(),
            out,
        })
    }

    /// One turn: what peers and the disk have to say, then time, then what callers ask.
    ///
    /// Call it for every input at the latest when [`QUORUM_TICK_MS`] are over; inputs that come
    /// together share a turn, and so their writes.
    pub fn turn(&mut self, now_ms: u64, inputs: Vec<Input>) -> Vec<Output> {
        self.now_ms = self.now_ms.max(now_ms);
        let is_ask = |input: &Input| matches!(input, Input::Ask { .. } | Input::Transfer(_));
        let (asks, news): (Vec<_>, Vec<_>) = inputs.into_iter().partition(is_ask);
        for input in news {
            self.hear(input);
        }
        self.settle();
        self.tick();
        self.settle();
        for input in asks {
            self.hear(input);
        }
        self.settle();
        self.take_care();
        self.settle();
        self.report_role();
        std::mem::take(&mut self.out)
    }

    fn hear(&mut self, input: Input) {
        if self.node.is_none() {
            return self.hear_stopped(input);
        }
        match input {
            Input::Peer(message) => self.hear_peer(message, None),
            Input::SnapshotReceived { message, meta } => self.hear_peer(message, Some(&meta)),
            Input::Durable(number) => self.durable(number),
            Input::Ask { ticket, request } => self.ask(ticket, request),
            Input::Transfer(to) => self.hand_over(to),
            Input::SnapshotWritten { index, ok } => self.snapshot_written(index, ok),
            Input::SnapshotProgress { to } => self.snapshot_progress(to),
            Input::SnapshotSent { to, index, ok } => self.snapshot_sent(to, Some(index), ok),
            Input::LinkDown(peer) => self.link_down(peer),
        }
    }

    fn hear_stopped(&mut self, input: Input) {
        match input {
            Input::Ask { ticket, .. } => self.refuse(ticket, Refused::NotLeader { leader: None }),
            Input::Peer(message) | Input::SnapshotReceived { message, .. } => {
                self.out.push(Output::Ignored { from: message.from, why: Ignored::Stopped });
            }
            _ => {}
        }
    }

    /// Time: missed ticks are given late, but never so many that they alone end a lease.
    fn tick(&mut self) {
        let due = (self.now_ms - self.last_tick_ms) / QUORUM_TICK_MS;
        self.last_tick_ms += due * QUORUM_TICK_MS;
        for _ in 0..due.min(QUORUM_TICKS_AT_ONCE_MAX) {
            // While a snapshot is being installed, an election would look for entries that are
            // gone; and this node could not vote for itself anyway.
            if self.installing() && !self.mutated(Mutant::TicksDuringInstall) {
                return;
            }
            let Some(node) = &mut self.node else {
                return;
            };
            node.tick();
            self.maybe_campaign();
        }
    }

    fn maybe_campaign(&mut self) {
        let Some(node) = &mut self.node else {
            return;
        };
        let raft = &mut node.raft;
        if raft.state == StateRole::Leader || !raft.promotable() {
            return;
        }
        let id = self.settings.raft_id;
        let voters = self.members.voters().count();
        let rank = self.members.voters().position(|voter| voter == id).unwrap_or_default();
        // Nobody is to be asked, so there is nothing to wait for but the own disk: a sole voter
        // leads at once, and the library insists that it has all of its log durable then.
        let alone = voters == 1;
        if alone && raft.raft_log.persisted != raft.raft_log.last_index() {
            return;
        }
        let timeout = self.timer.timeout_ticks(raft.term, raft.state, rank, voters);
        if alone || raft.election_elapsed >= timeout {
            raft.election_elapsed = 0;
            // It answers with an error never, and does nothing where it may not.
            let _ = node.campaign();
        }
    }

    /// Whether a snapshot was taken in and is not yet durable.
    pub(super) fn installing(&self) -> bool {
        let pending = self.node.as_ref().is_some_and(|node| node.snap().is_some());
        pending || self.writes.iter().any(|write| write.snapshot.is_some())
    }

    pub(super) fn mutated(&self, mutant: Mutant) -> bool {
        self.settings.mutation.is(mutant)
    }

    /// Stops for good: what was promised cannot be kept.
    pub(super) fn fail(&mut self, fault: Fault) {
        self.stop();
        self.out.push(Output::Fault(fault));
    }

    pub(super) fn stop(&mut self) {
        self.node = None;
        self.writes.clear();
        self.drop_transfers();
        for ticket in self.tickets.take_all() {
            self.refuse(ticket, Refused::Unknown { waited_ms: 0 });
        }
    }

    /// Whether a peer that names itself so may be listened to: asked when a link says hello.
    #[must_use]
    pub fn admits(&self, raft_id: RaftId, directory_id: Uuid) -> bool {
        self.members.admits(raft_id, directory_id) || self.mutated(Mutant::EmptiedDiskAdmitted)
    }

    /// The members after the last applied entry.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// The last entry handed out for applying.
    #[must_use]
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// What is known as committed; 0 once stopped.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.node.as_ref().map_or(0, |node| node.raft.raft_log.committed)
    }

    #[must_use]
    pub fn role(&self) -> (Role, Option<RaftId>, u64) {
        self.role
    }

    /// How far the members are; empty unless this node leads.
    #[must_use]
    pub fn progress(&self) -> Vec<PeerProgress> {
        let Some(node) = self.node.as_ref().filter(|_| self.leads()) else {
            return Vec::new();
        };
        let progress = |(raft_id, member): (RaftId, &super::Member)| {
            let known = node.raft.prs().get(raft_id)?;
            let in_contact = known.recent_active || raft_id == self.settings.raft_id;
            Some(PeerProgress { raft_id, voter: member.voter, matched: known.matched, in_contact })
        };
        self.members.iter().filter_map(progress).collect()
    }

    pub(super) fn leads(&self) -> bool {
        self.node.as_ref().is_some_and(|node| node.raft.state == StateRole::Leader)
    }

    fn report_role(&mut self) {
        let Some(node) = &self.node else {
            return;
        };
        let raft = &node.raft;
        let role = match raft.state {
            StateRole::Leader if raft.apply_to_current_term() => Role::Leader,
            StateRole::Leader => Role::Elected,
            StateRole::Follower => Role::Follower,
            StateRole::Candidate | StateRole::PreCandidate => Role::Candidate,
        };
        let leader = Some(raft.leader_id).filter(|id| *id != raft::INVALID_ID);
        let now = (role, leader, raft.term);
        if now != self.role {
            self.role = now;
            self.out.push(Output::Role { role, leader, term: raft.term });
        }
    }
}

fn check_identity(settings: &Settings, members: &Members) -> Result<(), Fault> {
    let raft_id = settings.raft_id;
    // A new member has no snapshot yet, and so knows of nobody.
    if members.is_empty() || settings.mutation.is(Mutant::EmptiedDiskAdmitted) {
        return Ok(());
    }
    let expected = members.get(raft_id).ok_or(Fault::Stranger { raft_id })?.directory_id;
    if expected != settings.directory_id {
        return Err(Fault::Identity { raft_id, expected, found: settings.directory_id });
    }
    Ok(())
}

fn library_config(id: RaftId, applied: u64) -> Config {
    Config {
        id,
        election_tick: QUORUM_LEASE_TICKS,
        heartbeat_tick: QUORUM_HEARTBEAT_TICKS,
        applied,
        max_size_per_msg: QUORUM_APPEND_BYTES_MAX,
        max_inflight_msgs: QUORUM_APPENDS_IN_FLIGHT_MAX,
        check_quorum: true,
        pre_vote: true,
        min_election_tick: NEVER_TICKS,
        max_election_tick: NEVER_TICKS + 1,
        read_only_option: ReadOnlyOption::Safe,
        max_uncommitted_size: QUORUM_UNCOMMITTED_BYTES_MAX,
        max_committed_size_per_ready: QUORUM_APPLY_BYTES_MAX,
        ..Config::default()
    }
}
