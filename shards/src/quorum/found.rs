//! The first start of a folder: who the quorum begins with, and on which image.

use cluster::Image;
use cluster::Record;
use cluster::quorum::{Members, SnapshotId, SnapshotMeta, raft_id};
use cluster::records::{ClusterCreated, FeatureLevel};
use wire::Uuid;

use super::folder::{Folder, State};
use super::{QuorumError, adopt, disk};
use crate::config::NodeConfig;
use crate::runtime::random;

/// The consumer protocol (KIP-848) is served.
pub const FEATURES: [(&str, i16); 1] = [("group.version", 1)];

/// What the folder says, or what it says from now on.
///
/// # Errors
/// It cannot be used, or belongs to another cluster.
pub async fn open_or_found(
    config: &NodeConfig,
    folder: &Folder,
) -> Result<(State, SnapshotMeta, Image), QuorumError> {
    let state = match folder.state()? {
        Some(state) => state,
        None => found(config, folder).await?,
    };
    check_cluster(config, folder, state.cluster_id)?;
    let newest = folder.newest_snapshot(state.cluster_id)?;
    let (meta, image) = newest.ok_or_else(|| {
        let why = "it has no snapshot of the metadata; put the newest one back from a copy".into();
        QuorumError::Unusable { path: folder.path().to_owned(), why }
    })?;
    // Now, or at this start if the one before came no further.
    adopt::forget_old(config)?;
    Ok((state, meta, image))
}

/// Begins a quorum of this node alone: first the snapshot, then the state that makes it count.
async fn found(config: &NodeConfig, folder: &Folder) -> Result<State, QuorumError> {
    let directory_id = random::uuid();
    let members = Members::founding(&[(config.node_id, directory_id)]);
    let old = adopt::old_image(config).await?;
    let incarnations = old.iter().flat_map(|image| incarnations(config, image)).collect();
    let image = match old {
        Some(image) => image,
        None => new_image(config)?,
    };
    check_cluster(config, folder, image.cluster_id().unwrap_or(config.cluster_id))?;
    let index = u64::try_from(image.offset()).unwrap_or(0).max(1);
    let image = with_features(image, index)?;
    let id = SnapshotId { index, term: 1 };
    folder.write_snapshot(config.cluster_id, &SnapshotMeta { id, members }, &image)?;
    let state = State {
        cluster_id: config.cluster_id,
        raft_id: raft_id(config.node_id, 0),
        directory_id,
        hard: disk::founding_hard(index),
        incarnations,
    };
    folder.write_state(&state)?;
    Ok(state)
}

/// The processes that an old folder's brokers were registered by: this folder was theirs.
fn incarnations<'a>(config: &'a NodeConfig, image: &'a Image) -> impl Iterator<Item = Uuid> + 'a {
    let own = image.brokers().filter(|broker| broker.node_id == config.node_id);
    own.map(|broker| broker.incarnation)
}

fn misfit(error: &dyn std::fmt::Display) -> QuorumError {
    QuorumError::Log(format!("the first records do not apply: {error}"))
}

fn check_cluster(config: &NodeConfig, folder: &Folder, theirs: Uuid) -> Result<(), QuorumError> {
    let ours = config.cluster_id;
    if theirs == ours {
        return Ok(());
    }
    Err(QuorumError::Refused(format!(
        "{} belongs to cluster {theirs}, and this node to {ours}: put the right folder back",
        folder.path().display()
    )))
}

fn new_image(config: &NodeConfig) -> Result<Image, QuorumError> {
    let created = ClusterCreated { cluster_id: config.cluster_id };
    let mut image = Image::default();
    image.apply_entry(&[Record::ClusterCreated(created)], 0).map_err(|error| misfit(&error))?;
    Ok(image)
}

/// The image as the quorum begins with it: what is served by all versions since is on.
fn with_features(mut image: Image, index: u64) -> Result<Image, QuorumError> {
    let missing =
        FEATURES.iter().filter(|(name, _)| image.features().all(|(held, _)| held != *name));
    let records: Vec<Record> = missing
        .map(|&(name, level)| Record::FeatureLevel(FeatureLevel { name: name.to_owned(), level }))
        .collect();
    image.apply_entry(&records, index as i64).map_err(|error| misfit(&error))?;
    Ok(image)
}
