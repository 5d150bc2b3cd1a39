//! Which topics members are subscribed to, and what an assignment depends on.

use std::collections::{BTreeMap, BTreeSet};

use twox_hash::XxHash3_64;
use wire::{ErrorCode, Uuid};

use super::Refusal;
use super::group::{ConsumerGroup, Saved};
use super::member::Metadata;
use super::re2::Expression;
use super::records::{Record, ResolvedRegex};
use super::step::Draft;
use crate::groups::Context;
use crate::image::{Image, Topic};
use crate::limits::GROUP_TOPIC_NAMES_BYTES_MAX;

/// New and deleted topics are looked for this often at most, as in Kafka.
const REGEX_REFRESH_MIN_MS: i64 = 10_000;
/// The version of the hash, its first byte.
const HASH_MAGIC: u8 = 0;

impl Saved {
    /// The topics of a subscription that exist.
    pub fn topics_of(&self, metadata: &Metadata, image: &Image) -> BTreeSet<Uuid> {
        let resolved = metadata.regex().and_then(|regex| self.regexes.get(regex));
        let names = metadata.topic_names.iter().chain(resolved.iter().flat_map(|r| &r.topics));
        names.filter_map(|name| image.topic(name)).map(|topic| topic.id).collect()
    }

    /// Kafka's hash of the subscribed topics: ids, names, partitions and their racks. Where it
    /// changes, partitions have to be assigned anew.
    pub fn metadata_hash(&self, image: &Image) -> i64 {
        let resolved = self.regexes.values().flat_map(|regex| &regex.topics);
        let names: BTreeSet<&String> = self.topic_subscribers.keys().chain(resolved).collect();
        let topics = names.into_iter().filter_map(|name| image.topic(name));
        let hashes: Vec<u8> =
            topics.flat_map(|topic| topic_hash(topic, image).to_le_bytes()).collect();
        if hashes.is_empty() { 0 } else { XxHash3_64::oneshot(&hashes) as i64 }
    }
}

fn topic_hash(topic: &Topic, image: &Image) -> u64 {
    let mut bytes = vec![HASH_MAGIC];
    for half in topic.id.0.chunks(8) {
        bytes.extend(half.iter().rev());
    }
    put_text(&mut bytes, &topic.name);
    bytes.extend((topic.partitions.len() as i32).to_le_bytes());
    for (number, partition) in topic.partitions.iter().enumerate() {
        bytes.extend((number as i32).to_le_bytes());
        let brokers = partition.replicas.iter().filter_map(|id| image.broker(*id));
        let mut racks: Vec<&str> = brokers.filter_map(|broker| broker.rack.as_deref()).collect();
        racks.sort_unstable();
        for rack in racks {
            bytes.extend((rack.encode_utf16().count() as i32).to_le_bytes());
            put_text(&mut bytes, rack);
        }
    }
    XxHash3_64::oneshot(&bytes)
}

/// Text as Java hashes it: its UTF-16 units, then how many there are.
fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let mut units = 0i32;
    for unit in text.encode_utf16() {
        bytes.extend(unit.to_le_bytes());
        units += 1;
    }
    bytes.extend(units.to_le_bytes());
}

impl ConsumerGroup {
    /// Resolves expressions that are new, and all when topics may have come or gone. Whether
    /// any stands for other topics now.
    pub(super) fn resolve_regexes(&mut self, ctx: &Context<'_>, draft: &mut Draft) -> bool {
        if self.saved.regex_subscribers.is_empty() {
            return false;
        }
        let now_ms = ctx.now.unix_ms;
        let due = |resolved: &ResolvedRegex| {
            resolved.version < ctx.image.offset()
                && now_ms > resolved.resolved_at_ms.saturating_add(REGEX_REFRESH_MIN_MS)
        };
        let regexes = self.saved.regex_subscribers.keys();
        let stale = regexes.filter(|regex| self.saved.regexes.get(*regex).is_none_or(due));
        let stale: Vec<String> = stale.cloned().collect();
        let mut changed = false;
        for regex in stale {
            // It was valid when its member joined; an expression of another version that is not
            // stands for nothing.
            let topics = match resolve(&regex, ctx.image) {
                Ok(topics) => topics,
                Err(_) => self.saved.regexes.get(&regex).cloned().unwrap_or_default().topics,
            };
            let old = self.saved.regexes.get(&regex);
            changed |= old.is_none_or(|old| old.topics != topics);
            let version = ctx.image.offset();
            let resolved = ResolvedRegex { topics, version, resolved_at_ms: now_ms };
            self.emit(draft, Record::Regex(regex, Some(resolved)));
        }
        changed
    }
}

/// The topics whose whole name matches, internal ones too, as in Kafka.
pub(super) fn resolve(regex: &str, image: &Image) -> Result<BTreeSet<String>, Refusal> {
    let expression = Expression::new(regex).map_err(|fault| invalid(regex, &fault.to_string()))?;
    let mut bytes = 0;
    let mut topics = BTreeSet::new();
    for topic in image.topics().filter(|topic| expression.is_match(&topic.name)) {
        bytes += topic.name.len();
        if bytes > GROUP_TOPIC_NAMES_BYTES_MAX {
            return Err(invalid(regex, "it matches too many topics"));
        }
        topics.insert(topic.name.to_string());
    }
    Ok(topics)
}

fn invalid(regex: &str, why: &str) -> Refusal {
    let message =
        format!("SubscribedTopicRegex `{regex}` is not a valid regular expression: {why}.");
    Refusal::new(ErrorCode::InvalidRegularExpression, message)
}

/// How many partitions each of these topics has.
pub(super) fn partition_counts(topics: &BTreeSet<Uuid>, image: &Image) -> BTreeMap<Uuid, i32> {
    let known = topics.iter().filter_map(|id| image.topic_by_id(*id));
    known.map(|topic| (topic.id, topic.partitions.len() as i32)).collect()
}
