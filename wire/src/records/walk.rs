//! Walking the records of a produced batch: are they there, are they whole, and what do they say
//! that the topic asks about?

use super::decompress::Window;
use super::record::{AFTER_HEADERS, parse_record};
use super::varint::Cursor;
use super::{BatchError, BatchHeader};

/// A record that is longer than this is not held as a whole, but read past piece by piece.
const HELD_BYTES: usize = 128 << 10;
/// The longest number in a record.
const NUMBER_BYTES: usize = 10;

/// What a topic may ask about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) timestamp_delta: i64,
    pub(super) has_key: bool,
}

/// What the records of a batch say, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// −1, which is none, or larger.
    pub max_timestamp_ms: i64,
    /// No record has a smaller one, those without a timestamp included.
    pub min_timestamp_ms: i64,
    /// A record has no key.
    pub has_keyless: bool,
}

impl Summary {
    pub(super) const NONE: Self =
        Self { max_timestamp_ms: -1, min_timestamp_ms: i64::MAX, has_keyless: false };

    #[inline(always)]
    pub(super) fn note(&mut self, base_timestamp: i64, facts: Facts) {
        let timestamp_ms = base_timestamp.wrapping_add(facts.timestamp_delta);
        self.max_timestamp_ms = self.max_timestamp_ms.max(timestamp_ms);
        self.min_timestamp_ms = self.min_timestamp_ms.min(timestamp_ms);
        self.has_keyless |= !facts.has_key;
    }
}

/// Checks that `bytes` are exactly the records that `header` announces, with offset deltas 0, 1,
/// 2 …, and shows each to `visit`.
pub(super) fn walk_slice(
    header: &BatchHeader,
    bytes: &[u8],
    mut visit: impl FnMut(i32, Facts),
) -> Result<(), BatchError> {
    let mut from = Cursor::new(bytes);
    for index in 0..header.records_count {
        visit(index, whole_record(&mut from, index)?);
    }
    match from.rest.is_empty() {
        true => Ok(()),
        false => Err(bytes_follow(header)),
    }
}

/// As [`walk_slice`], for what all records say together, and with a short cut for the records most
/// producers send.
#[inline]
pub(super) fn summarize_slice(header: &BatchHeader, bytes: &[u8]) -> Result<Summary, BatchError> {
    let (mut tally, mut others) = (Tally::NONE, Summary::NONE);
    let mut from = Cursor::new(bytes);
    for index in 0..header.records_count {
        match common_record(from.rest, index as u32) {
            Some((common, rest)) => {
                from.rest = rest;
                tally.note(common);
            }
            None => others.note(header.base_timestamp, whole_record(&mut from, index)?),
        }
    }
    if !from.rest.is_empty() {
        return Err(bytes_follow(header));
    }
    match tally.join(header.base_timestamp, others) {
        Some(summary) => Ok(summary),
        None => {
            let mut exact = Summary::NONE;
            walk_slice(header, bytes, |_, facts| exact.note(header.base_timestamp, facts))?;
            Ok(exact)
        }
    }
}

/// What common records say together, at the least cost for each: a tenth of a batch's check.
struct Tally {
    /// The largest timestamp delta, halved from zigzag by a rotation: negative ones come out
    /// negative, though not in their order.
    largest: i32,
    /// Of all timestamp deltas as they lie in the batch; the last bit is a sign.
    signs: u32,
    has_keyless: bool,
}

impl Tally {
    const NONE: Self = Self { largest: i32::MIN, signs: 0, has_keyless: false };
    /// No delta of a common record is further from 0.
    const DELTA_MAX: i64 = 1 << 20;

    #[inline(always)]
    fn note(&mut self, common: Common) {
        self.largest = self.largest.max(common.timestamp_zigzag.rotate_right(1) as i32);
        self.signs |= common.timestamp_zigzag;
        self.has_keyless |= !common.has_key;
    }

    /// Adds what the other records say. `None`: more must be known of each.
    fn join(&self, base_timestamp: i64, others: Summary) -> Option<Summary> {
        // A delta of -1 looks like none in `largest`, but leaves its sign.
        if self.largest == i32::MIN && self.signs == 0 {
            return Some(others);
        }
        let latest = base_timestamp.checked_add(i64::from(self.largest))?;
        let lowest = base_timestamp.checked_sub(Self::DELTA_MAX)?;
        let lowest = if self.signs & 1 == 1 { lowest } else { base_timestamp };
        (self.largest >= 0).then_some(Summary {
            max_timestamp_ms: others.max_timestamp_ms.max(latest),
            min_timestamp_ms: others.min_timestamp_ms.min(lowest),
            has_keyless: self.has_keyless | others.has_keyless,
        })
    }
}

/// As [`walk_slice`], of records that are decompressed on the way.
pub(super) fn walk_window(
    header: &BatchHeader,
    mut window: Window<'_>,
    mut visit: impl FnMut(i32, Facts),
) -> Result<(), BatchError> {
    for index in 0..header.records_count {
        visit(index, next_record(&mut window, index)?);
    }
    while window.bytes().is_empty() {
        if !window.more()? {
            return Ok(());
        }
    }
    Err(bytes_follow(header))
}

fn bytes_follow(header: &BatchHeader) -> BatchError {
    BatchError::BadRecord { index: header.records_count, what: "bytes follow the last record" }
}

#[inline]
fn next_record(window: &mut Window<'_>, index: i32) -> Result<Facts, BatchError> {
    loop {
        let bytes = window.bytes();
        if let Some((common, rest)) = common_record(bytes, index as u32) {
            let count = bytes.len() - rest.len();
            window.consume(count);
            return Ok(common.facts());
        }
        match record_bytes(bytes) {
            Some(len_bytes) if len_bytes > bytes.len() && len_bytes > HELD_BYTES => {
                return LongRecord { window, index, left_bytes: 0 }.read();
            }
            Some(len_bytes) if len_bytes <= bytes.len() => break,
            _ if !window.more()? => break,
            _ => {}
        }
    }
    let mut from = Cursor::new(window.bytes());
    let facts = whole_record(&mut from, index)?;
    let count = window.bytes().len() - from.rest.len();
    window.consume(count);
    Ok(facts)
}

/// Bytes of the record at the start of `bytes`, its length field included, as far as that can be
/// read; 0 for a length that is none.
fn record_bytes(bytes: &[u8]) -> Option<usize> {
    let mut from = Cursor::new(bytes);
    match from.varint() {
        Some(len_bytes) => match usize::try_from(len_bytes) {
            Ok(len_bytes) => Some(bytes.len() - from.rest.len() + len_bytes),
            Err(_) => Some(0),
        },
        None if bytes.len() < NUMBER_BYTES => None,
        None => Some(0),
    }
}

/// Reads one record of any kind.
pub(super) fn whole_record(from: &mut Cursor<'_>, index: i32) -> Result<Facts, BatchError> {
    let bad = |what| BatchError::BadRecord { index, what };
    let record = parse_record(from).map_err(bad)?;
    if record.offset_delta != index {
        return Err(bad(OUT_OF_PLACE));
    }
    record.check_headers().map_err(bad)?;
    Ok(Facts { timestamp_delta: record.timestamp_delta, has_key: record.key.is_some() })
}

const OUT_OF_PLACE: &str = "its offset delta is not its place in the batch";

/// Reads past a record that is too long to be held, with the same checks.
struct LongRecord<'w, 'a> {
    window: &'w mut Window<'a>,
    index: i32,
    /// Of the record, behind its length field.
    left_bytes: usize,
}

impl LongRecord<'_, '_> {
    fn bad<T>(&self, what: &'static str) -> Result<T, BatchError> {
        Err(BatchError::BadRecord { index: self.index, what })
    }

    fn read(mut self) -> Result<Facts, BatchError> {
        self.left_bytes = NUMBER_BYTES;
        let len_bytes = self.varint("its length is cut off")?;
        self.left_bytes = usize::try_from(len_bytes).unwrap_or(0);
        self.skip(1, "it is empty")?;
        let timestamp_delta = self.varlong("bad timestamp delta")?;
        if self.varint("bad offset delta")? != self.index {
            return self.bad(OUT_OF_PLACE);
        }
        let has_key = self.nullable_bytes("bad key length")?;
        self.nullable_bytes("bad value length")?;
        let headers_count = self.varint("bad header count")?;
        if headers_count < 0 {
            return self.bad("negative header count");
        }
        // Each header takes bytes, so a count beyond them ends in an error, not in a long loop.
        for _ in 0..headers_count {
            if !self.nullable_bytes("bad header key")? {
                return self.bad("bad header key");
            }
            self.nullable_bytes("bad header value")?;
        }
        match self.left_bytes {
            0 => Ok(Facts { timestamp_delta, has_key }),
            _ => self.bad(AFTER_HEADERS),
        }
    }

    /// The bytes that the next number lies in, if it is whole.
    fn ahead(&mut self) -> Result<Cursor<'_>, BatchError> {
        let wanted = NUMBER_BYTES.min(self.left_bytes);
        while self.window.bytes().len() < wanted && self.window.more()? {}
        let bytes = self.window.bytes();
        Ok(Cursor::new(&bytes[..bytes.len().min(self.left_bytes)]))
    }

    fn varint(&mut self, what: &'static str) -> Result<i32, BatchError> {
        let mut from = self.ahead()?;
        let ahead_bytes = from.rest.len();
        let number = from.varint();
        let count = ahead_bytes - from.rest.len();
        self.past(number, count, what)
    }

    fn varlong(&mut self, what: &'static str) -> Result<i64, BatchError> {
        let mut from = self.ahead()?;
        let ahead_bytes = from.rest.len();
        let number = from.varlong();
        let count = ahead_bytes - from.rest.len();
        self.past(number, count, what)
    }

    fn past<T>(
        &mut self,
        number: Option<T>,
        count: usize,
        what: &'static str,
    ) -> Result<T, BatchError> {
        let Some(number) = number else { return self.bad(what) };
        self.left_bytes -= count;
        self.window.consume(count);
        Ok(number)
    }

    /// Whether it is not null.
    fn nullable_bytes(&mut self, what: &'static str) -> Result<bool, BatchError> {
        match self.varint(what)? {
            -1 => Ok(false),
            len_bytes => match usize::try_from(len_bytes) {
                Ok(len_bytes) => self.skip(len_bytes, what).map(|()| true),
                Err(_) => self.bad(what),
            },
        }
    }

    fn skip(&mut self, len_bytes: usize, what: &'static str) -> Result<(), BatchError> {
        let Some(left_bytes) = self.left_bytes.checked_sub(len_bytes) else {
            return self.bad(what);
        };
        self.left_bytes = left_bytes;
        let mut rest = len_bytes;
        loop {
            let count = rest.min(self.window.bytes().len());
            self.window.consume(count);
            rest -= count;
            if rest == 0 {
                return Ok(());
            }
            if !self.window.more()? {
                return self.bad("it is longer than the batch");
            }
        }
    }
}

/// A record of the common kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Common {
    /// As it lies in the batch, of at most 21 bits.
    timestamp_zigzag: u32,
    has_key: bool,
}

impl Common {
    #[inline]
    pub(super) fn facts(self) -> Facts {
        let zigzag = i64::from(self.timestamp_zigzag);
        Facts { timestamp_delta: zigzag >> 1 ^ -(zigzag & 1), has_key: self.has_key }
    }
}

/// What the record at the start of `bytes` says, and what lies behind it, if it is well formed and
/// of the common kind: varints of few bytes, key null or below 64 bytes, value not null, and no
/// headers. `None` decides nothing: the record is then parsed in full.
///
/// It halves the walk: 3 ns a record instead of 6 or more, beside 2 ns for the CRC of 100 bytes.
#[inline(always)]
pub(super) fn common_record(bytes: &[u8], index: u32) -> Option<(Common, &[u8])> {
    const NULL: u8 = 1;
    // Length 2, attributes 1, timestamp 3, offset 2, key length 1, value length 2: 11 at most, so
    // one check of bounds does for all of them.
    let window = bytes.first_chunk::<16>()?;
    let byte = |at: usize| window[at & 15];
    let (len, mut at) = short_varint(byte(0), byte(1))?;
    let end = at + len_of(len)?;
    at += 1;
    let mut timestamp = u32::from(byte(at) & 0x7f);
    if byte(at) >= 0x80 {
        at += 1;
        timestamp |= u32::from(byte(at) & 0x7f) << 7;
        if byte(at) >= 0x80 {
            at += 1;
            timestamp |= u32::from(byte(at)) << 14;
            if byte(at) >= 0x80 {
                return None;
            }
        }
    }
    at += 1;
    let (offset, offset_len) = short_varint(byte(at), byte(at + 1))?;
    if offset != index << 1 {
        return None;
    }
    at += offset_len;
    let key_len = byte(at);
    at += 1;
    let (value_len, value_len_len) = if key_len == NULL {
        short_varint(byte(at), byte(at + 1))?
    } else {
        if key_len >= 0x80 {
            return None;
        }
        at += len_of(u32::from(key_len))?;
        let lengths = bytes.get(at..at + 2)?;
        short_varint(lengths[0], lengths[1])?
    };
    at += value_len_len + len_of(value_len)?;
    let (record, rest) = bytes.split_at_checked(end)?;
    // Only the header count is left, and it is 0.
    if at + 1 != end || record[at] != 0 {
        return None;
    }
    Some((Common { timestamp_zigzag: timestamp, has_key: key_len != NULL }, rest))
}

/// An unsigned varint of one or two bytes, and how many it has.
#[inline(always)]
fn short_varint(first: u8, second: u8) -> Option<(u32, usize)> {
    if first < 0x80 {
        Some((u32::from(first), 1))
    } else if second < 0x80 {
        Some((u32::from(first & 0x7f) | u32::from(second) << 7, 2))
    } else {
        None
    }
}

/// The length a zigzag number stands for, unless it is negative.
#[inline(always)]
fn len_of(zigzag: u32) -> Option<usize> {
    (zigzag & 1 == 0).then_some((zigzag >> 1) as usize)
}
