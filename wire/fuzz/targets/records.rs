//! Fuzz target: record batches and what is compressed in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wire_fuzz::records(input));
