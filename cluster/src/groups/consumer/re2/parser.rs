//! Reads an expression as RE2/J does, and writes it anew for the `regex` crate.

use std::collections::HashSet;

use super::Fault;
use super::class::Class;
use super::names;

/// Largest count of a repetition, as in RE2/J.
const REPEATS_MAX: u32 = 1000;
/// A count of more digits is too large without a look at it.
const REPEAT_DIGITS_MAX: usize = 8;
const CODE_POINT_MAX: u32 = 0x10_FFFF;

/// The expression in the syntax of the `regex` crate, for matching ASCII text as a whole. Whether
/// a repetition is greedy, what a group captures and where lines end makes no difference there, so
/// that it is left out.
pub(super) fn translate(pattern: &str) -> Result<String, Fault> {
    let mut parser = Parser { rest: pattern, ..Parser::default() };
    while let Some(next) = parser.rest.chars().next() {
        parser.after_repetition = parser.token(next)?;
    }
    if parser.open.is_empty() { Ok(parser.out) } else { Err(Fault::MissingParenthesis) }
}

#[derive(Default)]
struct Parser<'p> {
    rest: &'p str,
    out: String,
    /// `(?i)`
    fold: bool,
    open: Vec<Open>,
    /// Where in `out` begins what a repetition would be of.
    atom: Option<usize>,
    /// It is a repetition itself.
    repeated: bool,
    after_repetition: bool,
    names: HashSet<&'p str>,
}

/// An open parenthesis: its place in `out`, and the flag to go back to behind the group.
struct Open {
    at: usize,
    fold: bool,
}

impl<'p> Parser<'p> {
    fn pop(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Takes one step; whether it was a repetition.
    fn token(&mut self, next: char) -> Result<bool, Fault> {
        match next {
            '(' if self.rest.starts_with("(?") => self.flags()?,
            '\\' => self.escape()?,
            '[' => self.class()?,
            '{' => match self.bounds()? {
                Some(bounds) => return self.repeat(bounds),
                None => self.literal(),
            },
            '*' | '+' | '?' => {
                let (operator, rest) = self.rest.split_at(1);
                self.rest = rest;
                return self.repeat(operator);
            }
            '(' | '|' | ')' | '^' | '$' | '.' => {
                self.pop();
                match next {
                    '(' => self.open_group(self.fold),
                    ')' => self.close_group()?,
                    '|' => {
                        self.out.push('|');
                        self.atom = None;
                    }
                    '^' => self.put_look("\\A"),
                    '$' => self.put_look("\\z"),
                    _ => self.put(Class::ALL),
                }
            }
            _ => self.literal(),
        }
        Ok(false)
    }

    fn begin_atom(&mut self, at: usize) {
        self.atom = Some(at);
        self.repeated = false;
    }

    fn put(&mut self, class: Class) {
        self.begin_atom(self.out.len());
        class.write(&mut self.out);
    }

    fn put_look(&mut self, look: &str) {
        self.begin_atom(self.out.len());
        self.out.push_str(look);
    }

    fn put_code_point(&mut self, code: u32) {
        self.put(Class::code_points(code, code, self.fold));
    }

    fn literal(&mut self) {
        if let Some(next) = self.pop() {
            self.put_code_point(next.into());
        }
    }

    fn repeat(&mut self, operator: &str) -> Result<bool, Fault> {
        self.eat("?");
        if self.after_repetition {
            return Err(Fault::NestedRepetition);
        }
        let at = self.atom.ok_or(Fault::NothingToRepeat)?;
        if self.repeated {
            self.out.insert_str(at, "(?:");
            self.out.push(')');
        }
        self.out.push_str(operator);
        self.repeated = true;
        Ok(true)
    }

    /// `{2}`, `{2,}` or `{2,3}`; none if it is not of this form, which makes it text.
    fn bounds(&mut self) -> Result<Option<&'p str>, Fault> {
        let whole = self.rest;
        let Some((inner, after)) = whole[1..].split_once('}') else { return Ok(None) };
        let (least, most) = match inner.split_once(',') {
            None => (inner, inner),
            Some((least, "")) => (least, least),
            Some(both) => both,
        };
        let (Some(least), Some(most)) = (count(least), count(most)) else { return Ok(None) };
        if most > REPEATS_MAX || least > most {
            return Err(Fault::RepeatCount);
        }
        self.rest = after;
        Ok(Some(&whole[..whole.len() - after.len()]))
    }

    fn open_group(&mut self, fold_inside: bool) {
        self.open.push(Open { at: self.out.len(), fold: self.fold });
        self.fold = fold_inside;
        self.out.push_str("(?:");
        self.atom = None;
    }

    fn close_group(&mut self) -> Result<(), Fault> {
        let open = self.open.pop().ok_or(Fault::UnexpectedParenthesis)?;
        self.out.push(')');
        self.fold = open.fold;
        self.begin_atom(open.at);
        Ok(())
    }

    /// `(?i)`, `(?i-s:`, `(?P<name>` and the like.
    fn flags(&mut self) -> Result<(), Fault> {
        if self.eat("(?P<") || self.eat("(?<") {
            let (name, after) = self.rest.split_once('>').ok_or(Fault::GroupName)?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(is_name) || !self.names.insert(name) {
                return Err(Fault::GroupName);
            }
            self.rest = after;
            self.open_group(self.fold);
            return Ok(());
        }
        self.eat("(?");
        let (mut fold, mut on, mut bare) = (self.fold, true, false);
        loop {
            match self.pop() {
                Some('i') => (fold, bare) = (on, false),
                Some('m' | 's' | 'U') => bare = false,
                Some('-') if on => (on, bare) = (false, true),
                Some(':') if !bare => {
                    self.open_group(fold);
                    return Ok(());
                }
                Some(')') if !bare => {
                    self.fold = fold;
                    return Ok(());
                }
                _ => return Err(Fault::Flags),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        if self.eat("\\Q") {
            let (text, after) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
            self.rest = after;
            text.chars().for_each(|c| self.put_code_point(c.into()));
            return Ok(());
        }
        for look in ["\\A", "\\b", "\\B", "\\z"] {
            if self.eat(look) {
                self.put_look(look);
                return Ok(());
            }
        }
        if let Some(class) = self.named_class()? {
            self.put(class);
            return Ok(());
        }
        self.eat("\\");
        let code = self.escaped()?;
        self.put_code_point(code);
        Ok(())
    }

    /// `\pL`, `\p{Greek}`, `\d` and the like, if that is what comes next.
    fn named_class(&mut self) -> Result<Option<Class>, Fault> {
        let mut characters = self.rest.chars();
        let (Some('\\'), Some(letter)) = (characters.next(), characters.next()) else {
            return Ok(None);
        };
        if let Some(class) = names::perl(letter) {
            self.rest = characters.as_str();
            return Ok(Some(class));
        }
        if !matches!(letter, 'p' | 'P') {
            return Ok(None);
        }
        self.rest = characters.as_str();
        let mut is_negated = letter == 'P';
        let mut name = if self.eat("{") {
            let (name, after) = self.rest.split_once('}').ok_or(Fault::ClassName)?;
            self.rest = after;
            name
        } else {
            let rest = self.rest;
            self.pop();
            &rest[..rest.len() - self.rest.len()]
        };
        if let Some(negated) = name.strip_prefix('^') {
            is_negated = !is_negated;
            name = negated;
        }
        let (class, folded) = names::unicode(name).ok_or(Fault::ClassName)?;
        let class = if self.fold { folded } else { class };
        Ok(Some(if is_negated { class.not() } else { class }))
    }

    /// `[[:alpha:]]` and `[[:^alpha:]]` within a class, if that is what comes next.
    fn posix_class(&mut self) -> Result<Option<Class>, Fault> {
        let named = self.rest.strip_prefix("[:").and_then(|named| named.split_once(":]"));
        let Some((name, after)) = named else { return Ok(None) };
        let positive = name.strip_prefix('^');
        let mut class = names::posix(positive.unwrap_or(name)).ok_or(Fault::ClassName)?;
        if self.fold {
            class = class.folded();
        }
        self.rest = after;
        Ok(Some(if positive.is_some() { class.not() } else { class }))
    }

    fn class(&mut self) -> Result<(), Fault> {
        self.eat("[");
        let is_negated = self.eat("^");
        let mut class = Class::NONE;
        let mut is_first = true;
        while is_first || !self.eat("]") {
            is_first = false;
            let part = match self.posix_class()? {
                Some(part) => part,
                None => match self.named_class()? {
                    Some(part) => part,
                    None => self.class_range()?,
                },
            };
            class = class.or(part);
        }
        self.put(if is_negated { class.not() } else { class });
        Ok(())
    }

    fn class_range(&mut self) -> Result<Class, Fault> {
        let first = self.class_character()?;
        let mut last = first;
        if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
            self.eat("-");
            last = self.class_character()?;
        }
        if last < first {
            return Err(Fault::ClassRange);
        }
        Ok(Class::code_points(first, last, self.fold))
    }

    fn class_character(&mut self) -> Result<u32, Fault> {
        match self.pop() {
            None => Err(Fault::MissingBracket),
            Some('\\') => self.escaped(),
            Some(other) => Ok(other.into()),
        }
    }

    /// The code point of an escape, whose backslash was read.
    fn escaped(&mut self) -> Result<u32, Fault> {
        let letter = self.pop().ok_or(Fault::TrailingBackslash)?;
        let octal = |text: &str| text.bytes().take_while(|b| (b'0'..=b'7').contains(b)).count();
        Ok(match letter {
            'a' => 0x07,
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            'x' => self.hexadecimal()?,
            // A single digit other than 0 would refer back to a group.
            '0' | '1'..='7' if letter == '0' || octal(self.rest) > 0 => {
                let (digits, after) = self.rest.split_at(octal(self.rest).min(2));
                self.rest = after;
                let first = letter.to_digit(8).unwrap_or(0);
                digits.chars().fold(first, |code, c| code * 8 + c.to_digit(8).unwrap_or(0))
            }
            other if other.is_ascii_alphanumeric() => return Err(Fault::Escape),
            other => other.into(),
        })
    }

    fn hexadecimal(&mut self) -> Result<u32, Fault> {
        let (digits, after) = match self.rest.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or(Fault::Escape)?,
            None => self.rest.split_at_checked(2).ok_or(Fault::Escape)?,
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Fault::Escape);
        }
        self.rest = after;
        let code = u32::from_str_radix(digits.trim_start_matches('0'), 16);
        let code = if digits.bytes().all(|b| b == b'0') { Ok(0) } else { code };
        code.ok().filter(|code| *code <= CODE_POINT_MAX).ok_or(Fault::Escape)
    }
}

/// A count of a repetition: digits without zeros before them. One that is too large is more than
/// any may be.
fn count(digits: &str) -> Option<u32> {
    let is_count = !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    let value = if digits.len() > REPEAT_DIGITS_MAX { Some(u32::MAX) } else { digits.parse().ok() };
    value.filter(|_| is_count)
}
