//! A remedy for a name nobody knows.

use super::ConfigKey;
use crate::error::{CommandError, ErrorKind};

/// Names longer than any config are not compared: the work grows with the length.
const NAME_LEN_COMPARED_MAX: usize = 100;

/// "No such config", with the nearest name there is, if one is near.
#[must_use]
pub fn unknown_name<'a, I>(of: &str, name: &str, keys: I) -> CommandError
where
    I: IntoIterator<Item = &'a ConfigKey, IntoIter: Clone>,
{
    let remedy = match nearest(name, keys.into_iter().map(|key| key.name)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "the configs that exist are those DescribeConfigs lists".to_owned(),
    };
    let shown: String = name.chars().take(NAME_LEN_COMPARED_MAX).collect();
    let message = format!("Unknown {of} config name: {shown}; {remedy}");
    CommandError::new(ErrorKind::InvalidConfig, message)
}

/// The name that was most likely meant, if one is near.
#[must_use]
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if name.is_empty() || name.len() > NAME_LEN_COMPARED_MAX {
        return None;
    }
    let plain = plain(name);
    // The broker's and the topic's names of one thing differ by a prefix people leave out or add.
    let by_ending = names.clone().find(|near| {
        let near_plain = self::plain(near);
        near_plain.strip_prefix("log.").is_some_and(|rest| rest == plain)
            || plain.strip_prefix("log.").is_some_and(|rest| rest == near_plain)
    });
    let by_letters = || {
        let distances = names.map(|near| (distance(&plain, &self::plain(near)), near));
        let (distance, near) = distances.min_by_key(|(distance, _)| *distance)?;
        (distance <= 2.max(name.len() / 5)).then_some(near)
    };
    by_ending.or_else(by_letters)
}

/// One spelling for `_`, `-`, `.` and case.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '-'], ".")
}

/// Letters to add, drop or change to make one of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
