//! Texts that were given, and where: before anything is checked but their names.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use cluster::configs::broker;

use super::keys::{self, Key, NUM_PARTITIONS, OWN_KEY_OF_SETTING};
use crate::problem::{Problem, Result};

/// Where a value comes from; every complaint about it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Flag(String),
    Variable(String),
    File { path: PathBuf, line: usize },
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(flag) => f.write_str(flag),
            Origin::Variable(variable) => write!(f, "variable {variable}"),
            Origin::File { path, line } => write!(f, "{} line {line}", path.display()),
            Origin::Default => f.write_str("the default"),
        }
    }
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub text: String,
    pub origin: Origin,
}

/// What one source says: the flags, the variables, or a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// By the name of a [`Key`].
    keys: BTreeMap<&'static str, Given>,
    /// By the name of a Kafka broker setting.
    settings: BTreeMap<String, Given>,
}

impl Layer {
    /// Kafka's `num.partitions` is both a key and a setting; it is kept as the setting.
    pub fn put(&mut self, key: &Key, text: impl Into<String>, origin: Origin) -> Result<()> {
        let given = Given { text: text.into(), origin };
        if key.name == NUM_PARTITIONS {
            return self.put_setting("num.partitions", given.text, given.origin);
        }
        refuse_twice(key.name, self.keys.insert(key.name, given.clone()), &given)
    }

    /// Takes any name the broker's table knows, or refuses with what comes nearest.
    pub fn put_setting(&mut self, name: &str, text: String, origin: Origin) -> Result<()> {
        if let Some((_, own)) = OWN_KEY_OF_SETTING.iter().find(|(setting, _)| *setting == name) {
            if let Some(protocol) = secured(name, &text) {
                let problem =
                    format!("{origin}: {name} = {text:?}: no listener keeps {protocol} yet");
                return Err(Problem::usage(problem).remedy(format!(
                    "connections are neither encrypted nor authenticated: listen (--{own}) where \
                     only those you trust can connect, or behind a proxy"
                )));
            }
            let problem = Problem::usage(format!("{origin}: {name} has its own name here: {own}"));
            return Err(problem.remedy(format!(
                "set {own} (--{own}, {}, or {own} = … in the file) instead",
                keys::variable(own)
            )));
        }
        if broker::key(name).is_none() {
            let problem = Problem::usage(format!("{origin}: {name:?} is no setting of a broker"));
            let known = broker::keys().map(|key| key.name);
            return Err(match keys::nearest(name, known) {
                Some(near) => problem.remedy(format!("did you mean {near}?")),
                None => problem.remedy(
                    "Kafka's broker settings are known by Kafka's names, such as \
                     log.retention.ms; see tidemill.example.toml",
                ),
            });
        }
        let given = Given { text, origin };
        refuse_twice(name, self.settings.insert(name.to_owned(), given.clone()), &given)
    }

    /// This layer's values, and those of `lower` that this layer does not give.
    pub fn over(mut self, lower: Layer) -> Layer {
        for (name, given) in lower.keys {
            self.keys.entry(name).or_insert(given);
        }
        for (name, given) in lower.settings {
            self.settings.entry(name).or_insert(given);
        }
        self
    }

    pub fn get(&self, name: &'static str) -> Option<&Given> {
        self.keys.get(name)
    }

    /// The value given, or the key's default.
    pub fn get_or_default(&self, name: &'static str) -> Given {
        self.get(name).cloned().unwrap_or_else(|| Given {
            text: keys::find(name).and_then(|key| key.default).unwrap_or_default().to_owned(),
            origin: Origin::Default,
        })
    }

    pub fn settings(&self) -> &BTreeMap<String, Given> {
        &self.settings
    }
}

/// The protocol in the value of `listeners` or its like that promises more than plain text.
fn secured(name: &str, text: &str) -> Option<&'static str> {
    const PROTOCOLS: [&str; 3] = ["SASL_SSL", "SASL_PLAINTEXT", "SSL"];
    let mut listeners = text.split(',').filter_map(|listener| listener.split_once("://"));
    let protocol = |listener: &str| PROTOCOLS.into_iter().find(|one| *one == listener);
    let found = listeners.find_map(|(listener, _)| protocol(&listener.trim().to_uppercase()));
    found.filter(|_| name.ends_with("listeners"))
}

fn refuse_twice(name: &str, before: Option<Given>, now: &Given) -> Result<()> {
    match before {
        None => Ok(()),
        Some(before) => Err(Problem::usage(format!(
            "{name} is given twice: {} says {:?}, {} says {:?}",
            before.origin, before.text, now.origin, now.text
        ))
        .remedy("leave one of the two out")),
    }
}
