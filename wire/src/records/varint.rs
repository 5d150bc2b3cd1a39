//! Zigzag variable-length integers, as records use them, and a bounds-checked cursor over records.

/// Bytes still to be read. Every method returns `None` rather than read past the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    pub(super) fn take(&mut self, len_bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len_bytes)?;
        self.rest = rest;
        Some(taken)
    }

    /// A 32-bit zigzag varint: at most 5 bytes, and no bits beyond 32.
    #[inline]
    pub(super) fn varint(&mut self) -> Option<i32> {
        let raw = match self.short_varint() {
            Some(raw) => raw,
            None => u32::try_from(self.long_varint(5)?).ok()?,
        };
        Some((raw >> 1) as i32 ^ -((raw & 1) as i32))
    }

    /// A 64-bit zigzag varint: at most 10 bytes, and no bits beyond 64.
    #[inline]
    pub(super) fn varlong(&mut self) -> Option<i64> {
        let raw = match self.short_varint() {
            Some(raw) => u64::from(raw),
            None => self.long_varint(10)?,
        };
        Some((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// The one or two bytes nearly all varints of a record have, without a loop.
    #[inline(always)]
    fn short_varint(&mut self) -> Option<u32> {
        match self.rest {
            [a, rest @ ..] if *a < 0x80 => {
                self.rest = rest;
                Some(u32::from(*a))
            }
            [a, b, rest @ ..] if *b < 0x80 => {
                self.rest = rest;
                Some(u32::from(*a & 0x7f) | u32::from(*b) << 7)
            }
            _ => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn long_varint(&mut self, max_bytes: usize) -> Option<u64> {
        let mut value = 0u64;
        for (at, byte) in self.rest.iter().take(max_bytes).enumerate() {
            if at == 9 && *byte > 1 {
                return None;
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if *byte < 0x80 {
                self.rest = &self.rest[at + 1..];
                return Some(value);
            }
        }
        None
    }

    /// A varint length and that many bytes; −1 is null.
    #[inline]
    pub(super) fn nullable_bytes(&mut self) -> Option<Option<&'a [u8]>> {
        match self.varint()? {
            -1 => Some(None),
            len_bytes => self.take(usize::try_from(len_bytes).ok()?).map(Some),
        }
    }
}

/// Appends a 32-bit zigzag varint.
pub(super) fn put_varint(out: &mut Vec<u8>, value: i32) {
    put_varlong(out, i64::from(value));
}

/// Appends a 64-bit zigzag varint.
pub(super) fn put_varlong(out: &mut Vec<u8>, value: i64) {
    let mut raw = zigzag(value);
    while raw >= 0x80 {
        out.push(raw as u8 | 0x80);
        raw >>= 7;
    }
    out.push(raw as u8);
}

/// Bytes that `put_varlong` (or `put_varint`) appends for `value`.
pub(super) fn varlong_len_bytes(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
