//! The settings file: TOML, read with the line of every value.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, KEYS, Key, SETTINGS, Shape};
use super::layer::{Layer, Origin};
use crate::limits::CONFIG_FILE_BYTES_MAX;
use crate::problem::{Problem, Result};

/// Reads the file at `path`.
pub fn read(path: &Path) -> Result<Layer> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Problem::usage(format!("cannot read the settings file {}: {error}", path.display()))
            .remedy("give a readable file with --config, or none")
    };
    let size_bytes = fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if size_bytes > CONFIG_FILE_BYTES_MAX {
        return Err(unreadable(&format!("it has {size_bytes} bytes, that is no settings file")));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    parse(&text, path)
}

/// Reads the text of a settings file that lies at `path`.
pub fn parse(text: &str, path: &Path) -> Result<Layer> {
    let reader = Reader { text, path };
    let table = DeTable::parse(text).map_err(|error| {
        let origin = reader.origin(error.span().map_or(0, |span| span.start));
        Problem::usage(format!("{origin}: {}", error.message().trim_end()))
            .remedy("settings are written as TOML: name = value; texts stand in \"quotes\"")
    })?;
    let mut layer = Layer::default();
    for (name, value) in table.get_ref() {
        reader.put(&mut layer, name, value)?;
    }
    Ok(layer)
}

struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Reader<'_> {
    fn origin(&self, at_byte: usize) -> Origin {
        let before = &self.text.as_bytes()[..at_byte.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Origin::File { path: PathBuf::from(self.path), line }
    }

    fn put(
        &self,
        layer: &mut Layer,
        name: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<()> {
        let origin = self.origin(name.span().start);
        let name = name.get_ref().as_ref();
        if name == SETTINGS {
            return match value.get_ref() {
                DeValue::Table(table) => self.put_settings(layer, "", table),
                _ => Err(Problem::usage(format!("{origin}: {SETTINGS} must be a table"))
                    .remedy(format!("write [{SETTINGS}], and below it one setting a line"))),
            };
        }
        let Some(key) = keys::find(name) else {
            return Err(unknown_key(name, &origin));
        };
        match text_of(key, value.get_ref()) {
            Some(text) => layer.put(key, text, origin),
            None => Err(wrong_shape(key, value.get_ref(), &origin)),
        }
    }

    /// `log.retention.ms = 1` is nested tables in TOML; the names are put together again.
    fn put_settings(&self, layer: &mut Layer, above: &str, table: &DeTable<'_>) -> Result<()> {
        for (name, value) in table {
            let origin = self.origin(name.span().start);
            let name = format!("{above}{}", name.get_ref());
            match value.get_ref() {
                DeValue::Table(table) => self.put_settings(layer, &format!("{name}."), table)?,
                DeValue::Array(items) => {
                    let texts: Option<Vec<String>> =
                        items.iter().map(|item| scalar(item.get_ref())).collect();
                    let Some(texts) = texts else {
                        return Err(Problem::usage(format!(
                            "{origin}: {name} must be a list of texts or numbers"
                        )));
                    };
                    layer.put_setting(&name, texts.join(","), origin)?;
                }
                value => {
                    let text = scalar(value).ok_or_else(|| {
                        Problem::usage(format!("{origin}: {name} cannot be a date"))
                    })?;
                    layer.put_setting(&name, text, origin)?;
                }
            }
        }
        Ok(())
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n.to_string())
        }
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn text_of(key: &Key, value: &DeValue<'_>) -> Option<String> {
    match (key.shape, value) {
        (Shape::Number | Shape::Cores, DeValue::Integer(_))
        | (Shape::Text | Shape::Cores, DeValue::String(_)) => scalar(value),
        (Shape::Cores, DeValue::Array(items))
            if items.iter().all(|item| item.get_ref().is_integer()) =>
        {
            let cores: Option<Vec<String>> =
                items.iter().map(|item| scalar(item.get_ref())).collect();
            cores.map(|cores| cores.join(","))
        }
        _ => None,
    }
}

fn wrong_shape(key: &Key, value: &DeValue<'_>, origin: &Origin) -> Problem {
    let expected = match key.shape {
        Shape::Text => "a text in quotes",
        Shape::Number => "a number, without quotes",
        Shape::Cores => "a text such as \"0,2-5\", or a list of numbers",
    };
    let name = key.name;
    Problem::usage(format!("{origin}: {name} is of type {}", value.type_str()))
        .remedy(format!("{name} must be {expected}"))
}

fn unknown_key(name: &str, origin: &Origin) -> Problem {
    let problem = Problem::usage(format!("{origin}: unknown key {name:?}"));
    let names = KEYS.iter().map(|key| key.name).chain([SETTINGS]);
    if cluster::configs::broker::key(name).is_some() {
        return problem.remedy(format!("settings with Kafka's names go below [{SETTINGS}]"));
    }
    match keys::nearest(name, names.clone()) {
        Some(near) => problem.remedy(format!("did you mean {near}?")),
        None => problem.remedy(format!(
            "the keys are {}; Kafka's settings go below [{SETTINGS}]",
            KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::{CORES, DATA, LISTEN, NODE_ID};
    use super::*;

    fn read(text: &str) -> Result<Layer> {
        parse(text, Path::new("t.toml"))
    }

    /// What is refused, and two things the complaint says.
    #[track_caller]
    fn refused(text: &str, says: [&str; 2]) {
        let error = read(text).unwrap_err();
        let shown = error.to_string();
        for part in says {
            assert!(shown.contains(part), "{part:?} is not in: {shown}");
        }
    }

    #[test]
    fn every_way_to_write_a_value() {
        let layer = read(
            "data = \"d\"\nlisten = 'a:1'\nnode-id = 0x10\ncores = [0, 2]\n\
             [set]\nlog.retention.ms = 5\n\"log.segment.bytes\" = 1_048_576\n\
             auto.create.topics.enable = false\n",
        )
        .unwrap();
        assert_eq!(layer.get(DATA).unwrap().text, "d");
        assert_eq!(layer.get(LISTEN).unwrap().text, "a:1");
        assert_eq!(layer.get(NODE_ID).unwrap().text, "16");
        assert_eq!(layer.get(CORES).unwrap().text, "0,2");
        assert_eq!(layer.settings()["log.retention.ms"].text, "5");
        assert_eq!(layer.settings()["log.segment.bytes"].text, "1048576");
        assert_eq!(layer.settings()["auto.create.topics.enable"].text, "false");
        let origin = layer.settings()["log.retention.ms"].origin.to_string();
        assert_eq!(origin, "t.toml line 6");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_a_remedy() {
        refused("data = 'd'\n\ndatta = 'x'\n", ["t.toml line 3: unknown key", "did you mean data"]);
        refused("node-id = '1'", ["t.toml line 1", "a number, without quotes"]);
        refused("\ndata = 5", ["t.toml line 2", "a text in quotes"]);
        refused("data = d", ["t.toml line 1", "quotes"]);
        refused("data = 'a'\ndata = 'b'", ["t.toml line 2", "duplicate key"]);
        refused("[set]\nlog.retention.mss = 1", ["t.toml line 2", "did you mean log.retention.ms"]);
        refused("[set]\n\nlog.dirs = '/x'", ["t.toml line 3", "--data"]);
        refused("log.retention.ms = 1", ["unknown key \"log\"", "[set]"]);
        refused("set = 3", ["t.toml line 1", "[set]"]);
        refused("num-partitions = 3\n[set]\nnum.partitions = 4", ["given twice", "line 3"]);
    }

    #[test]
    fn no_file_and_a_giant_file_are_refused() {
        let error = super::read(Path::new("/nonexistent/t.toml")).unwrap_err();
        assert!(error.to_string().contains("/nonexistent/t.toml"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.toml");
        fs::write(&path, vec![b'\n'; 2 << 20]).unwrap();
        assert!(super::read(&path).unwrap_err().to_string().contains("no settings file"));
    }
}
