//! Durations as Java's `Duration.parse` reads them: `PnDTnHnMn.nS`.

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const DATE_UNITS: &[(u8, i128)] = &[(b'd', 86_400)];
const TIME_UNITS: &[(u8, i128)] = &[(b'h', 3_600), (b'm', 60), (b's', 1)];

/// Whether it is a duration, and not less than nothing.
pub(super) fn is_duration(text: &str) -> bool {
    let whole_seconds = |nanos: i128| i64::try_from(nanos / NANOS_PER_SECOND);
    nanos(text).is_some_and(|nanos| nanos >= 0 && whole_seconds(nanos).is_ok())
}

fn nanos(text: &str) -> Option<i128> {
    let text = text.to_ascii_lowercase();
    let (sign, text) = signed(&text);
    let text = text.strip_prefix('p')?;
    let (date, time) = match text.split_once('t') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    Some(sign * (sum(date, DATE_UNITS)? + sum(time, TIME_UNITS)?))
}

/// Numbers with their units, each unit once at most and the larger first.
fn sum(mut text: &str, mut units: &[(u8, i128)]) -> Option<i128> {
    let mut sum = 0;
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_lowercase())?;
        let index = units.iter().position(|(unit, _)| *unit == text.as_bytes()[end])?;
        let (unit, seconds) = units[index];
        sum += amount(&text[..end], unit == b's')? * seconds;
        (text, units) = (&text[end + 1..], &units[index + 1..]);
    }
    Some(sum)
}

/// Billionths of a unit; seconds alone may have up to nine places behind the point.
fn amount(text: &str, fraction: bool) -> Option<i128> {
    let (sign, digits) = signed(text);
    let (whole, places) = match digits.split_once(['.', ',']) {
        Some((whole, places)) if fraction && places.len() <= 9 => (whole, places),
        Some(_) => return None,
        None => (digits, ""),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(places) {
        return None;
    }
    let whole = i128::from(whole.parse::<i64>().ok()?);
    let places: i128 = format!("{places:0<9}").parse().ok()?;
    Some(sign * (whole * NANOS_PER_SECOND + places))
}

fn signed(text: &str) -> (i128, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Java 21's `Duration.parse` takes, and does not.
    #[test]
    fn durations_are_read_as_java_does() {
        for text in [
            "PT0S",
            "pt1h",
            "P1D",
            "P1DT2H3.5S",
            "PT1,25S",
            "PT1.S",
            "+P+1D",
            "-PT-1H",
            "PT-1H60M",
            "PT9223372036854775807S",
        ] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "T1H",
            "1h",
            "P1W",
            "P1H",
            "PT1D",
            "PT1M1H",
            "PT1H1H",
            "PT.5S",
            "PT1.5H",
            "PT1.0123456789S",
            "-PT1H",
            "PT-1H59M",
            "PT-0.5S",
            "PT1",
            "P1D2H",
            "PT1 S",
            "PT9223372036854775808S",
            "P9223372036854775807D",
            "PT１S",
            "PTÄH",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
