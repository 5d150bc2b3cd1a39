//! What a start does with the files that compaction left behind.

use std::path::Path;

use crate::disk::Disk;
use crate::log::segment::{
    INDEX_SUFFIX, LOG_SUFFIX, parse_compacted_name, parse_segment_name, segment_path,
};
use crate::store::recover::{Failure, why};

/// Gives compacted segments that count their places. Returns whether there were any; names in the
/// folder have changed then. It can be broken off anywhere and done again.
pub(crate) fn finish_swaps<D: Disk>(
    disk: &mut D,
    dir: &Path,
    names: &[(String, bool)],
) -> Result<bool, Failure> {
    let mut any = false;
    for (name, _) in names {
        let Some((base_offset, next_offset)) = parse_compacted_name(name) else { continue };
        any = true;
        // The indexes first: with one, its segment would not be read.
        for suffix in [INDEX_SUFFIX, LOG_SUFFIX] {
            for (old, _) in names {
                let offset = parse_segment_name(old, suffix);
                if offset.is_some_and(|offset| (base_offset..next_offset).contains(&offset)) {
                    let path = dir.join(old);
                    disk.remove_file(&path).map_err(why("removing", &path))?;
                }
            }
            disk.sync_dir(dir).map_err(why("syncing", dir))?;
        }
        let (from, to) = (dir.join(name), segment_path(dir, base_offset, LOG_SUFFIX));
        disk.rename(&from, &to).map_err(why("renaming", &from))?;
        disk.sync_dir(dir).map_err(why("syncing", dir))?;
    }
    Ok(any)
}
