//! Kafka's 16-byte ids, shown as url-safe base64 without padding.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// 128 bits in digits of 6 bits.
const TEXT_LEN: usize = 22;

/// A topic id, cluster id, incarnation id or the like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// "No id": what Kafka sends where there is none.
    pub const ZERO: Self = Self([0; 16]);

    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u128::from_be_bytes(self.0);
        // The last digit holds the two bits that are left, padded with zeros.
        let digit = |index: usize| match index {
            0..21 => (number >> (122 - 6 * index)) as usize & 63,
            _ => (number as usize & 3) << 4,
        };
        let text: String = (0..TEXT_LEN).map(|index| char::from(ALPHABET[digit(index)])).collect();
        f.pad(&text)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not 22 digits of url-safe base64")]
pub struct ParseUuidError(String);

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseUuidError(text.to_owned());
        if text.len() != TEXT_LEN {
            return Err(error());
        }
        let mut number = 0u128;
        for (index, byte) in text.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|&b| b == byte).ok_or_else(error)? as u128;
            if index < TEXT_LEN - 1 {
                number = (number << 6) | digit;
            } else if digit & 15 != 0 {
                return Err(error());
            } else {
                number = (number << 2) | (digit >> 4);
            }
        }
        Ok(Self(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kafkas() {
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        // Uuid.ONE_UUID and a cluster id as Kafka prints them.
        let one = Uuid(1u128.to_be_bytes());
        assert_eq!(one.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        let text = "MkU3OEVBNTcwNTJENDM2Qg";
        let id: Uuid = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(&id.0, b"2E78EA57052D436B");
    }

    #[test]
    fn only_whole_ids_parse() {
        for bad in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAB"] {
            assert!(bad.parse::<Uuid>().is_err(), "{bad}");
        }
    }
}
