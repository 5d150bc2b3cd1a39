//! Regular expressions of subscriptions, in the dialect of RE2/J: with it Kafka reads them.
//!
//! ```text
//!   expression ──► parser ──► the same in the syntax ──► regex crate ──► topic names
//!                  refuses what   of the regex crate     automata within
//!                  RE2/J does                            a bound of memory
//! ```
//!
//! An automaton needs linear time for a name, whatever the expression. The table beside this file
//! holds expressions, and what RE2/J makes of each.

mod class;
mod names;
mod parser;
#[cfg(test)]
mod tests;

use crate::limits::{GROUP_REGEX_LEN_MAX, GROUP_REGEX_MEMORY_BYTES_MAX};

/// Why an expression is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("a repetition has nothing to repeat")]
    NothingToRepeat,
    #[error("a repetition of a repetition needs parentheses")]
    NestedRepetition,
    #[error("a repetition is of at most 1000, the smaller count first")]
    RepeatCount,
    #[error("a closing parenthesis is missing")]
    MissingParenthesis,
    #[error("a closing parenthesis has no opening one")]
    UnexpectedParenthesis,
    #[error("a group has no name of letters, digits and underscores that is its own")]
    GroupName,
    #[error("only the flags i, m, s and U and groups without conditions are known after `(?`")]
    Flags,
    #[error("an escape is not known")]
    Escape,
    #[error("a backslash is the last character")]
    TrailingBackslash,
    #[error("a class of characters is not known by that name")]
    ClassName,
    #[error("a range of characters ends before it begins")]
    ClassRange,
    #[error("a closing bracket is missing")]
    MissingBracket,
    #[error("it has more than {GROUP_REGEX_LEN_MAX} bytes")]
    TooLong,
    #[error(
        "compiled it takes more than {GROUP_REGEX_MEMORY_BYTES_MAX} bytes; use smaller repetitions"
    )]
    TooLarge,
    #[error("its groups are nested too deeply")]
    TooDeep,
}

/// A compiled expression.
pub(super) struct Expression(regex::bytes::Regex);

impl Expression {
    /// # Errors
    /// It is none in this dialect, or it takes too much memory.
    pub fn new(pattern: &str) -> Result<Self, Fault> {
        if pattern.len() > GROUP_REGEX_LEN_MAX {
            return Err(Fault::TooLong);
        }
        let translated = parser::translate(pattern)?;
        regex::bytes::RegexBuilder::new(&format!("\\A(?:{translated})\\z"))
            .unicode(false)
            .size_limit(GROUP_REGEX_MEMORY_BYTES_MAX)
            .dfa_size_limit(GROUP_REGEX_MEMORY_BYTES_MAX)
            .build()
            .map(Self)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => Fault::TooLarge,
                // The parser writes nothing else that the crate would not read.
                _ => Fault::TooDeep,
            })
    }

    /// Whether the whole name matches.
    pub fn is_match(&self, topic: &str) -> bool {
        self.0.is_match(topic.as_bytes())
    }
}
