//! Where the shards' crash-safe memory lies.

use std::fs;
use std::path::{Path, PathBuf};

use storage::arena::Arena;

use super::host;
use crate::config::{ArenaChoice, ServeConfig};
use crate::problem::{Problem, Result};

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArenaPlan {
    /// In this directory, which is there, with one file per shard.
    In(PathBuf),
    /// Nowhere, for this reason.
    Without(String),
}

/// Decides before anything is opened. What a crash has left is never passed over: it may be the
/// only copy of acknowledged records.
pub fn plan(config: &ServeConfig, data: &Path) -> Result<ArenaPlan> {
    // Named after the data directory, so that several nodes can share one file system of memory.
    let usual = Arena::default_path(data);
    match &config.arena {
        ArenaChoice::None => {
            refuse_left(&usual)?;
            Ok(ArenaPlan::Without("it is turned off (arena = none)".into()))
        }
        ArenaChoice::Directory(parent) => {
            let chosen = parent.join(usual.file_name().unwrap_or_default());
            if chosen != usual {
                refuse_left(&usual)?;
            }
            let why = match open(&chosen, config) {
                Ok(()) => return Ok(ArenaPlan::In(chosen)),
                Err(why) => why,
            };
            Err(Problem::failed(format!("no crash-safe memory: {why}")).remedy(
                "make room, choose a smaller --arena-mib, another --arena DIR on tmpfs or \
                 hugetlbfs, or --arena none",
            ))
        }
        ArenaChoice::Auto => match open(&usual, config) {
            Err(why) if is_left(&usual) => Err(Problem::failed(format!(
                "{} is left from a crash, and cannot be used: {why}",
                usual.display()
            ))
            .remedy("make room there and start again; it may hold acknowledged records")),
            Err(why) => Ok(ArenaPlan::Without(why)),
            Ok(()) => Ok(ArenaPlan::In(usual)),
        },
    }
}

/// A clean stop removes the files; the directory alone says nothing.
fn is_left(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some())
}

fn refuse_left(directory: &Path) -> Result<()> {
    if !is_left(directory) {
        return Ok(());
    }
    Err(Problem::failed(format!(
        "{} is left from a crash and may hold acknowledged records that the disk lacks",
        directory.display()
    ))
    .remedy("start once with --arena auto and stop again, or delete it to give them up"))
}

/// Makes the directory, if its files will fit beside what else is there; files that exist have
/// their room already.
fn open(directory: &Path, config: &ServeConfig) -> std::result::Result<(), String> {
    let parent = directory.parent().unwrap_or(directory);
    let free_bytes = host::free_bytes(parent)
        .map_err(|error| format!("{} cannot be used: {error}", parent.display()))?;
    let shards = 0..config.shards();
    let new = shards.filter(|shard| !directory.join(format!("shard-{shard}")).exists()).count();
    let needed_bytes = new as u64 * config.arena_bytes as u64;
    if needed_bytes > free_bytes {
        return Err(format!(
            "{} has {} free, and {} are needed",
            parent.display(),
            host::human_bytes(free_bytes),
            host::human_bytes(needed_bytes)
        ));
    }
    fs::create_dir_all(directory)
        .map_err(|error| format!("{} cannot be made: {error}", directory.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layer;

    fn config(arena: ArenaChoice, arena_bytes: usize) -> ServeConfig {
        let config = ServeConfig::resolve(&Layer::default(), &[0, 1]).unwrap();
        ServeConfig { arena, arena_bytes, ..config }
    }

    #[test]
    fn a_directory_of_ones_own_is_used_or_the_start_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let choice = ArenaChoice::Directory(folder.path().to_path_buf());
        let planned = plan(&config(choice.clone(), 1 << 20), folder.path()).unwrap();
        assert!(matches!(planned, ArenaPlan::In(path)
            if path.parent() == Some(folder.path()) && path.is_dir()));
        let error = plan(&config(choice, 1 << 60), folder.path()).unwrap_err().to_string();
        assert!(error.contains("--arena-mib") && error.contains("free"), "{error}");
        let nowhere = ArenaChoice::Directory("/nonexistent".into());
        assert!(plan(&config(nowhere, 1 << 20), folder.path()).is_err());
    }

    #[test]
    fn without_room_there_is_none_and_it_is_told_why() {
        let folder = tempfile::tempdir().unwrap();
        let planned = plan(&config(ArenaChoice::Auto, 1 << 60), folder.path()).unwrap();
        assert!(matches!(planned, ArenaPlan::Without(_)));
        let planned = plan(&config(ArenaChoice::None, 1 << 20), folder.path()).unwrap();
        assert!(matches!(planned, ArenaPlan::Without(why) if why.contains("turned off")));
    }

    #[test]
    fn what_a_crash_has_left_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let left = Arena::default_path(folder.path());
        if fs::create_dir(&left).is_err() {
            // No /dev/shm here.
            return;
        }
        fs::write(left.join("shard-0"), "x").unwrap();
        let refused = plan(&config(ArenaChoice::None, 1 << 20), folder.path());
        let elsewhere = ArenaChoice::Directory(folder.path().to_path_buf());
        let moved = plan(&config(elsewhere, 1 << 20), folder.path());
        let too_small = plan(&config(ArenaChoice::Auto, 1 << 60), folder.path());
        fs::remove_dir_all(&left).unwrap();
        assert!(refused.unwrap_err().to_string().contains("left from a crash"));
        assert!(moved.is_err());
        assert!(too_small.unwrap_err().to_string().contains("left from a crash"));
    }
}
