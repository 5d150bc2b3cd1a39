//! TIDEMILL_ variables.

use cluster::configs::broker;

use super::keys::{self, KEYS};
use super::layer::{Layer, Origin};
use crate::problem::{Problem, Result};

/// Names the settings file; read by the command line, not part of a layer.
pub const CONFIG_VARIABLE: &str = "TIDEMILL_CONFIG";
/// Where the client commands find a cluster; says nothing to `serve`.
pub const BOOTSTRAP_VARIABLE: &str = "TIDEMILL_BOOTSTRAP_SERVER";
const PREFIX: &str = "TIDEMILL_";
const SETTING_PREFIX: &str = "TIDEMILL_SET_";

/// What the variables say, and which of them say nothing to this program. Those are no mistake for
/// sure: an orchestrator names variables after a service that is called `tidemill`.
pub fn read(variables: impl Iterator<Item = (String, String)>) -> Result<(Layer, Vec<String>)> {
    let mut layer = Layer::default();
    let mut unknown = Vec::new();
    for (name, value) in variables {
        if !name.starts_with(PREFIX)
            || [CONFIG_VARIABLE, BOOTSTRAP_VARIABLE].contains(&name.as_str())
        {
            continue;
        }
        let origin = Origin::Variable(name.clone());
        if let Some(key) = KEYS.iter().find(|key| key.variable() == name) {
            layer.put(key, value, origin)?;
        } else if let Some(setting) = name.strip_prefix(SETTING_PREFIX) {
            layer.put_setting(setting_name(setting, &name)?, value, origin)?;
        } else {
            // Names of keys are short: the prefix would make any two of them look alike.
            let near = keys::nearest(&name[PREFIX.len()..], KEYS.iter().map(|key| key.name));
            unknown.push(match near {
                Some(near) => format!("{name} (did you mean {}?)", keys::variable(near)),
                None => name,
            });
        }
    }
    Ok((layer, unknown))
}

/// `LOG_RETENTION_MS` is log.retention.ms.
fn setting_name(shouted: &str, variable: &str) -> Result<&'static str> {
    let shout = |name: &str| name.to_ascii_uppercase().replace(['.', '-'], "_");
    if let Some(key) = broker::keys().find(|key| shout(key.name) == shouted) {
        return Ok(key.name);
    }
    let own = keys::OWN_KEY_OF_SETTING.iter().find(|(setting, _)| shout(setting) == shouted);
    if let Some((setting, _)) = own {
        // Refused by the layer, which names the key to use.
        return Ok(setting);
    }
    let problem = Problem::usage(format!("variable {variable} names no setting of a broker"));
    Err(problem.remedy(format!(
        "{SETTING_PREFIX} is followed by a Kafka broker setting in capitals with _ for a dot, such \
         as {SETTING_PREFIX}LOG_RETENTION_MS"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars<'a>(given: &'a [(&str, &str)]) -> impl Iterator<Item = (String, String)> + 'a {
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    }

    #[test]
    fn variables_set_keys_and_settings() {
        let given =
            [("TIDEMILL_NODE_ID", "7"), ("TIDEMILL_SET_LOG_RETENTION_MS", "5"), ("HOME", "/")];
        let (layer, unknown) = read(vars(&given)).unwrap();
        assert_eq!(layer.get(keys::NODE_ID).unwrap().text, "7");
        assert_eq!(layer.settings()["log.retention.ms"].text, "5");
        assert!(unknown.is_empty());
    }

    #[test]
    fn a_foreign_variable_is_told_and_a_wrong_setting_refused() {
        let (_, unknown) = read(vars(&[("TIDEMILL_BIN", "x"), ("TIDEMILL_LISTN", "y")])).unwrap();
        assert_eq!(unknown, ["TIDEMILL_BIN", "TIDEMILL_LISTN (did you mean TIDEMILL_LISTEN?)"]);
        let error = read(vars(&[("TIDEMILL_SET_LOG_RETENTIO", "5")])).unwrap_err();
        assert!(error.to_string().contains("TIDEMILL_SET_LOG_RETENTION_MS"), "{error}");
        let error = read(vars(&[("TIDEMILL_SET_LOG_DIRS", "/x")])).unwrap_err();
        assert!(error.to_string().contains("--data"), "{error}");
    }
}
