//! Answers as trees of fields, read from their pretty Debug text: one reader for every API.

use std::collections::BTreeMap;
use std::fmt::Debug;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Leaf(String),
    List(Vec<Value>),
    Struct(Vec<(String, Value)>),
}

impl Value {
    pub fn of(answer: &impl Debug) -> Value {
        let text = format!("{answer:#?}");
        let mut lines = text.lines().map(str::trim);
        let first = lines.next().expect("a text has a line");
        value(first, &mut lines)
    }

    /// Every field by its path, such as `topics[0].error_code`. Configs are named by their names,
    /// and their order is a field of its own.
    pub fn fields(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        self.collect("", &mut fields);
        fields
    }

    fn collect(&self, path: &str, fields: &mut BTreeMap<String, String>) {
        match self {
            Value::Leaf(text) => {
                fields.insert(path.to_owned(), text.clone());
            }
            Value::List(items) => {
                let names: Vec<String> = items.iter().filter_map(Value::name).collect();
                let named = is_of_configs(path) && names.len() == items.len();
                fields.insert(format!("{path}.len"), items.len().to_string());
                if named {
                    fields.insert(format!("{path}.order"), names.join(" "));
                }
                for (index, item) in items.iter().enumerate() {
                    let key = if named { names[index].clone() } else { index.to_string() };
                    item.collect(&format!("{path}[{key}]"), fields);
                }
            }
            Value::Struct(members) => {
                for (name, value) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    value.collect(&format!("{path}{dot}{name}"), fields);
                }
            }
        }
    }

    fn name(&self) -> Option<String> {
        let Value::Struct(members) = self else { return None };
        match members.iter().find(|(name, _)| name == "name") {
            Some((_, Value::Leaf(text))) => Some(text.trim_matches('"').to_owned()),
            _ => None,
        }
    }

    /// Changes leaves, given the name of their field.
    pub fn normalise(&mut self, field: &str, change: &impl Fn(&str, &str) -> Option<String>) {
        match self {
            Value::Leaf(text) => {
                if let Some(changed) = change(field, text) {
                    *text = changed;
                }
            }
            Value::List(items) => {
                items.iter_mut().for_each(|item| item.normalise(field, change));
            }
            Value::Struct(members) => {
                members.iter_mut().for_each(|(name, value)| value.normalise(name, change));
            }
        }
    }

    /// Puts the items of the named lists into one order: Kafka promises none for them.
    pub fn sort(&mut self, lists: &[&str]) {
        match self {
            Value::Leaf(_) => {}
            Value::List(items) => items.iter_mut().for_each(|item| item.sort(lists)),
            Value::Struct(members) => {
                for (name, value) in members {
                    value.sort(lists);
                    if let Value::List(items) = value
                        && lists.contains(&name.as_str())
                    {
                        items.sort();
                    }
                }
            }
        }
    }
}

fn is_of_configs(path: &str) -> bool {
    path.ends_with(".configs")
}

type Lines<'a, 'b> = &'a mut dyn Iterator<Item = &'b str>;

/// The value that begins with `first` and goes on in `lines`.
fn value(first: &str, lines: Lines<'_, '_>) -> Value {
    match first.chars().last() {
        Some('{') => Value::Struct(members(lines)),
        Some('[') => Value::List(items(lines)),
        // Some(…): what is in it.
        Some('(') => items(lines).pop().expect("something in Some"),
        _ => match first.trim_end_matches(',') {
            "[]" => Value::List(Vec::new()),
            leaf => Value::Leaf(leaf.to_owned()),
        },
    }
}

fn members(lines: Lines<'_, '_>) -> Vec<(String, Value)> {
    let mut members = Vec::new();
    while let Some(line) = lines.next().filter(|line| !line.starts_with('}')) {
        let (name, first) = line.split_once(": ").expect("a field and its value");
        members.push((name.to_owned(), value(first, lines)));
    }
    members
}

fn items(lines: Lines<'_, '_>) -> Vec<Value> {
    let mut items = Vec::new();
    while let Some(line) = lines.next().filter(|line| !line.starts_with([']', ')'])) {
        items.push(value(line, lines));
    }
    items
}

#[test]
fn the_fields_of_an_answer_are_named() {
    #[derive(Debug)]
    #[allow(dead_code)]
    struct Item {
        name: &'static str,
        value: Option<&'static str>,
    }
    #[derive(Debug)]
    #[allow(dead_code)]
    struct Answer {
        code: i16,
        ids: Vec<i32>,
        configs: Option<Vec<Item>>,
        none: Vec<Item>,
    }
    let configs =
        Some(vec![Item { name: "a.b", value: None }, Item { name: "c", value: Some("[") }]);
    let answer = Answer { code: 3, ids: vec![7, 8], configs, none: Vec::new() };
    let outer = Value::of(&vec![answer]);
    let Value::List(items) = &outer else { panic!("{outer:?}") };
    let fields = items[0].fields();
    let expected = [
        ("code", "3"),
        ("ids.len", "2"),
        ("ids[0]", "7"),
        ("ids[1]", "8"),
        ("none.len", "0"),
        ("configs.len", "2"),
        ("configs[0].name", "\"a.b\""),
        ("configs[0].value", "None"),
        ("configs[1].name", "\"c\""),
        ("configs[1].value", "\"[\""),
    ];
    let expected = expected.map(|(path, value)| (path.to_owned(), value.to_owned()));
    assert_eq!(fields, BTreeMap::from(expected));
}
