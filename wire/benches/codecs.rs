//! What a compressed batch costs the broker: to check it, and to compress it anew for a topic with
//! another `compression.type`. Prints tables of nanoseconds a record, best of nine rounds:
//! `cargo bench -p wire --bench codecs`.

use std::hint::black_box;
use std::time::Instant;

use wire::records::{BatchBuilder, Compression, Decompressor, Packing};
use wire::records::{recompress, validate_produced};

const ROUNDS: usize = 9;
const ROUND_MS: u128 = 100;
/// Records and bytes of a value.
const SHAPES: [(usize, usize); 4] = [(1, 100), (100, 100), (1000, 100), (10, 1024)];
const LIMIT_BYTES: usize = 64 << 20;

/// Nanoseconds of one call.
fn best_ns(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0u32;
    while start.elapsed().as_millis() < ROUND_MS {
        call();
        calls += 1;
    }
    let mut round = || {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        start.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::MAX, f64::min)
}

/// Values as applications send them: text with repeated names and ever new numbers.
fn batch(codec: Compression, (records, value_bytes): (usize, usize)) -> Vec<u8> {
    let mut builder = BatchBuilder::new().compression(codec);
    let mut state = 1u32;
    for n in 0..records {
        let mut value = String::new();
        while value.len() < value_bytes {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            value += &format!("{{\"order\":{},\"state\":\"shipped\"}},", state >> 8);
        }
        let value = &value.as_bytes()[..value_bytes];
        builder.append(1_700_000_000_000 + n as i64, Some(b"key"), Some(value), &[]);
    }
    builder.build().expect("it has records")
}

fn row(name: &str, cells: impl Iterator<Item = String>) {
    println!("| {name} | {} |", cells.collect::<Vec<_>>().join(" | "));
}

fn main() {
    let shapes = SHAPES.map(|(records, value_bytes)| format!("{records} × {value_bytes} B"));
    println!("Checking, ns a record (bytes of the batch):\n");
    row("codec", shapes.iter().cloned());
    row("---", shapes.iter().map(|_| "---".to_owned()));
    let mut decompressor = Decompressor::new();
    for codec in Compression::ALL {
        let cost = SHAPES.map(|shape| {
            let batch = batch(codec, shape);
            let ns = best_ns(|| {
                let checked = validate_produced(black_box(&batch), &mut decompressor);
                black_box(checked).expect("a good batch");
            });
            format!("{:.1} ({})", ns / shape.0 as f64, batch.len())
        });
        row(codec.name(), cost.into_iter());
    }
    println!("\nCompressing anew from lz4, ns a record (bytes of the batch):\n");
    row("codec, level", shapes.iter().cloned());
    row("---", shapes.iter().map(|_| "---".to_owned()));
    let level = |codec, level| Packing { codec, level };
    let packings = Compression::ALL.map(Packing::of).into_iter().chain([
        level(Compression::Gzip, 1),
        level(Compression::Lz4, 12),
        level(Compression::Zstd, 1),
        level(Compression::Zstd, 9),
    ]);
    for packing in packings {
        let cost = SHAPES.map(|shape| {
            let batch = batch(Compression::Lz4, shape);
            let produced = validate_produced(&batch, &mut decompressor).expect("a good batch");
            let mut out = Vec::new();
            let ns = best_ns(|| {
                out.clear();
                let (batch, decompressor) = (black_box(&batch), &mut decompressor);
                recompress(batch, &produced, packing, LIMIT_BYTES, decompressor, &mut out)
                    .expect("it fits");
            });
            format!("{:.0} ({})", ns / shape.0 as f64, out.len())
        });
        row(&format!("{}, {}", packing.codec.name(), packing.level), cost.into_iter());
    }
}
