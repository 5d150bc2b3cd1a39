//! Groups, rule by rule, and under any requests at all.

mod committed;
mod going;
mod joining;
mod leaving;
mod properties;
mod reading;
mod statics;
mod stored;
mod syncing;
mod world;
