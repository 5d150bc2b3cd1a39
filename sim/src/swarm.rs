//! What a seed is made of: sizes, speeds and the rate of every fault are drawn anew for each seed,
//! so that some runs have nothing but power cuts and others none.

use crate::limits::{MS, SAFETY_PHASE, SECOND, STEPS_MAX};
use crate::rng::Rng;

macro_rules! kinds {
    ($($kind:ident = $name:literal,)*) => {
        /// What can go wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($kind,)*
        }

        impl Fault {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    Kill = "kill",
    QuickRestart = "quick-restart",
    PowerCut = "power-cut",
    PowerCutOfAll = "power-cut-of-all",
    EmptyFolder = "empty-folder",
    Damage = "damage",
    Freeze = "freeze",
    ClockJump = "clock-jump",
    Isolate = "isolate",
    OneWay = "one-way",
    Pair = "pair",
    Clog = "clog",
    Reset = "reset",
    NewController = "new-controller",
    CleanStop = "clean-stop",
    SlowDisk = "slow-disk",
}

impl Fault {
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }
}

/// How a run is asked for; the last four make a failing one smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    pub nodes: Option<i32>,
    /// Only so many of the faults there would be, the first ones.
    pub faults: usize,
    pub steps: u64,
    pub without: Vec<Fault>,
    /// Keep every line of the trace.
    pub trace: bool,
}

impl Options {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (faults, steps) = (usize::MAX, STEPS_MAX);
        Self { seed, nodes: None, faults, steps, without: Vec::new(), trace: false }
    }
}

#[derive(Debug, Clone)]
pub struct Swarm {
    pub nodes: i32,
    pub shards: u16,
    pub replication_factor: i16,
    pub min_isr: usize,
    pub lag_max_ms: i64,
    /// Mean one-way delay between two programs, and how many messages in a million are lost with
    /// their connection or come twice.
    pub delay: u64,
    pub loss: u64,
    pub duplication: u64,
    /// Mean time of a sync, of an image on its way, and of a decision until it is committed.
    pub sync: u64,
    pub image_delay: u64,
    pub commit_delay: u64,
    /// A node whose image lags behind much more.
    pub late_node: Option<i32>,
    /// Mean pause between two batches of a producer, two faults, two operations.
    pub think: u64,
    pub fault_pause: u64,
    pub operation_pause: u64,
    /// How many appends in a million have to wait for memory first.
    pub late_appends: u64,
    /// In a million reads at a replica that does not lead.
    pub follower_reads: u64,
    /// A follower so many batches behind is served from the disk, by reads that take so long.
    pub cold_after: usize,
    pub cold_read: u64,
    /// In a million changes of an ISR, how many meet an operator who just then changes the minimum.
    pub spite: u64,
    pub weights: Vec<(Fault, u64)>,
    /// Faults that take promised records away strike one node at a time, and wait until it is whole
    /// again: so that one good copy stays and something is left to be tested.
    pub one_loss_at_a_time: bool,
    pub safety: u64,
}

impl Swarm {
    #[must_use]
    pub fn of(options: &Options) -> Self {
        let mut rng = Rng::new(options.seed);
        let mut nodes = *rng.pick(&[3, 3, 3, 4, 5]).unwrap_or(&3);
        let shards = *rng.pick(&[1, 1, 2]).unwrap_or(&1);
        let replication_factor = *rng.pick(&[3, 3, 3, 2]).unwrap_or(&3);
        let min_isr = *rng.pick(&[2, 2, 2, 1, 3]).unwrap_or(&2);
        if let Some(fewer) = options.nodes {
            nodes = fewer;
        }
        let mut weights = Vec::new();
        for fault in Fault::ALL {
            let weight = *rng.pick(&[0, 0, 1, 2, 4, 8]).unwrap_or(&1);
            let rare = matches!(fault, Fault::PowerCutOfAll | Fault::EmptyFolder | Fault::Damage);
            let weight = if rare { weight } else { weight * 3 };
            if weight > 0 && !options.without.contains(fault) {
                weights.push((*fault, weight));
            }
        }
        Self {
            nodes,
            shards,
            replication_factor,
            min_isr: min_isr.min(replication_factor as usize),
            lag_max_ms: rng.between(600, 4_000) as i64,
            delay: rng.between(MS / 10, 4 * MS),
            loss: *rng.pick(&[0, 100, 1_000, 5_000]).unwrap_or(&0),
            duplication: *rng.pick(&[0, 1_000, 20_000]).unwrap_or(&0),
            sync: rng.between(MS / 10, 8 * MS),
            image_delay: *rng.pick(&[MS, 5 * MS, 40 * MS, 200 * MS]).unwrap_or(&MS),
            commit_delay: *rng.pick(&[MS, 4 * MS, 30 * MS]).unwrap_or(&MS),
            late_node: *rng.pick(&[None, None, Some(1), Some(2)]).unwrap_or(&None),
            think: rng.between(20 * MS, 120 * MS),
            fault_pause: rng.between(SECOND / 5, SECOND),
            operation_pause: rng.between(SECOND / 4, 3 * SECOND),
            late_appends: *rng.pick(&[0, 50_000, 300_000]).unwrap_or(&0),
            follower_reads: *rng.pick(&[0, 300_000, 700_000]).unwrap_or(&0),
            cold_after: *rng.pick(&[0, 0, 1, 2, 24]).unwrap_or(&24),
            cold_read: *rng.pick(&[MS, 40 * MS, 80 * MS, 160 * MS]).unwrap_or(&MS),
            spite: *rng.pick(&[0, 0, 400_000]).unwrap_or(&0),
            weights,
            one_loss_at_a_time: rng.chance(750_000),
            safety: SAFETY_PHASE,
        }
    }

    /// A kind of fault, by weight.
    pub fn pick(&self, rng: &mut Rng) -> Option<Fault> {
        let total = self.weights.iter().map(|(_, weight)| weight).sum();
        let mut at = rng.below(total);
        for (fault, weight) in &self.weights {
            if at < *weight {
                return Some(*fault);
            }
            at -= weight;
        }
        None
    }
}
