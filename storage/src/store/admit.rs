//! The door: what a client sent is checked, and made what the log keeps.

use wire::records::{BatchHeader, Decompressor, Fault, RecordRules};
use wire::records::{recompress, record_faults, validate_produced};

use crate::config::{LogConfig, TimestampType};
use crate::disk::Disk;
use crate::errors::{AdmitError, AppendError, RecordFaults};
use crate::limits::{BATCH_BYTES_MAX, RECORD_FAULTS_MAX};
use crate::store::Store;
use crate::types::{LogId, Now};

impl<D: Disk> Store<D> {
    /// Checks one batch as Kafka does: its size, its frame, every record in it (decompressed), and
    /// what the topic asks of each. Returns its header as the log is to have it.
    ///
    /// `rewritten` is left empty where the batch is kept as it came. Else it gets what is to be
    /// appended in its place: the batch in the topic's codec, or with the times of its records in
    /// its header, so that every index and every lookup goes by those.
    ///
    /// # Errors
    /// Why the batch is refused.
    #[inline]
    pub fn admit(
        &mut self,
        id: LogId,
        batch: &[u8],
        now: Now,
        rewritten: &mut Vec<u8>,
    ) -> Result<BatchHeader, AdmitError> {
        let config = &self.logs.get(id).ok_or(AppendError::NoSuchLog)?.config;
        let max_bytes = config.batch_bytes_max();
        if batch.len() > max_bytes {
            let (size_bytes, max_bytes) = (batch.len() as u64, max_bytes as u64);
            return Err(AppendError::MessageTooLarge { size_bytes, max_bytes }.into());
        }
        let mut produced = validate_produced(batch, &mut self.decompressor)?;
        let rules = config.record_rules(now);
        if rules.may_refuse(&produced) {
            check_records(batch, &rules, &mut self.decompressor)?;
        }
        let packing = config.packing.filter(|to| produced.header.compression() != Ok(to.codec));
        if packing.is_none() && produced.is_correct() {
            return Ok(produced.header);
        }
        match packing {
            None => rewritten.extend_from_slice(batch),
            Some(packing) => {
                let decompressor = &mut self.decompressor;
                produced =
                    recompress(batch, &produced, packing, max_bytes, decompressor, rewritten)?;
                self.io.stats.recompressed_batches += 1;
            }
        }
        if !produced.is_correct() {
            produced.correct(rewritten);
        }
        Ok(produced.header)
    }
}

impl LogConfig {
    /// `max.message.bytes`, and what a segment can hold.
    pub(crate) fn batch_bytes_max(&self) -> usize {
        self.max_message_bytes.min(BATCH_BYTES_MAX) as usize
    }

    fn record_rules(&self, now: Now) -> RecordRules {
        let (before, after) =
            (self.message_timestamp_before_max_ms, self.message_timestamp_after_max_ms);
        RecordRules {
            keys: self.cleanup_compact,
            earliest_ms: match before {
                i64::MAX => i64::MIN,
                _ => now.unix_ms.saturating_sub(before),
            },
            latest_ms: now.unix_ms.saturating_add(after),
            log_append_time: self.timestamp_type == TimestampType::LogAppendTime,
        }
    }
}

#[cold]
fn check_records(
    batch: &[u8],
    rules: &RecordRules,
    decompressor: &mut Decompressor,
) -> Result<(), AdmitError> {
    let mut faults = RecordFaults {
        listed: Vec::new(),
        total: 0,
        of_time: false,
        earliest_ms: rules.earliest_ms,
        latest_ms: rules.latest_ms,
    };
    record_faults(batch, rules, decompressor, |index, fault| {
        faults.total += 1;
        faults.of_time |= fault != Fault::NoKey;
        if faults.listed.len() < RECORD_FAULTS_MAX {
            faults.listed.push((index, fault));
        }
    })?;
    match faults.total {
        0 => Ok(()),
        _ => Err(AdmitError::Records(faults)),
    }
}
