//! The library's `Ready`s: what is to be written, sent and applied, in the order that keeps its
//! promises.
//!
//! ```text
//!   ready ──► cache entries ──► leader's messages out ──► Persist(n) ──────► Durable(n)
//!                                    (they need not wait)                       │
//!             apply what is committed and durable  ◄──── told to the library ◄──┤
//!                                                        follower's messages out ◄┘
//! ```

use raft::eraftpb;
use raft::{Ready, StateRole};

use super::entry::Value;
use super::fault::Fault;
use super::guard::Verdict;
use super::io::{Hard, Output, Persist};
use super::machine::Quorum;
use super::members::{MemberChange, MemberStep, RaftId};
use super::message::{Message, MessageKind, SnapshotMeta, entry_from_library};
use super::mutant::Mutant;

/// A `Ready` on its way to be durable, and what waits for that.
#[derive(Debug)]
pub(super) struct Write {
    /// [`Persist::number`]; 0 if nothing is to be written and only its turn is waited for.
    number: u64,
    ready: u64,
    messages: Vec<Message>,
    pub(super) snapshot: Option<SnapshotMeta>,
    /// It holds a term or a vote. A leader that needed nobody else's vote must not speak before.
    binds: bool,
    note: Option<u64>,
    pub(super) since_ms: u64,
}

impl Quorum {
    /// Steps a message of a peer, if it can do no harm.
    pub(super) fn hear_peer(&mut self, message: Message, meta: Option<&SnapshotMeta>) {
        let from = message.from;
        match self.judge(&message, meta) {
            Verdict::Step => {}
            Verdict::Ignore(why) => return self.out.push(Output::Ignored { from, why }),
            Verdict::Fault(fault) => return self.fail(fault),
        }
        if message.kind == MessageKind::Snapshot {
            // It must meet the library in order: nothing else is stepped until it is installed.
            self.settle();
        }
        let Some(node) = &mut self.node else {
            return;
        };
        // The errors are of answers from peers it does not know, and of proposals.
        let _ = node.step(message.into_library(meta));
        if let Some(meta) = meta {
            let taken = self.node.as_ref().is_some_and(|node| node.snap().is_some());
            if taken {
                self.settle_install(meta);
            } else {
                self.out.push(Output::DropSnapshot { snapshot: meta.id });
            }
        }
    }

    /// What became of all that was written up to `number`, oldest first.
    pub(super) fn durable(&mut self, number: u64) {
        while self.writes.front().is_some_and(|write| write.number <= number) {
            let write = self.writes.pop_front().expect("a write in front");
            self.written(write);
        }
    }

    fn written(&mut self, write: Write) {
        let Some(node) = &mut self.node else {
            return;
        };
        node.on_persist_ready(write.ready);
        self.noted_commit = self.noted_commit.max(write.note.unwrap_or_default());
        if let Some(meta) = write.snapshot {
            self.installed(meta);
        }
        for message in write.messages {
            self.send(message);
        }
    }

    fn installed(&mut self, meta: SnapshotMeta) {
        self.applied = meta.id.index;
        self.tell_applied();
        self.tickets_installed(meta.id.index);
        self.members = meta.members;
        self.out.push(Output::Members(self.members.clone()));
    }

    /// The library is told at once how far entries were applied: it looks for those behind.
    fn tell_applied(&mut self) {
        let mutated = self.mutated(Mutant::AppliedNotTold);
        let Some(node) = &mut self.node else {
            return;
        };
        let over_a_snapshot = node.raft.raft_log.applied < node.store().cut().index;
        if !(mutated && over_a_snapshot) {
            node.advance_apply_to(self.applied);
        }
    }

    /// Takes `Ready`s until there is none.
    pub(super) fn settle(&mut self) {
        while self.node.as_ref().is_some_and(raft::RawNode::has_ready) {
            self.take_ready(None);
        }
    }

    fn settle_install(&mut self, meta: &SnapshotMeta) {
        self.take_ready(Some(meta));
        self.settle();
    }

    fn take_ready(&mut self, installing: Option<&SnapshotMeta>) {
        let Some(node) = &mut self.node else {
            return;
        };
        let mut ready = node.ready();
        let leads = node.raft.state == StateRole::Leader;
        let before = node.store().hard();
        let log = node.mut_store();
        if !ready.snapshot().is_empty() {
            let meta = installing.expect("a snapshot is taken in where it is stepped");
            log.install(meta.clone());
        }
        log.append(ready.entries().clone());
        if let Some(hard) = ready.hs() {
            log.set_hard(hard);
        }
        let number = ready.number();
        let must_sync = ready.must_sync();
        let entries = ready.take_entries();
        let snapshot = (!ready.snapshot().is_empty()).then(|| installing.cloned()).flatten();
        let mut messages = ready.take_messages();
        messages.append(&mut ready.take_persisted_messages());
        let committed = ready.take_committed_entries();
        self.advance(ready);
        let hard = self.hard_to_write(before);
        let write = Write {
            number: 0,
            ready: number,
            messages: Vec::new(),
            binds: hard.is_some_and(|hard| (hard.term, hard.vote) != (before.term, before.vote)),
            note: hard.map(|hard| hard.commit),
            snapshot,
            since_ms: self.now_ms,
        };
        let messages = messages.into_iter().filter_map(Message::from_library).collect();
        self.write(write, must_sync, hard, entries, messages, leads);
        self.apply(committed);
    }

    fn advance(&mut self, ready: Ready) {
        if let Some(node) = &mut self.node {
            node.advance_append_async(ready);
        }
    }

    /// Term and vote whenever they change. The commit index when it passes a change of members:
    /// whoever later acts on that change must find it applied after any start, so the note goes in
    /// front of the next entry that is acknowledged.
    fn hard_to_write(&self, before: Hard) -> Option<Hard> {
        let log = self.node.as_ref()?.store();
        let now = log.hard();
        let on_its_way = self.writes.iter().filter_map(|write| write.note).max();
        let noted = on_its_way.unwrap_or_default().max(self.noted_commit);
        let changed = (now.term, now.vote) != (before.term, before.vote);
        (changed || log.changes_members(noted, now.commit)).then_some(now)
    }

    fn write(
        &mut self,
        mut write: Write,
        must_sync: bool,
        hard: Option<Hard>,
        entries: Vec<eraftpb::Entry>,
        messages: Vec<Message>,
        leads: bool,
    ) {
        let at_once =
            leads && !self.speaks_too_early(&write) || self.mutated(Mutant::AnswerBeforeSync);
        if at_once {
            messages.into_iter().for_each(|message| self.send(message));
        } else {
            write.messages = messages;
        }
        if must_sync || hard.is_some() {
            write.number = self.next_write;
            self.next_write += 1;
            let entries = entries.into_iter().map(entry_from_library).collect();
            let snapshot = write.snapshot.clone();
            let persist = Persist { number: write.number, hard, snapshot, entries };
            self.out.push(Output::Persist(persist));
            self.writes.push_back(write);
        } else if self.writes.is_empty() {
            self.written(write);
        } else {
            self.writes.push_back(write);
        }
    }

    /// A leader's messages need not wait for its disk, but for one thing: a sole voter leads as
    /// soon as it wants to, and after a crash would lead in the same term once more.
    fn speaks_too_early(&self, write: &Write) -> bool {
        let binds = write.binds || self.writes.iter().any(|write| write.binds);
        binds && !self.mutated(Mutant::SoleVoterSpeaksEarly)
    }

    pub(super) fn send(&mut self, message: Message) {
        match message.snapshot {
            None if self.disk.silent => {}
            Some(snapshot) => {
                self.transfer_begins(message.to, snapshot);
                self.out.push(Output::StreamSnapshot { message, snapshot });
            }
            None => self.out.push(Output::Send(message)),
        }
    }

    /// Hands out committed entries.
    fn apply(&mut self, entries: Vec<eraftpb::Entry>) {
        for entry in entries {
            let entry = entry_from_library(entry);
            let (index, term) = (entry.index, entry.term);
            assert_eq!(index, self.applied + 1, "entries are applied without a gap");
            let (records, change) = match Value::decode(&entry.value) {
                Ok(Value::Command(records)) => (records, None),
                Ok(Value::Members(change)) => (Vec::new(), Some(change)),
                Ok(Value::Empty) => (Vec::new(), None),
                Err(source) => return self.fail(Fault::Entry { index, source }),
            };
            self.applied = index;
            self.own_snapshot.grew(entry.value.len());
            self.out.push(Output::Committed { index, term, records });
            let changed = change.map_or(Ok(()), |change| self.change_members(index, &change));
            if let Err(fault) = changed {
                return self.fail(fault);
            }
            self.tickets_committed(&entry, change.map_or(0, |change| change.raft_id));
            if self.removed() && !self.mutated(Mutant::KeptAfterRemoval) {
                self.stop();
                return self.out.push(Output::Left);
            }
        }
        self.tell_applied_if_new();
    }

    fn tell_applied_if_new(&mut self) {
        let told = self.node.as_ref().map(|node| node.raft.raft_log.applied);
        let installing = self.writes.iter().any(|write| write.snapshot.is_some());
        if told.is_some_and(|told| told < self.applied) && !installing {
            self.tell_applied();
        }
    }

    /// Whether this node was a member and is none.
    fn removed(&self) -> bool {
        !self.members.is_empty() && self.members.get(self.settings.raft_id).is_none()
    }

    fn change_members(&mut self, index: u64, change: &MemberChange) -> Result<(), Fault> {
        self.members.apply(change).map_err(|source| Fault::Members { index, source })?;
        self.last_change = index;
        if change.step == MemberStep::Remove {
            self.snapshot_sent(change.raft_id, None, false);
        }
        if let Some(node) = &mut self.node {
            let refused = |error: raft::Error| Fault::Library(error.to_string());
            let state = node.apply_conf_change(&library_change(change)).map_err(refused)?;
            let same = |ids: &[RaftId], ours: &mut dyn Iterator<Item = RaftId>| {
                let ours: Vec<_> = ours.collect();
                ids.len() == ours.len() && ours.iter().all(|id| ids.contains(id))
            };
            assert!(
                same(&state.voters, &mut self.members.voters())
                    && same(&state.learners, &mut self.members.learners()),
                "the library has the members that the log tells of"
            );
        }
        self.out.push(Output::Members(self.members.clone()));
        Ok(())
    }
}

/// What the library is to make of a change.
pub(super) fn library_change(change: &MemberChange) -> eraftpb::ConfChange {
    let node_id = change.raft_id;
    let mut out = eraftpb::ConfChange { node_id, ..eraftpb::ConfChange::default() };
    out.set_change_type(match change.step {
        MemberStep::Add | MemberStep::Demote => eraftpb::ConfChangeType::AddLearnerNode,
        MemberStep::Promote => eraftpb::ConfChangeType::AddNode,
        MemberStep::Remove => eraftpb::ConfChangeType::RemoveNode,
    });
    out
}
