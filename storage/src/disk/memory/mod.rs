//! A disk in memory that knows what a power cut would leave.
//!
//! A [`MemoryDisk`] is a handle: clones share the same files, so a test keeps one while the store
//! owns another, and takes the files away from under it with [`MemoryDisk::crash`].

mod content;
mod crash;
mod model;
mod names;
mod queue;
mod random;
mod seam;

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Completion, FileId, OpenMode};
pub use content::{Content, SECTOR_BYTES};
pub use crash::{Crash, Image, Keep, LateWrite};
pub use model::{Event, Inode, Model, Node, Tree};
pub(in crate::disk) use queue::{check_read, check_write};
pub use random::Random;

/// How a [`MemoryDisk`] behaves.
#[derive(Debug, Clone)]
pub struct MemoryOptions {
    /// Bytes that all files together may take.
    pub capacity_bytes: u64,
    /// Completes operations out of order and some later than others.
    pub shuffle: bool,
    /// Where the draws begin.
    pub seed: u64,
    /// Data syncs report success and do nothing, as on a device that lies.
    pub ignores_sync: bool,
}

impl Default for MemoryOptions {
    fn default() -> Self {
        MemoryOptions { capacity_bytes: 1 << 40, shuffle: false, seed: 1, ignores_sync: false }
    }
}

/// Which operations a [`Fault`] meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultOn {
    Read,
    /// A failed write may have landed in part.
    Write,
    Sync,
    /// Growing or cutting a file.
    Length,
    /// Opening or creating.
    Open,
    /// Renaming, removing, making folders and syncing them.
    Names,
    Any,
}

/// An error to come.
#[derive(Debug, Clone)]
pub struct Fault {
    pub on: FaultOn,
    /// Only operations on paths that contain this.
    pub path_part: String,
    /// So many operations go well before.
    pub skip: u64,
    /// So many fail; then the fault is over.
    pub times: u64,
    /// The error, as in errno.
    pub errno: i32,
}

#[derive(Debug)]
struct OpenFile {
    inode: Inode,
    path: PathBuf,
    generation: u32,
    locked: bool,
    open: bool,
}

struct World {
    model: Model,
    options: MemoryOptions,
    random: Random,
    files: Vec<OpenFile>,
    locks: HashSet<Inode>,
    late: Vec<LateWrite>,
    faults: Vec<Fault>,
    next_inode: Inode,
    next_write: u64,
    queued: VecDeque<queue::Queued>,
    flying: Vec<queue::Flying>,
    jobs: VecDeque<queue::Queued>,
    ended: Vec<Completion>,
    log: Option<Vec<Event>>,
    observer: Option<Observer>,
}

/// Called after each event with the number of events so far. It must not use the disk.
pub type Observer = Box<dyn FnMut(u64)>;

/// A disk in memory. See the module.
#[derive(Clone)]
pub struct MemoryDisk(Rc<RefCell<World>>);

impl MemoryDisk {
    /// An empty disk.
    pub fn new(options: MemoryOptions) -> MemoryDisk {
        let tree = Tree::from([(PathBuf::from("/"), Node::Dir)]);
        MemoryDisk::from_image(Image { tree, ..Image::default() }, options)
    }

    /// The disk that a crash left.
    pub fn from_image(image: Image, options: MemoryOptions) -> MemoryDisk {
        let next_inode = image.files.keys().max().map_or(1, |inode| inode + 1);
        MemoryDisk(Rc::new(RefCell::new(World {
            model: Model::at_rest(image.tree, image.files),
            random: Random::new(options.seed),
            options,
            files: Vec::new(),
            locks: HashSet::new(),
            late: image.late,
            faults: Vec::new(),
            next_inode,
            next_write: 1,
            queued: VecDeque::new(),
            flying: Vec::new(),
            jobs: VecDeque::new(),
            ended: Vec::new(),
            log: None,
            observer: None,
        })))
    }

    pub(crate) fn record(&self) {
        self.0.borrow_mut().log = Some(Vec::new());
    }

    pub(crate) fn with_log<T>(&self, look: impl FnOnce(&[Event]) -> T) -> T {
        look(self.0.borrow().log.as_deref().unwrap_or_default())
    }

    /// Has `observer` called after each event from now on.
    pub fn observe(&self, observer: Observer) {
        self.0.borrow_mut().observer = Some(observer);
    }

    /// One state that a crash now would leave.
    pub fn crash(&self, crash: Crash, keep: Keep, random: &mut Random) -> Image {
        let world = self.0.borrow();
        let mut image = world.model.crash(crash, keep, random);
        if crash == Crash::Kill {
            image.late.extend(world.late.iter().cloned());
        }
        image
    }

    /// The files as they are read now, all of it stable: for looking at and for a clean restart.
    pub fn image(&self) -> Image {
        let world = self.0.borrow();
        let files = world.model.tree().values().filter_map(|node| match node {
            Node::File(inode) => Some((*inode, world.model.content(*inode).clone())),
            Node::Dir => None,
        });
        Image { tree: world.model.tree().clone(), files: files.collect(), late: world.late.clone() }
    }

    /// The process that used the disk has ended in order: its operations end, its files are closed.
    pub fn end_process(&self) {
        let mut world = self.0.borrow_mut();
        world.flush();
        while world.in_flight() > world.ended.len() {
            world.advance();
        }
        world.ended.clear();
        world.locks.clear();
        for file in &mut world.files {
            file.open = false;
        }
    }

    /// From now on, an error for the operations that the fault describes.
    pub fn inject(&self, fault: Fault) {
        self.0.borrow_mut().faults.push(fault);
    }

    /// Ends all injected faults.
    pub fn heal(&self) {
        self.0.borrow_mut().faults.clear();
    }

    /// Changes how many bytes fit.
    pub fn set_capacity(&self, capacity_bytes: u64) {
        self.0.borrow_mut().options.capacity_bytes = capacity_bytes;
    }

    /// Changes bytes at rest behind the store's back, as a failing device does.
    pub fn edit(&self, path: &Path, edit: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        let inode = world.model.inode(path)?;
        let mut bytes = world.model.content(inode).to_vec();
        edit(&mut bytes);
        let id = world.take_write_id();
        let data: std::sync::Arc<[u8]> = bytes.into();
        world.happen(Event::SetLen { inode, len: data.len() as u64 });
        world.happen(Event::Begin { inode, id, position: 0, data: data.clone() });
        world.happen(Event::Land { inode, id, data, sync: true });
        Ok(())
    }
}

impl World {
    fn happen(&mut self, event: Event) {
        self.model.apply(&event);
        if let Some(log) = &mut self.log {
            log.push(event);
        }
        let events = self.model.events();
        if let Some(observer) = &mut self.observer {
            observer(events);
        }
    }

    fn take_write_id(&mut self) -> u64 {
        self.next_write += 1;
        self.next_write
    }

    /// The error due for this operation, if one is.
    fn fault(&mut self, on: FaultOn, path: &Path) -> io::Result<()> {
        let name = path.to_string_lossy();
        for fault in &mut self.faults {
            let fits = fault.on == FaultOn::Any || fault.on == on;
            if !fits || !name.contains(&fault.path_part) || fault.times == 0 {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            return Err(io::Error::from_raw_os_error(fault.errno));
        }
        Ok(())
    }

    fn file(&self, id: FileId) -> &OpenFile {
        let file = &self.files[id.slot as usize];
        assert!(file.open && file.generation == id.generation, "a file that is open");
        file
    }

    fn open(&mut self, path: &Path, mode: OpenMode) -> io::Result<FileId> {
        self.fault(FaultOn::Open, path)?;
        let inode = match mode {
            OpenMode::Read | OpenMode::Write => self.model.inode(path)?,
            OpenMode::Create => self.create(path)?,
        };
        let locked = mode != OpenMode::Read;
        if locked && !self.locks.insert(inode) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if locked || self.random.one_in(2) {
            self.land_late(inode);
        }
        let id = FileId { slot: self.files.len() as u32, generation: 1 };
        let path = path.to_path_buf();
        self.files.push(OpenFile { inode, path, generation: 1, locked, open: true });
        Ok(id)
    }

    fn create(&mut self, path: &Path) -> io::Result<Inode> {
        if self.model.tree().contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.need_parent(path)?;
        let inode = self.next_inode;
        self.next_inode += 1;
        self.happen(Event::Create { inode, path: path.to_path_buf() });
        Ok(inode)
    }

    fn need_parent(&self, path: &Path) -> io::Result<()> {
        let parent = path.parent().unwrap_or(Path::new("/"));
        match self.model.tree().get(parent) {
            Some(Node::Dir) => Ok(()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Writes of a killed process that are due at the latest now.
    fn land_late(&mut self, inode: Inode) {
        let (due, later): (Vec<_>, Vec<_>) =
            self.late.drain(..).partition(|write| write.inode == inode);
        self.late = later;
        for write in due {
            let id = self.take_write_id();
            let LateWrite { position, data, .. } = write;
            self.happen(Event::Begin { inode, id, position, data: data.clone() });
            self.happen(Event::Land { inode, id, data, sync: false });
        }
    }

    fn close(&mut self, id: FileId) {
        self.file(id);
        let file = &mut self.files[id.slot as usize];
        file.open = false;
        if file.locked {
            self.locks.remove(&file.inode);
        }
    }

    /// Gives the file a length; growth needs space.
    fn set_len(&mut self, inode: Inode, len: u64) -> io::Result<()> {
        let old = self.model.content(inode).len();
        if len == old {
            return Ok(());
        }
        if len > old {
            let grown = super::round_up_to_block(len) - super::round_up_to_block(old);
            if grown > 0 && self.model.used_bytes() + grown > self.options.capacity_bytes {
                return Err(io::Error::from_raw_os_error(libc::ENOSPC));
            }
        }
        self.happen(Event::SetLen { inode, len });
        Ok(())
    }

    fn sync(&mut self, inode: Inode, since: u64) {
        if self.options.ignores_sync {
            return;
        }
        self.happen(Event::Sync { inode, since });
    }

    fn now(&self) -> u64 {
        self.model.events()
    }
}

#[cfg(test)]
mod tests;
