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
