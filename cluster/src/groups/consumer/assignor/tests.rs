use proptest::prelude::*;

use super::*;

fn topic(number: u8) -> Uuid {
    Uuid([number; 16])
}

fn spec(counts: &[i32], members: &[&[u8]]) -> GroupSpec {
    let partition_counts =
        counts.iter().enumerate().map(|(index, count)| (topic(index as u8 + 1), *count)).collect();
    let members = members.iter().enumerate().map(|(index, topics)| MemberSpec {
        member_id: format!("m{index:03}"),
        topics: topics.iter().map(|number| topic(*number)).collect(),
        ..MemberSpec::default()
    });
    GroupSpec { members: members.collect(), partition_counts }
}

fn parts(assigned: &Partitions, number: u8) -> Vec<i32> {
    assigned.get(&topic(number)).into_iter().flatten().copied().collect()
}

fn load(assigned: &Partitions) -> usize {
    assigned.values().map(BTreeSet::len).sum()
}

/// Every partition is given once, to a member that is subscribed to it.
fn check_complete(spec: &GroupSpec, assignment: &Assignment) {
    assert_eq!(assignment.len(), spec.members.len());
    let mut given = BTreeSet::new();
    for (member, assigned) in spec.members.iter().zip(assignment) {
        for (topic, partitions) in assigned {
            assert!(member.topics.contains(topic), "not subscribed");
            assert!(!partitions.is_empty());
            for partition in partitions {
                assert!((0..spec.partition_count(*topic)).contains(partition));
                assert!(given.insert((*topic, *partition)), "given twice");
            }
        }
    }
    let subscribed: BTreeSet<Uuid> =
        spec.members.iter().flat_map(|member| member.topics.iter().copied()).collect();
    let expected: i32 = subscribed.iter().map(|topic| spec.partition_count(*topic)).sum();
    assert_eq!(given.len(), expected as usize);
}

fn apply(spec: &mut GroupSpec, assignment: &Assignment) {
    for (member, assigned) in spec.members.iter_mut().zip(assignment) {
        member.assigned = assigned.clone();
    }
}

fn moved(spec: &GroupSpec, assignment: &Assignment) -> usize {
    let moved = spec.members.iter().zip(assignment).map(|(member, assigned)| {
        let kept = |topic: &Uuid, number: &i32| {
            assigned.get(topic).is_some_and(|partitions| partitions.contains(number))
        };
        let had = member
            .assigned
            .iter()
            .flat_map(|(topic, numbers)| numbers.iter().map(move |number| (topic, number)));
        had.filter(|(topic, number)| !kept(topic, number)).count()
    });
    moved.sum()
}

#[test]
fn range_is_co_partitioned() {
    let assignment = Assignor::Range.assign(&spec(&[5, 5], &[&[1, 2], &[1, 2]]));
    for number in [1, 2] {
        assert_eq!(parts(&assignment[0], number), [0, 1, 2]);
        assert_eq!(parts(&assignment[1], number), [3, 4]);
    }
}

#[test]
fn range_puts_static_members_first() {
    let mut spec = spec(&[3], &[&[1], &[1]]);
    spec.members[1].instance_id = Some("z".to_owned());
    let assignment = Assignor::Range.assign(&spec);
    assert_eq!(parts(&assignment[1], 1), [0, 1]);
    assert_eq!(parts(&assignment[0], 1), [2]);
}

#[test]
fn range_of_different_subscriptions_counts_subscribers_only() {
    let assignment = Assignor::Range.assign(&spec(&[4, 3], &[&[1], &[1, 2], &[2]]));
    assert_eq!(parts(&assignment[0], 1), [0, 1]);
    assert_eq!(parts(&assignment[1], 1), [2, 3]);
    assert_eq!(parts(&assignment[1], 2), [0, 1]);
    assert_eq!(parts(&assignment[2], 2), [2]);
}

#[test]
fn uniform_gives_a_newcomer_its_share_and_moves_no_more() {
    let mut group = spec(&[3, 3], &[&[1, 2], &[1, 2]]);
    let first = Assignor::Uniform.assign(&group);
    apply(&mut group, &first);
    let newcomer = MemberSpec { member_id: "m9".to_owned(), ..group.members[0].clone() };
    group.members.push(MemberSpec { assigned: Partitions::new(), ..newcomer });
    let second = Assignor::Uniform.assign(&group);
    check_complete(&group, &second);
    assert_eq!(second.iter().map(load).collect::<Vec<_>>(), [2, 2, 2]);
    assert_eq!(moved(&group, &second), 2);
}

#[test]
fn members_without_topics_get_nothing() {
    for assignor in [Assignor::Uniform, Assignor::Range] {
        let assignment = assignor.assign(&spec(&[2], &[&[], &[]]));
        assert!(assignment.iter().all(Partitions::is_empty));
        assert!(assignor.assign(&GroupSpec::default()).is_empty());
    }
}

fn groups() -> impl Strategy<Value = GroupSpec> {
    let counts = prop::collection::vec(1..20i32, 1..6);
    let subscriptions = prop::collection::vec(prop::collection::btree_set(1..6u8, 0..6), 1..12);
    (counts, subscriptions, any::<bool>()).prop_map(|(counts, members, same)| {
        let known = |topics: &BTreeSet<u8>| -> Vec<u8> {
            topics.iter().copied().filter(|number| usize::from(*number) <= counts.len()).collect()
        };
        let lists: Vec<Vec<u8>> =
            members.iter().map(|topics| known(if same { &members[0] } else { topics })).collect();
        let slices: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
        spec(&counts, &slices)
    })
}

proptest! {
    #[test]
    fn every_partition_is_given_once(
        mut group in groups(),
        leaver in any::<prop::sample::Index>(),
    ) {
        for assignor in [Assignor::Uniform, Assignor::Range] {
            let first = assignor.assign(&group);
            check_complete(&group, &first);
            apply(&mut group, &first);
            let again = assignor.assign(&group);
            prop_assert_eq!(&again, &first, "nothing changed, so nothing moves");
            let mut smaller = group.clone();
            smaller.members.remove(leaver.index(group.members.len()));
            check_complete(&smaller, &assignor.assign(&smaller));
        }
    }

    #[test]
    fn uniform_is_balanced_within_one(
        partitions in prop::collection::vec(1..30i32, 1..4),
        sizes in prop::collection::vec(1..12usize, 1..5),
    ) {
        let topics: Vec<u8> = (1..=partitions.len() as u8).collect();
        let mut held: Vec<(String, Partitions)> = Vec::new();
        for size in sizes {
            let members = vec![topics.as_slice(); size];
            let mut group = spec(&partitions, &members);
            for member in &mut group.members {
                let before = held.iter().find(|(id, _)| *id == member.member_id);
                member.assigned = before.map(|(_, assigned)| assigned.clone()).unwrap_or_default();
            }
            let assignment = Assignor::Uniform.assign(&group);
            check_complete(&group, &assignment);
            let loads: Vec<usize> = assignment.iter().map(load).collect();
            prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1);
            // What moves is what was beyond the share, and no more.
            let beyond: usize = group
                .members
                .iter()
                .zip(&loads)
                .map(|(member, after)| load(&member.assigned).saturating_sub(*after))
                .sum();
            prop_assert_eq!(moved(&group, &assignment), beyond);
            held = group.members.into_iter().map(|m| m.member_id).zip(assignment).collect();
        }
    }

    #[test]
    fn different_subscriptions_cannot_be_made_more_even(group in groups()) {
        let assignment = Assignor::Uniform.assign(&group);
        for (giver, assigned) in assignment.iter().enumerate() {
            for topic in assigned.keys() {
                for (taker, member) in group.members.iter().enumerate() {
                    if member.topics.contains(topic) {
                        let gap = load(&assignment[giver]).saturating_sub(load(&assignment[taker]));
                        prop_assert!(gap <= 1, "{giver} could give a partition to {taker}");
                    }
                }
            }
        }
    }
}
