//! What is written is read back, and written again it is the same bytes.

use std::collections::BTreeSet;

use crate::table;

const SEEDS: u64 = 60;

#[test]
fn random_values_come_back_equal() {
    for message in table::all() {
        for version in message.versions() {
            for seed in 0..SEEDS {
                let bytes = (message.random)(seed, version);
                let again = (message.again)(&bytes, version);
                assert_eq!(again, Ok(bytes), "{} v{version} seed {seed}", message.name);
            }
        }
    }
}

#[test]
fn random_values_are_not_all_the_same() {
    for message in table::all() {
        for version in message.versions() {
            let different: BTreeSet<_> =
                (0..SEEDS).map(|seed| (message.random)(seed, version)).collect();
            // A message of a flag or two, or of none, has few encodings.
            let default = (message.default)(version).expect("no field needs a value");
            let least = default.len().min(5);
            assert!(different.len() >= least, "{} v{version}", message.name);
        }
    }
}

#[test]
fn defaults_come_back_equal() {
    for message in table::all() {
        for version in message.versions() {
            let Some(bytes) = (message.default)(version) else { continue };
            let again = (message.again)(&bytes, version);
            assert_eq!(again, Ok(bytes), "{} v{version}", message.name);
        }
    }
}

#[test]
fn the_table_has_every_api_that_a_broker_listens_to() {
    let in_table: BTreeSet<_> = table::all().iter().map(|message| message.api).collect();
    let on_listener: BTreeSet<_> = wire::ApiKey::all()
        .filter(|api| api.is_on_broker_listener() && !api.valid_versions().is_empty())
        .collect();
    assert_eq!(in_table, on_listener);
    assert_eq!(in_table.len(), 79);
}
