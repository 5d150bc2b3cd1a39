//! The flags of `tidemill serve`, made from the table of keys.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use crate::config::environment::{self, CONFIG_VARIABLE};
use crate::config::keys::{KEYS, Key, SETTINGS, Shape};
use crate::config::{Layer, Origin, file};
use crate::problem::{Problem, Result};

const CONFIG: &str = "config";

/// Flags as they were typed.
#[derive(Debug, Clone)]
pub struct ServeArgs {
    keys: Vec<(&'static Key, String)>,
    settings: Vec<String>,
    config: Option<PathBuf>,
}

/// The three layers as one, and variables that were not understood.
pub struct Told {
    pub layer: Layer,
    pub unknown_variables: Vec<String>,
}

impl ServeArgs {
    /// Flags win over variables, which win over the file.
    pub fn gather(&self, variables: impl Iterator<Item = (String, String)>) -> Result<Told> {
        let variables: Vec<(String, String)> = variables.collect();
        let named = variables.iter().find(|(name, _)| name == CONFIG_VARIABLE);
        let config = self.config.clone().or(named.map(|(_, path)| PathBuf::from(path)));
        let from_file = config.map(|path| file::read(&path)).transpose()?.unwrap_or_default();
        let (from_variables, unknown_variables) = environment::read(variables.into_iter())?;
        let layer = self.layer()?.over(from_variables).over(from_file);
        Ok(Told { layer, unknown_variables })
    }

    fn layer(&self) -> Result<Layer> {
        let mut layer = Layer::default();
        for (key, text) in &self.keys {
            layer.put(key, text.as_str(), Origin::Flag(format!("--{}", key.name)))?;
        }
        for setting in &self.settings {
            let flag = format!("--{SETTINGS} {setting}");
            let Some((name, value)) = setting.split_once('=') else {
                return Err(Problem::usage(format!("{flag}: there is no ="))
                    .remedy(format!("write --{SETTINGS} NAME=VALUE")));
            };
            layer.put_setting(name.trim(), value.trim().to_owned(), Origin::Flag(flag))?;
        }
        Ok(layer)
    }
}

fn flag(key: &Key) -> Arg {
    let variable = key.variable();
    let help = match key.default {
        Some(default) => format!("{} [default: {default}] [variable: {variable}]", key.doc),
        None => format!("{} [variable: {variable}]", key.doc),
    };
    Arg::new(key.name)
        .long(key.name)
        .value_name(key.value)
        .help(help)
        // As in other programs, the last one counts: scripts add flags at the end.
        .overrides_with(key.name)
        .allow_hyphen_values(key.shape == Shape::Number)
}

impl clap::Args for ServeArgs {
    fn augment_args(command: Command) -> Command {
        command
            .args(KEYS.iter().map(flag))
            .arg(
                Arg::new(SETTINGS)
                    .long(SETTINGS)
                    .value_name("NAME=VALUE")
                    .help(
                        "Any other Kafka broker setting, by Kafka's name, such as \
                         log.retention.ms=3600000 [variables: TIDEMILL_SET_LOG_RETENTION_MS, …]",
                    )
                    .action(ArgAction::Append),
            )
            .arg(
                Arg::new(CONFIG)
                    .long(CONFIG)
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .help(format!(
                        "Settings file (TOML, see tidemill.example.toml); flags and variables win \
                         over it [variable: {CONFIG_VARIABLE}]"
                    )),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServeArgs {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let given = |key: &'static Key| Some((key, matches.get_one::<String>(key.name)?.clone()));
        let keys = KEYS.iter().filter_map(given).collect();
        let settings = matches.get_many::<String>(SETTINGS).into_iter().flatten().cloned();
        Ok(ServeArgs {
            keys,
            settings: settings.collect(),
            config: matches.get_one::<PathBuf>(CONFIG).cloned(),
        })
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Command as Subcommand, CommandLine};
    use crate::config::keys::{DATA, NODE_ID};

    fn args(words: &[&str]) -> ServeArgs {
        let line = ["tidemill", "serve"].iter().chain(words);
        match CommandLine::parse_from(line).command {
            Subcommand::Serve(args) => args,
            other => panic!("{other:?}"),
        }
    }

    fn variables(given: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        let own = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        own.collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn three_layers_become_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.toml");
        std::fs::write(&path, "data = 'file'\nnode-id = 1\n[set]\nbroker.rack = 'file'\n").unwrap();
        let path = path.to_str().unwrap();
        let flags = ["--node-id", "2", "--node-id", "3", "--set", "broker.rack=a=b"];
        // The file is named by a variable, one flag is given twice, and one value holds a =.
        let told = args(&flags)
            .gather(variables(&[("TIDEMILL_CONFIG", path), ("TIDEMILL_NODE_ID", "9"), ("X", "")]))
            .unwrap();
        assert_eq!(told.layer.get(NODE_ID).unwrap().text, "3");
        assert_eq!(told.layer.get(DATA).unwrap().text, "file");
        assert_eq!(told.layer.get(DATA).unwrap().origin.to_string(), format!("{path} line 1"));
        assert_eq!(told.layer.settings()["broker.rack"].text, "a=b");
        let missing = args(&["--config", "/nonexistent.toml"]).gather(variables(&[]));
        assert!(missing.err().unwrap().to_string().contains("/nonexistent.toml"));
    }

    #[test]
    fn a_setting_needs_a_name_and_a_value() {
        for (setting, says) in [
            ("nonsense=1", "\"nonsense\" is no setting"),
            ("log.retention.ms", "there is no ="),
            ("log.retention.mss=1", "did you mean log.retention.ms?"),
            ("node.id=1", "--node-id"),
        ] {
            let error = args(&["--set", setting]).gather(variables(&[])).err().unwrap();
            assert!(error.to_string().contains(says), "{setting}: {error}");
        }
    }
}
