//! The cluster itself: brokers, the quorum, quotas, reassignments, elections, log dirs.

use super::pair::Pair;
use wire::messages::*;

pub fn compare(pair: &mut Pair) {
    describe(pair);
    quorum(pair);
    quotas(pair);
    reassign(pair);
    elect(pair);
    log_dirs(pair);
}

fn describe(pair: &mut Pair) {
    let asked = |endpoint_type: i8| DescribeClusterRequest { endpoint_type, ..Default::default() };
    pair.read("brokers", &[], |_| asked(1));
    pair.read("operations", &[], |_| DescribeClusterRequest {
        include_cluster_authorized_operations: true,
        ..asked(1)
    });
    pair.read("fenced too", &[], |_| DescribeClusterRequest {
        include_fenced_brokers: true,
        ..asked(1)
    });
    pair.read("controllers", &[], |_| asked(2));
    pair.read("no type", &[], |_| asked(3));
}

fn quorum(pair: &mut Pair) {
    let asked = |topics: &[(&str, &[i32])]| {
        use describe_quorum_request::{PartitionData, TopicData};
        let topic = |(name, partitions): &(&str, &[i32])| TopicData {
            topic_name: (*name).to_owned().into(),
            partitions: partitions
                .iter()
                .map(|index| PartitionData { partition_index: *index })
                .collect(),
        };
        DescribeQuorumRequest { topics: topics.iter().map(topic).collect() }
    };
    const LOG: &str = "__cluster_metadata";
    pair.read("the metadata log", &[], |_| asked(&[(LOG, &[0])]));
    pair.read("another partition", &[], |_| asked(&[(LOG, &[1])]));
    pair.read("another topic", &[], |_| asked(&[("plain-7", &[0])]));
    pair.read("both", &[], |_| asked(&[(LOG, &[0]), ("plain-7", &[0])]));
    pair.read("nothing", &[], |_| asked(&[]));
}

fn quotas(pair: &mut Pair) {
    let asked = |components: &[(&str, i8, Option<&str>)], strict| {
        use describe_client_quotas_request::ComponentData;
        let component = |(kind, match_type, name): &(&str, i8, Option<&str>)| ComponentData {
            entity_type: (*kind).to_owned().into(),
            match_type: *match_type,
            match_: name.map(|name| name.to_owned().into()),
        };
        let components = components.iter().map(component).collect();
        DescribeClientQuotasRequest { components, strict }
    };
    let mut described = |case: &str, components: &[(&str, i8, Option<&str>)]| {
        pair.read(case, &[], |_| asked(components, false));
        pair.read(&format!("{case}, strict"), &[], |_| asked(components, true));
    };
    described("all", &[]);
    described("users", &[("user", 2, None)]);
    described("one user", &[("user", 0, Some("alice"))]);
    described("the default client", &[("client-id", 1, None)]);
    described("an address", &[("ip", 0, Some("127.0.0.1"))]);
    described("an address of a user", &[("ip", 0, Some("127.0.0.1")), ("user", 2, None)]);
    described("one kind twice", &[("user", 2, None), ("user", 0, Some("alice"))]);
    described("no kind", &[("planet", 2, None)]);
    described("an empty kind", &[("", 2, None)]);
    described("no match", &[("user", 7, None)]);
    described("a name for the default", &[("user", 1, Some("alice"))]);
    described("no name to match", &[("user", 0, None)]);
}

fn reassign(pair: &mut Pair) {
    type Wanted<'a> = (&'a str, &'a [(i32, Option<&'a [i32]>)]);
    let asked = |topics: &[Wanted<'_>]| {
        use alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
        let partition = |(partition_index, replicas): &(i32, Option<&[i32]>)| {
            let replicas = replicas.map(<[i32]>::to_vec);
            ReassignablePartition { partition_index: *partition_index, replicas }
        };
        let topic = |(name, partitions): &Wanted<'_>| ReassignableTopic {
            name: (*name).to_owned().into(),
            partitions: partitions.iter().map(partition).collect(),
        };
        AlterPartitionReassignmentsRequest {
            topics: topics.iter().map(topic).collect(),
            ..Default::default()
        }
    };
    let name = "plain-7";
    let mut altered = |case: &str, topics: &[Wanted<'_>]| {
        pair.once(case, &["responses", "partitions"], |_| asked(topics));
    };
    altered("where it is", &[(name, &[(0, Some(&[1]))])]);
    altered("to a stranger", &[(name, &[(0, Some(&[77]))])]);
    altered("to a stranger too", &[(name, &[(0, Some(&[1, 77]))])]);
    altered("to one twice", &[(name, &[(0, Some(&[1, 1]))])]);
    altered("to nobody", &[(name, &[(0, Some(&[]))])]);
    altered("to a negative id", &[(name, &[(0, Some(&[-1]))])]);
    altered("cancelled", &[(name, &[(0, None)])]);
    altered("unknown partition", &[(name, &[(99, Some(&[1]))])]);
    altered("negative partition", &[(name, &[(-1, Some(&[1]))])]);
    altered("unknown topic", &[("nowhere", &[(0, Some(&[1]))])]);
    altered("unknown topic, cancelled", &[("nowhere", &[(0, None)])]);
    altered("partition twice", &[(name, &[(0, Some(&[1])), (0, Some(&[77]))])]);
    altered("topic twice", &[(name, &[(0, Some(&[1]))]), (name, &[(1, Some(&[1]))])]);
    altered("nothing", &[]);
    let listed = |topics: Option<&[(&str, &[i32])]>| {
        use list_partition_reassignments_request::ListPartitionReassignmentsTopics;
        let topic = |(name, partitions): &(&str, &[i32])| ListPartitionReassignmentsTopics {
            name: (*name).to_owned().into(),
            partition_indexes: partitions.to_vec(),
        };
        ListPartitionReassignmentsRequest {
            topics: topics.map(|topics| topics.iter().map(topic).collect()),
            ..Default::default()
        }
    };
    pair.read("all", &[], |_| listed(None));
    pair.read("nothing", &[], |_| listed(Some(&[])));
    pair.read("one", &[], |_| listed(Some(&[(name, &[0])])));
    pair.read("unknown", &[], |_| listed(Some(&[("nowhere", &[0]), (name, &[99])])));
}

fn elect(pair: &mut Pair) {
    let asked = |election_type: i8, topics: Option<&[(&str, &[i32])]>| {
        use elect_leaders_request::TopicPartitions;
        let topic = |(name, partitions): &(&str, &[i32])| TopicPartitions {
            topic: (*name).to_owned().into(),
            partitions: partitions.to_vec(),
        };
        ElectLeadersRequest {
            election_type,
            topic_partitions: topics.map(|topics| topics.iter().map(topic).collect()),
            timeout_ms: 10_000,
        }
    };
    let name = "plain-7";
    let lists = ["replica_election_results", "partition_result"];
    for election in [0, 1] {
        let mut elected = |case: &str, topics: Option<&[(&str, &[i32])]>| {
            pair.once(&format!("{case}, type {election}"), &lists, |_| asked(election, topics));
        };
        elected("one", Some(&[(name, &[0])]));
        elected("all", None);
        elected("nothing", Some(&[]));
        elected("unknown topic", Some(&[("nowhere", &[0])]));
        elected("unknown partition", Some(&[(name, &[99])]));
        elected("negative partition", Some(&[(name, &[-1])]));
        elected("partition twice", Some(&[(name, &[0, 0])]));
        elected("topic twice", Some(&[(name, &[0]), (name, &[1])]));
        elected("no partitions", Some(&[(name, &[])]));
    }
    pair.once("no type", &lists, |_| asked(7, Some(&[(name, &[0])])));
}

fn log_dirs(pair: &mut Pair) {
    let asked = |dirs: &[(&str, &str, &[i32])]| {
        use alter_replica_log_dirs_request::{AlterReplicaLogDir, AlterReplicaLogDirTopic};
        let dir = |(path, name, partitions): &(&str, &str, &[i32])| AlterReplicaLogDir {
            path: (*path).to_owned().into(),
            topics: vec![AlterReplicaLogDirTopic {
                name: (*name).to_owned().into(),
                partitions: partitions.to_vec(),
            }],
        };
        AlterReplicaLogDirsRequest { dirs: dirs.iter().map(dir).collect() }
    };
    let mut moved = |case: &str, dirs: &[(&str, &str, &[i32])]| {
        pair.once(case, &["results", "partitions"], |_| asked(dirs));
    };
    moved("to a stranger", &[("/nowhere", "plain-7", &[0, 1])]);
    moved("to no absolute path", &[("nowhere", "plain-7", &[0])]);
    moved("to the empty path", &[("", "plain-7", &[0])]);
    moved("unknown topic", &[("/nowhere", "nowhere", &[0])]);
    moved("unknown partition", &[("/nowhere", "plain-7", &[99])]);
    moved("to two strangers", &[("/nowhere", "plain-7", &[0]), ("/elsewhere", "plain-7", &[0])]);
    moved("nothing", &[]);
    let dirs = [pair.ours.shard_dir(0), pair.stock.shard_dir(0)];
    let dirs = dirs.map(|dir| dir.to_str().expect("a UTF-8 path").to_owned());
    for (case, name, partitions) in [
        ("where it is", "plain-7", &[0][..]),
        ("known, unknown topic", "nowhere", &[0][..]),
        ("known, unknown partition", "plain-7", &[99][..]),
    ] {
        pair.once_each(case, &["results"], 2, |side| asked(&[(&dirs[side], name, partitions)]));
    }
}
