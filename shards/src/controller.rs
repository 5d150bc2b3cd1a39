//! What a shard keeps of the controller's: producer ids in hand, and the topics of our own.
//!
//! Deciding is the quorum's; see [`crate::quorum`].

pub mod internal;

use std::cell::RefCell;

use crate::runtime::seldom::Seldom;

/// See the module.
#[derive(Default)]
pub struct Controller {
    /// Producer ids of this shard that nobody was given yet.
    pub producer_ids: RefCell<std::ops::Range<i64>>,
    /// Of the lines that say that `__consumer_offsets` is missing.
    pub tell_missing: Seldom,
}
