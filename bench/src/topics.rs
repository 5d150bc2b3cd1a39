//! The topics of one broker: those that rows of one shape use again, and those that are deleted.
//!
//! Where a broker lives as long as the run, what a row has written must go, or the disk is full. A
//! topic of rows of one shape is used again until much has been written to it: its partitions are
//! as warm as its broker, and Kafka takes a minute to make the files of a thousand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::BenchError;
use crate::admin::{self, Leaders};
use crate::family::Family;
use crate::limits::{GONE_TIMEOUT_S, TOPIC_BYTES_MAX};
use crate::peer::Peer;
use crate::rows::{Durability, Row, Work};
use crate::workload::{Target, Written};

/// One topic, and what it holds.
#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub leaders: Leaders,
    /// Written to each partition so far.
    pub batches: Vec<i64>,
    bytes: u64,
    key: Option<Key>,
}

impl Topic {
    pub fn target(&self) -> Target<'_> {
        Target { topic: &self.name, leaders: &self.leaders, batches: &self.batches }
    }
}

/// Rows of one shape and acknowledgement share a topic.
type Key = (Family, Durability);

/// What becomes of a topic after its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It stays: the broker and all its data go after the turn.
    Stays,
    /// It is deleted at once: a row that is verified has a topic to itself.
    Deleted,
    /// Rows of its shape use it again.
    UsedAgain,
}

/// The topics of one broker.
#[derive(Debug)]
pub struct Topics {
    after: After,
    /// No limit where what was written is read back.
    retention_bytes: &'static str,
    kept: BTreeMap<Key, Topic>,
    made: u64,
}

impl Topics {
    pub fn new(after: After, verify: bool) -> Self {
        // What is to be verified must not be deleted before.
        let limited = after == After::Stays && !verify;
        let retention_bytes = if limited { "268435456" } else { "-1" };
        Self { after, retention_bytes, kept: BTreeMap::new(), made: 0 }
    }

    /// A topic for a row: the one of its shape, or a new one.
    pub fn take(
        &mut self,
        peer: &Peer,
        row: &Row,
        durability: Durability,
    ) -> Result<Topic, BenchError> {
        let own = matches!(row.work, Work::Connections | Work::Tool(_));
        let shape = Family::of(row).pop().filter(|_| !own && self.after == After::UsedAgain);
        let key = shape.map(|shape| (shape, durability));
        if let Some(topic) = key.and_then(|key| self.kept.remove(&key)) {
            return Ok(topic);
        }
        let slug: String =
            row.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        self.made += 1;
        let name = format!("bench-{slug}-{durability:?}-{}", self.made);
        let configs = [
            ("flush.messages", durability.flush_messages()),
            ("retention.bytes", self.retention_bytes),
            ("segment.bytes", "268435456"),
        ];
        let leaders = admin::create_topic(&peer.address, &name, row.partitions, &configs)?;
        Ok(Topic { name, leaders, batches: vec![0; row.partitions], bytes: 0, key })
    }

    /// After a row has ended well.
    pub fn give_back(
        &mut self,
        peer: &Peer,
        mut topic: Topic,
        written: Option<&Written>,
    ) -> Result<(), BenchError> {
        if let Some(written) = written {
            topic.batches.clone_from(&written.batches);
            topic.bytes = written.bytes();
        }
        match (self.after, topic.key) {
            (After::Stays, _) => Ok(()),
            (After::UsedAgain, Some(key)) if topic.bytes < TOPIC_BYTES_MAX => {
                self.kept.insert(key, topic);
                Ok(())
            }
            _ => delete(peer, &topic.name),
        }
    }

    /// Deletes what was kept.
    pub fn clear(&mut self, peer: &Peer) -> Result<(), BenchError> {
        let kept = std::mem::take(&mut self.kept);
        kept.into_values().try_for_each(|topic| delete(peer, &topic.name))
    }
}

/// Deletes a topic and waits until its files are gone: their removal keeps a disk busy.
fn delete(peer: &Peer, topic: &str) -> Result<(), BenchError> {
    admin::delete_topic(&peer.address, topic)?;
    let given_up = Instant::now() + Duration::from_secs(GONE_TIMEOUT_S);
    while has_folder(&peer.directory.join("data"), &format!("{topic}-")) {
        if Instant::now() > given_up {
            let text = format!("its files are still there {GONE_TIMEOUT_S} s after its deletion");
            return Err(BenchError::NotReady(topic.into(), text));
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether a folder of such a name is there, at most two levels down: `…/<topic>-<partition>`, with
/// something behind it when it is about to go.
fn has_folder(data: &Path, prefix: &str) -> bool {
    let folders = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter(|entry| entry.path().is_dir()).collect::<Vec<_>>()
    };
    let named = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(prefix);
    folders(data).iter().any(|entry| named(entry) || folders(&entry.path()).iter().any(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_a_topic_are_seen_until_they_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["a-1-0.9f-delete", "shard-0/b-1-12", "a-11-0"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for (prefix, there) in [("a-1-", true), ("b-1-", true), ("a-", true), ("b-2-", false)] {
            assert_eq!(has_folder(folder.path(), prefix), there, "{prefix}");
        }
        assert!(!has_folder(&folder.path().join("nowhere"), "a-1-"));
    }
}
