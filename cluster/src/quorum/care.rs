//! What nobody asks for: a disk that hangs, a leader without a vote, snapshots that stall, a log
//! that grows.

use raft::{ProgressState, SnapshotStatus};

use super::io::Output;
use super::machine::Quorum;
use super::members::RaftId;
use super::message::{SnapshotId, SnapshotMeta};
use super::mutant::Mutant;
use crate::limits::{
    QUORUM_INSTALL_MS, QUORUM_LEASE_TICKS, QUORUM_LOG_BYTES_MAX, QUORUM_SNAPSHOT_STALL_MS,
    QUORUM_TICK_MS, QUORUM_WRITE_STALL_MS,
};

const LEASE_MS: u64 = QUORUM_LEASE_TICKS as u64 * QUORUM_TICK_MS;

/// A snapshot on its way to a peer.
#[derive(Debug)]
pub(super) struct Transfer {
    index: u64,
    progress_ms: u64,
}

/// Of a leader whose disk hangs.
#[derive(Debug, Default)]
pub(super) struct Disk {
    handing_over_since_ms: Option<u64>,
    /// The lead could not be handed over: followers are to notice that this leader is gone.
    pub(super) silent: bool,
}

/// The next snapshot of our own.
#[derive(Debug)]
pub(super) struct OwnSnapshot {
    writing: Option<SnapshotMeta>,
    grown_bytes: usize,
    since_ms: u64,
    /// There were many entries at the start: one is due once this index is applied.
    due_from: Option<u64>,
}

impl OwnSnapshot {
    pub(super) fn new(now_ms: u64, due_from: Option<u64>) -> Self {
        Self { writing: None, grown_bytes: 0, since_ms: now_ms, due_from }
    }

    pub(super) fn grew(&mut self, bytes: usize) {
        self.grown_bytes += bytes;
    }
}

impl Quorum {
    pub(super) fn take_care(&mut self) {
        self.tickets_late();
        self.watch_transfers();
        self.watch_disk();
        if self.leads() && !self.members.is_voter(self.settings.raft_id) {
            self.hand_over(None);
        }
        self.maybe_write_snapshot();
    }

    /// A leader keeps its followers quiet with heartbeats that need no disk. So it must notice by
    /// itself that its disk hangs, hand over, and if that fails fall silent.
    fn watch_disk(&mut self) {
        let oldest = self.writes.front().map_or(self.now_ms, |write| write.since_ms);
        let hangs = self.now_ms - oldest >= QUORUM_WRITE_STALL_MS;
        let id = self.settings.raft_id;
        if !hangs || !self.leads() || !self.members.voters().any(|voter| voter != id) {
            self.disk = Disk::default();
            return;
        }
        match self.disk.handing_over_since_ms {
            None => {
                self.disk.handing_over_since_ms = Some(self.now_ms);
                self.hand_over(None);
            }
            Some(since_ms) => self.disk.silent = self.now_ms - since_ms >= LEASE_MS,
        }
    }

    /// To this voter, or to the one in contact that has most of the log.
    pub(super) fn hand_over(&mut self, to: Option<RaftId>) {
        let id = self.settings.raft_id;
        let Some(node) = self.node.as_mut().filter(|node| node.raft.lead_transferee.is_none())
        else {
            return;
        };
        let progress = node.raft.prs();
        let matched = |voter: &RaftId| {
            progress.get(*voter).filter(|peer| peer.recent_active).map(|peer| peer.matched)
        };
        let others = self.members.voters().filter(|voter| *voter != id);
        let best = others.filter(|voter| matched(voter).is_some()).max_by_key(matched);
        if let Some(to) = to.or(best).filter(|to| self.members.is_voter(*to)) {
            node.transfer_leader(to);
        }
    }

    pub(super) fn transfer_begins(&mut self, to: RaftId, snapshot: SnapshotId) {
        let transfer = Transfer { index: snapshot.index, progress_ms: self.now_ms };
        self.transfers.insert(to, transfer);
    }

    pub(super) fn snapshot_progress(&mut self, to: RaftId) {
        if let Some(transfer) = self.transfers.get_mut(&to) {
            transfer.progress_ms = self.now_ms;
        }
    }

    /// The library sends nothing to a peer until it hears what became of the snapshot for it.
    pub(super) fn snapshot_sent(&mut self, to: RaftId, index: Option<u64>, ok: bool) {
        let held = self.transfers.get(&to).map(|transfer| transfer.index);
        if held.is_none() || index.is_some_and(|index| held != Some(index)) {
            return;
        }
        let arrived = self.transfers.remove(&to).filter(|_| ok);
        if let Some(transfer) = arrived {
            // It is silent while it installs, and then needs what followed.
            self.installs.insert(to, Transfer { progress_ms: self.now_ms, ..transfer });
        }
        if index.is_none() {
            self.out.push(Output::StopSnapshot { to });
        }
        let status = if ok { SnapshotStatus::Finish } else { SnapshotStatus::Failure };
        let mutated = self.mutated(Mutant::SnapshotFateNotTold);
        if let Some(node) = self.node.as_mut().filter(|_| !mutated) {
            node.report_snapshot(to, status);
        }
    }

    pub(super) fn link_down(&mut self, peer: RaftId) {
        if let Some(node) = &mut self.node {
            node.report_unreachable(peer);
        }
        self.snapshot_sent(peer, None, false);
    }

    pub(super) fn drop_transfers(&mut self) {
        self.installs.clear();
        let dropped = std::mem::take(&mut self.transfers).into_keys();
        self.out.extend(dropped.map(|to| Output::StopSnapshot { to }));
    }

    fn watch_transfers(&mut self) {
        if !self.leads() {
            self.drop_transfers();
        }
        let late =
            |transfer: &Transfer| self.now_ms - transfer.progress_ms >= QUORUM_SNAPSHOT_STALL_MS;
        let stalled: Vec<RaftId> =
            self.transfers.iter().filter(|(_, one)| late(one)).map(|(to, _)| *to).collect();
        for to in stalled {
            self.snapshot_sent(to, None, false);
        }
        let Some(node) = &self.node else {
            return;
        };
        // A peer that answered with its snapshot's index needs no more of it.
        let waits = |to: &RaftId| {
            let peer = node.raft.prs().get(*to);
            peer.is_some_and(|peer| peer.state == ProgressState::Snapshot)
        };
        let done: Vec<RaftId> = self.transfers.keys().filter(|to| !waits(to)).copied().collect();
        for to in done {
            self.transfers.remove(&to);
            self.out.push(Output::StopSnapshot { to });
        }
        if let Some(node) = &self.node {
            node.store().sending.set(self.transfers.len());
            let (progress, now_ms) = (node.raft.prs(), self.now_ms);
            self.installs.retain(|to, install| {
                let waits = |peer: &raft::Progress| peer.matched < install.index;
                let late = now_ms - install.progress_ms >= QUORUM_INSTALL_MS;
                !late && progress.get(*to).is_some_and(waits)
            });
        }
    }

    fn maybe_write_snapshot(&mut self) {
        let Some(node) = &self.node else {
            return;
        };
        let log = node.store();
        let own = &self.own_snapshot;
        let due = own.grown_bytes >= self.settings.snapshot_log_bytes
            || log.bytes() >= QUORUM_LOG_BYTES_MAX / 2
            || log.newer_wanted.get()
            || own.due_from.is_some_and(|index| self.applied >= index)
            || self.now_ms - own.since_ms >= self.settings.snapshot_interval_ms;
        if !due || own.writing.is_some() || self.applied <= log.snapshot_id().index {
            return;
        }
        // While another's snapshot is being installed, ours would be of what it replaces.
        let Some(term) = log.term_at(self.applied).filter(|_| !self.installing()) else {
            return;
        };
        let id = SnapshotId { index: self.applied, term };
        let meta = SnapshotMeta { id, members: self.members.clone() };
        self.own_snapshot = OwnSnapshot::new(self.now_ms, None);
        self.own_snapshot.writing = Some(meta.clone());
        self.out.push(Output::WriteSnapshot(meta));
    }

    pub(super) fn snapshot_written(&mut self, index: u64, ok: bool) {
        let Some(meta) = self.own_snapshot.writing.take_if(|meta| meta.id.index == index) else {
            return;
        };
        let needed = self.needed_by_members();
        let Some(node) = self.node.as_mut().filter(|_| ok) else {
            return;
        };
        let log = node.mut_store();
        if meta.id.index <= log.snapshot_id().index {
            return;
        }
        log.set_snapshot(meta);
        let before = log.cut().index;
        // Beyond half of its bound the log waits for nobody: who is behind gets the snapshot.
        let upto = if log.bytes() >= QUORUM_LOG_BYTES_MAX / 2 {
            log.snapshot_id().index
        } else {
            needed.min(log.last().saturating_sub(self.settings.entries_kept))
        };
        log.cut_to(upto);
        if log.cut().index > before {
            self.out.push(Output::CutLog { first_kept: log.cut().index + 1 });
        }
    }

    /// The first index that a member in contact, or one that is being sent a snapshot, has
    /// everything up to.
    fn needed_by_members(&self) -> u64 {
        let on_their_way = self.transfers.values().chain(self.installs.values());
        let transfers = on_their_way.map(|transfer| transfer.index);
        let members = self.progress().into_iter().filter(|peer| peer.in_contact);
        // A member that has nothing yet is helped by the snapshot alone.
        let matched = members.map(|peer| peer.matched).filter(|matched| *matched > 0);
        transfers.chain(matched).min().unwrap_or(u64::MAX)
    }
}
