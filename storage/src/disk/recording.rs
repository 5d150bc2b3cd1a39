//! A memory disk that keeps the history of what it did, from which every state that a crash could
//! leave can be built afterwards: any prefix of the history, any part of what was not yet stable.

use std::sync::Arc;

use super::memory::{Crash, Event, Image, Keep, MemoryDisk, MemoryOptions, Model, Node, Random};

/// A disk whose operations are kept. It is a [`MemoryDisk`] in use; the history is asked of this
/// handle.
#[derive(Clone)]
pub struct RecordingDisk {
    disk: MemoryDisk,
    start: Image,
}

/// A finished history. Plain data: threads may share it.
#[derive(Debug, Clone)]
pub struct History {
    start: Image,
    events: Arc<[Event]>,
}

impl RecordingDisk {
    /// Records from an empty disk on.
    pub fn new(options: MemoryOptions) -> RecordingDisk {
        let start = MemoryDisk::new(options.clone()).image();
        RecordingDisk::from_image(start, options)
    }

    /// Records from what a crash left.
    pub fn from_image(start: Image, options: MemoryOptions) -> RecordingDisk {
        let disk = MemoryDisk::from_image(start.clone(), options);
        disk.record();
        RecordingDisk { disk, start }
    }

    /// The disk itself, to be given to a store; also for faults and for crashing it where it
    /// stands.
    pub fn disk(&self) -> MemoryDisk {
        self.disk.clone()
    }

    /// How many events there are so far: a point that can be crashed at later.
    pub fn position(&self) -> usize {
        self.disk.with_log(<[Event]>::len)
    }

    /// What happened so far.
    pub fn history(&self) -> History {
        History {
            start: self.start.clone(),
            events: self.disk.with_log(|events| Arc::from(events)),
        }
    }
}

impl History {
    /// Events in it.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events themselves.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// A walk over the prefixes, from the empty one on.
    pub fn replay(&self) -> Replay<'_> {
        let model = Model::at_rest(self.start.tree.clone(), self.start.files.clone());
        Replay { history: self, model, position: 0 }
    }
}

/// A history carried out up to a point.
pub struct Replay<'a> {
    history: &'a History,
    model: Model,
    position: usize,
}

impl Replay<'_> {
    /// Events carried out.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Carries out the events up to `position`.
    pub fn advance_to(&mut self, position: usize) {
        while self.position < position {
            self.model.apply(&self.history.events[self.position]);
            self.position += 1;
        }
    }

    /// One state that a crash here may leave.
    pub fn crash(&self, crash: Crash, keep: Keep, random: &mut Random) -> Image {
        self.model.crash(crash, keep, random)
    }

    /// Files and folders that exist here.
    pub fn names(&self) -> impl Iterator<Item = (&std::path::Path, Node)> {
        self.model.tree().iter().map(|(path, node)| (path.as_path(), *node))
    }
}
