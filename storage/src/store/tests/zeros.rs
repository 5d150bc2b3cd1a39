//! Zeros ahead of tails.

use super::*;
use crate::limits::ZEROS_IN_FLIGHT_BYTES;

#[test]
fn zeros_are_kept_ahead_of_small_synced_writes() {
    let mut h = Harness::simple(LogConfig { segment_bytes: 2 << 20, ..LogConfig::default() });
    for n in 0..600 {
        h.append(&batch(1, 3000, 5, n as u8));
        // Only now and then does the disk come to rest: data meets zeros on their way.
        if n % 7 == 0 { h.settle() } else { h.turn() }
    }
    h.settle();
    let stats = h.store().stats();
    let written = stats.appended_bytes;
    assert!((written / 2..written * 2).contains(&stats.zeroed_bytes), "{stats:?}");
    h.check_all();
    h.restart();
    h.check_all();
}

#[test]
fn large_writes_and_acks_from_memory_need_no_zeros() {
    let mut large = Harness::simple(LogConfig::default());
    let config = LogConfig { flush_messages: 1_000_000, ..LogConfig::default() };
    let mut lazy = Harness::new(config, true, MemoryOptions::default());
    for n in 0..40 {
        large.append(&batch(1, 200_000, 5, n));
        large.settle();
        lazy.append(&batch(1, 3000, 5, n));
        lazy.pass(1000);
        lazy.settle();
    }
    assert_eq!(large.store().stats().zeroed_bytes, 0);
    assert_eq!(lazy.store().stats().zeroed_bytes, 0);
}

/// Logs that grow alike want their zeros at the same time; one that gets none then asks again.
#[test]
fn many_logs_share_what_zeros_may_be_on_their_way() {
    const LOGS: u64 = 10;
    let mut h = Harness::simple(LogConfig::default());
    let (config, now) = (h.config.clone(), h.now);
    let mut logs = vec![h.id];
    for partition in 4..3 + LOGS as i32 {
        let key = LogKey { topic: "orders".into(), partition };
        logs.push(h.store().create_log(key, topic_id(), config.clone(), 0).unwrap());
    }
    let (bytes, mut most_bytes) = (batch(1, 3000, 5, 1), 0);
    let header = BatchHeader::parse(&bytes).unwrap();
    let zero_ahead_bytes = h.store().io.limits.zero_ahead_bytes;
    for _ in 0..200 {
        for id in &logs {
            let context = AppendContext { leader_epoch: 0, now };
            h.store().append(*id, &bytes, &header, context).unwrap();
        }
        while h.store().in_flight() > 0 || h.store().wants_turn() {
            h.store().turn(now);
            h.store().drain_events(&mut Vec::new());
            most_bytes = most_bytes.max(h.store().io.zeroing_bytes);
        }
    }
    assert!(most_bytes >= ZEROS_IN_FLIGHT_BYTES, "{most_bytes}");
    assert!(most_bytes < ZEROS_IN_FLIGHT_BYTES + zero_ahead_bytes, "{most_bytes}");
    assert_eq!(h.store().io.zeroing_bytes, 0);
    let per_log = h.store().stats().zeroed_bytes / LOGS;
    assert!(per_log > 200 * bytes.len() as u64 / 2, "{per_log}");
}
