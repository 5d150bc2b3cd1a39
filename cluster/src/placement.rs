//! Where new replicas go: explicit, balanced, and the same for the same image and seed.
//!
//! A replica goes to the node that has the fewest replicas per shard, and there to the shard that
//! has the fewest; the leader goes to the shard that leads the fewest partitions. Two replicas of a
//! partition are never on one node. The seed only decides between equals.

use std::collections::BTreeMap;

use crate::error::{CommandError, ErrorKind};
use crate::image::Image;

/// Counts of what each broker carries, kept up to date while partitions are placed.
#[derive(Debug, Clone)]
pub struct Placement {
    nodes: Vec<Node>,
    seed: u64,
}

#[derive(Debug, Clone)]
struct Node {
    id: i32,
    shards: Vec<Shard>,
    replicas: usize,
    leaders: usize,
}

#[derive(Debug, Clone)]
struct Shard {
    broker_id: i32,
    replicas: usize,
    leaders: usize,
}

impl Placement {
    /// Starts from what the image's brokers carry now. Those that are fenced or about to stop get
    /// nothing: what they were given would be out of sync from the start.
    #[must_use]
    pub fn new(image: &Image, seed: u64) -> Self {
        let mut nodes: BTreeMap<i32, Vec<Shard>> = BTreeMap::new();
        for broker in image.brokers().filter(|broker| broker.is_active()) {
            let shard = Shard { broker_id: broker.id, replicas: 0, leaders: 0 };
            nodes.entry(broker.node_id).or_default().push(shard);
        }
        let node = |(id, shards)| Node { id, shards, replicas: 0, leaders: 0 };
        let mut placement = Self { nodes: nodes.into_iter().map(node).collect(), seed };
        let of_broker = placement.index();
        for partition in image.topics().flat_map(|topic| &topic.partitions) {
            placement.count(&of_broker, &partition.replicas);
        }
        placement
    }

    /// Takes replicas that are placed otherwise (by hand, say) into account.
    pub fn add(&mut self, replicas: &[i32]) {
        let of_broker = self.index();
        self.count(&of_broker, replicas);
    }

    /// Places `partitions` partitions of `replication_factor` replicas, preferred leader first.
    ///
    /// More replicas than there are nodes is [`ErrorKind::InvalidReplicationFactor`].
    pub fn place(
        &mut self,
        partitions: usize,
        replication_factor: i16,
    ) -> Result<Vec<Vec<i32>>, CommandError> {
        let wanted = self.check_factor(replication_factor)?;
        Ok((0..partitions).map(|_| self.place_one(wanted)).collect())
    }

    fn check_factor(&self, replication_factor: i16) -> Result<usize, CommandError> {
        let nodes = self.nodes.len();
        let refuse = |message| Err(CommandError::new(ErrorKind::InvalidReplicationFactor, message));
        match usize::try_from(replication_factor) {
            Ok(0) | Err(_) => refuse(format!(
                "Replication factor must be larger than 0: {replication_factor} is not"
            )),
            Ok(wanted) if wanted > nodes => {
                let shards: usize = self.nodes.iter().map(|node| node.shards.len()).sum();
                refuse(format!(
                    "Unable to replicate the partition {wanted} time(s): The target replication \
                     factor of {wanted} cannot be reached because only {nodes} broker(s) are \
                     registered. (Replicas are on different nodes, and {shards} shards are on \
                     {nodes})"
                ))
            }
            Ok(wanted) => Ok(wanted),
        }
    }

    /// One partition: leader first, then followers, each on the least loaded node left.
    fn place_one(&mut self, replication_factor: usize) -> Vec<i32> {
        let mut taken: Vec<usize> = Vec::with_capacity(replication_factor);
        let mut replicas = Vec::with_capacity(replication_factor);
        while replicas.len() < replication_factor {
            let leads = replicas.is_empty();
            let node = self.pick_node(&taken, leads);
            let shard = self.pick_shard(node, leads);
            taken.push(node);
            replicas.push(self.nodes[node].shards[shard].broker_id);
            self.take(node, shard, leads);
        }
        self.seed = mix(self.seed);
        replicas
    }

    /// Nodes of many shards carry more: what counts is the load of a shard.
    fn pick_node(&self, taken: &[usize], leads: bool) -> usize {
        let load = |count: usize, node: &Node| (count as u64 * FINE) / node.shards.len() as u64;
        let free = (0..self.nodes.len()).filter(|index| !taken.contains(index));
        let least = free.min_by_key(|&index| {
            let node = &self.nodes[index];
            let leaders = if leads { load(node.leaders, node) } else { 0 };
            (leaders, load(node.replicas, node), self.turn(node.id))
        });
        // The caller asks for no more replicas than there are nodes.
        least.expect("fewer nodes are taken than there are")
    }

    fn pick_shard(&self, node: usize, leads: bool) -> usize {
        let shards = &self.nodes[node].shards;
        let least = (0..shards.len()).min_by_key(|&index| {
            let shard = &shards[index];
            let leaders = if leads { shard.leaders } else { 0 };
            (leaders, shard.replicas, self.turn(shard.broker_id))
        });
        least.expect("a node in the placement has a shard")
    }

    fn take(&mut self, node: usize, shard: usize, leads: bool) {
        let node = &mut self.nodes[node];
        node.replicas += 1;
        node.shards[shard].replicas += 1;
        if leads {
            node.leaders += 1;
            node.shards[shard].leaders += 1;
        }
    }

    fn count(&mut self, of_broker: &BTreeMap<i32, (usize, usize)>, replicas: &[i32]) {
        for (order, broker_id) in replicas.iter().enumerate() {
            if let Some(&(node, shard)) = of_broker.get(broker_id) {
                self.take(node, shard, order == 0);
            }
        }
    }

    /// Where each broker is in `nodes`.
    fn index(&self) -> BTreeMap<i32, (usize, usize)> {
        let shards = |(node, held): (usize, &Node)| -> Vec<(i32, (usize, usize))> {
            let each = held.shards.iter().enumerate();
            each.map(|(shard, held)| (held.broker_id, (node, shard))).collect()
        };
        self.nodes.iter().enumerate().flat_map(shards).collect()
    }

    /// An order among equals that the seed turns.
    fn turn(&self, id: i32) -> u64 {
        mix(self.seed ^ u64::from(id.unsigned_abs()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Loads are compared in these parts of a replica, so that 5 on 4 shards is more than 4 on 4.
const FINE: u64 = 1 << 20;

/// SplitMix64's finisher: spreads a number over all its bits.
const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
