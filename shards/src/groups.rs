//! The groups this shard coordinates: one [`Coordinator`] for each partition of
//! `__consumer_offsets` that is led here, on top of that partition's log.
//!
//! ```text
//!  request ─► step ─► records, one batch ─► the partition's log ─► durable
//!                └─► replies ─────────────────► parked ◄─────────────┘
//!                                                 └─► answers
//! ```
//!
//! The state in memory is ahead of the disk by what is in flight. So an answer, also that of a mere
//! question, leaves only when everything that the state rests on is durable: nothing is ever told
//! that a crash could take back. If the log refuses what is in memory already, the coordinator is
//! thrown away and made again from the log.

mod load;
mod loaded;
mod submit;
mod ticker;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use cluster::Image;
use cluster::groups::{Context, Now};
use cluster::names::CONSUMER_OFFSETS;

use self::loaded::Loaded;
use crate::limits::GROUP_RELOAD_PAUSE_MS;
use crate::logs::Logs;
use crate::metadata::Metadata;
use crate::partition::{Change, Partition, Partitions};
use crate::runtime::random;
use crate::runtime::stop::Stop;
use crate::runtime::wake::Signal;

pub use submit::{Client, ask, ask_all, submit};
pub use ticker::start;

/// The coordinators of one shard, and what they work with.
pub struct Groups {
    logs: Rc<Logs>,
    metadata: Rc<Metadata>,
    partitions: Rc<Partitions>,
    stop: Rc<Stop>,
    /// By partition of `__consumer_offsets`; exactly those that are led here.
    slots: RefCell<BTreeMap<i32, Slot>>,
    /// Partitions to be read, in this order.
    to_load: RefCell<VecDeque<i32>>,
    load: Signal,
    /// Wakes the ticker.
    wake: Signal,
    /// When the ticker wakes by itself, on the shard's clock.
    next_tick_ms: Cell<u64>,
}

struct Slot {
    partition: Rc<Partition>,
    state: State,
}

enum State {
    Loading {
        /// Not to be tried before, on the shard's clock.
        not_before_ms: u64,
        /// Topics that were deleted meanwhile.
        deleted: Vec<String>,
    },
    Loaded(Box<Loaded>),
    /// The log cannot be read, or takes no more records before the next start.
    Failed,
}

/// What a shard's coordinators hold, for the metrics.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub groups: usize,
    pub offsets: usize,
}

impl Groups {
    pub fn new(
        logs: Rc<Logs>,
        metadata: Rc<Metadata>,
        partitions: Rc<Partitions>,
        stop: Rc<Stop>,
    ) -> Self {
        Self {
            logs,
            metadata,
            partitions,
            stop,
            slots: RefCell::default(),
            to_load: RefCell::default(),
            load: Signal::default(),
            wake: Signal::default(),
            next_tick_ms: Cell::new(0),
        }
    }

    /// A new image: partitions may have come or gone, and topics been deleted.
    pub fn on_image(&self, old: &Image, new: &Image) {
        on_image(self, old, new);
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for slot in self.slots.borrow().values() {
            if let State::Loaded(loaded) = &slot.state {
                counts.groups += loaded.coordinator.groups_count();
                counts.offsets += loaded.coordinator.offsets_count();
            }
        }
        counts
    }

    /// Something happened to a partition that is led here.
    pub fn on_change(&self, partition: &Partition, change: Change) {
        if !holds_groups(partition) {
            return;
        }
        let mut slots = self.slots.borrow_mut();
        if let Some(slot) = slots.get_mut(&partition.index) {
            match (change, &mut slot.state) {
                (Change::Acked, State::Loaded(loaded)) => {
                    loaded.settle(partition.high_watermark.get());
                }
                (Change::Fenced, state) => *state = State::Failed,
                // Until there is space, nothing is decided that would have to be written.
                (Change::DiskFull, State::Loaded(loaded)) => loaded.disk_full = true,
                (Change::DiskSpaceBack, State::Loaded(loaded)) => loaded.disk_full = false,
                (_, State::Loading { .. } | State::Failed) => {}
            }
        }
        drop(slots);
        if matches!(change, Change::DiskFull | Change::DiskSpaceBack) {
            self.wake.notify();
        }
    }
}

/// Whether a partition's log holds groups.
fn holds_groups(partition: &Partition) -> bool {
    &*partition.topic == CONSUMER_OFFSETS
}

/// Makes the coordinators fit the partitions that are led here now.
fn reconcile(groups: &Groups) {
    let led: BTreeMap<i32, Rc<Partition>> = {
        let partitions = groups.partitions.table();
        let led = partitions.of_topic(CONSUMER_OFFSETS);
        led.map(|partition| (partition.index, Rc::clone(partition))).collect()
    };
    let mut slots = groups.slots.borrow_mut();
    slots.retain(|index, slot| {
        led.get(index).is_some_and(|partition| Rc::ptr_eq(partition, &slot.partition))
    });
    for (index, partition) in led {
        slots.entry(index).or_insert_with(|| {
            groups.to_load.borrow_mut().push_back(index);
            let state = State::Loading { not_before_ms: 0, deleted: Vec::new() };
            Slot { partition, state }
        });
    }
    drop(slots);
    groups.load.notify();
}

fn on_image(groups: &Groups, old: &Image, new: &Image) {
    reconcile(groups);
    let gone = old.topics().filter(|topic| {
        !topic.is_internal() && new.topic(&topic.name).is_none_or(|kept| kept.id != topic.id)
    });
    let gone: Vec<String> = gone.map(|topic| topic.name.to_string()).collect();
    if gone.is_empty() {
        return;
    }
    let indexes: Vec<i32> = groups.slots.borrow().keys().copied().collect();
    for index in indexes {
        forget_topics(groups, index, &gone);
    }
}

/// The offsets committed for deleted topics go.
fn forget_topics(groups: &Groups, index: i32, gone: &[String]) {
    let names: Vec<&str> = gone.iter().map(String::as_str).collect();
    let done = with_slot(groups, index, |slot, ctx| match &mut slot.state {
        State::Loaded(loaded) => {
            let step = loaded.coordinator.topics_deleted(ctx, &names);
            loaded.take(groups, &slot.partition, step)
        }
        State::Loading { deleted, .. } => {
            deleted.extend(gone.iter().cloned());
            Ok(())
        }
        State::Failed => Ok(()),
    });
    if done.is_none() {
        forget_when_loaded(groups, index, gone);
    }
}

/// The log refused what forgetting these topics writes: the coordinator is loaded again, and they
/// are still to be forgotten.
fn forget_when_loaded(groups: &Groups, index: i32, gone: &[String]) {
    with_slot(groups, index, |slot, _| {
        if let State::Loading { deleted, .. } = &mut slot.state {
            deleted.extend(gone.iter().cloned());
        }
        Ok(())
    });
}

/// The log refused what is in memory already; why.
struct Ahead(String);

/// Runs `work` on a partition's slot, if it is coordinated here and the log keeps up.
fn with_slot<T>(
    groups: &Groups,
    index: i32,
    work: impl FnOnce(&mut Slot, &Context<'_>) -> Result<T, Ahead>,
) -> Option<T> {
    let (image, settings) = (groups.metadata.image(), groups.metadata.broker_settings());
    let now = groups.logs.clock.now();
    let now = Now { mono_ms: now.mono_ms, unix_ms: now.unix_ms };
    let fresh_id = random::uuid();
    let context = Context { now, image: &image, settings: &settings.groups, fresh_id };
    let mut slots = groups.slots.borrow_mut();
    let slot = slots.get_mut(&index)?;
    match work(slot, &context) {
        Ok(done) => {
            if let State::Loaded(loaded) = &slot.state
                && let Some(deadline_ms) = loaded.coordinator.next_deadline_ms()
                && deadline_ms < groups.next_tick_ms.get()
            {
                groups.wake.notify();
            }
            Some(done)
        }
        Err(Ahead(why)) => {
            tracing::error!(partition = index, %why, "groups are loaded again: the log refused");
            let not_before_ms = now.mono_ms + GROUP_RELOAD_PAUSE_MS;
            slot.state = State::Loading { not_before_ms, deleted: Vec::new() };
            groups.to_load.borrow_mut().push_back(index);
            groups.load.notify();
            None
        }
    }
}
