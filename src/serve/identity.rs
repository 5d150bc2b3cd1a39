//! `<data>/node`: whose data this is. Written once, and again when the node gets more shards.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use rkyv::{Archive, Deserialize, Serialize};
use storage::frame;
use wire::Uuid;

use crate::problem::{Problem, Result};

const FILE: &str = "node";
const MAGIC: frame::Magic = *b"TMND";
/// The format of the whole data directory.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub cluster_id: Uuid,
    pub node_id: i32,
    pub shards: usize,
    /// There was no data before this start.
    pub is_new: bool,
}

/// What the file holds, beside the version in its frame.
#[derive(Debug, Archive, Serialize, Deserialize)]
struct Stored {
    cluster_id: [u8; 16],
    node_id: i32,
    shards: u32,
}

/// Reads the identity, or makes one for an empty directory; refuses what is another node's.
pub fn open(data: &Path, node_id: i32, shards: usize) -> Result<Identity> {
    let path = data.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            refuse_unnamed_data(data)?;
            let cluster_id = new_cluster_id()?;
            let identity = Identity { cluster_id, node_id, shards, is_new: true };
            write(data, &identity)?;
            return Ok(identity);
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    let stored = decode(&path, &bytes)?;
    if stored.node_id != node_id {
        return Err(Problem::failed(format!(
            "the data in {} belongs to node {}, and this is to be node {node_id}",
            data.display(),
            stored.node_id
        ))
        .remedy(format!(
            "start with --node-id {}, or with another directory (--data DIR)",
            stored.node_id
        )));
    }
    if shards < stored.shards as usize {
        refuse_orphans(data, shards, stored.shards as usize)?;
    }
    let cluster_id = Uuid(stored.cluster_id);
    let identity = Identity { cluster_id, node_id, shards, is_new: false };
    if shards != stored.shards as usize {
        write(data, &identity)?;
    }
    Ok(identity)
}

fn decode(path: &Path, bytes: &[u8]) -> Result<Stored> {
    let frame = frame::open(MAGIC, bytes).map_err(|error| unreadable(path, &error))?;
    if frame.version != FORMAT_VERSION {
        return Err(Problem::failed(format!(
            "the data in {} has format {}, and this version of tidemill reads format \
             {FORMAT_VERSION}",
            path.parent().unwrap_or(path).display(),
            frame.version
        ))
        .remedy("start the version that wrote it, or choose another directory with --data DIR"));
    }
    frame.value().map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::failed(format!("cannot read the identity file {}: {error}", path.display())).remedy(
        "put back the file as it was (it is the same since the first start with this number of \
         shards), or choose another directory with --data DIR",
    )
}

/// The partitions that lie in a shard's folder.
fn partitions_of(data: &Path, shard: usize) -> usize {
    let Ok(entries) = fs::read_dir(data.join(format!("shard-{shard}"))) else {
        return 0;
    };
    let is_partition = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.rsplit_once('-')).map(|(_, number)| number);
        number.is_some_and(|number| number.parse::<u32>().is_ok()) && entry.path().is_dir()
    };
    entries.filter_map(io::Result::ok).filter(is_partition).count()
}

/// Partitions are bound to their shard: with fewer shards some would have none.
fn refuse_orphans(data: &Path, shards: usize, before: usize) -> Result<()> {
    let orphans: usize = (shards..before).map(|shard| partitions_of(data, shard)).sum();
    if orphans == 0 {
        return Ok(());
    }
    Err(Problem::failed(format!(
        "the data in {} was written by {before} shards; with {shards}, {orphans} of its partitions \
         could not be reached",
        data.display()
    ))
    .remedy(format!(
        "start with {before} cores (--cores), or delete the topics of the surplus shards first"
    )))
}

/// Data without an identity must not get a new one: its metadata would not fit.
fn refuse_unnamed_data(data: &Path) -> Result<()> {
    let unreadable = |error: io::Error| {
        Problem::failed(format!("cannot read the data directory {}: {error}", data.display()))
            .remedy("choose another directory with --data DIR")
    };
    for entry in fs::read_dir(data).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if name.to_string_lossy().starts_with("shard-") {
            return Err(Problem::failed(format!(
                "{} holds data of shards, but no identity file named {FILE:?}",
                data.display()
            ))
            .remedy("put the file back, or choose an empty directory with --data DIR"));
        }
    }
    Ok(())
}

/// Not one that begins with a dash: people paste cluster ids into command lines.
fn new_cluster_id() -> Result<Uuid> {
    loop {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| Problem::failed(format!("the kernel gives no randomness: {error}")))?;
        // The bits of a version 4 UUID, as Kafka's own.
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let id = Uuid(bytes);
        if !id.to_string().starts_with('-') {
            return Ok(id);
        }
    }
}

/// Write new, sync, rename, sync the folder: the old file or the new one, whatever happens.
fn write(data: &Path, identity: &Identity) -> Result<()> {
    let stored = Stored {
        cluster_id: identity.cluster_id.0,
        node_id: identity.node_id,
        shards: u32::try_from(identity.shards).unwrap_or(u32::MAX),
    };
    let failed = |error: &dyn std::fmt::Display| {
        Problem::failed(format!("cannot write the identity into {}: {error}", data.display()))
            .remedy("make space or give write access, or choose another directory with --data DIR")
    };
    let bytes = frame::encode(MAGIC, FORMAT_VERSION, &stored).map_err(|error| failed(&error))?;
    let replace = || -> io::Result<()> {
        let new = data.join(format!("{FILE}.new"));
        let mut file = File::create(&new)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&new, data.join(FILE))?;
        File::open(data)?.sync_all()
    };
    replace().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(result: Result<Identity>, says: [&str; 2]) {
        let shown = result.unwrap_err().to_string();
        for part in says {
            assert!(shown.contains(part), "{part:?} is not in: {shown}");
        }
    }

    #[test]
    fn an_identity_stays_and_another_node_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let made = open(folder.path(), 3, 2).unwrap();
        assert!(made.is_new && !made.cluster_id.to_string().starts_with('-'));
        let again = open(folder.path(), 3, 2).unwrap();
        assert_eq!(again, Identity { is_new: false, ..made });
        refused(open(folder.path(), 4, 2), ["belongs to node 3", "--node-id 3"]);
    }

    #[test]
    fn shards_may_come_and_empty_ones_may_go() {
        let folder = tempfile::tempdir().unwrap();
        let made = open(folder.path(), 1, 1).unwrap();
        assert_eq!(open(folder.path(), 1, 3).unwrap().cluster_id, made.cluster_id);
        fs::create_dir_all(folder.path().join("shard-2")).unwrap();
        assert_eq!(open(folder.path(), 1, 2).unwrap().shards, 2);
        open(folder.path(), 1, 3).unwrap();
        fs::create_dir_all(folder.path().join("shard-2/orders-eu-7")).unwrap();
        refused(open(folder.path(), 1, 2), ["1 of its partitions", "start with 3 cores"]);
        assert_eq!(open(folder.path(), 1, 4).unwrap().shards, 4);
    }

    #[test]
    fn damage_and_a_lost_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), 1, 1).unwrap();
        let path = folder.path().join(FILE);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        fs::write(&path, &bad).unwrap();
        refused(open(folder.path(), 1, 1), ["identity file", "--data DIR"]);
        fs::write(&path, frame::encode(MAGIC, 99, &1_u32).unwrap()).unwrap();
        refused(open(folder.path(), 1, 1), ["has format 99", "version that wrote it"]);
        fs::remove_file(&path).unwrap();
        fs::create_dir(folder.path().join("shard-0")).unwrap();
        refused(open(folder.path(), 1, 1), ["no identity file", "put the file back"]);
    }
}
