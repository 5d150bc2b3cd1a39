//! Kafka's rules for topic names.

use crate::error::{CommandError, ErrorKind};
use crate::limits::TOPIC_NAME_LEN_MAX;

/// Topics the brokers keep for themselves.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";
pub const TRANSACTION_STATE: &str = "__transaction_state";
pub const SHARE_GROUP_STATE: &str = "__share_group_state";
pub const CLUSTER_METADATA: &str = "__cluster_metadata";

/// The config that says how many nodes must hold a record before it is acknowledged.
pub const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";

#[must_use]
pub fn is_internal(topic: &str) -> bool {
    matches!(topic, CONSUMER_OFFSETS | TRANSACTION_STATE | SHARE_GROUP_STATE | CLUSTER_METADATA)
}

/// Refuses what Kafka refuses, in its words: a topic's name is a directory's name and part of
/// metrics' names.
pub fn check_topic_name(name: &str) -> Result<(), CommandError> {
    let refuse = |why: String| Err(CommandError::new(ErrorKind::InvalidTopic, why));
    if name.is_empty() {
        return refuse("Topic name is invalid: the empty string is not allowed".into());
    }
    if name == "." || name == ".." {
        return refuse(format!("Topic name is invalid: '{name}' is not allowed"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.chars().count() > TOPIC_NAME_LEN_MAX {
        return refuse(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length \
             {TOPIC_NAME_LEN_MAX}"
        ));
    }
    if !name.chars().all(allowed) {
        return refuse(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII \
             alphanumerics, '.', '_' and '-'"
        ));
    }
    Ok(())
}

/// Whether a name can collide with another in metrics at all.
#[must_use]
pub fn can_collide(name: &str) -> bool {
    name.contains(['.', '_'])
}

/// The name as it appears in metrics, where '.' turns into '_'.
#[must_use]
pub fn metric_name(name: &str) -> String {
    name.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_kafka_takes() {
        let longest = "a".repeat(249);
        for name in ["a", "...", "-", "_", "A.b_c-9", "0", "__consumer_offsets", &longest] {
            assert_eq!(check_topic_name(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn names_kafka_refuses() {
        let too_long = "a".repeat(250);
        for name in ["", ".", "..", "a b", "a/b", "ü", "a\0", "a:b", &too_long] {
            let error = check_topic_name(name).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidTopic, "{name:?}");
            assert!(!error.message.is_empty());
        }
    }

    proptest! {
        #[test]
        fn allowed_letters_are_all_it_takes(name in "[a-zA-Z0-9._-]{3,249}") {
            prop_assert_eq!(check_topic_name(&name), Ok(()));
        }

        #[test]
        fn one_bad_letter_is_enough(
            head in "[a-z]{0,9}",
            bad in "[^a-zA-Z0-9._-]",
            tail in "[a-z]{0,9}",
        ) {
            let name = format!("{head}{bad}{tail}");
            prop_assert!(check_topic_name(&name).is_err());
        }
    }
}
