//! Pseudo-random messages for tests, the same for the same seed.

use std::borrow::Cow;

use crate::Uuid;

/// A message filled with values that its version can carry.
pub trait TestValue {
    fn test_value(g: &mut Values, version: i16) -> Self;
}

/// A source of values (xorshift64*); small arrays, short strings, edges now and then.
#[derive(Debug, Clone)]
pub struct Values {
    state: u64,
    depth: u32,
    /// What all strings are, instead of random ones.
    text: Option<&'static str>,
}

macro_rules! numbers {
    ($($name:ident: $type:ty),*) => {
        $(
            pub fn $name(&mut self) -> $type {
                match self.next() % 8 {
                    0 => <$type>::MIN,
                    1 => <$type>::MAX,
                    _ => self.next() as $type,
                }
            }
        )*
    };
}

impl Values {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, depth: 0, text: None }
    }

    /// The same values as without, but for strings: all of them are `text`.
    #[must_use]
    pub fn with_text(self, text: &'static str) -> Self {
        Self { text: Some(text), ..self }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    numbers!(i8: i8, i16: i16, i32: i32, i64: i64, u16: u16, u32: u32);

    pub fn f64(&mut self) -> f64 {
        self.i32().into()
    }

    pub fn bool(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    /// Whether a nullable value is null this time.
    pub fn null(&mut self) -> bool {
        self.next().is_multiple_of(4)
    }

    pub fn uuid(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.next()), u128::from(self.next()));
        Uuid(((high << 64) | low).to_be_bytes())
    }

    pub fn string(&mut self) -> Cow<'static, str> {
        let length = (self.next() % 12) as usize;
        if let Some(text) = self.text {
            return Cow::Borrowed(text);
        }
        let text: String = "aä日z0-_.".chars().cycle().skip(length).take(length).collect();
        Cow::Owned(text)
    }

    pub fn bytes(&mut self) -> Cow<'static, [u8]> {
        let length = self.next() % 140;
        Cow::Owned((0..length).map(|_| self.next() as u8).collect())
    }

    pub fn vec<T>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        self.depth += 1;
        let most = if self.depth > 3 { 2 } else { 4 };
        let elements = (0..self.next() % most).map(|_| element(self)).collect();
        self.depth -= 1;
        elements
    }
}
