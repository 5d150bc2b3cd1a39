//! What the disk below the data gives in this run: it moves ratios as much as any broker does.

use std::path::Path;
use std::time::Duration;

use storage::disk::measure::{Access, Pattern, Prepared, measure};
use storage::disk::probe::{Direct, probe};
use storage::disk::ring::{RingConfig, RingDisk};

use crate::limits::DISK_MEASURE_MS;

/// Its write rates, by what was done.
#[derive(Clone, Debug)]
pub struct Rates(Result<Vec<(&'static str, Rate)>, String>);

#[derive(Clone, Copy, Debug)]
enum Rate {
    WritesPerSecond(f64),
    BytesPerSecond(f64),
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WritesPerSecond(rate) => write!(f, "{:.1} k/s", rate / 1e3),
            Self::BytesPerSecond(rate) => write!(f, "{:.0} MB/s", rate / 1e6),
        }
    }
}

/// (what, synced, files, depth, bytes): small writes count by number, large ones by bytes.
const WRITES: [(&str, bool, usize, usize, usize); 3] = [
    ("disk, synced writes of 4 KiB, 16 files", true, 16, 1, 4 << 10),
    ("disk, synced writes of 256 KiB, 2 in flight", true, 1, 2, 256 << 10),
    ("disk, unsynced writes of 1 MiB, 4 files", false, 4, 1, 1 << 20),
];

/// Measures in a folder of its own, which is removed again.
pub fn rates(data: &Path) -> Rates {
    Rates(try_rates(data).map_err(|error| error.to_string()))
}

fn try_rates(data: &Path) -> std::io::Result<Vec<(&'static str, Rate)>> {
    let buffered = probe(data).map_err(std::io::Error::other)?.direct == Direct::Refused;
    let mut disk = RingDisk::new(&RingConfig { buffered, ..RingConfig::default() })?;
    let mut rates = Vec::new();
    for (what, sync, files, depth, bytes) in WRITES {
        let access = Access::Append { prepared: Prepared::Zeroed, sync };
        let pattern = Pattern { access, files, depth, bytes };
        let time = Duration::from_millis(DISK_MEASURE_MS);
        let per_second = measure(&mut disk, data, &pattern, time)?.per_second;
        let small = bytes <= 4 << 10;
        let rate = match small {
            true => Rate::WritesPerSecond(per_second),
            false => Rate::BytesPerSecond(per_second * bytes as f64),
        };
        rates.push((what, rate));
    }
    Ok(rates)
}

/// Facts for the report: each rate before the rows and after them.
pub fn facts(before: &Rates, after: &Rates) -> Vec<(&'static str, String)> {
    match (&before.0, &after.0) {
        (Ok(before), Ok(after)) => {
            let both = before.iter().zip(after);
            both.map(|((what, first), (_, last))| (*what, format!("{first} before, {last} after")))
                .collect()
        }
        (Err(why), _) | (_, Err(why)) => vec![("disk", format!("not measured: {why}"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_measured_and_one_that_is_not_there_is_told() {
        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let rates = rates(folder.path());
        let told = facts(&rates, &rates);
        assert_eq!(told.len(), WRITES.len(), "{told:?}");
        assert!(told.iter().all(|(_, text)| text.contains(" before, ")), "{told:?}");
        let nothing = super::rates(Path::new("/nowhere/at/all"));
        assert!(facts(&rates, &nothing)[0].1.contains("not measured"));
    }
}
