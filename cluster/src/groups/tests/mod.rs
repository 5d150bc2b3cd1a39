//! Groups, rule by rule, and under any requests at all.

mod committed;
mod going;
mod joining;
mod leaving;
mod migrating;
mod mixed;
mod properties;
mod reading;
mod rolling;
mod statics;
mod stored;
mod syncing;
mod world;
