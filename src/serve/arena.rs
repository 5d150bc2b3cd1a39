//! Where the shards' crash-safe memory lies.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use storage::arena::Arena;

use super::host;
use crate::config::{ArenaChoice, ServeConfig};
use crate::limits::{ARENA_FREE_PART, ARENA_MIB_DEFAULT, ARENA_MIB_MIN};
use crate::problem::{Problem, Result};

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArenaPlan {
    /// In this directory, which is there, with one file of this size per shard.
    In { directory: PathBuf, bytes_per_shard: usize },
    /// Nowhere, for this reason.
    Without(String),
}

/// In the data directory while a node with crash-safe memory runs, and after a crash: where it is.
const PLACE: &str = "arena";

/// Decides before anything is opened. What a crash has left is never passed over: it may be the
/// only copy of acknowledged records.
pub fn plan(config: &ServeConfig, data: &Path) -> Result<ArenaPlan> {
    // Named after the data directory, so that several nodes can share one file system of memory.
    let usual = Arena::default_path(data);
    let noted = fs::read(data.join(PLACE)).ok();
    let before = noted.map_or(usual.clone(), |bytes| PathBuf::from(OsString::from_vec(bytes)));
    let plan = match &config.arena {
        ArenaChoice::None => ArenaPlan::Without("turned off with arena = none".into()),
        ArenaChoice::Directory(parent) => {
            let chosen = parent.join(usual.file_name().unwrap_or_default());
            let bytes_per_shard = room(&chosen, config).map_err(|why| {
                Problem::failed(format!("no crash-safe memory: {why}")).remedy(
                    "make room, choose a smaller --arena-mib, another --arena DIR on tmpfs or \
                     hugetlbfs, or --arena none",
                )
            })?;
            ArenaPlan::In { directory: chosen, bytes_per_shard }
        }
        ArenaChoice::Auto => match room(&usual, config) {
            Ok(bytes_per_shard) => ArenaPlan::In { directory: usual, bytes_per_shard },
            Err(why) => ArenaPlan::Without(why),
        },
    };
    if !matches!(&plan, ArenaPlan::In { directory, .. } if *directory == before) {
        refuse_left(&before, &plan)?;
    }
    note(&plan, data)?;
    Ok(plan)
}

fn note(plan: &ArenaPlan, data: &Path) -> Result<()> {
    let ArenaPlan::In { directory, .. } = plan else {
        return Ok(());
    };
    let unusable = |path: &Path, error: io::Error| {
        Problem::failed(format!("cannot write {}: {error}", path.display())).remedy(
            "make space or give write access there, or do without crash-safe memory (--arena none)",
        )
    };
    fs::create_dir_all(directory).map_err(|error| unusable(directory, error))?;
    let path = data.join(PLACE);
    // On a full disk a note that is there stays there.
    if fs::read(&path).is_ok_and(|noted| noted == directory.as_os_str().as_bytes()) {
        return Ok(());
    }
    let write = || -> io::Result<()> {
        let mut file = File::create(&path)?;
        file.write_all(directory.as_os_str().as_bytes())?;
        file.sync_all()?;
        File::open(data)?.sync_all()
    };
    write().map_err(|error| unusable(&path, error))
}

/// After a clean stop nothing is left that a start would have to know of.
pub fn forget(plan: &ArenaPlan, data: &Path) {
    let ArenaPlan::In { directory, .. } = plan else {
        return;
    };
    if !is_left(directory) {
        // What stays behind is found and reused, or harmless.
        let _ = fs::remove_dir(directory);
        let _ = fs::remove_file(data.join(PLACE));
    }
}

/// A clean stop removes the shards' files; other files say nothing.
fn is_left(directory: &Path) -> bool {
    let Ok(entries) = fs::read_dir(directory) else {
        return false;
    };
    let is_shards = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("shard-"));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    entries.filter_map(io::Result::ok).any(|entry| is_shards(&entry))
}

fn refuse_left(before: &Path, plan: &ArenaPlan) -> Result<()> {
    if !is_left(before) {
        return Ok(());
    }
    let why = match plan {
        ArenaPlan::In { directory, .. } => format!("{} would be used", directory.display()),
        ArenaPlan::Without(why) => format!("there would be no crash-safe memory now: {why}"),
    };
    let parent = before.parent().unwrap_or(before).display();
    Err(Problem::failed(format!(
        "{} is left from a crash and may hold acknowledged records that the disk lacks, but {why}",
        before.display()
    ))
    .remedy(format!(
        "start once with --arena {parent} and stop again, or delete it to give those records up"
    )))
}

/// How large the files can be beside what else is there; those that exist have their room already.
fn room(directory: &Path, config: &ServeConfig) -> std::result::Result<usize, String> {
    let parent = directory.parent().unwrap_or(directory);
    let free_bytes = host::free_bytes(parent)
        .map_err(|error| format!("{} cannot be used: {error}", parent.display()))?;
    let files = (0..config.shards()).map(|shard| directory.join(format!("shard-{shard}")));
    // What a file does not hold yet is still free, so its length would count that twice; `stat`
    // counts in 512 bytes.
    let held_bytes = |file: PathBuf| Some(fs::metadata(file).ok()?.blocks() * 512);
    let held: Vec<u64> = files.filter_map(held_bytes).collect();
    let new = config.shards() - held.len();
    let bytes_per_shard = match config.arena_bytes {
        Some(bytes) => bytes,
        None => usual_bytes(free_bytes + held.iter().sum::<u64>(), config.shards()),
    };
    let needed_bytes = new as u64 * bytes_per_shard as u64;
    if needed_bytes > free_bytes {
        return Err(format!(
            "{} has {} free, and {} are needed",
            parent.display(),
            host::human_bytes(free_bytes),
            host::human_bytes(needed_bytes)
        ));
    }
    Ok(bytes_per_shard)
}

/// What each shard gets where nobody said it: whole MiB, and not much of what there is.
fn usual_bytes(available_bytes: u64, shards: usize) -> usize {
    let share_mib = (available_bytes / ARENA_FREE_PART / shards as u64) >> 20;
    (share_mib.clamp(ARENA_MIB_MIN, ARENA_MIB_DEFAULT) as usize) << 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layer;

    fn config(arena: ArenaChoice, arena_bytes: usize) -> ServeConfig {
        let config = ServeConfig::resolve(&Layer::default(), &[0, 1]).unwrap();
        ServeConfig { arena, arena_bytes: Some(arena_bytes), ..config }
    }

    #[test]
    fn a_directory_of_ones_own_is_used_or_the_start_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let choice = ArenaChoice::Directory(folder.path().to_path_buf());
        let planned = plan(&config(choice.clone(), 1 << 20), folder.path()).unwrap();
        assert!(matches!(planned, ArenaPlan::In { directory, bytes_per_shard: 0x10_0000 }
            if directory.parent() == Some(folder.path()) && directory.is_dir()));
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
    fn nobody_asked_for_more_than_half_of_what_is_free() {
        let mib = |free_mib: u64, shards| usual_bytes(free_mib << 20, shards) >> 20;
        assert_eq!((mib(12_000, 2), mib(1024, 2), mib(1023, 2)), (256, 256, 255));
        // A container's usual /dev/shm.
        assert_eq!((mib(64, 1), mib(64, 2)), (32, 16));
        // The least that is of any use, for which there may be no room.
        assert_eq!((mib(64, 8), mib(4, 1)), (8, 8));
    }

    #[test]
    fn what_a_crash_has_left_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (data, memory) = (folder.path().join("data"), folder.path().join("memory"));
        fs::create_dir(&data).unwrap();
        fs::create_dir(&memory).unwrap();
        let here = config(ArenaChoice::Directory(memory.clone()), 1 << 20);
        let ArenaPlan::In { directory, .. } = plan(&here, &data).unwrap() else {
            panic!("there is room");
        };
        fs::write(directory.join("shard-1"), "x").unwrap();
        let elsewhere = ArenaChoice::Directory(folder.path().to_path_buf());
        for other in [ArenaChoice::None, ArenaChoice::Auto, elsewhere] {
            let error = plan(&config(other, 1 << 20), &data).unwrap_err().to_string();
            let remedy = format!("--arena {}", memory.display());
            assert!(error.contains("left from a crash") && error.contains(&remedy), "{error}");
        }
        // The start that is asked for then finds it, and a clean stop leaves nothing.
        let again = plan(&here, &data).unwrap();
        fs::remove_file(directory.join("shard-1")).unwrap();
        forget(&again, &data);
        assert!(!directory.exists());
        assert!(plan(&config(ArenaChoice::None, 1 << 20), &data).is_ok());
    }
}
