//! SetFeatures: finalized feature levels (KIP-584).

use super::{Step, refuse};
use crate::command::Reply;
use crate::error::ErrorKind;
use crate::image::Image;
use crate::records::{FeatureLevel, Record};

pub(super) fn step(image: &Image, levels: Vec<(String, i16)>) -> Step {
    let mut records = Vec::new();
    for (name, level) in levels {
        if name.is_empty() || level < 0 {
            let message = format!("feature {name:?} cannot have level {level}");
            return refuse(ErrorKind::InvalidRequest, message);
        }
        let held = image.features().find(|(held, _)| *held == name).map_or(0, |(_, level)| level);
        if held != level {
            records.push(Record::FeatureLevel(FeatureLevel { name, level }));
        }
    }
    Ok((records, Reply::FeaturesSet))
}
