//! The real binary, real clients, crashes and bad input. `tests/run e2e` runs it.
//!
//! With TIDEMILL_TEST_TARGET=kafka the same tests run against stock Kafka: one that fails there is
//! wrong, or tests what only Tidemill has.

// Messages are built with `..Default::default()` throughout: Kafka's versions add fields.
#![allow(clippy::needless_update)]

mod support;

mod addresses;
mod adoption;
mod bad_frames;
mod bad_places;
mod bad_records;
mod checked;
mod clients;
mod clients_in_groups;
mod clients_java;
mod compaction;
mod compression;
mod config_bounds;
mod connections;
mod corruption;
mod crash;
mod differ;
mod disk_full;
mod disk_full_admin;
mod fetch_rules;
mod fetch_waits;
mod group_configs;
mod groups;
mod groups_damage;
mod groups_migration;
mod groups_restart;
mod groups_scale;
mod groups_tools;
mod idempotence;
mod measuring;
mod not_utf8;
mod offsets_by_time;
mod offsets_wire;
mod order;
mod own_admin;
mod own_groups;
mod placement;
mod program;
mod re2;
mod reading;
mod recompression;
mod sequences;
mod stock_admin;
mod stock_cluster;
mod stock_tools;
mod topic_names;
mod topics;
mod tuning;
mod versions;

/// Makes each function, which takes the test's name and a number of shards, a test on one shard
/// and a test on two.
#[macro_export]
macro_rules! on_one_and_two_shards {
    ($($name:ident),+ $(,)?) => {
        mod one_shard {
            $(#[test] fn $name() { super::$name(concat!(stringify!($name), "-1"), 1); })+
        }
        mod two_shards {
            $(#[test] fn $name() { super::$name(concat!(stringify!($name), "-2"), 2); })+
        }
    };
}
