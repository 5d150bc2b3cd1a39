//! What comes to the quorum's thread, from whichever task, until its next turn.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use cluster::quorum::Input;
use cluster::{Command, Reply};

use crate::errors::ControllerError;
use crate::limits::COMMANDS_WAITING_MAX;
use crate::runtime::oneshot;
use crate::runtime::wake::Signal;

pub type Outcome = Result<Reply, ControllerError>;

/// Who is to be told what became of a command.
pub enum Asker {
    Caller(oneshot::Sender<Outcome>),
    /// This room itself: the number tells it what it asked for.
    Own(super::own::Asked),
}

impl Asker {
    pub fn tell(self, outcome: Outcome) -> Option<(super::own::Asked, Outcome)> {
        match self {
            Self::Caller(answer) => {
                answer.send(outcome);
                None
            }
            Self::Own(asked) => Some((asked, outcome)),
        }
    }
}

/// See the module.
#[derive(Default)]
pub struct Inbox {
    inputs: RefCell<Vec<Input>>,
    commands: RefCell<VecDeque<(Command, Asker)>>,
    leaving: Cell<bool>,
    ended: Cell<bool>,
    news: Signal,
}

impl Inbox {
    pub fn put(&self, input: Input) {
        self.inputs.borrow_mut().push(input);
        self.news.notify();
    }

    /// Takes a command to be decided, or refuses it at once.
    pub fn ask(&self, command: Command, asker: Asker) {
        if self.commands.borrow().len() >= COMMANDS_WAITING_MAX {
            let _ = asker.tell(Err(ControllerError::Busy));
            return;
        }
        self.commands.borrow_mut().push_back((command, asker));
        self.news.notify();
    }

    pub fn inputs(&self) -> Vec<Input> {
        self.inputs.take()
    }

    pub fn command(&self) -> Option<(Command, Asker)> {
        self.commands.borrow_mut().pop_front()
    }

    /// The node is to stop: its shards first.
    pub fn leave(&self) {
        self.leaving.set(true);
        self.news.notify();
    }

    /// The shards have ended.
    pub fn end(&self) {
        self.ended.set(true);
        self.news.notify();
    }

    pub fn is_leaving(&self) -> bool {
        self.leaving.get()
    }

    pub fn is_ended(&self) -> bool {
        self.ended.get()
    }

    /// Something is to be looked at.
    pub fn nudge(&self) {
        self.news.notify();
    }

    pub async fn news(&self, at_most: Duration) {
        self.news.wait_for(at_most).await;
    }
}
