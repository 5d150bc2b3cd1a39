//! What a seed means: how big the cluster is, and how much goes wrong in it.

use crate::dice::Dice;

/// Rates are in thousandths, times in milliseconds.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub voters: u64,
    /// Nodes that may join later.
    pub spares: u64,
    pub loss: u64,
    pub duplicates: u64,
    pub delayed: u64,
    /// Longest delay of those.
    pub delay_ms: u64,
    /// Between two things that go wrong.
    pub trouble_ms: u64,
    /// How often it is the leader that it happens to.
    pub leaders: u64,
    /// Weights of what goes wrong.
    pub crash: u64,
    pub power_cut: u64,
    pub isolate: u64,
    pub one_way: u64,
    pub stall: u64,
    pub freeze: u64,
    pub wipe: u64,
    pub careless: u64,
    /// Between two changes of the members or transfers.
    pub operator_ms: u64,
    pub client_ms: u64,
    pub disk_us: u64,
    /// Snapshots that do not arrive.
    pub broken: u64,
    /// Longest time that the installation of a snapshot takes.
    pub install_ms: u64,
    /// Longest time that a killed process stays away.
    pub away_ms: u64,
    pub entries_kept: u64,
    pub snapshot_log_bytes: usize,
    pub safety_ms: u64,
    pub liveness_ms: u64,
}

impl Plan {
    /// Each rate is off in some seeds, so that no trouble hides behind another.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x51de_ca57);
        let voters = *dice.pick(&[1, 2, 3, 3, 3, 3, 5]).expect("a number of voters");
        let mut sometimes =
            |of: u64, to: u64| if dice.thousandth(300) { 0 } else { of + dice.below(to) };
        Self {
            seed,
            voters,
            spares: sometimes(1, 2),
            loss: sometimes(5, 25),
            duplicates: sometimes(5, 20),
            delayed: sometimes(10, 30),
            delay_ms: 60,
            trouble_ms: 250 + sometimes(0, 500),
            leaders: 400,
            crash: sometimes(20, 30),
            power_cut: sometimes(2, 6),
            isolate: sometimes(10, 20),
            one_way: sometimes(5, 15),
            stall: sometimes(5, 10),
            freeze: sometimes(5, 10),
            wipe: sometimes(4, 10),
            careless: sometimes(2, 5),
            operator_ms: 400 + sometimes(0, 900),
            client_ms: 12 + sometimes(0, 25),
            disk_us: 300 + sometimes(0, 3000),
            broken: sometimes(50, 200),
            install_ms: 5 + sometimes(0, 300),
            away_ms: 100 + sometimes(0, 1800),
            entries_kept: sometimes(5, 60),
            snapshot_log_bytes: 2_000 + sometimes(0, 12_000) as usize,
            safety_ms: 8_000,
            liveness_ms: 6_000,
        }
    }

    /// Candidates in plenty, votes that are long on their way, and processes that are back at once.
    pub fn storm(seed: u64) -> Self {
        let plan = Self::quiet(seed);
        Self {
            voters: 5,
            loss: 100,
            duplicates: 200,
            delayed: 500,
            delay_ms: 250,
            trouble_ms: 12,
            crash: 100,
            away_ms: 12,
            client_ms: 60,
            ..plan
        }
    }

    /// Disks that are replaced by empty ones while other voters are behind.
    pub fn emptied(seed: u64) -> Self {
        let plan = Self::quiet(seed);
        Self { trouble_ms: 200, crash: 10, careless: 60, operator_ms: 250, away_ms: 700, ..plan }
    }

    /// Voters that are far behind, and take long to install what they are sent.
    pub fn behind(seed: u64) -> Self {
        let plan = Self::quiet(seed);
        Self {
            loss: 30,
            trouble_ms: 200,
            crash: 20,
            isolate: 30,
            entries_kept: 0,
            snapshot_log_bytes: 1_500,
            broken: 500,
            install_ms: 1_200,
            ..plan
        }
    }

    /// New members that are sent snapshots over links that break, by a leader that stays.
    pub fn joining(seed: u64) -> Self {
        let plan = Self::quiet(seed);
        Self {
            spares: 2,
            trouble_ms: 1_500,
            leaders: 0,
            isolate: 30,
            operator_ms: 300,
            entries_kept: 0,
            snapshot_log_bytes: 1_500,
            broken: 700,
            ..plan
        }
    }

    /// One voter and two that follow, in a house where the light goes out often.
    pub fn alone(seed: u64) -> Self {
        let plan = Self::quiet(seed);
        Self { voters: 1, spares: 2, trouble_ms: 150, crash: 30, power_cut: 10, ..plan }
    }

    pub fn quiet(seed: u64) -> Self {
        Self {
            seed,
            voters: 3,
            spares: 0,
            loss: 5,
            duplicates: 5,
            delayed: 10,
            delay_ms: 60,
            trouble_ms: 500,
            leaders: 400,
            crash: 0,
            power_cut: 0,
            isolate: 0,
            one_way: 0,
            stall: 0,
            freeze: 0,
            wipe: 0,
            careless: 0,
            operator_ms: 1_000,
            client_ms: 25,
            disk_us: 1_500,
            broken: 50,
            install_ms: 10,
            away_ms: 300,
            entries_kept: 30,
            snapshot_log_bytes: 6_000,
            safety_ms: 8_000,
            liveness_ms: 6_000,
        }
    }
}
