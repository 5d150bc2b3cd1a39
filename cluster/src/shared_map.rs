//! A sorted map that is cheap to clone and cheap to change while clones live.
//!
//! Two levels: a vector of leaves, each a sorted vector behind an [`Arc`]. A change of one entry
//! copies that entry's leaf and the vector of pointers, not the map, so a hundred thousand topics
//! do not make every metadata change slow.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::limits::MAP_LEAF_LEN_MAX;

type Leaf<K, V> = Arc<Vec<(K, V)>>;

/// Invariant: leaves are never empty; keys grow within a leaf and from leaf to leaf.
#[derive(Debug)]
pub(crate) struct SharedMap<K, V> {
    leaves: Arc<Vec<Leaf<K, V>>>,
    len: usize,
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self { leaves: Arc::clone(&self.leaves), len: self.len }
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { leaves: Arc::default(), len: 0 }
    }
}

/// Two maps are equal if they hold the same entries, however they are cut into leaves.
impl<K: PartialEq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.entries().eq(other.entries())
    }
}

impl<K, V> SharedMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries().map(|(key, value)| (key, value))
    }

    fn entries(&self) -> impl Iterator<Item = &(K, V)> {
        self.leaves.iter().flat_map(|leaf| leaf.iter())
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// The leaf `key` is in, or would be put into. Only for maps that are not empty.
    fn leaf_index<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        self.leaves.partition_point(|leaf| leaf[0].0.borrow() <= key).saturating_sub(1)
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let leaf = self.leaves.get(self.leaf_index(key))?;
        let index = leaf.binary_search_by(|(held, _)| held.borrow().cmp(key)).ok()?;
        Some(&leaf[index].1)
    }

    /// The value to change in place; copies the leaf it is in if a clone shares it.
    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let leaf_index = self.leaf_index(key);
        let leaf = self.leaves.get(leaf_index)?;
        let index = leaf.binary_search_by(|(held, _)| held.borrow().cmp(key)).ok()?;
        let leaf = Arc::make_mut(&mut Arc::make_mut(&mut self.leaves)[leaf_index]);
        Some(&mut leaf[index].1)
    }

    /// Puts the entry in; returns the value it replaces.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let index = self.leaf_index(&key);
        let leaves = Arc::make_mut(&mut self.leaves);
        if leaves.is_empty() {
            leaves.push(Arc::new(vec![(key, value)]));
            self.len = 1;
            return None;
        }
        let leaf = Arc::make_mut(&mut leaves[index]);
        match leaf.binary_search_by(|(held, _)| held.cmp(&key)) {
            Ok(found) => Some(std::mem::replace(&mut leaf[found].1, value)),
            Err(place) => {
                leaf.insert(place, (key, value));
                self.len += 1;
                if leaf.len() > MAP_LEAF_LEN_MAX {
                    let upper = leaf.split_off(MAP_LEAF_LEN_MAX / 2);
                    leaves.insert(index + 1, Arc::new(upper));
                }
                None
            }
        }
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let leaf_index = self.leaf_index(key);
        let leaf = self.leaves.get(leaf_index)?;
        let index = leaf.binary_search_by(|(held, _)| held.borrow().cmp(key)).ok()?;
        let leaves = Arc::make_mut(&mut self.leaves);
        let leaf = Arc::make_mut(&mut leaves[leaf_index]);
        let (_, value) = leaf.remove(index);
        if leaf.is_empty() {
            leaves.remove(leaf_index);
        }
        self.len -= 1;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn check(map: &SharedMap<u16, u32>, model: &BTreeMap<u16, u32>) {
        assert_eq!(map.len(), model.len());
        assert!(map.iter().eq(model.iter()));
        assert!(map.leaves.iter().all(|leaf| (1..=MAP_LEAF_LEN_MAX).contains(&leaf.len())));
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(
            start in 0_u16..2_000,
            steps in prop::collection::vec((0_u8..4, 0_u16..2_000, any::<u32>()), 0..600),
        ) {
            let mut map = SharedMap::default();
            let mut model = BTreeMap::new();
            for key in 0..start {
                map.insert(key, 0);
                model.insert(key, 0);
            }
            let (clone, clone_model) = (map.clone(), model.clone());
            for (kind, key, value) in steps {
                match kind {
                    0 => prop_assert_eq!(map.insert(key, value), model.insert(key, value)),
                    1 => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                    2 => prop_assert_eq!(map.get(&key), model.get(&key)),
                    _ => {
                        let held = map.get_mut(&key).map(|held| std::mem::replace(held, value));
                        let expected = model.get_mut(&key);
                        prop_assert_eq!(held, expected.map(|held| std::mem::replace(held, value)));
                    }
                }
            }
            check(&map, &model);
            // What was cloned before is as it was.
            check(&clone, &clone_model);
        }
    }

    #[test]
    fn a_change_copies_one_leaf() {
        let mut map = SharedMap::default();
        for key in 0..10_000_u16 {
            map.insert(key, 0_u32);
        }
        let before = map.clone();
        *map.get_mut(&5_000).unwrap() = 1;
        let both = map.leaves.iter().zip(before.leaves.iter());
        assert_eq!(both.filter(|(new, old)| !Arc::ptr_eq(new, old)).count(), 1);
    }
}
