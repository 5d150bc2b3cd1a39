//! The quorum's thread at work: turns of the machine, and what it says is to be done.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cluster::controller::sessions::Sessions;
use cluster::limits::QUORUM_TICK_MS;
use cluster::quorum::{
    Input, Output, Quorum, RaftId, Request, Role, Settings, SnapshotMeta, Stored, encode_command,
    node_id,
};
use cluster::{Command, Controller, Image};

use super::decide::{Decisions, Told};
use super::disk::{Disk, Job};
use super::folder::{Folder, State};
use super::inbox::{Asker, Inbox};
use super::journal::Journal;
use super::own::{Asked, Own};
use super::publish::Publisher;
use super::status::{Glance, Voter};
use super::{FOLDER, QuorumError, Start, Status, adopt, found, open_logs, stop_shards};
use crate::config::NodeConfig;
use crate::controller::internal;
use crate::errors::ControllerError;
use crate::limits::{DRAIN_MS, QUORUM_ALONE_MS, TICK_MS};
use crate::logs::{DiskEnded, Logs};
use crate::mesh::{Mesh, Message};
use crate::runtime::stop::Stop;
use crate::runtime::{self, oneshot, random};

/// See the module.
pub struct Driver {
    config: Arc<NodeConfig>,
    mesh: Mesh,
    status: Arc<Status>,
    logs: Rc<Logs>,
    stop: Rc<Stop>,
    inbox: Rc<Inbox>,
    disk: Rc<Disk>,
    folder: Folder,
    quorum: Quorum,
    /// After all that is committed and durable here.
    image: Image,
    decisions: Decisions,
    own: Own,
    publisher: Publisher,
    sessions: Option<Sessions>,
    told_leaving: bool,
}

impl Driver {
    /// Opens the folder, or makes it; the machine goes on from what it holds.
    pub async fn open(start: Start) -> Result<Self, QuorumError> {
        let Start { config, mesh, metrics, status, ready } = start;
        let folder = Folder::open(config.data_dir.join(FOLDER), config.ballast.clone())?;
        let (state, meta, image) = found::open_or_found(&config, &folder).await?;
        let (logs, ended) = open_logs(&config, folder.path().to_owned(), None)?;
        let (stop, inbox) = (Rc::new(Stop::default()), Rc::new(Inbox::default()));
        let journal = Journal::open(&logs, &stop)?;
        let entries = adopt::drive_while(&logs, &ended, journal.entries()).await?;
        let State { raft_id, directory_id, hard, .. } = state;
        let settings = Settings::new(raft_id, directory_id, random::u64());
        let stored = Stored { hard, snapshot: Some(meta), entries };
        let now_ms = logs.clock.mono_ms();
        let quorum = Quorum::start(settings, stored, now_ms)
            .map_err(|fault| QuorumError::Refused(fault.to_string()))?;
        let own = Own::new(random::uuid(), state.incarnations.clone(), ready);
        let disk = Rc::new(Disk::new(journal, folder.clone(), state, Rc::clone(&inbox)));
        // Noted before it registers: a process that is named was on this folder.
        disk.add(Job::Incarnations(own.incarnations()));
        spawn_disk(&logs, ended, &disk, &stop, &mesh);
        spawn_mail(&mesh, &inbox);
        let publisher = Publisher::new(mesh.clone(), metrics, Rc::clone(&inbox));
        Ok(Self {
            config,
            mesh,
            status,
            logs,
            stop,
            inbox,
            disk,
            folder,
            quorum,
            image,
            decisions: Decisions::default(),
            own,
            publisher,
            sessions: None,
            told_leaving: false,
        })
    }

    /// Until the node has stopped.
    pub async fn serve(mut self) {
        loop {
            self.logs.clock.refresh();
            let inputs = self.inbox.inputs();
            self.turn(inputs);
            self.look_after_own();
            self.decide_all();
            self.publish();
            let leaves = self.inbox.is_leaving() || self.own.is_refused;
            if leaves && !self.told_leaving {
                self.told_leaving = true;
                stop_shards(&self.mesh);
            }
            if self.inbox.is_ended() {
                break;
            }
            self.inbox.news(self.pause()).await;
        }
        self.close().await;
    }

    /// A quorum of one has nobody to be late for.
    fn pause(&self) -> Duration {
        let alone = self.quorum.members().iter().count() == 1;
        let is_settled = alone && self.own.is_up;
        Duration::from_millis(if is_settled { QUORUM_ALONE_MS } else { QUORUM_TICK_MS })
    }

    fn turn(&mut self, inputs: Vec<Input>) {
        let outputs = self.quorum.turn(self.logs.clock.mono_ms(), inputs);
        for output in outputs {
            self.carry_out(output);
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::RestartLog { .. } => self.disk.add(Job::RestartLog),
            Output::Persist(persist) => self.disk.add(Job::Persist(persist)),
            Output::CutLog { first_kept } => self.disk.add(Job::CutStart(first_kept)),
            Output::WriteSnapshot(meta) => self.write_snapshot(meta),
            Output::Committed { index, records, .. } => {
                let applied = self.image.apply_entry(&records, index as i64);
                assert!(applied.is_ok(), "committed metadata applies at {index}: {applied:?}");
            }
            Output::Proposed { index, .. } => self.decisions.proposed(index),
            Output::Reply { ticket, outcome } => {
                let told = self.decisions.replied(ticket, outcome);
                self.told(told);
            }
            Output::Role { role, leader, term } => self.role(role, leader, term),
            Output::Members(_) => {}
            Output::Left => tracing::error!("this node is no member of the quorum any more"),
            Output::Fault(fault) => {
                tracing::error!(%fault, "the metadata quorum cannot go on on this node");
            }
            Output::Ignored { from, why } => tracing::debug!(from, %why, "a peer is ignored"),
            // There are no peers to send to, and none that sends.
            Output::Send(_)
            | Output::StreamSnapshot { .. }
            | Output::StopSnapshot { .. }
            | Output::DropSnapshot { .. } => {}
        }
    }

    fn role(&mut self, role: Role, leader: Option<RaftId>, term: u64) {
        tracing::info!(?role, leader = leader.map(node_id), term, "the metadata quorum");
        if role == Role::Leader {
            let brains = Controller::with_image(self.image.clone(), self.config.configs.clone());
            self.decisions.lead(brains);
            let now_ms = self.now_ms();
            self.sessions = Some(Sessions::new(now_ms, i64::MAX, &self.image));
        } else {
            let told = self.decisions.follow(self.image.offset());
            self.told(told);
            self.sessions = None;
        }
    }

    fn now_ms(&self) -> i64 {
        self.logs.clock.mono_ms() as i64
    }

    fn write_snapshot(&self, meta: SnapshotMeta) {
        let (folder, image, inbox) =
            (self.folder.clone(), self.image.clone(), Rc::clone(&self.inbox));
        let (cluster_id, index) = (self.config.cluster_id, meta.id.index);
        let (done, written) = oneshot::channel();
        // Beside this thread: a large image takes longer than a heartbeat may.
        let write = move || done.send(folder.write_snapshot(cluster_id, &meta, &image));
        let started = std::thread::Builder::new().name("snapshot".into()).spawn(write);
        runtime::spawn(async move {
            let outcome = match started {
                Ok(_) => written.receive().await,
                Err(_) => None,
            };
            if let Some(Err(error)) = &outcome {
                tracing::warn!(%error, "a snapshot of the metadata was not written");
            }
            inbox.put(Input::SnapshotWritten { index, ok: matches!(outcome, Some(Ok(()))) });
        });
    }

    /// Decides what was asked, one command after the other.
    fn decide_all(&mut self) {
        while let Some((command, asker)) = self.inbox.command() {
            if let Err((error, asker)) = self.decide(command, asker) {
                let told = asker.tell(Err(error));
                self.told(told);
            }
        }
    }

    fn decide(&mut self, command: Command, asker: Asker) -> Result<(), (ControllerError, Asker)> {
        if let Some(error) = self.disk.failure() {
            return Err((ControllerError::Log(error.to_string()), asker));
        }
        let Some(brains) = self.decisions.brains() else {
            return Err((ControllerError::Moved, asker));
        };
        let (records, reply) = match brains.step(self.logs.clock.now().unix_ms, command) {
            Ok(step) => step,
            Err(error) => return Err((error.into(), asker)),
        };
        if records.is_empty() {
            self.decisions.answer_later(reply, asker);
            return Ok(());
        }
        if self.disk.journal.is_full() {
            return Err((ControllerError::ReserveUsed, asker));
        }
        let value = match encode_command(&records) {
            Ok(value) => value,
            Err(error) => return Err((ControllerError::Log(error.to_string()), asker)),
        };
        let ticket = self.decisions.propose(records, reply, asker);
        self.turn(vec![Input::Ask { ticket, request: Request::Command(value) }]);
        Ok(())
    }

    fn told(&mut self, told: impl IntoIterator<Item = Told>) {
        for (asked, outcome) in told {
            self.own.told(asked, &outcome);
            // What it waited for may be asked for next.
            self.inbox.nudge();
        }
    }

    /// Registers this process, has its brokers serve, makes the topics that brokers keep.
    fn look_after_own(&mut self) {
        if self.decisions.brains().is_none() || self.own.is_up || self.told_leaving {
            return;
        }
        if !self.own.is_registered(&self.config, &self.image) {
            if let Some(command) = self.own.register(&self.config) {
                self.inbox.ask(command, Asker::Own(Asked::Registration));
            }
            return;
        }
        if !self.own.serves(&self.config, &self.image) {
            self.heartbeat();
            return;
        }
        if !self.own.has_topics() {
            self.create_topics();
            return;
        }
        if self.publisher.applied() >= self.image.offset() {
            self.disk.add(Job::Incarnations(self.own.up()));
            for shard in 0..self.mesh.shards() {
                let _ = self.mesh.send(shard, Message::Up);
            }
        }
    }

    fn heartbeat(&mut self) {
        let heartbeat = self.own.heartbeat(&self.config, self.publisher.applied());
        let now_ms = self.now_ms();
        let (Some(sessions), Some(brains)) = (&mut self.sessions, self.decisions.brains()) else {
            return;
        };
        let (_, commands) = sessions.heartbeat(now_ms, brains.image(), &heartbeat);
        for command in commands {
            self.inbox.ask(command, Asker::Own(Asked::State));
        }
    }

    fn create_topics(&mut self) {
        if !self.own.wants_topics() {
            return;
        }
        match internal::missing(&self.config, &self.image) {
            Some(command) => self.inbox.ask(command, Asker::Own(Asked::InternalTopics)),
            None => {
                self.own.topics_are_there();
                self.inbox.nudge();
            }
        }
    }

    /// Gives the shards what is new, and askers their answers. Nothing goes out before the image
    /// knows this process.
    fn publish(&mut self) {
        if self.own.is_registered(&self.config, &self.image) {
            self.publisher.publish(&self.image);
        }
        let told = self.decisions.applied(self.publisher.applied());
        self.told(told);
        if let Some(error) = self.disk.failure() {
            let told = self.decisions.fail_all(&ControllerError::Log(error.to_string()));
            self.told(told);
        }
        self.show();
    }

    fn show(&self) {
        let (_, leader, term) = self.quorum.role();
        let now_ms = self.logs.clock.now().unix_ms;
        let member = |progress: &cluster::quorum::PeerProgress| Voter {
            node_id: node_id(progress.raft_id),
            is_voter: progress.voter,
            end: progress.matched as i64 + 1,
            heard_ms: if progress.in_contact { now_ms } else { -1 },
            caught_up_ms: if progress.in_contact { now_ms } else { -1 },
        };
        self.status.set(Glance {
            leader: leader.map(node_id),
            term,
            committed_end: self.quorum.committed() as i64 + 1,
            members: self.quorum.progress().iter().map(member).collect(),
        });
    }

    /// Lets the tasks end and closes the store.
    async fn close(mut self) {
        let told = self.decisions.fail_all(&ControllerError::Stopping);
        self.told(told);
        self.stop.begin();
        self.stop.finish();
        self.disk.wake();
        self.logs.wake();
        let mut logs = Rc::clone(&self.logs);
        drop(self);
        for _ in 0..DRAIN_MS / 10 {
            match Rc::try_unwrap(logs) {
                Ok(logs) => {
                    let now = logs.clock.refresh();
                    return logs.into_store().close(now);
                }
                Err(shared) => logs = shared,
            }
            runtime::sleep(Duration::from_millis(10)).await;
        }
        tracing::warn!("the metadata quorum stopped with tasks left");
    }
}

/// The store's turns, and the writer of what is to be durable.
fn spawn_disk(logs: &Rc<Logs>, ended: DiskEnded, disk: &Rc<Disk>, stop: &Rc<Stop>, mesh: &Mesh) {
    let (driven, disk_of_driver, stop_of_driver) =
        (Rc::clone(logs), Rc::clone(disk), Rc::clone(stop));
    let mesh = mesh.clone();
    runtime::spawn(async move {
        let mut events = Vec::new();
        while !stop_of_driver.is_stopped() {
            driven.turn(&mut events, drop);
            disk_of_driver.on_stable();
            let due = driven.turn_due(&ended);
            // The safety net, as a shard's: a wake-up that is lost must not stop the quorum.
            runtime::timeout(Duration::from_millis(TICK_MS), due).await;
            mesh.mailbox(mesh.quorum()).nudge();
        }
    });
    let (disk, stop) = (Rc::clone(disk), Rc::clone(stop));
    runtime::spawn(async move { disk.work(|| stop.is_stopped()).await });
}

fn spawn_mail(mesh: &Mesh, inbox: &Rc<Inbox>) {
    let (mesh, inbox) = (mesh.clone(), Rc::clone(inbox));
    runtime::spawn(async move {
        while !inbox.is_ended() {
            match mesh.mailbox(mesh.quorum()).receive().await {
                Message::Command(command, answer) => inbox.ask(command, Asker::Caller(answer)),
                Message::Stop => inbox.leave(),
                Message::ShardsEnded => inbox.end(),
                // Those are for shards.
                Message::Image(..) | Message::Up => {}
            }
        }
    });
}
