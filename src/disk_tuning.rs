//! What `tidemill tune disk` has found out about a disk: `disk.toml` in the data directory, read by
//! every start. Without it, or with one that makes no sense, the values are safe ones.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use storage::WriteUnit;
use storage::limits::{
    BLOCK_BYTES, LOG_IN_FLIGHT_BYTES, PREALLOCATE_STEP_MAX_BYTES, PREALLOCATE_STEP_MIN_BYTES,
    SPLIT_WRITE_BYTES, StoreLimits, WRITE_UNIT_BYTES_MAX,
};

use crate::limits::{DISK_TUNING_FILE_BYTES_MAX, ZERO_AHEAD_BYTES_MAX};

const FILE_NAME: &str = "disk.toml";

/// How segment writers use the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskTuning {
    /// What segment files are written in: every write begins on a multiple of it and is padded to
    /// one. Files of before it was measured do not have it.
    #[serde(default = "least_block_bytes")]
    pub block_bytes: u64,
    /// Zeros kept ahead of the tail of a log with small synced writes; 0 for none.
    pub zero_ahead_bytes: u64,
    /// Bytes of one log on their way to the disk.
    pub in_flight_bytes: u64,
    /// The largest step in which a segment's space is reserved.
    pub preallocate_step_bytes: u64,
}

impl Default for DiskTuning {
    fn default() -> Self {
        let limits = StoreLimits::default();
        Self {
            block_bytes: limits.write_unit.bytes(),
            zero_ahead_bytes: limits.zero_ahead_bytes,
            in_flight_bytes: limits.in_flight_bytes,
            preallocate_step_bytes: limits.preallocate_step_bytes,
        }
    }
}

fn least_block_bytes() -> u64 {
    WriteUnit::LEAST.bytes()
}

/// What a start has to go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody has measured.
    Untuned,
    Tuned(DiskTuning),
    /// There is a file, and this is wrong with it.
    Unusable(String),
}

impl Found {
    /// What segment writers go by.
    pub fn limits(&self) -> StoreLimits {
        match self {
            Found::Tuned(tuning) => tuning.limits(),
            Found::Untuned | Found::Unusable(_) => StoreLimits::default(),
        }
    }
}

impl DiskTuning {
    pub fn path(data: &Path) -> PathBuf {
        data.join(FILE_NAME)
    }

    pub fn read(data: &Path) -> Found {
        let path = Self::path(data);
        let size_bytes = match fs::metadata(&path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Found::Untuned,
            Err(error) => return Found::Unusable(error.to_string()),
        };
        if size_bytes > DISK_TUNING_FILE_BYTES_MAX {
            return Found::Unusable(format!("it has {size_bytes} bytes"));
        }
        let parsed = fs::read_to_string(&path).map_err(|error| error.to_string());
        let parsed = parsed.and_then(|text| {
            toml::from_str::<Self>(&text).map_err(|error| error.message().to_owned())
        });
        match parsed.and_then(Self::checked) {
            Ok(tuning) => Found::Tuned(tuning),
            Err(why) => Found::Unusable(why),
        }
    }

    fn checked(self) -> Result<Self, String> {
        let in_range = |name: &str, value: u64, least: u64, most: u64| {
            let whole = value.is_multiple_of(BLOCK_BYTES as u64);
            match whole && (least..=most).contains(&value) {
                true => Ok(()),
                false => Err(format!(
                    "{name} = {value}, and it must be a multiple of {BLOCK_BYTES} from {least} to \
                     {most}"
                )),
            }
        };
        if WriteUnit::new(self.block_bytes).is_none() {
            return Err(format!(
                "block_bytes = {}, and it must be a power of two from {BLOCK_BYTES} to \
                 {WRITE_UNIT_BYTES_MAX}",
                self.block_bytes
            ));
        }
        in_range("zero_ahead_bytes", self.zero_ahead_bytes, 0, ZERO_AHEAD_BYTES_MAX)?;
        let depth = self.in_flight_bytes;
        in_range("in_flight_bytes", depth, SPLIT_WRITE_BYTES, LOG_IN_FLIGHT_BYTES)?;
        let (least, most) = (PREALLOCATE_STEP_MIN_BYTES, PREALLOCATE_STEP_MAX_BYTES);
        in_range("preallocate_step_bytes", self.preallocate_step_bytes, least, most)?;
        Ok(self)
    }

    /// The text of the file, with `comment` before it.
    pub fn to_text(&self, comment: &str) -> String {
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(&format!("# {line}\n"));
        }
        // Four numbers can be written as TOML.
        text + &toml::to_string(self).unwrap_or_default()
    }

    fn limits(&self) -> StoreLimits {
        StoreLimits {
            // What cannot be a unit was refused when the file was read.
            write_unit: WriteUnit::new(self.block_bytes).unwrap_or_default(),
            zero_ahead_bytes: self.zero_ahead_bytes,
            in_flight_bytes: self.in_flight_bytes,
            preallocate_step_bytes: self.preallocate_step_bytes,
            ..StoreLimits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Found {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(DiskTuning::path(dir.path()), text).expect("written");
        DiskTuning::read(dir.path())
    }

    #[test]
    fn what_is_written_is_read() {
        let tuning = DiskTuning { zero_ahead_bytes: 0, ..DiskTuning::default() };
        assert_eq!(read(&tuning.to_text("measured\non a disk")), Found::Tuned(tuning.clone()));
        assert_eq!(tuning.limits().zero_ahead_bytes, 0);
        let tuning = DiskTuning { block_bytes: 16384, ..tuning };
        assert_eq!(read(&tuning.to_text("")), Found::Tuned(tuning.clone()));
        assert_eq!(tuning.limits().write_unit.bytes(), 16384);
        let nowhere = tempfile::tempdir().expect("a folder");
        assert_eq!(DiskTuning::read(nowhere.path()), Found::Untuned);
    }

    #[test]
    fn a_file_of_before_blocks_were_measured_means_the_least() {
        let text = DiskTuning::default().to_text("");
        let old = text.replace("block_bytes = 4096\n", "");
        assert_ne!(old, text);
        assert_eq!(read(&old), Found::Tuned(DiskTuning::default()));
    }

    #[test]
    fn nonsense_is_told_and_not_used() {
        let good = DiskTuning::default().to_text("");
        for (from, to) in [
            ("block_bytes = 4096", "block_bytes = 5000"),
            ("block_bytes = 4096", "block_bytes = 2048"),
            ("block_bytes = 4096", "block_bytes = 12288"),
            ("block_bytes = 4096", "block_bytes = 131072"),
            ("zero_ahead_bytes = 262144", "zero_ahead_bytes = 262145"),
            ("in_flight_bytes = 8388608", "in_flight_bytes = 4096"),
            ("in_flight_bytes = 8388608", "in_flight_bytes = 16777216"),
            ("preallocate_step_bytes = 33554432", "preallocate_step_bytes = -1"),
            ("zero_ahead_bytes", "zeros"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good, "{from} is in {good}");
            assert!(matches!(read(&bad), Found::Unusable(_)), "{bad}");
        }
        assert!(matches!(read("no toml"), Found::Unusable(_)));
    }
}
