//! The same records in another codec: `compression.type` of a topic.

use std::io::Write;

use super::compress::{Packing, failed, pack};
use super::retain::finish;
use super::validate::Produced;
use super::{BatchError, BatchHeader, Compression, Decompressor, HEADER_BYTES};

/// Appends to `out` a batch that passed [`super::validate_produced`] with its records packed
/// otherwise; all else stays. What is written is at most a little larger than `limit_bytes`,
/// whatever the records decompress to.
///
/// # Errors
/// `PackedTooLarge` beyond `limit_bytes`, and `Build`, should a codec fail; `out` is then as it
/// was.
pub fn recompress(
    batch: &[u8],
    produced: &Produced,
    packing: Packing,
    limit_bytes: usize,
    decompressor: &mut Decompressor,
    out: &mut Vec<u8>,
) -> Result<Produced, BatchError> {
    let start = out.len();
    let header = produced.header.packed_as(packing.codec);
    let written = (|| {
        let too_large = |written: usize| match written - start > limit_bytes {
            true => Err(BatchError::PackedTooLarge { limit_bytes }),
            false => Ok(()),
        };
        out.resize(start + HEADER_BYTES, 0);
        let codec = produced.header.compression()?;
        let mut window = decompressor.open(codec, &batch[HEADER_BYTES..])?;
        pack(packing, out, |packer| {
            while window.more()? {
                packer.write_all(window.bytes()).map_err(failed)?;
                window.consume(usize::MAX);
                too_large(packer.written_bytes())?;
            }
            Ok(())
        })?;
        too_large(out.len())?;
        finish(header, &mut out[start..])?;
        let header = BatchHeader::parse(&out[start..])?;
        Ok(Produced { header, records: produced.records })
    })();
    if written.is_err() {
        out.truncate(start);
    }
    written
}

impl BatchHeader {
    fn packed_as(&self, codec: Compression) -> Self {
        let others = self.attributes & !super::header::COMPRESSION_MASK;
        Self { attributes: others | codec.bits(), ..*self }
    }
}
