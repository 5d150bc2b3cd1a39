//! The consumer protocol that members of the classic protocol embed in JoinGroup and SyncGroup:
//! bytes that the broker only passes on, until the group changes to the consumer protocol.

use std::collections::BTreeSet;

use wire::codec::{
    DecodeError, Reader, put_array_len, put_i16, put_i32, put_null_bytes, put_string,
};

/// The highest version that is written; higher ones are read by what they have in common.
const VERSION_MAX: i16 = 3;
/// A topic takes at least its lengths.
const TOPIC_SIZE_MIN: usize = 6;

/// What a member tells in JoinGroup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subscription {
    pub version: i16,
    pub topics: BTreeSet<String>,
    /// What it says it holds; nothing before version 1.
    pub owned: Vec<(String, Vec<i32>)>,
    pub rack_id: Option<String>,
}

impl Subscription {
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = version(&mut reader)?;
        let topics = reader.array(false, 2, |reader| Ok(reader.string(false)?.into_owned()))?;
        let mut subscription =
            Self { version, topics: topics.into_iter().collect(), ..Self::default() };
        let _user_data = reader.nullable_bytes(false)?;
        if version >= 1 {
            subscription.owned = partitions(&mut reader)?;
        }
        if version >= 2 {
            let _generation = reader.i32()?;
        }
        if version >= 3 {
            let rack_id = reader.nullable_string(false)?.filter(|rack_id| !rack_id.is_empty());
            subscription.rack_id = rack_id.map(std::borrow::Cow::into_owned);
        }
        Ok(subscription)
    }
}

/// What a member is told in SyncGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub partitions: Vec<(String, Vec<i32>)>,
    /// An assignor of the client's own has added something.
    pub has_user_data: bool,
}

impl Assignment {
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        version(&mut reader)?;
        let partitions = partitions(&mut reader)?;
        let user_data = reader.nullable_bytes(false)?;
        Ok(Self { partitions, has_user_data: user_data.is_some_and(|bytes| !bytes.is_empty()) })
    }

    /// In the version of the member's subscription.
    pub fn encode<'a>(
        version: i16,
        topics: impl ExactSizeIterator<Item = (&'a str, Vec<i32>)>,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        put_i16(&mut out, version.min(VERSION_MAX));
        put_count(&mut out, topics.len());
        for (topic, partitions) in topics {
            put_string(&mut out, false, topic).expect("a topic's name is short");
            put_count(&mut out, partitions.len());
            partitions.iter().for_each(|partition| put_i32(&mut out, *partition));
        }
        put_null_bytes(&mut out, false);
        out
    }
}

fn version(reader: &mut Reader<'_>) -> Result<i16, DecodeError> {
    match reader.i16()? {
        version if version < 0 => Err(DecodeError::Version { api: "consumer protocol", version }),
        version => Ok(version.min(VERSION_MAX)),
    }
}

fn partitions(reader: &mut Reader<'_>) -> Result<Vec<(String, Vec<i32>)>, DecodeError> {
    reader.array(false, TOPIC_SIZE_MIN, |reader| {
        let topic = reader.string(false)?.into_owned();
        Ok((topic, reader.array(false, 4, Reader::i32)?))
    })
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    put_array_len(out, false, count).expect("what is in memory can be counted");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Java's ConsumerPartitionAssignor writes version 3: one topic, one partition owned.
    const SUBSCRIPTION: &[u8] = b"\0\x03\0\0\0\x01\0\x01a\xff\xff\xff\xff\0\0\0\x01\0\x01a\0\0\0\
        \x01\0\0\0\x02\0\0\0\x07\0\x02r1";

    #[test]
    fn each_version_is_read_as_far_as_it_goes() {
        let full = Subscription::decode(SUBSCRIPTION).unwrap();
        assert_eq!(full.topics, BTreeSet::from(["a".to_owned()]));
        assert_eq!(full.owned, [("a".to_owned(), vec![2])]);
        assert_eq!(full.rack_id.as_deref(), Some("r1"));
        for (version, rack_id, owned) in [(0, false, 0), (1, false, 1), (2, false, 1), (9, true, 1)]
        {
            let mut bytes = SUBSCRIPTION.to_vec();
            bytes[1] = version;
            let read = Subscription::decode(&bytes).unwrap();
            assert_eq!((read.rack_id.is_some(), read.owned.len()), (rack_id, owned), "v{version}");
        }
    }

    #[test]
    fn what_is_cut_off_or_has_no_version_is_refused() {
        for length in 0..SUBSCRIPTION.len() {
            assert!(Subscription::decode(&SUBSCRIPTION[..length]).is_err(), "{length}");
        }
        let mut bytes = SUBSCRIPTION.to_vec();
        bytes[0] = 0xff;
        assert!(Subscription::decode(&bytes).is_err());
    }

    #[test]
    fn an_assignment_is_read_as_it_was_written() {
        let bytes = Assignment::encode(7, [("a", vec![0, 2]), ("b", Vec::new())].into_iter());
        assert_eq!(bytes[..2], [0, 3], "no version beyond the last");
        let read = Assignment::decode(&bytes).unwrap();
        assert_eq!(read.partitions, [("a".into(), vec![0, 2]), ("b".into(), Vec::new())]);
        assert!(!read.has_user_data);
        let mut custom = bytes[..bytes.len() - 4].to_vec();
        custom.extend([0, 0, 0, 1, 42]);
        assert!(Assignment::decode(&custom).unwrap().has_user_data);
    }
}
