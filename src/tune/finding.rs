//! What a check found.

use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As wanted.
    Good,
    /// `tidemill tune apply` can set it right.
    Change,
    /// Only a person can set it right; the hint says how.
    Advice,
    /// This machine does not show it, or has no such thing.
    Unseen,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Good => "ok",
            Status::Change => "change",
            Status::Advice => "advice",
            Status::Unseen => "unseen",
        }
    }
}

/// One value to write to one file of the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: PathBuf,
    pub before: String,
    pub value: String,
    /// What the kernel resets when this is written; undone, they are written after it.
    pub resets: Vec<(PathBuf, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `area.name`, for programs.
    pub id: &'static str,
    pub found: String,
    pub wanted: String,
    /// What it does to a broker.
    pub why: &'static str,
    pub status: Status,
    pub changes: Vec<Change>,
    /// What a person can do, with [`Status::Advice`]; why it is not seen, with [`Status::Unseen`].
    pub hint: String,
}

impl Finding {
    pub fn new(id: &'static str, wanted: impl Into<String>, why: &'static str) -> Finding {
        Finding {
            id,
            found: String::new(),
            wanted: wanted.into(),
            why,
            status: Status::Good,
            changes: Vec::new(),
            hint: String::new(),
        }
    }

    pub fn good(mut self, found: impl Into<String>) -> Finding {
        self.found = found.into();
        self
    }

    pub fn unseen(mut self, hint: impl Into<String>) -> Finding {
        self.found = "-".into();
        self.status = Status::Unseen;
        self.hint = hint.into();
        self
    }

    pub fn advice(mut self, found: impl Into<String>, hint: impl Into<String>) -> Finding {
        self.found = found.into();
        self.status = Status::Advice;
        self.hint = hint.into();
        self
    }

    /// Without changes it is good.
    pub fn change(mut self, found: impl Into<String>, changes: Vec<Change>) -> Finding {
        self.found = found.into();
        if !changes.is_empty() {
            self.status = Status::Change;
        }
        self.changes = changes;
        self
    }

    /// Good, or nothing that can be judged.
    pub fn is_fine(&self) -> bool {
        matches!(self.status, Status::Good | Status::Unseen)
    }
}
