//! When an image may create and delete logs.
//!
//! A node that starts sees old images on its way to the newest: in one of them a log may not be
//! its own yet that is full of committed records by now.

use crate::image::Image;
use crate::mutants::{Mutant, on};
use wire::Uuid;

/// Whether logs may be created and removed on what `image` says.
///
/// `acted_offset` is the offset of the newest image this broker ever acted upon, kept in its
/// folder (-1 for a new one); `incarnation` is that of the process.
#[must_use]
pub fn may_act(image: &Image, broker: i32, incarnation: Uuid, acted_offset: i64) -> bool {
    if on(Mutant::RemovedReplicaDeletesOnOldImage) {
        return true;
    }
    let registered = image.broker(broker).is_some_and(|held| held.incarnation == incarnation);
    registered && image.offset() >= acted_offset
}
