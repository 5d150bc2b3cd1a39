//! `<data>/quorum`: what this node promised to the quorum, and the snapshots of the metadata.
//!
//! ```text
//!   state                          who this folder is; term, vote, commit; incarnations
//!   <index>-<term>.snapshot        the records of a whole image, and the members
//!   __cluster_metadata-0/          the entries, as a log of the quorum's own store
//! ```
//!
//! A file is written new, synced and renamed, so it is there as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use cluster::Image;
use cluster::quorum::{
    Hard, RaftId, SnapshotId, SnapshotMeta, SnapshotPiece, SnapshotReader, SnapshotWriter,
};
use rkyv::{Archive, Deserialize, Serialize};
use storage::{Ballast, frame};
use wire::Uuid;

use super::QuorumError;
use crate::limits::{QUORUM_READ_BYTES, QUORUM_SNAPSHOTS_KEPT};

const STATE: &str = "state";
const SNAPSHOT: &str = "snapshot";
const MAGIC: frame::Magic = *b"TMQS";
const VERSION: u32 = 1;

/// What the state file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub cluster_id: Uuid,
    pub raft_id: RaftId,
    /// Of this folder: another one, or an emptied one, is another member.
    pub directory_id: Uuid,
    pub hard: Hard,
    /// Processes that ran on this folder, from the last one that served on.
    pub incarnations: Vec<Uuid>,
}

#[derive(Archive, Serialize, Deserialize)]
struct Stored {
    cluster_id: [u8; 16],
    raft_id: u64,
    directory_id: [u8; 16],
    term: u64,
    vote: u64,
    commit: u64,
    incarnations: Vec<[u8; 16]>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// What is promised must be noted on a full disk too.
    ballast: Ballast,
}

impl Folder {
    /// # Errors
    /// It cannot be made.
    pub fn open(path: PathBuf, ballast: Ballast) -> Result<Self, QuorumError> {
        fs::create_dir_all(&path).map_err(|error| failed("make", &path, &error))?;
        Ok(Self { path, ballast })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `None` in a folder that never belonged to a quorum.
    ///
    /// # Errors
    /// It is there and cannot be used.
    pub fn state(&self) -> Result<Option<State>, QuorumError> {
        let path = self.path.join(STATE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        let stored: Stored = frame::decode(MAGIC, VERSION, &bytes).map_err(|error| {
            let why = format!(
                "{error}; put the file back from a copy: what it promised to other nodes is in no \
                 other place"
            );
            QuorumError::Unusable { path, why }
        })?;
        Ok(Some(State {
            cluster_id: Uuid(stored.cluster_id),
            raft_id: stored.raft_id,
            directory_id: Uuid(stored.directory_id),
            hard: Hard { term: stored.term, vote: stored.vote, commit: stored.commit },
            incarnations: stored.incarnations.into_iter().map(Uuid).collect(),
        }))
    }

    /// # Errors
    /// The disk did not take it.
    pub fn write_state(&self, state: &State) -> Result<(), QuorumError> {
        let stored = Stored {
            cluster_id: state.cluster_id.0,
            raft_id: state.raft_id,
            directory_id: state.directory_id.0,
            term: state.hard.term,
            vote: state.hard.vote,
            commit: state.hard.commit,
            incarnations: state.incarnations.iter().map(|id| id.0).collect(),
        };
        let bytes = frame::encode(MAGIC, VERSION, &stored).expect("it archives into memory");
        let path = self.path.join(STATE);
        let write = || replace(&path, std::iter::once(bytes.clone()));
        self.ballast.with_reserve(write).map_err(|error| failed("write", &path, &error))
    }

    fn snapshot_path(&self, id: SnapshotId) -> PathBuf {
        self.path.join(format!("{:020}-{:010}.{SNAPSHOT}", id.index, id.term))
    }

    /// The snapshots there are, oldest first.
    fn snapshots(&self) -> Result<Vec<SnapshotId>, QuorumError> {
        let unreadable = |error: &io::Error| failed("read", &self.path, error);
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(|error| unreadable(&error))? {
            let name = entry.map_err(|error| unreadable(&error))?.file_name();
            found.extend(name.to_str().and_then(snapshot_id));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The newest snapshot; `None` in a folder that has none yet.
    ///
    /// # Errors
    /// It cannot be used. An older one is not taken in its place: the log may no longer reach it.
    pub fn newest_snapshot(
        &self,
        cluster_id: Uuid,
    ) -> Result<Option<(SnapshotMeta, Image)>, QuorumError> {
        match self.snapshots()?.last() {
            None => Ok(None),
            Some(id) => self.read_snapshot(*id, cluster_id).map(Some),
        }
    }

    fn read_snapshot(
        &self,
        id: SnapshotId,
        cluster_id: Uuid,
    ) -> Result<(SnapshotMeta, Image), QuorumError> {
        let path = self.snapshot_path(id);
        let file = File::open(&path).map_err(|error| failed("open", &path, &error))?;
        read_image(file, Some(cluster_id)).map_err(|why| QuorumError::Unusable { path, why })
    }

    /// Writes the snapshot of an image, and removes those that are older than the last few.
    ///
    /// # Errors
    /// The disk did not take it.
    pub fn write_snapshot(
        &self,
        cluster_id: Uuid,
        meta: &SnapshotMeta,
        image: &Image,
    ) -> Result<(), QuorumError> {
        let path = self.snapshot_path(meta.id);
        let frames = SnapshotWriter::new(cluster_id, meta, image.to_records());
        replace(&path, frames).map_err(|error| failed("write", &path, &error))?;
        self.forget_old()
    }

    fn forget_old(&self) -> Result<(), QuorumError> {
        let held = self.snapshots()?;
        for id in held.iter().take(held.len().saturating_sub(QUORUM_SNAPSHOTS_KEPT)) {
            // One that stays is in nobody's way.
            let _ = fs::remove_file(self.snapshot_path(*id));
        }
        Ok(())
    }
}

fn snapshot_id(name: &str) -> Option<SnapshotId> {
    let (id, kind) = name.split_once('.')?;
    let (index, term) = id.split_once('-')?;
    let id = SnapshotId { index: index.parse().ok()?, term: term.parse().ok()? };
    (kind == SNAPSHOT).then_some(id)
}

/// The image that a snapshot's bytes tell of.
fn read_image(
    mut file: impl Read,
    cluster_id: Option<Uuid>,
) -> Result<(SnapshotMeta, Image), String> {
    let mut reader = SnapshotReader::new(cluster_id);
    let (mut meta, mut image) = (None::<SnapshotMeta>, Image::default());
    let mut buffer = vec![0; QUORUM_READ_BYTES];
    loop {
        let count = file.read(&mut buffer).map_err(|error| error.to_string())?;
        reader.push(&buffer[..count]);
        while let Some(piece) = reader.next_piece().map_err(|error| error.to_string())? {
            match piece {
                SnapshotPiece::Head(head) => meta = Some(head.meta),
                SnapshotPiece::Records(records) => {
                    let index = meta.as_ref().map_or(0, |meta| meta.id.index) as i64;
                    for record in &records {
                        image.apply_at(record, index).map_err(|error| error.to_string())?;
                    }
                }
                SnapshotPiece::End => {}
            }
        }
        if count == 0 {
            break;
        }
    }
    reader.finish().map_err(|error| error.to_string())?;
    let meta = meta.ok_or("it has no head")?;
    let index = meta.id.index as i64;
    image.apply_entry(&[], index).map_err(|error| error.to_string())?;
    Ok((meta, image))
}

/// The old file or the new one, whatever happens.
fn replace(path: &Path, pieces: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    for piece in pieces {
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    File::open(folder)?.sync_all()
}

fn failed(what: &'static str, path: &Path, error: &io::Error) -> QuorumError {
    QuorumError::Io { what, path: path.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use cluster::Record;
    use cluster::quorum::Members;
    use cluster::records::ClusterCreated;

    use super::*;

    const CLUSTER: Uuid = Uuid([4; 16]);

    fn state() -> State {
        let hard = Hard { term: 3, vote: 2, commit: 9 };
        let (directory_id, incarnations) = (Uuid([1; 16]), vec![Uuid([2; 16])]);
        State { cluster_id: CLUSTER, raft_id: 2, directory_id, hard, incarnations }
    }

    #[test]
    fn the_state_comes_back_and_a_damaged_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path().join("quorum"), Ballast::default()).unwrap();
        assert_eq!(folder.state().unwrap(), None);
        folder.write_state(&state()).unwrap();
        assert_eq!(folder.state().unwrap(), Some(state()));
        let path = folder.path().join(STATE);
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&path, &bad).unwrap();
            // The frame's last bytes of its header are not checked: they say nothing.
            if let Ok(read) = folder.state() {
                assert_eq!(read, Some(state()), "byte {at}");
            }
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        let error = folder.state().unwrap_err().to_string();
        assert!(error.contains("state") && error.contains("from a copy"), "{error}");
    }

    #[test]
    fn the_newest_snapshot_is_used_and_old_ones_go() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path().join("quorum"), Ballast::default()).unwrap();
        assert!(folder.newest_snapshot(CLUSTER).unwrap().is_none());
        let members = Members::founding(&[(1, Uuid([1; 16]))]);
        let mut image = Image::default();
        let created = Record::ClusterCreated(ClusterCreated { cluster_id: CLUSTER });
        image.apply_entry(&[created], 1).unwrap();
        for index in 1..=5 {
            image.apply_entry(&[], index).unwrap();
            let id = SnapshotId { index: index as u64, term: 1 };
            let meta = SnapshotMeta { id, members: members.clone() };
            folder.write_snapshot(CLUSTER, &meta, &image).unwrap();
        }
        let (meta, found) = folder.newest_snapshot(CLUSTER).unwrap().unwrap();
        assert_eq!((meta.id.index, found.offset()), (5, 5));
        assert_eq!(folder.snapshots().unwrap().len(), QUORUM_SNAPSHOTS_KEPT);
        let other = folder.newest_snapshot(Uuid([5; 16])).unwrap_err().to_string();
        assert!(other.contains("of cluster"), "{other}");
        // What is torn never takes the place of what is whole, nor the other way round.
        let path = folder.snapshot_path(meta.id);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let torn = folder.newest_snapshot(CLUSTER).unwrap_err().to_string();
        assert!(torn.contains("too early"), "{torn}");
    }
}
