//! What a file system holds now, and what of it a power cut would leave.
//!
//! The state is a fold of [`Event`]s, so a list of events is a whole history. Rules, weaker than
//! any file system we know on purpose:
//! - Data of a write is stable when it landed with sync, or at a later sync of its file.
//! - A file's length is stable at a sync of the file or at a synced write to it.
//! - An entry of a folder is stable at a sync of the folder, and at nothing else.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content::Content;

/// A file whatever its name.
pub type Inode = u64;

/// One step of a history.
#[derive(Debug, Clone)]
pub enum Event {
    MakeDir {
        path: PathBuf,
    },
    Create {
        inode: Inode,
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    /// The entries of this folder are stable.
    SyncDir {
        path: PathBuf,
    },
    SetLen {
        inode: Inode,
        len: u64,
    },
    /// A write has begun: from here on any of its sectors may be on the device. With an id that is
    /// in flight: the memory behind it has changed, either version of a sector may land.
    Begin {
        inode: Inode,
        id: u64,
        position: u64,
        data: Arc<[u8]>,
    },
    /// The write is over: `data` is what is read from now on, and it is stable if `sync`.
    Land {
        inode: Inode,
        id: u64,
        data: Arc<[u8]>,
        sync: bool,
    },
    /// The write is over with an error; `data` is what landed of it, mixed with what was there.
    Fail {
        inode: Inode,
        id: u64,
        data: Arc<[u8]>,
    },
    /// What had landed in the file when `since` events had happened is stable.
    Sync {
        inode: Inode,
        since: u64,
    },
}

/// An entry of the name space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    Dir,
    File(Inode),
}

/// Names and what they stand for. Folders are entries like files.
pub type Tree = BTreeMap<PathBuf, Node>;

#[derive(Debug, Clone)]
pub(super) enum Change {
    SetLen(u64),
    Write { id: u64, position: u64, versions: Vec<Arc<[u8]>>, landed: bool },
}

/// A change of a file that a power cut may still undo.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) change: Change,
    /// The number of the event that ended it; `None` while in flight.
    ended: Option<u64>,
    pub(super) stable: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct File {
    /// What is read now.
    pub(super) now: Content,
    /// What is stable, before any of `pending`.
    pub(super) base: Content,
    pub(super) pending: VecDeque<Pending>,
}

/// A change of the name space that a power cut may still undo.
#[derive(Debug, Clone)]
pub(super) struct PendingName {
    pub(super) event: Event,
    /// What the name stood for: an entry is changed for this and not for what else has the name.
    pub(super) node: Option<Node>,
    pub(super) stable: bool,
}

/// A file system.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) tree: Tree,
    pub(super) base_tree: Tree,
    pub(super) pending_names: VecDeque<PendingName>,
    pub(super) files: HashMap<Inode, File>,
    events: u64,
}

impl Model {
    /// A file system at rest, all of it stable.
    pub fn at_rest(tree: Tree, files: HashMap<Inode, Content>) -> Model {
        let files = files
            .into_iter()
            .map(|(inode, content)| {
                (inode, File { now: content.clone(), base: content, pending: VecDeque::new() })
            })
            .collect();
        Model { base_tree: tree.clone(), tree, files, ..Model::default() }
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The names as they are seen now.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The bytes of a file as they are read now.
    pub fn content(&self, inode: Inode) -> &Content {
        &self.files[&inode].now
    }

    /// The file behind a name.
    pub fn inode(&self, path: &Path) -> io::Result<Inode> {
        match self.tree.get(path) {
            Some(Node::File(inode)) => Ok(*inode),
            Some(Node::Dir) => Err(io::Error::from_raw_os_error(libc::EISDIR)),
            None => Err(io::Error::from_raw_os_error(libc::ENOENT)),
        }
    }

    /// Bytes that the files take, holes included: they are reserved.
    pub fn used_bytes(&self) -> u64 {
        self.tree
            .values()
            .filter_map(|node| match node {
                Node::File(inode) => {
                    Some(super::super::round_up_to_block(self.content(*inode).len()))
                }
                Node::Dir => None,
            })
            .sum()
    }

    /// Carries one event out.
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        match event {
            Event::MakeDir { .. }
            | Event::Create { .. }
            | Event::Rename { .. }
            | Event::Unlink { .. } => {
                if let Event::Create { inode, .. } = event {
                    self.files.entry(*inode).or_default();
                }
                let node = match event {
                    Event::Rename { from: path, .. } | Event::Unlink { path } => {
                        self.tree.get(path)
                    }
                    _ => None,
                };
                let (event, node) = (event.clone(), node.copied());
                let pending = PendingName { event, node, stable: false };
                apply_name(&mut self.tree, &pending);
                self.pending_names.push_back(pending);
            }
            Event::SyncDir { path } => self.sync_dir(path),
            Event::SetLen { inode, len } => {
                let ended = Some(self.events);
                let file = self.files.get_mut(inode).expect("a known file");
                file.now.set_len(*len);
                let change = Change::SetLen(*len);
                file.pending.push_back(Pending { change, ended, stable: false });
            }
            Event::Begin { inode, id, position, data } => self.begin(*inode, *id, *position, data),
            Event::Land { inode, id, data, sync } => self.land(*inode, *id, data, *sync),
            Event::Fail { inode, id, data } => self.land(*inode, *id, data, false),
            Event::Sync { inode, since } => {
                let file = self.files.get_mut(inode).expect("a known file");
                for pending in &mut file.pending {
                    pending.stable |= pending.ended.is_some_and(|ended| ended <= *since);
                }
                file.settle();
            }
        }
    }

    fn sync_dir(&mut self, dir: &Path) {
        for pending in &mut self.pending_names {
            let path = match &pending.event {
                Event::MakeDir { path } | Event::Create { path, .. } | Event::Unlink { path } => {
                    path
                }
                Event::Rename { to, .. } => to,
                _ => unreachable!("only changes of names are pending names"),
            };
            pending.stable |= path.parent() == Some(dir);
        }
        while self.pending_names.front().is_some_and(|pending| pending.stable) {
            let pending = self.pending_names.pop_front().expect("seen");
            apply_name(&mut self.base_tree, &pending);
        }
    }

    fn begin(&mut self, inode: Inode, id: u64, position: u64, data: &Arc<[u8]>) {
        let file = self.files.get_mut(&inode).expect("a known file");
        let known = file.pending.iter_mut().find_map(|pending| match &mut pending.change {
            Change::Write { id: other, versions, .. } if *other == id => Some(versions),
            _ => None,
        });
        match known {
            Some(versions) => versions.push(data.clone()),
            None => file.pending.push_back(Pending {
                change: Change::Write { id, position, versions: vec![data.clone()], landed: false },
                ended: None,
                stable: false,
            }),
        }
    }

    fn land(&mut self, inode: Inode, id: u64, data: &Arc<[u8]>, sync: bool) {
        let ended = self.events;
        let file = self.files.get_mut(&inode).expect("a known file");
        let index = file
            .pending
            .iter()
            .position(|p| matches!(&p.change, Change::Write { id: other, .. } if *other == id))
            .expect("a write in flight");
        let pending = &mut file.pending[index];
        let Change::Write { position, versions, landed, .. } = &mut pending.change else {
            unreachable!("found as a write")
        };
        file.now.write(*position, data);
        // What the device was given at last: from here on a sector has this, or what was there
        // before.
        *versions = vec![data.clone()];
        *landed = true;
        pending.ended = Some(ended);
        if sync {
            pending.stable = true;
            // A synced write carries the length it needs to be found again.
            for earlier in file.pending.iter_mut().take(index) {
                earlier.stable |= matches!(earlier.change, Change::SetLen(_));
            }
            file.settle();
        }
    }
}

impl File {
    /// Moves what no power cut can undo any more into the base. What is stable but has an undecided
    /// change before it waits, so that the order is kept.
    fn settle(&mut self) {
        while self.pending.front().is_some_and(|pending| pending.stable) {
            let pending = self.pending.pop_front().expect("seen");
            apply_whole(&mut self.base, &pending.change);
        }
    }
}

/// Carries a stable change out in full.
pub(super) fn apply_whole(content: &mut Content, change: &Change) {
    match change {
        Change::SetLen(len) => content.set_len(*len),
        Change::Write { position, versions, .. } => {
            content.write(*position, versions.last().expect("a write has data"));
        }
    }
}

/// Changes the names; a change that does not fit (because one before it was lost) does nothing.
pub(super) fn apply_name(tree: &mut Tree, pending: &PendingName) {
    let node = pending.node;
    match &pending.event {
        Event::MakeDir { path } => {
            tree.entry(path.clone()).or_insert(Node::Dir);
        }
        Event::Create { inode, path } => {
            tree.insert(path.clone(), Node::File(*inode));
        }
        Event::Unlink { path } => {
            if tree.get(path) == node.as_ref() {
                tree.remove(path);
            }
        }
        Event::Rename { from, to } => match node {
            Some(Node::File(inode)) => {
                if tree.get(from) == node.as_ref() {
                    tree.remove(from);
                }
                tree.insert(to.clone(), Node::File(inode));
            }
            Some(Node::Dir) => rename_dir(tree, from, to),
            None => {}
        },
        _ => unreachable!("not a change of names"),
    }
}

fn rename_dir(tree: &mut Tree, from: &Path, to: &Path) {
    let moved: Vec<_> = tree.keys().filter(|path| path.starts_with(from)).cloned().collect();
    for path in moved {
        let node = tree.remove(&path).expect("listed");
        let rest = path.strip_prefix(from).expect("starts with it");
        let target = if rest.as_os_str().is_empty() { to.to_path_buf() } else { to.join(rest) };
        tree.insert(target, node);
    }
}
