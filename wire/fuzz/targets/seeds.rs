//! Writes inputs to begin with: for the target `frames` those that Kafka's own encoder wrote, for
//! `records` batches of every codec.
//!
//!     seeds path/to/tests/golden/frames.txt path/to/corpus

use std::path::Path;
use std::{env, fs, io};

// The counters of coverage need libFuzzer's run time, although nothing is fuzzed here.
use libfuzzer_sys as _;

fn main() -> io::Result<()> {
    let args: Vec<_> = env::args().collect();
    let [_, golden, corpus] = args.as_slice() else {
        eprintln!("usage: seeds tests/golden/frames.txt CORPUS");
        std::process::exit(2);
    };
    let golden = fs::read_to_string(golden)?;
    write(Path::new(corpus), "frames", wire_fuzz::frame_seeds(&golden))?;
    write(Path::new(corpus), "records", wire_fuzz::record_seeds())
}

fn write(corpus: &Path, target: &str, seeds: Vec<Vec<u8>>) -> io::Result<()> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    for (index, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{index}")), seed)?;
    }
    Ok(())
}
