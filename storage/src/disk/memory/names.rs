//! The name space of a memory disk, and the jobs that run on it.

use std::io;
use std::path::{Path, PathBuf};

use super::{Event, FaultOn, Node, World};
use crate::disk::{FileId, OpenMode, temporary_path};

impl World {
    pub(super) fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        self.fault(FaultOn::Names, path)?;
        let missing: Vec<_> = path
            .ancestors()
            .filter(|dir| !dir.as_os_str().is_empty() && !self.model.tree().contains_key(*dir))
            .map(Path::to_path_buf)
            .collect();
        for dir in missing.into_iter().rev() {
            let parent = dir.parent().map(Path::to_path_buf);
            self.happen(Event::MakeDir { path: dir });
            if let Some(path) = parent {
                self.happen(Event::SyncDir { path });
            }
        }
        Ok(())
    }

    pub(super) fn list(&mut self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        if self.model.tree().get(path) != Some(&Node::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entries = self.model.tree().iter().filter(|(entry, _)| entry.parent() == Some(path));
        Ok(entries
            .filter_map(|(entry, node)| {
                let name = entry.file_name()?.to_str()?.to_string();
                Some((name, *node == Node::Dir))
            })
            .collect())
    }

    pub(super) fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        self.fault(FaultOn::Names, path)?;
        if self.model.tree().get(path) != Some(&Node::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.happen(Event::SyncDir { path: path.to_path_buf() });
        Ok(())
    }

    pub(super) fn sync_parent(&mut self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(parent) => self.sync_dir(parent),
            None => Ok(()),
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.fault(FaultOn::Names, from)?;
        if !self.model.tree().contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.need_parent(to)?;
        self.happen(Event::Rename { from: from.to_path_buf(), to: to.to_path_buf() });
        Ok(())
    }

    pub(super) fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.fault(FaultOn::Names, path)?;
        self.model.inode(path)?;
        self.happen(Event::Unlink { path: path.to_path_buf() });
        Ok(())
    }

    pub(super) fn remove_dir_all(&mut self, path: &Path) -> io::Result<()> {
        self.fault(FaultOn::Names, path)?;
        if self.model.tree().get(path) != Some(&Node::Dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside: Vec<_> =
            self.model.tree().keys().filter(|entry| entry.starts_with(path)).cloned().collect();
        for entry in inside.into_iter().rev() {
            self.happen(Event::Unlink { path: entry });
        }
        Ok(())
    }

    pub(super) fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.fault(FaultOn::Read, path)?;
        let inode = self.model.inode(path)?;
        Ok(self.model.content(inode).to_vec())
    }

    pub(super) fn write_file(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temporary = temporary_path(path);
        self.fault(FaultOn::Open, path)?;
        if self.model.inode(&temporary).is_ok() {
            self.happen(Event::Unlink { path: temporary.clone() });
        }
        let inode = self.create(&temporary)?;
        self.fault(FaultOn::Write, path)?;
        self.set_len(inode, bytes.len() as u64)?;
        let id = self.take_write_id();
        let data: std::sync::Arc<[u8]> = bytes.into();
        self.happen(Event::Begin { inode, id, position: 0, data: data.clone() });
        self.happen(Event::Land { inode, id, data, sync: false });
        self.fault(FaultOn::Sync, path)?;
        self.sync(inode, self.now());
        self.rename(&temporary, path)?;
        self.sync_parent(path)
    }

    /// As the op `CreateFolder`; what was made before an error stays, as a failing disk may have
    /// it.
    pub(super) fn create_folder(
        &mut self,
        path: &Path,
        len: u64,
        (side, bytes): &(PathBuf, Vec<u8>),
    ) -> io::Result<FileId> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?.to_path_buf();
        self.fault(FaultOn::Names, &folder)?;
        if !self.model.tree().contains_key(&folder) {
            self.happen(Event::MakeDir { path: folder.clone() });
        }
        for old in [path, side.as_path()] {
            if self.model.inode(old).is_ok() {
                self.happen(Event::Unlink { path: old.to_path_buf() });
            }
        }
        let file = self.open(path, OpenMode::Create)?;
        let filled = self.fill_folder(file, &folder, len, side, bytes);
        match filled {
            Ok(()) => Ok(file),
            Err(error) => {
                self.close(file);
                Err(error)
            }
        }
    }

    fn fill_folder(
        &mut self,
        file: FileId,
        folder: &Path,
        len: u64,
        side: &Path,
        bytes: &[u8],
    ) -> io::Result<()> {
        self.allocate(file, len)?;
        self.fault(FaultOn::Open, side)?;
        let inode = self.create(side)?;
        self.fault(FaultOn::Write, side)?;
        self.set_len(inode, bytes.len() as u64)?;
        let id = self.take_write_id();
        let data: std::sync::Arc<[u8]> = bytes.into();
        self.happen(Event::Begin { inode, id, position: 0, data: data.clone() });
        self.happen(Event::Land { inode, id, data, sync: false });
        self.fault(FaultOn::Sync, side)?;
        self.sync(inode, self.now());
        self.sync_file(file)?;
        self.sync_dir(folder)?;
        self.sync_parent(folder)
    }

    pub(super) fn check_left(&self, needed_bytes: u64, leave_bytes: u64) -> io::Result<()> {
        crate::disk::check_left(self.free_bytes(), needed_bytes, leave_bytes)
    }

    pub(super) fn free_bytes(&self) -> u64 {
        self.options.capacity_bytes.saturating_sub(self.model.used_bytes())
    }

    pub(super) fn create_allocated(&mut self, path: &Path, len: u64) -> io::Result<FileId> {
        let file = self.open(path, OpenMode::Create)?;
        match self.allocate_synced(file, len).and_then(|()| self.sync_parent(path)) {
            Ok(()) => Ok(file),
            Err(error) => {
                self.close(file);
                Err(error)
            }
        }
    }

    pub(super) fn allocate_synced(&mut self, file: FileId, len: u64) -> io::Result<()> {
        self.allocate(file, len)?;
        self.sync_file(file)
    }

    pub(super) fn allocate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        let (inode, path) = (self.file(file).inode, self.file(file).path.clone());
        self.fault(FaultOn::Length, &path)?;
        if len > self.model.content(inode).len() {
            self.set_len(inode, len)?;
        }
        Ok(())
    }

    pub(super) fn truncate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        let (inode, path) = (self.file(file).inode, self.file(file).path.clone());
        self.fault(FaultOn::Length, &path)?;
        self.set_len(inode, len)
    }

    pub(super) fn sync_file(&mut self, file: FileId) -> io::Result<()> {
        let (inode, path) = (self.file(file).inode, self.file(file).path.clone());
        self.fault(FaultOn::Sync, &path)?;
        self.sync(inode, self.now());
        Ok(())
    }
}
