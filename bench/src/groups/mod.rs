//! The groups workload: members of many groups join, rebalance and commit offsets.
//!
//! Each member has a connection of its own, as a consumer has. Commits are sent at a fixed rate and
//! their latency counts from when they were due, or as fast as they are answered. At the end every
//! offset is fetched and must be the one that was acknowledged last.

mod frames;
mod member;
mod standing;

use std::collections::VecDeque;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use wire::ErrorCode;
use wire::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use wire::messages::{DescribeGroupsRequest, FindCoordinatorRequest, OffsetFetchRequest};

use crate::admin::{self, call_for};
use crate::limits::{ADMIN_TIMEOUT_MS, DRAIN_S, IN_FLIGHT_MAX};
use crate::peer::{self, Broker, Kafka, Peer, Tidemill};
use crate::workload::Measured;
use crate::{BenchError, facts};
use member::{Member, Subscription};
use standing::{check_shares, generation, is_settled, progress, told};

const FIND_COORDINATOR_VERSION: i16 = 4;
const DESCRIBE_GROUPS_VERSION: i16 = 5;
const OFFSET_FETCH_VERSION: i16 = 9;

/// Members of many groups join, rebalance and commit offsets.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// A broker that runs already; else one is started afresh, on `--broker-core`.
    #[arg(long)]
    bootstrap: Option<String>,
    /// The `tidemill` program to start.
    #[arg(long, default_value = "target/release/tidemill")]
    tidemill: PathBuf,
    /// Start stock Kafka from this folder of jars instead.
    #[arg(long)]
    kafka_jars: Option<PathBuf>,
    /// Where the broker that is started puts its data.
    #[arg(long, default_value = "bench/out")]
    data: PathBuf,
    /// Port of the broker that is started.
    #[arg(long, default_value_t = 19_392)]
    port: u16,
    #[arg(long, default_value_t = 0)]
    broker_core: usize,
    #[arg(long, default_value_t = 1)]
    generator_core: usize,
    #[arg(long, default_value_t = 100)]
    groups: usize,
    /// Members of all groups together.
    #[arg(long, default_value_t = 1000)]
    members: usize,
    /// Partitions of the topic that every group reads.
    #[arg(long, default_value_t = 500)]
    partitions: i32,
    /// Offsets that one commit carries, unless a member has fewer partitions.
    #[arg(long, default_value_t = 50)]
    offsets_per_commit: usize,
    /// Offsets committed a second over all groups; 0: as fast as they are answered.
    #[arg(long, default_value_t = 20_000)]
    offsets_per_second: u64,
    /// Commits in flight over all groups when no rate is given.
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// How often a member sends a heartbeat (Java: 3000 ms).
    #[arg(long, default_value_t = 3000)]
    heartbeat_ms: u64,
    /// How long commits are measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

struct Run<'a> {
    options: &'a Options,
    subscription: Subscription,
    members: Vec<Member>,
    /// Members by when their next heartbeat is due.
    heartbeats: VecDeque<(Instant, usize)>,
    poll: Poll,
    events: Events,
    commits_in_flight: usize,
    measured: Measured,
    measure_from: Instant,
}

/// The coordinator's address, when it has loaded the group.
fn coordinator(bootstrap: &str, group: &str) -> Result<String, BenchError> {
    let deadline = Instant::now() + Duration::from_millis(ADMIN_TIMEOUT_MS);
    while Instant::now() < deadline {
        let request =
            FindCoordinatorRequest { coordinator_keys: vec![group.into()], ..Default::default() };
        let body = call_for(bootstrap, FIND_COORDINATOR_VERSION, &request)?;
        let found = admin::body::<FindCoordinatorRequest<'_>>(FIND_COORDINATOR_VERSION, &body)?;
        if let Some(found) = found.coordinators.first()
            && found.error_code == 0
        {
            let address = format!("{}:{}", found.host, found.port);
            let request =
                DescribeGroupsRequest { groups: vec![group.into()], ..Default::default() };
            let body = call_for(&address, DESCRIBE_GROUPS_VERSION, &request)?;
            let told = admin::body::<DescribeGroupsRequest<'_>>(DESCRIBE_GROUPS_VERSION, &body)?;
            if told.groups.first().is_some_and(|group| group.error_code == 0) {
                return Ok(address);
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(BenchError::NotReady(group.into(), "it has no coordinator".into()))
}

impl<'a> Run<'a> {
    fn connect(options: &'a Options, bootstrap: &str, topic: &str) -> Result<Self, BenchError> {
        let poll = Poll::new()?;
        let mut members = Vec::with_capacity(options.members);
        let groups = (0..options.groups).map(|number| format!("{topic}-group-{number}"));
        for (number, group) in groups.enumerate() {
            let address = coordinator(bootstrap, &group)?;
            // The first groups have one more where it does not come out even.
            for _ in (number..options.members).step_by(options.groups) {
                let token = members.len();
                members.push(Member::connect(group.clone(), &address, poll.registry(), token)?);
            }
        }
        let subscription = Subscription {
            topic: topic.to_owned(),
            partitions: options.partitions,
            offsets_per_commit: options.offsets_per_commit.max(1),
        };
        Ok(Self {
            options,
            subscription,
            members,
            heartbeats: VecDeque::new(),
            poll,
            events: Events::with_capacity(1024),
            commits_in_flight: 0,
            measured: Measured::new(),
            measure_from: Instant::now(),
        })
    }

    /// Sends the heartbeats that are due, waits for answers, and takes them.
    fn turn(&mut self, wait: Duration) -> Result<(), BenchError> {
        let now = Instant::now();
        while let Some(&(due, member)) = self.heartbeats.front()
            && due <= now
        {
            self.members[member].heartbeat(&self.subscription)?;
            self.heartbeats.pop_front();
            let next = now + Duration::from_millis(self.options.heartbeat_ms);
            self.heartbeats.push_back((next, member));
        }
        if let Err(error) = self.poll.poll(&mut self.events, Some(wait)) {
            return if error.kind() == std::io::ErrorKind::Interrupted {
                Ok(())
            } else {
                Err(error.into())
            };
        }
        let Self { members, events, measured, subscription, commits_in_flight, .. } = self;
        for event in &*events {
            let member = &mut members[event.token().0];
            if event.is_writable() {
                member.flush()?;
            }
            if event.is_readable() {
                member.receive(subscription, |commit| {
                    *commits_in_flight -= 1;
                    if commit.since >= self.measure_from {
                        measured.requests += 1;
                        measured.records += commit.offsets as u64;
                        measured.record_latency(commit.since.elapsed());
                    }
                })?;
            }
        }
        Ok(())
    }

    fn group_members(&self) -> impl Iterator<Item = &[Member]> {
        self.members.chunk_by(|one, other| one.group == other.group)
    }

    /// Turns until all members who are not out are stable, each group in a new generation. It takes
    /// as long as it takes, if only something comes of it: with many groups, or beside other work,
    /// that is longer than one request may take.
    fn settle(&mut self, what: &str) -> Result<Duration, BenchError> {
        let from = Instant::now();
        let old: Vec<i32> = self.group_members().map(generation).collect();
        let (mut seen, mut moved) = (None, from);
        loop {
            self.turn(Duration::from_millis(10))?;
            let groups = self.group_members().zip(&old);
            let waiting = groups.filter(|(members, old)| !is_settled(members, **old));
            let waiting: Vec<&[Member]> = waiting.map(|(members, _)| members).collect();
            let Some(first) = waiting.first() else { break };
            let now = Some(progress(&self.members));
            if now != seen {
                (seen, moved) = (now, Instant::now());
            }
            if moved.elapsed() > Duration::from_millis(ADMIN_TIMEOUT_MS) {
                let (many, took) = (waiting.len(), from.elapsed().as_secs());
                let why = format!("after {took} s {many} groups are not stable, {}", told(first));
                return Err(BenchError::NotReady(what.into(), why));
            }
        }
        let took = from.elapsed();
        self.group_members().try_for_each(|group| check_shares(group, self.options.partitions))?;
        Ok(took)
    }

    fn join(&mut self) -> Result<Duration, BenchError> {
        let pause = Duration::from_millis(self.options.heartbeat_ms);
        let from = Instant::now();
        for (number, member) in self.members.iter_mut().enumerate() {
            member.join(&self.subscription)?;
            // Evenly spread, as those of members that started at different times.
            let due = from + pause + pause.mul_f64(number as f64 / self.options.members as f64);
            self.heartbeats.push_back((due, number));
        }
        self.settle("a join of all")
    }

    /// The first member of each group.
    fn firsts(&self) -> Vec<usize> {
        let sizes = self.group_members().map(<[Member]>::len);
        let starts = sizes.scan(0, |start, size| {
            *start += size;
            Some(*start - size)
        });
        starts.collect()
    }

    fn one_of_each_leaves(&mut self) -> Result<Duration, BenchError> {
        for member in self.firsts() {
            self.members[member].leave()?;
        }
        self.settle("a rebalance after a member left")
    }

    fn one_of_each_joins(&mut self) -> Result<Duration, BenchError> {
        for member in self.firsts() {
            self.members[member].join(&self.subscription)?;
        }
        self.settle("a rebalance after a member joined")
    }

    /// Commits for a second unmeasured, then for as long as is asked.
    fn commit(&mut self) -> Result<(), BenchError> {
        let from = Instant::now();
        self.measure_from = from + Duration::from_secs(1);
        let end = self.measure_from + Duration::from_secs(self.options.seconds);
        let owners: Vec<usize> =
            (0..self.members.len()).filter(|&n| !self.members[n].partitions.is_empty()).collect();
        let mut turns = owners.iter().cycle();
        let mut next = move || *turns.next().expect("a member has partitions");
        match self.options.offsets_per_second {
            0 => {
                while Instant::now() < end {
                    while self.commits_in_flight < self.options.in_flight {
                        self.commit_one(next(), Instant::now())?;
                    }
                    self.turn(Duration::from_millis(10))?;
                }
                self.measured.elapsed = self.measure_from.elapsed();
            }
            rate => {
                self.commit_at(rate, from, end, next)?;
                self.measured.elapsed = Duration::from_secs(self.options.seconds);
            }
        }
        let deadline = Instant::now() + Duration::from_secs(DRAIN_S);
        while self.members.iter().any(|member| member.in_flight() > 0) {
            if Instant::now() > deadline {
                return Err(BenchError::NotReady("commits".into(), "not answered".into()));
            }
            self.turn(Duration::from_millis(10))?;
        }
        Ok(())
    }

    fn commit_at(
        &mut self,
        rate: u64,
        from: Instant,
        end: Instant,
        mut next: impl FnMut() -> usize,
    ) -> Result<(), BenchError> {
        let mut due = from;
        while due < end {
            let now = Instant::now();
            while due <= now && due < end {
                if self.commits_in_flight >= IN_FLIGHT_MAX {
                    return Err(BenchError::Overrun { rate });
                }
                let offsets = self.commit_one(next(), due)?;
                due += Duration::from_nanos(1_000_000_000 * offsets as u64 / rate);
            }
            // A wait may be a millisecond too long: what is due sooner is waited for actively.
            let until_due = due.saturating_duration_since(Instant::now());
            let is_far = until_due > Duration::from_micros(1500);
            self.turn(if is_far { Duration::from_millis(1) } else { Duration::ZERO })?;
            if !is_far {
                std::thread::yield_now();
            }
        }
        Ok(())
    }

    fn commit_one(&mut self, member: usize, since: Instant) -> Result<usize, BenchError> {
        self.commits_in_flight += 1;
        self.members[member].commit(since)
    }

    /// Fetches all offsets of all groups; how many there are.
    fn check_committed(&self, bootstrap: &str) -> Result<usize, BenchError> {
        let mut checked = 0;
        for members in self.group_members() {
            let group = &members[0].group;
            let told = committed(bootstrap, group, &self.subscription)?;
            for member in members {
                for (turn, &partition) in member.partitions.iter().enumerate() {
                    let sent = member.last_committed(turn, self.subscription.offsets_per_commit);
                    let expected = if sent == 0 { -1 } else { sent };
                    let told = told.get(partition as usize).copied().unwrap_or(i64::MIN);
                    if told != expected {
                        return Err(BenchError::Wire(format!(
                            "{group}, partition {partition}: {told} instead of {expected}"
                        )));
                    }
                    checked += usize::from(sent > 0);
                }
            }
        }
        Ok(checked)
    }
}

/// What is committed for each partition; -1 where nothing is.
fn committed(
    bootstrap: &str,
    group: &str,
    subscription: &Subscription,
) -> Result<Vec<i64>, BenchError> {
    let address = coordinator(bootstrap, group)?;
    let topics = vec![OffsetFetchRequestTopics {
        name: subscription.topic.as_str().into(),
        partition_indexes: (0..subscription.partitions).collect(),
        ..Default::default()
    }];
    let groups = vec![OffsetFetchRequestGroup {
        group_id: group.into(),
        member_epoch: -1,
        topics: Some(topics),
        ..Default::default()
    }];
    let request = OffsetFetchRequest { groups, ..Default::default() };
    let body = call_for(&address, OFFSET_FETCH_VERSION, &request)?;
    let told = admin::body::<OffsetFetchRequest<'_>>(OFFSET_FETCH_VERSION, &body)?;
    let mut offsets = vec![-1; subscription.partitions as usize];
    for told in &told.groups {
        if told.error_code != 0 {
            let error = format!("{:?}", ErrorCode::from_i16(told.error_code));
            return Err(BenchError::Kafka { api: "OffsetFetch", error });
        }
        for partition in told.topics.iter().flat_map(|topic| &topic.partitions) {
            offsets[partition.partition_index as usize] = partition.committed_offset;
        }
    }
    Ok(offsets)
}

/// Runs the workload; the report, as lines.
pub fn run(options: &Options) -> Result<String, BenchError> {
    if options.groups == 0 || options.members < options.groups || options.partitions < 1 {
        return Err(BenchError::Usage("every group has a member, and a partition to read".into()));
    }
    core_affinity::set_for_current(core_affinity::CoreId { id: options.generator_core });
    let peer = match &options.bootstrap {
        Some(_) => None,
        None => {
            let broker: Box<dyn Broker> = match &options.kafka_jars {
                Some(jars) => Box::new(Kafka { jars: jars.clone(), tuned: false }),
                None => Box::new(Tidemill {
                    program: options.tidemill.clone(),
                    shards: 1,
                    is_base: false,
                }),
            };
            std::fs::create_dir_all(&options.data)?;
            let cores = vec![options.broker_core];
            let place = peer::place(&options.data, options.port, cores);
            Some(Peer::start(broker.as_ref(), &place)?)
        }
    };
    let bootstrap = match (&options.bootstrap, &peer) {
        (Some(bootstrap), _) => bootstrap.clone(),
        (None, Some(peer)) => peer.address.clone(),
        (None, None) => unreachable!("a broker was started"),
    };
    let topic = format!("groups-{}", std::process::id());
    admin::create_topic(&bootstrap, &topic, options.partitions as usize, &[])?;
    let resident = || peer.as_ref().map(Peer::usage).transpose();
    let before = resident()?;
    let mut run = Run::connect(options, &bootstrap, &topic)?;
    let joined = run.join()?;
    let left = run.one_of_each_leaves()?;
    let joined_again = run.one_of_each_joins()?;
    run.commit()?;
    let after = resident()?;
    let checked = run.check_committed(&bootstrap)?;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} members in {} groups over {} partitions, {} offsets a commit\n\
         all groups stable        {:>9.2} s after the first join\n\
         stable again             {:>9.2} s after one of each left, {:.2} s after it was back\n\
         committed                {:>9.0} offsets/s in {:.0} commits/s",
        options.members,
        options.groups,
        options.partitions,
        options.offsets_per_commit,
        joined.as_secs_f64(),
        left.as_secs_f64(),
        joined_again.as_secs_f64(),
        run.measured.records_per_second(),
        run.measured.requests_per_second(),
    );
    let latency_ms = |quantile| run.measured.latency_us.value_at_quantile(quantile) as f64 / 1e3;
    let _ = writeln!(
        out,
        "commit latency           {:>9.2} ms median, p99 {:.2}, p99.9 {:.2}, longest {:.2}\n\
         fetched back             {checked:>9} offsets, each as it was acknowledged last",
        latency_ms(0.5),
        latency_ms(0.99),
        latency_ms(0.999),
        latency_ms(1.0),
    );
    if let (Some(before), Some(after)) = (before, after) {
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let _ = writeln!(
            out,
            "broker's memory          {:>9.1} MiB before the groups, {:.1} MiB after; CPU {:.2} s",
            mib(before.resident_bytes),
            mib(after.resident_bytes),
            (after.cpu - before.cpu).as_secs_f64(),
        );
    }
    for (what, value) in facts::gather(&options.data) {
        let _ = writeln!(out, "{what:<24} {value}");
    }
    Ok(out)
}
