//! What ends a command early: what is wrong, and what to do about it.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// How a command ends that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command was asked for something that cannot be: a flag, a variable, a setting.
    Usage,
    /// What was asked is fine, but cannot be done here and now.
    Failed,
    /// Whoever reads the output has left; there is nothing to say and nobody to say it to.
    NobodyReads,
}

/// A complaint that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    pub what: String,
    pub remedy: Option<String>,
}

pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    pub fn usage(what: impl Into<String>) -> Problem {
        Problem { kind: Kind::Usage, what: what.into(), remedy: None }
    }

    pub fn failed(what: impl Into<String>) -> Problem {
        Problem { kind: Kind::Failed, what: what.into(), remedy: None }
    }

    pub fn remedy(mut self, remedy: impl Into<String>) -> Problem {
        self.remedy = Some(remedy.into());
        self
    }

    pub fn exit_code(&self) -> ExitCode {
        match self.kind {
            Kind::Usage => ExitCode::from(2),
            Kind::Failed => ExitCode::from(1),
            Kind::NobodyReads => ExitCode::SUCCESS,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  remedy: {remedy}"),
            None => Ok(()),
        }
    }
}

/// Writing the output of a command; reading and writing files says which file on its own.
impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Problem { kind: Kind::NobodyReads, what: String::new(), remedy: None };
        }
        Problem::failed(format!("cannot write the output: {error}"))
    }
}
