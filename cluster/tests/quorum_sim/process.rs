//! A process: the quorum's machine, the image it makes, and what is done with its outputs.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cluster::quorum::{
    Input, Members, Message, Mutation, Output, Persist, Quorum, Role, Settings, SnapshotId,
    SnapshotMeta, SnapshotPiece, SnapshotReader, SnapshotWriter, Stored, decode_message,
    encode_message,
};
use cluster::records::{ClusterCreated, ConfigChanged};
use cluster::{Image, Record};
use wire::Uuid;

use crate::disk::{Disk, File, Job, Op, Told};
use crate::operator::Asked;
use crate::world::{CLUSTER_ID, Event, Slot, World};

pub struct Process {
    pub quorum: Quorum,
    pub image: Image,
    /// Snapshots that came from a leader, not yet installed.
    received: BTreeMap<SnapshotId, File>,
    pub frozen_until_us: u64,
    pub backlog: Vec<Input>,
    persisted: u64,
    /// The members as of what was handed out; the machine itself is ahead of that.
    members: Members,
}

fn file_of(meta: &SnapshotMeta, image: &Image) -> File {
    let frames = SnapshotWriter::new(CLUSTER_ID, meta, image.to_records());
    File::from(frames.flatten().collect::<Vec<u8>>())
}

fn read(file: &File) -> (SnapshotMeta, Image) {
    let mut reader = SnapshotReader::new(Some(CLUSTER_ID));
    reader.push(file);
    let (mut meta, mut image) = (None, Image::default());
    while let Some(piece) = reader.next_piece().expect("a snapshot that was written") {
        match piece {
            SnapshotPiece::Head(head) => meta = Some(head.meta),
            SnapshotPiece::Records(records) => {
                let offset = meta.as_ref().map_or(0, |meta| meta.id.index) as i64;
                for record in &records {
                    image.apply_at(record, offset).expect("records of an image");
                }
            }
            SnapshotPiece::End => {}
        }
    }
    reader.finish().expect("a whole snapshot");
    let meta = meta.expect("a snapshot with a head");
    image.apply_entry(&[], meta.id.index as i64).expect("no record");
    (meta, image)
}

/// The number of a command, from the record it became.
fn number_of(records: &[Record]) -> Option<u64> {
    let [Record::ConfigChanged(ConfigChanged { value: Some(value), .. })] = records else {
        return None;
    };
    value.parse().ok()
}

impl World {
    /// Founders have the same snapshot at index 1, in term 1.
    pub fn found(&mut self) {
        let directory = |node: u64| Uuid([node as u8; 16]);
        let founders: Vec<(i32, Uuid)> =
            (1..=self.plan.voters).map(|node| (node as i32, directory(node))).collect();
        let id = SnapshotId { index: 1, term: 1 };
        let meta = SnapshotMeta { id, members: Members::founding(&founders) };
        let mut image = Image::default();
        let created = Record::ClusterCreated(ClusterCreated { cluster_id: CLUSTER_ID });
        image.apply_entry(&[created], 1).expect("a new cluster");
        let file = file_of(&meta, &image);
        for node in 1..=self.plan.voters + self.plan.spares {
            let founds = node <= self.plan.voters;
            let disk = if founds { Disk::founded(id, Arc::clone(&file)) } else { Disk::default() };
            let raft_id = founds.then(|| cluster::quorum::raft_id(node as i32, 0));
            self.slots.push(Slot {
                node_id: node as i32,
                directory_id: directory(node),
                raft_id,
                disk,
                process: None,
                run: 0,
                wipes: 0,
                impostor: false,
            });
        }
        self.members = meta.members;
        self.founding = Some((id, file));
        for slot in 0..self.plan.voters as usize {
            self.start(slot);
        }
        self.after(100_000, Event::Client);
        self.after(1_000_000, Event::Operator);
        self.after(700_000, Event::Trouble);
    }

    pub fn start(&mut self, slot: usize) {
        let Some(raft_id) = self.slots[slot].raft_id else {
            return;
        };
        self.slots[slot].run += 1;
        let run = self.slots[slot].run;
        let disk = &self.slots[slot].disk;
        let snapshot = disk.newest_snapshot().map(|(_, file)| read(file));
        let (meta, image) =
            snapshot.map_or((None, Image::default()), |(meta, image)| (Some(meta), image));
        let members = meta.as_ref().map(|meta| meta.members.clone()).unwrap_or_default();
        let entries = disk.log.iter().cloned().collect();
        let stored = Stored { hard: disk.hard, snapshot: meta, entries };
        let mut settings = Settings::new(raft_id, self.slots[slot].directory_id, self.dice.next());
        settings.entries_kept = self.plan.entries_kept;
        settings.snapshot_log_bytes = self.plan.snapshot_log_bytes;
        settings.mutation = Mutation::of(self.mutant);
        self.note(|| format!("{raft_id} starts, run {run}"));
        let quorum = match Quorum::start(settings, stored, self.now_us / 1000) {
            Ok(quorum) => quorum,
            // What an emptied disk under an old id is told, if it comes so far.
            Err(_) if self.slots[slot].impostor => return,
            Err(fault) => {
                return self.checks.break_if(true, || format!("{raft_id} cannot start: {fault}"));
            }
        };
        self.slots[slot].process = Some(Process {
            quorum,
            image,
            received: BTreeMap::new(),
            frozen_until_us: 0,
            backlog: Vec::new(),
            persisted: 0,
            members,
        });
        let phase_us = self.dice.below(20_000);
        self.after(phase_us, Event::Tick { slot, run });
        self.turn(slot, Vec::new());
    }

    pub fn turn(&mut self, slot: usize, inputs: Vec<Input>) {
        let now_us = self.now_us;
        let Some(process) = &mut self.slots[slot].process else {
            return;
        };
        if process.frozen_until_us > now_us {
            process.backlog.extend(inputs);
            return;
        }
        for output in process.quorum.turn(now_us / 1000, inputs) {
            if self.slots[slot].process.is_none() {
                return;
            }
            self.carry_out(slot, output);
        }
        self.check_left(slot);
    }

    /// Whoever applied its own removal is gone.
    fn check_left(&mut self, slot: usize) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        let Some(process) = &self.slots[slot].process else {
            return;
        };
        let removed = !self.slots[slot].impostor
            && !process.members.is_empty()
            && process.members.get(id).is_none();
        self.checks.break_if(removed, || format!("{id} applied its own removal and goes on"));
    }

    pub fn thaw(&mut self, slot: usize) {
        if let Some(process) = &mut self.slots[slot].process {
            process.frozen_until_us = 0;
            let backlog = std::mem::take(&mut process.backlog);
            self.turn(slot, backlog);
        }
    }

    fn carry_out(&mut self, slot: usize, output: Output) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        match output {
            Output::RestartLog { .. } => {
                self.add_job(slot, Job { ops: vec![Op::RestartLog], told: Told::Nothing });
            }
            Output::Persist(persist) => self.persist(slot, &persist),
            Output::Send(message) => self.send(slot, &message),
            Output::StreamSnapshot { message, snapshot } => self.stream(slot, message, snapshot),
            Output::DropSnapshot { snapshot } => {
                self.process(slot).received.remove(&snapshot);
            }
            Output::WriteSnapshot(meta) => self.write_snapshot(slot, &meta),
            Output::CutLog { first_kept } => {
                let ops = vec![Op::CutStart(first_kept)];
                self.add_job(slot, Job { ops, told: Told::Nothing });
            }
            Output::Committed { index, term, records } => {
                self.committed(slot, index, term, &records);
            }
            Output::Members(members) => self.members_changed(slot, members),
            Output::Reply { ticket, outcome } => self.replied(ticket, outcome),
            Output::Role { role, term, .. } => {
                self.note(|| format!("{id} is {role:?} of term {term}"));
                if role >= Role::Elected {
                    self.checks.leads(id, term);
                }
            }
            Output::Left => self.left(slot),
            Output::Fault(fault) => {
                self.note(|| format!("{id} is at fault: {fault}"));
                let impostor = self.slots[slot].impostor;
                self.checks.break_if(!impostor, || format!("{id} is at fault: {fault}"));
                self.stop(slot);
            }
            Output::Ignored { from, why } => self.note(|| format!("{id} ignores {from}: {why}")),
            Output::StopSnapshot { .. } | Output::Proposed { .. } => {}
        }
    }

    fn process(&mut self, slot: usize) -> &mut Process {
        self.slots[slot].process.as_mut().expect("a process that runs")
    }

    fn add_job(&mut self, slot: usize, job: Job) {
        self.slots[slot].disk.jobs.push_back(job);
        if self.slots[slot].disk.jobs.len() == 1 {
            self.schedule_write(slot);
        }
    }

    fn persist(&mut self, slot: usize, persist: &Persist) {
        let process = self.process(slot);
        let follows = persist.number == process.persisted + 1;
        process.persisted = persist.number;
        let id = persist.snapshot.as_ref().map(|meta| meta.id);
        let received = id.and_then(|id| process.received.get(&id).cloned());
        self.checks.break_if(!follows, || format!("write {} is out of turn", persist.number));
        self.add_job(slot, Disk::persist(persist, received.as_ref()));
    }

    fn send(&mut self, slot: usize, message: &Message) {
        self.checks.sent(message, &self.slots[slot].disk);
        let bytes = encode_message(message);
        self.trace.bytes(&bytes);
        if let Some(to) = self.slot_of(message.to) {
            self.carry(slot, to, &Rc::from(bytes));
        }
    }

    /// Both ends of a link must have admitted the other; an end that finds the other removed still
    /// tells it so.
    pub fn deliver(&mut self, to: usize, from: usize, directory_id: Uuid, bytes: &[u8]) {
        let Ok(message) = decode_message(bytes) else {
            return self.checks.break_if(true, || "a message does not come back".to_owned());
        };
        let own = self.slots[to].directory_id;
        let process = |slot: usize| self.slots[slot].process.as_ref();
        let hears = process(to).is_some_and(|to| to.quorum.admits(message.from, directory_id));
        let talks = process(from).is_none_or(|from| {
            let member = from.quorum.members().get(message.to);
            member.is_none() || from.quorum.admits(message.to, own)
        });
        if hears && talks {
            self.checks.counts.messages += 1;
            self.turn(to, vec![Input::Peer(message)]);
        }
    }

    fn write_snapshot(&mut self, slot: usize, meta: &SnapshotMeta) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        let image = &self.process(slot).image;
        let (at, file) = (image.offset(), file_of(meta, image));
        self.checks.break_if(at != meta.id.index as i64, || {
            format!("{id} writes a snapshot of {} with an image of {at}", meta.id.index)
        });
        self.checks.snapshot(id, meta.id, &file);
        let told = Told::OwnSnapshot(meta.id.index);
        let job = Job { ops: vec![Op::Snapshot(meta.id, file)], told };
        self.slots[slot].disk.own_snapshot = Some(job);
        let run = self.slots[slot].run;
        let latency_us = self.dice.between(1_000, 80_000);
        self.after(latency_us, Event::OwnSnapshot { slot, run });
    }

    pub fn load_installed(&mut self, slot: usize, id: SnapshotId) {
        self.checks.counts.installed += 1;
        if let Some(process) = &mut self.slots[slot].process {
            let file = process.received.remove(&id).expect("the file that was installed");
            process.image = read(&file).1;
        }
    }

    pub fn take_snapshot(&mut self, slot: usize, message: Message, file: File) {
        let meta = read(&file).0;
        self.process(slot).received.insert(meta.id, file);
        self.turn(slot, vec![Input::SnapshotReceived { message, meta }]);
    }

    fn committed(&mut self, slot: usize, index: u64, term: u64, records: &[Record]) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        let bytes: Vec<u8> = records.iter().flat_map(Record::to_bytes).collect();
        self.trace.add(index ^ term << 32);
        if self.checks.is_new(index) {
            self.check_majority(slot, index, term);
        }
        self.checks.committed(id, index, term, &bytes);
        if let Some(number) = number_of(records) {
            self.checks.command_applied(number, index);
        }
        let image = &mut self.process(slot).image;
        let follows = image.offset() + 1 == index as i64;
        let applied = image.apply_entry(records, index as i64);
        self.checks.break_if(!follows, || format!("{id} applies {index} out of turn"));
        self.checks.break_if(applied.is_err(), || format!("{index} does not apply"));
    }

    /// What is handed out for the first time is safe on a majority of the voters. Right after a
    /// change of them it may be a majority of those before; and a disk may be gone since.
    fn check_majority(&mut self, slot: usize, index: u64, term: u64) {
        let Some(process) = &self.slots[slot].process else {
            return;
        };
        let changed = self.members_index > 0 && index < self.members_index + 500;
        if changed || self.checks.counts.wiped > 0 {
            return;
        }
        let voters: Vec<_> = process.members.voters().collect();
        let holds = |voter: &&u64| {
            let held = self.slot_of(**voter).map(|slot| &self.slots[slot].disk);
            held.is_some_and(|disk| disk.holds(index, term))
        };
        let held = voters.iter().filter(holds).count();
        self.checks.break_if(held * 2 <= voters.len(), || {
            format!("{index} is handed out and safe on {held} of {} voters", voters.len())
        });
    }

    fn members_changed(&mut self, slot: usize, members: Members) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        let process = self.process(slot);
        // The machine is ahead of what it handed out; the image is not.
        let index = process.image.offset() as u64;
        process.members = members.clone();
        self.checks.members(id, index, &members);
        if index > self.members_index {
            self.checks.counts.member_changes += u64::from(members != self.members);
            self.members_index = index;
            self.note(|| format!("{id} at {index} knows {members:?}"));
            self.members = members;
        }
    }

    fn left(&mut self, slot: usize) {
        let id = self.slots[slot].raft_id.unwrap_or_default();
        self.note(|| format!("{id} left"));
        let member = self.members.get(id).is_some();
        self.checks.break_if(member, || format!("{id} left and was not removed"));
        self.checks.counts.left += 1;
        self.empty(slot);
    }

    /// The process ends; what it wrote and did not sync may be there or not.
    pub fn stop(&mut self, slot: usize) {
        let slot = &mut self.slots[slot];
        slot.process = None;
        slot.run += 1;
        slot.disk.crash(&mut self.dice);
    }

    /// Another, empty disk, which belongs to nobody yet.
    pub fn empty(&mut self, slot: usize) {
        self.stop(slot);
        let slot = &mut self.slots[slot];
        slot.wipes += 1;
        slot.disk = Disk::default();
        slot.directory_id = Uuid([slot.node_id as u8 + 16 * slot.wipes; 16]);
        slot.raft_id = None;
    }

    pub fn ask(&mut self, slot: usize, asked: Asked, request: cluster::quorum::Request) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.asked.insert(ticket, asked);
        self.turn(slot, vec![Input::Ask { ticket, request }]);
    }
}
