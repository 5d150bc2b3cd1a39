//! Text that should be UTF-8, and is not always: old applications send Latin-1.

use std::borrow::Cow;

use crate::limits::STRING_BYTES_MAX;

/// What stands for bytes that are no UTF-8.
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;
/// What text can grow by: each byte may be replaced.
pub(crate) const GROWTH_MAX: usize = REPLACEMENT.len_utf8();

/// Text as it lies, or a copy with U+FFFD for what is no UTF-8, as Kafka reads it.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(replaced(bytes)),
    }
}

/// As Java decodes: the longest start of a character is replaced as a whole, and so is a surrogate.
/// What is then too long for a string of the protocol is cut off, so that it can be written again.
#[cold]
fn replaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * GROWTH_MAX);
    let mut rest = bytes;
    while let Some(chunk) = rest.utf8_chunks().next() {
        text.push_str(chunk.valid());
        rest = &rest[chunk.valid().len()..];
        let bad_bytes = match rest {
            [] => break,
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => 3,
            [0xED, 0xA0..=0xBF, ..] => 2,
            _ => chunk.invalid().len(),
        };
        text.push(REPLACEMENT);
        rest = &rest[bad_bytes..];
    }
    let mut end = text.len().min(STRING_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_lent() {
        for whole in ["", "orders", "日本", "\u{FFFD}"] {
            assert!(matches!(text(whole.as_bytes()), Cow::Borrowed(lent) if lent == whole));
        }
    }

    /// What Java's `new String(bytes, UTF_8)` gives.
    #[test]
    fn what_is_no_utf8_is_replaced_as_java_does() {
        let rows: [(&[u8], &str); 15] = [
            (b"caf\xE9", "caf\u{FFFD}"),
            (b"\xE9t\xE9", "\u{FFFD}t\u{FFFD}"),
            (b"\xFF\xFE", "\u{FFFD}\u{FFFD}"),
            (b"\x80\xBF", "\u{FFFD}\u{FFFD}"),
            (b"\xC0\x80", "\u{FFFD}\u{FFFD}"),
            (b"\xE2\x82", "\u{FFFD}"),
            (b"\xE2\x82A", "\u{FFFD}A"),
            (b"\xE0\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\xF0\x9F\x98", "\u{FFFD}"),
            (b"\xF0\x80\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\xF4\x90\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\xED\xA0\x80", "\u{FFFD}"),
            (b"\xED\xA0", "\u{FFFD}"),
            (b"\xED\xBF\xBFA", "\u{FFFD}A"),
            (b"\xC3\xA4\xE4\xC3", "ä\u{FFFD}\u{FFFD}"),
        ];
        for (bytes, wanted) in rows {
            assert_eq!(text(bytes), wanted, "{bytes:02x?}");
        }
    }

    #[test]
    fn what_grows_too_long_is_cut_off() {
        let long = text(&[0xE9; STRING_BYTES_MAX]).into_owned();
        assert_eq!(long.len(), STRING_BYTES_MAX - STRING_BYTES_MAX % GROWTH_MAX);
    }
}
