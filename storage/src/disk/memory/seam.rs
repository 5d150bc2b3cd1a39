//! A memory disk seen through the seam.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

use super::MemoryDisk;
use super::queue::{Queued, check_read};
use crate::buffer::{Chunk, IoBuf};
use crate::disk::{Completion, Disk, Done, FileId, Op, OpenMode, Token};

impl Disk for MemoryDisk {
    fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        self.0.borrow_mut().create_dir(path)
    }

    fn lock_dir(&mut self, path: &Path) -> io::Result<()> {
        self.0.borrow_mut().list(path).map(|_| ())
    }

    fn list(&mut self, path: &Path) -> io::Result<Vec<(String, bool)>> {
        self.0.borrow_mut().list(path)
    }

    fn open(&mut self, path: &Path, mode: OpenMode) -> io::Result<FileId> {
        self.0.borrow_mut().open(path, mode)
    }

    fn close(&mut self, file: FileId) {
        self.0.borrow_mut().close(file);
    }

    fn size(&mut self, file: FileId) -> io::Result<u64> {
        let world = self.0.borrow();
        Ok(world.model.content(world.file(file).inode).len())
    }

    fn truncate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        self.0.borrow_mut().truncate(file, len)
    }

    fn allocate(&mut self, file: FileId, len: u64) -> io::Result<()> {
        self.0.borrow_mut().allocate(file, len)
    }

    fn read_at(
        &mut self,
        file: FileId,
        position: u64,
        len: usize,
        into: Chunk,
    ) -> io::Result<IoBuf> {
        check_read(position, len, &into);
        let mut world = self.0.borrow_mut();
        let (inode, path) = (world.file(file).inode, world.file(file).path.clone());
        match world.read(inode, &path, position, len, &into)? {
            Done::Read(bytes) => Ok(bytes),
            _ => unreachable!("a read gives bytes"),
        }
    }

    fn write_at(
        &mut self,
        file: FileId,
        position: u64,
        bufs: &[IoBuf],
        sync: bool,
    ) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        let before = (world.flying.len(), world.ended.len());
        let op = Op::Write { file, position, bufs: bufs.to_vec(), sync };
        world.begin(Queued { token: 0, op });
        if world.flying.len() > before.0 {
            let flying = world.flying.pop().expect("just begun");
            world.end(flying);
        }
        assert!(world.ended.len() == before.1 + 1, "the write has ended");
        world.ended.pop().expect("just ended").result.map(|_| ())
    }

    fn sync(&mut self, file: FileId) -> io::Result<()> {
        self.0.borrow_mut().sync_file(file)
    }

    fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        self.0.borrow_mut().sync_dir(path)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.borrow_mut().rename(from, to)
    }

    fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        self.0.borrow_mut().remove_file(path)
    }

    fn remove_dir_all(&mut self, path: &Path) -> io::Result<()> {
        self.0.borrow_mut().remove_dir_all(path)
    }

    fn read_file(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.borrow_mut().read_file(path)
    }

    fn write_file(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().write_file(path, bytes)
    }

    fn free_bytes(&mut self, _path: &Path) -> io::Result<u64> {
        Ok(self.0.borrow().free_bytes())
    }

    fn submit(&mut self, token: Token, op: Op) {
        self.0.borrow_mut().queued.push_back(Queued { token, op });
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush();
        Ok(())
    }

    fn reap(&mut self, out: &mut Vec<Completion>) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        world.advance();
        out.append(&mut world.ended);
        Ok(())
    }

    fn wait(&mut self) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        world.flush();
        while world.ended.is_empty() && world.in_flight() > 0 {
            world.advance();
        }
        Ok(())
    }

    fn in_flight(&self) -> usize {
        self.0.borrow().in_flight()
    }

    fn wake_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
