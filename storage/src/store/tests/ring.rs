//! The same store over the real thing: io_uring, direct I/O, files.

use super::*;
use crate::disk::Disk;
use crate::disk::ring::{RingConfig, RingDisk};

fn drive(store: &mut Store<RingDisk>, id: LogId, until: i64, now: Now) {
    let mut events = Vec::new();
    for _ in 0..1_000_000 {
        store.turn(now);
        store.drain_events(&mut events);
        if store.stable_end(id).unwrap() >= until {
            return;
        }
        std::thread::yield_now();
    }
    panic!("never acknowledged: {:?}", store.log(id));
}

#[test]
fn real_files_hold_what_was_acknowledged() {
    let dir = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
    let config = StoreConfig {
        data_dir: dir.path().join("shard-0"),
        arena: None,
        limits: StoreLimits { tail_bytes: 4 << 20, ..StoreLimits::default() },
        ballast: Ballast::default(),
    };
    let now = Now { unix_ms: 1_700_000_000_000, mono_ms: 0 };
    let log_config = LogConfig { segment_bytes: 3 << 20, ..LogConfig::default() };
    let ring = || RingDisk::new(&RingConfig::default()).unwrap();
    let mut store = Store::open(ring(), config.clone(), now).unwrap();
    let id = store.create_log(key(), topic_id(), log_config, 0).unwrap();
    let bytes = batch(10, 1000, now.unix_ms, 7);
    let header = BatchHeader::parse(&bytes).unwrap();
    let context = AppendContext { leader_epoch: 0, now };
    for n in 1..=1000_i64 {
        while let Err(error) = store.append(id, &bytes, &header, context) {
            assert_eq!(error, AppendError::Busy);
            store.turn(now);
        }
        if n % 16 == 0 {
            drive(&mut store, id, n * 10, now);
        }
    }
    drive(&mut store, id, 10_000, now);
    assert_eq!(store.log(id).unwrap().durable_end_offset, 10_000);
    for clean in [false, true] {
        if clean {
            store.close(now);
        } else {
            drop(store);
        }
        store = Store::open(ring(), config.clone(), now).unwrap();
        let id = store.find_log(&key()).unwrap();
        assert_eq!(store.log(id).unwrap().log_end_offset, 10_000);
        let mut offset = 0;
        let mut events = Vec::new();
        while offset < 10_000 {
            let request = ReadRequest {
                offset,
                max_bytes: 300_000,
                until_offset: 10_000,
                at_least_one: true,
            };
            let slices = match store.read(id, request) {
                ReadOutcome::Ready(slices) => slices,
                ReadOutcome::Pending(_) => {
                    while events.is_empty() {
                        store.turn(now);
                        store.drain_events(&mut events);
                    }
                    match events.pop() {
                        Some(Event::Ticket {
                            result: TicketResult::Read(ReadOutcome::Ready(slices)),
                            ..
                        }) => slices,
                        other => panic!("{other:?}"),
                    }
                }
                other => panic!("{other:?}"),
            };
            for batch in slices.to_vec().chunks(bytes.len()) {
                let mut expected = bytes.clone();
                rewrite_assigned(&mut expected, offset, 0);
                assert_eq!(batch, expected, "at {offset}");
                offset += 10;
            }
        }
    }
    assert!(store.disk().in_flight() < 100);
}
