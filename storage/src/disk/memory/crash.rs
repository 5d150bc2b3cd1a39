//! What a crash leaves: one of the many legal remains of a [`Model`], drawn by a seed.

use std::collections::HashMap;
use std::sync::Arc;

use super::content::{Content, SECTOR_BYTES};
use super::model::{Change, File, Inode, Model, Node, Tree, apply_name, apply_whole};
use super::random::Random;
use crate::limits::BLOCK_BYTES;

/// How the process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// The machine lost its power: what was not synced may be gone, in any combination.
    PowerCut,
    /// The process was killed: what it had written stays, and writes in flight may land at once,
    /// never, or later, but not after their file was opened for writing again.
    Kill,
}

/// How much of what is undecided a crash keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Nothing,
    Everything,
    /// Each change by its own draw, writes torn at sectors or blocks.
    Drawn,
}

/// A write that lands after the crash.
#[derive(Debug, Clone)]
pub struct LateWrite {
    pub inode: Inode,
    pub position: u64,
    pub data: Arc<[u8]>,
}

/// A file system after a crash. Plain data: it can go to another thread.
#[derive(Debug, Clone, Default)]
pub struct Image {
    pub tree: Tree,
    pub files: HashMap<Inode, Content>,
    pub late: Vec<LateWrite>,
}

enum Fate {
    Lost,
    Whole,
    /// The first units of this many bytes landed, the others kept what they had.
    Prefix(usize),
    /// Any units landed, the others kept what they had.
    Scattered(usize),
    /// The first sectors landed; fresh sectors behind them hold what was once elsewhere in the
    /// file.
    StaleTail,
    /// Lands after the crash.
    Late,
}

impl Model {
    /// One state that `crash` may leave here.
    pub fn crash(&self, crash: Crash, keep: Keep, random: &mut Random) -> Image {
        let tree = match crash {
            Crash::PowerCut => self.cut_tree(keep, random),
            Crash::Kill => self.tree.clone(),
        };
        let mut image = Image { tree, ..Image::default() };
        let inodes: Vec<Inode> = image
            .tree
            .values()
            .filter_map(|node| if let Node::File(inode) = node { Some(*inode) } else { None })
            .collect();
        for inode in inodes {
            let file = &self.files[&inode];
            let content = match crash {
                Crash::PowerCut => file.cut(keep, random),
                Crash::Kill => file.kill(inode, keep, random, &mut image.late),
            };
            image.files.insert(inode, content);
        }
        image
    }

    fn cut_tree(&self, keep: Keep, random: &mut Random) -> Tree {
        let mut tree = self.base_tree.clone();
        // File systems with a journal keep changes of names in order; others need not.
        let ordered = random.one_in(2);
        let undecided = self.pending_names.iter().filter(|pending| !pending.stable).count() as u64;
        let mut kept = random.below(undecided + 1);
        for pending in &self.pending_names {
            let keeps = pending.stable
                || match keep {
                    Keep::Nothing => false,
                    Keep::Everything => true,
                    Keep::Drawn if ordered => {
                        kept = kept.saturating_sub(1);
                        kept > 0
                    }
                    Keep::Drawn => random.one_in(2),
                };
            if keeps {
                apply_name(&mut tree, pending);
            }
        }
        drop_orphans(&mut tree);
        tree
    }
}

/// Removes entries whose folder was lost. A sorted tree has parents before children.
fn drop_orphans(tree: &mut Tree) {
    let paths: Vec<_> = tree.keys().cloned().collect();
    for path in paths {
        let Some(parent) = path.parent() else {
            continue;
        };
        if tree.get(parent) != Some(&Node::Dir) {
            tree.remove(&path);
        }
    }
}

impl File {
    fn cut(&self, keep: Keep, random: &mut Random) -> Content {
        let mut content = self.base.clone();
        let lengths = self
            .pending
            .iter()
            .filter(|pending| !pending.stable && matches!(pending.change, Change::SetLen(_)))
            .count() as u64;
        let mut lengths_kept = match keep {
            Keep::Nothing => 0,
            Keep::Everything => lengths,
            Keep::Drawn => random.below(lengths + 1),
        };
        // Blocks behind a lost change of length were given anew after it, so they are lost too.
        let mut limit = u64::MAX;
        for pending in &self.pending {
            match &pending.change {
                change if pending.stable => apply_whole(&mut content, change),
                Change::SetLen(len) if lengths_kept == 0 => limit = limit.min(*len),
                change @ Change::SetLen(_) => {
                    lengths_kept -= 1;
                    apply_whole(&mut content, change);
                }
                Change::Write { position, versions, .. } => {
                    let fate = draw_fate(keep, false, random);
                    land(&mut content, *position, versions, &fate, limit, random);
                }
            }
        }
        content
    }

    fn kill(
        &self,
        inode: Inode,
        keep: Keep,
        random: &mut Random,
        late: &mut Vec<LateWrite>,
    ) -> Content {
        let mut content = self.now.clone();
        for pending in &self.pending {
            let Change::Write { position, versions, landed: false, .. } = &pending.change else {
                continue;
            };
            match draw_fate(keep, true, random) {
                Fate::Late => {
                    let data = versions[random.below(versions.len() as u64) as usize].clone();
                    late.push(LateWrite { inode, position: *position, data });
                }
                fate => land(&mut content, *position, versions, &fate, u64::MAX, random),
            }
        }
        content
    }
}

fn draw_fate(keep: Keep, kill: bool, random: &mut Random) -> Fate {
    match keep {
        Keep::Nothing => Fate::Lost,
        Keep::Everything => Fate::Whole,
        Keep::Drawn if kill => match random.below(6) {
            0 => Fate::Lost,
            1 => Fate::Whole,
            2 => Fate::Prefix(BLOCK_BYTES),
            3 => Fate::Scattered(BLOCK_BYTES),
            _ => Fate::Late,
        },
        Keep::Drawn => match random.below(8) {
            0 | 1 => Fate::Lost,
            2 => Fate::Whole,
            3 => Fate::Prefix(SECTOR_BYTES),
            4 => Fate::Prefix(BLOCK_BYTES),
            5 => Fate::Scattered(SECTOR_BYTES),
            6 => Fate::Scattered(BLOCK_BYTES),
            _ => Fate::StaleTail,
        },
    }
}

fn land(
    content: &mut Content,
    position: u64,
    versions: &[Arc<[u8]>],
    fate: &Fate,
    limit: u64,
    random: &mut Random,
) {
    let len = versions[0].len();
    let unit = match fate {
        Fate::Lost | Fate::Late => return,
        Fate::Whole | Fate::StaleTail => SECTOR_BYTES,
        Fate::Prefix(unit) | Fate::Scattered(unit) => *unit,
    };
    let units = len.div_ceil(unit) as u64;
    let prefix = match fate {
        Fate::Whole => units,
        _ => random.below(units + 1),
    };
    for index in 0..units {
        let lands = match fate {
            Fate::Scattered(_) => random.one_in(2),
            _ => index < prefix,
        };
        let from = index as usize * unit;
        for start in (from..(from + unit).min(len)).step_by(SECTOR_BYTES) {
            let at = position + start as u64;
            let end = (start + SECTOR_BYTES).min(len);
            if at >= limit {
                return;
            } else if lands {
                let version = &versions[random.below(versions.len() as u64) as usize];
                content.write(at, &version[start..end]);
            } else if matches!(fate, Fate::StaleTail) && content.is_zero_sector(at) {
                // Only where nothing durable lies: a device does not touch its other sectors.
                let stale = stale_sector(content, at, random);
                content.write(at, &stale);
            }
        }
    }
}

/// A sector from an earlier place of the file, or noise.
fn stale_sector(content: &Content, before: u64, random: &mut Random) -> [u8; SECTOR_BYTES] {
    let mut sector = [0; SECTOR_BYTES];
    let sectors = before / SECTOR_BYTES as u64;
    if sectors > 0 && !random.one_in(4) {
        content.read(random.below(sectors) * SECTOR_BYTES as u64, &mut sector);
    } else {
        for byte in &mut sector {
            *byte = random.next_u64() as u8;
        }
    }
    sector
}
