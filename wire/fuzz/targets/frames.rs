//! Fuzz target: requests and responses of every API and version.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wire_fuzz::frames(input));
