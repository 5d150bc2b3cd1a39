//! When this node stands for election: a timer of our own, from a seed.
//!
//! The library draws its timeouts at random, and one draw in twenty makes a failover longer than a
//! second. Here each voter has a slot, which changes with the term, so two are never close enough
//! to split the votes; and a campaign that came to nothing is soon repeated.

use raft::StateRole;

use crate::limits::{QUORUM_ELECTION_SLOT_TICKS, QUORUM_RETRY_TICKS, QUORUM_TIMEOUT_TICKS};

/// What a timeout hangs on; a new one is chosen only when this changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chosen {
    term: u64,
    campaigning: bool,
    rank: u64,
    voters: u64,
}

#[derive(Debug)]
pub(super) struct ElectionTimer {
    seed: u64,
    chosen: Option<(Chosen, usize)>,
}

impl ElectionTimer {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, chosen: None }
    }

    /// Ticks without a word from a leader after which to campaign. `rank` is this node's place
    /// among the `voters`.
    pub(super) fn timeout_ticks(
        &mut self,
        term: u64,
        role: StateRole,
        rank: usize,
        voters: usize,
    ) -> usize {
        let campaigning = role != StateRole::Follower;
        let now = Chosen { term, campaigning, rank: rank as u64, voters: voters as u64 };
        match self.chosen {
            Some((held, ticks)) if held == now => ticks,
            _ => {
                let ticks = self.choose(now);
                self.chosen = Some((now, ticks));
                ticks
            }
        }
    }

    fn choose(&mut self, now: Chosen) -> usize {
        let more = (self.draw() & 1) as usize;
        if now.campaigning {
            return QUORUM_RETRY_TICKS + more;
        }
        let place = (now.rank + now.term) % now.voters.max(1);
        QUORUM_TIMEOUT_TICKS + place as usize * QUORUM_ELECTION_SLOT_TICKS + more
    }

    /// Splitmix64: the next number after the seed.
    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_voters_are_close_in_any_term() {
        for voters in [2, 3, 5] {
            for term in 0..20 {
                let mut ticks: Vec<usize> = (0..voters)
                    .map(|rank| {
                        let mut timer = ElectionTimer::new(rank as u64);
                        timer.timeout_ticks(term, StateRole::Follower, rank, voters)
                    })
                    .collect();
                ticks.sort_unstable();
                assert!(ticks[0] >= QUORUM_TIMEOUT_TICKS);
                let close = QUORUM_ELECTION_SLOT_TICKS - 1;
                assert!(ticks.windows(2).all(|pair| pair[1] - pair[0] >= close), "{ticks:?}");
            }
        }
    }

    #[test]
    fn the_timeout_holds_until_the_term_changes_and_comes_from_the_seed() {
        let mut timer = ElectionTimer::new(7);
        let mut again = ElectionTimer::new(7);
        for term in 1..100 {
            let ticks = timer.timeout_ticks(term, StateRole::Follower, 1, 3);
            assert_eq!(ticks, timer.timeout_ticks(term, StateRole::Follower, 1, 3));
            assert_eq!(ticks, again.timeout_ticks(term, StateRole::Follower, 1, 3));
        }
    }
}
