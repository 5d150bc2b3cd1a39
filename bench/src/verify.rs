//! Reads back what a run has written: count, order, and every byte with its checksum.

use wire::records::check_crc;

use crate::BenchError;
use crate::admin::{Client, Leaders};
use crate::frames::{self, split_batch};
use crate::limits::FETCH_BYTES;
use crate::workload::Written;

/// Where a batch's bytes are the producer's own: behind base offset (8), length (4) and leader
/// epoch (4), of which the broker sets the first and the last.
const OWN_BYTES_AT: usize = 16;

/// What is expected of one partition, batch by batch.
struct Check<'a> {
    written: &'a Written,
    /// A copy that is renumbered for each batch.
    due: Vec<u8>,
    next_offset: i64,
    batches: i64,
}

impl<'a> Check<'a> {
    fn new(written: &'a Written) -> Self {
        Self { written, due: written.batch.bytes.clone(), next_offset: 0, batches: 0 }
    }

    /// Takes the whole batches of a response; what is cut off comes with the next one.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while let Some((header, batch, rest)) = split_batch(bytes) {
            let (found, due) = (header.base_offset, self.next_offset);
            if found != due {
                return Err(format!("a batch at offset {found} where {due} was due"));
            }
            if !check_crc(batch) {
                return Err(format!("the batch at offset {found} fails its checksum"));
            }
            if self.written.numbered {
                self.written.batch.number(&mut self.due, self.batches);
            }
            if batch.len() != self.due.len() || batch[OWN_BYTES_AT..] != self.due[OWN_BYTES_AT..] {
                return Err(format!("the batch at offset {found} is not the one that was sent"));
            }
            self.next_offset = header.last_offset() + 1;
            self.batches += 1;
            bytes = rest;
        }
        Ok(())
    }
}

/// Reads every partition from its start to what was acknowledged, and no further; the records.
pub fn verify(topic: &str, leaders: &Leaders, written: &Written) -> Result<u64, BenchError> {
    let mut records = 0;
    for (partition, leader) in leaders.iter().enumerate() {
        let at = |text: String| BenchError::Verify(format!("{topic}-{partition}: {text}"));
        let index = i32::try_from(partition).expect("few partitions");
        let mut client = Client::connect(leader)?;
        let mut check = Check::new(written);
        while check.batches < written.batches[partition] {
            let from = check.next_offset;
            let frame = frames::fetch(topic, index, from, FETCH_BYTES)?;
            let response = client.exchange(&frame.0)?;
            check.take(frames::fetched_bytes(&response)?).map_err(at)?;
            if check.next_offset == from {
                return Err(at(format!("acknowledged, but nothing at offset {from}")));
            }
        }
        if check.batches > written.batches[partition] {
            let (there, sent) = (check.batches, written.batches[partition]);
            return Err(at(format!("{there} batches where {sent} were sent")));
        }
        records += check.next_offset.unsigned_abs();
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{Batch, Payload};

    fn written() -> Written {
        let batch = Batch::new(3, 20, 1_000, Payload::default());
        Written { batch, numbered: true, batches: vec![4] }
    }

    /// Batches as a broker serves them.
    fn log(written: &Written, numbers: &[i64]) -> Vec<u8> {
        let mut log = Vec::new();
        for (place, &number) in numbers.iter().enumerate() {
            let mut batch = written.batch.bytes.clone();
            written.batch.number(&mut batch, number);
            wire::records::rewrite_assigned(&mut batch, place as i64 * 3, 9);
            log.extend(batch);
        }
        log
    }

    fn judge(written: &Written, log: &[u8]) -> Result<i64, String> {
        let mut check = Check::new(written);
        check.take(log).map(|()| check.next_offset)
    }

    #[test]
    fn what_was_sent_passes_and_a_cut_batch_is_left_for_later() {
        let written = written();
        let log = log(&written, &[0, 1, 2]);
        assert_eq!(judge(&written, &log), Ok(9));
        assert_eq!(judge(&written, &log[..log.len() - 1]), Ok(6));
    }

    #[test]
    fn another_order_a_doubled_and_a_lost_batch_are_found() {
        let written = written();
        for numbers in [[0, 2, 1], [0, 1, 1], [0, 1, 3]] {
            let error = judge(&written, &log(&written, &numbers)).unwrap_err();
            assert!(error.contains("not the one that was sent"), "{error}");
        }
    }

    #[test]
    fn a_gap_in_the_offsets_and_a_flipped_bit_are_found() {
        let written = written();
        let whole = log(&written, &[0, 1, 2]);
        let one = whole.len() / 3;
        let gap = [&whole[..one], &whole[2 * one..]].concat();
        assert!(judge(&written, &gap).unwrap_err().contains("where 3 was due"));
        let mut flipped = whole;
        flipped[2 * one - 1] ^= 1;
        assert!(judge(&written, &flipped).unwrap_err().contains("checksum"));
    }
}
