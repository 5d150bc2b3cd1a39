//! Sets of ASCII characters: topic names have no others.

/// A set of ASCII characters, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Class(u128);

const LONG_S: u32 = 0x17F;
const KELVIN: u32 = 0x212A;
const ASCII_LAST: u32 = 0x7F;

impl Class {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u128::MAX);

    /// The characters from `first` to `last`.
    pub const fn range(first: u8, last: u8) -> Self {
        Self((u128::MAX >> (127 - last + first)) << first)
    }

    pub const fn of(characters: &str) -> Self {
        let bytes = characters.as_bytes();
        let (mut bits, mut at) = (0, 0);
        while at < bytes.len() {
            bits |= 1 << bytes[at];
            at += 1;
        }
        Self(bits)
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn not(self) -> Self {
        Self(!self.0)
    }

    /// What of the code points from `first` to `last` is ASCII. With `fold`, those of another case
    /// too; two characters beyond ASCII are the other case of one within.
    pub fn code_points(first: u32, last: u32, fold: bool) -> Self {
        let mut class = Self::NONE;
        if first <= ASCII_LAST {
            class = Self::range(first as u8, last.min(ASCII_LAST) as u8);
        }
        if fold {
            class = class.folded();
            for (other, of) in [(LONG_S, "sS"), (KELVIN, "kK")] {
                if (first..=last).contains(&other) {
                    class = class.or(Self::of(of));
                }
            }
        }
        class
    }

    /// With letters of the other case.
    pub const fn folded(self) -> Self {
        const UPPER: u128 = Class::range(b'A', b'Z').0;
        let to_lower = (self.0 & UPPER) << 32;
        let to_upper = (self.0 >> 32) & UPPER;
        Self(self.0 | to_lower | to_upper)
    }

    /// Appends the set in the syntax of the `regex` crate.
    pub fn write(self, out: &mut String) {
        let hex = |code: u32| format!("\\x{code:02X}");
        if self == Self::NONE {
            // Two sets that have nothing in common.
            out.push_str("[a&&b]");
            return;
        }
        if self.0.is_power_of_two() {
            out.push_str(&hex(self.0.trailing_zeros()));
            return;
        }
        out.push('[');
        let mut bits = self.0;
        let mut at = 0;
        while bits != 0 {
            let first = at + bits.trailing_zeros();
            let run = (bits >> (first - at)).trailing_ones();
            out.push_str(&format!("{}-{}", hex(first), hex(first + run - 1)));
            bits = bits.checked_shr(first - at + run).unwrap_or(0);
            at = first + run;
        }
        out.push(']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_as_ranges() {
        let written = |class: Class| {
            let mut out = String::new();
            class.write(&mut out);
            out
        };
        assert_eq!(written(Class::NONE), "[a&&b]");
        assert_eq!(written(Class::ALL), "[\\x00-\\x7F]");
        assert_eq!(written(Class::of("a")), "\\x61");
        assert_eq!(written(Class::of("abz")), "[\\x61-\\x62\\x7A-\\x7A]");
        assert_eq!(written(Class::range(0x7F, 0x7F).not()), "[\\x00-\\x7E]");
    }

    #[test]
    fn case_is_folded_where_there_is_one() {
        assert_eq!(Class::of("aZ0_").folded(), Class::of("aAzZ0_"));
        assert_eq!(Class::of("@[`{").folded(), Class::of("@[`{"));
        assert_eq!(Class::code_points(LONG_S, KELVIN, true), Class::of("sSkK"));
        assert_eq!(Class::code_points(LONG_S, KELVIN, false), Class::NONE);
    }
}
