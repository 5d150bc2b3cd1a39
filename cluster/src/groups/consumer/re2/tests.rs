use super::{Expression, Fault};

/// Its first line holds topic names, each other line an expression, a tab and what RE2/J makes of
/// it: `!` refuses it, `*` matches all names, else those that match. Kafka's own jar is asked
/// whether that is true in the end-to-end tests.
const TABLE: &str = include_str!("table.txt");

fn verdict(pattern: &str, names: &[&str]) -> String {
    let Ok(expression) = Expression::new(pattern) else { return "!".to_owned() };
    let matched: Vec<&str> =
        names.iter().copied().filter(|name| expression.is_match(name)).collect();
    if matched.len() == names.len() { "*".to_owned() } else { matched.join(" ") }
}

/// RE2/J compiles these, into 1,000,000 states: here memory is bounded.
const TOO_LARGE: [&str; 2] = ["(a{1000}){1000}", "((a{100}){100}){100}"];

#[test]
fn the_dialect_is_that_of_re2j() {
    let (names, rows) = TABLE.split_once('\n').expect("names");
    let names: Vec<&str> = names.split(' ').collect();
    let mut wrong = Vec::new();
    for row in rows.lines() {
        let (pattern, wanted) = row.split_once('\t').expect("a verdict");
        let found = verdict(pattern, &names);
        if found != wanted && !TOO_LARGE.contains(&pattern) {
            wrong.push(format!("{pattern}: {found:?}, RE2/J {wanted:?}"));
        }
    }
    assert!(rows.lines().count() > 450);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_takes_too_much_memory_is_refused() {
    for pattern in TOO_LARGE {
        assert_eq!(Expression::new(pattern).err(), Some(Fault::TooLarge), "{pattern}");
    }
    assert_eq!(Expression::new(&"a".repeat(4097)).err(), Some(Fault::TooLong));
    assert!(Expression::new(&"a".repeat(4096)).is_ok());
    let deep = format!("{}a{}", "(".repeat(1000), ")".repeat(1000));
    assert_eq!(Expression::new(&deep).err(), Some(Fault::TooDeep));
    let nested = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    assert!(Expression::new(&nested).is_ok());
}

/// Whatever the bytes, the parser answers, and what it writes is read.
#[test]
fn every_short_expression_is_taken_or_refused() {
    const PARTS: [&str; 24] = [
        "a", "é", "\\", "Q", "E", "p", "P", "{", "}", "[", "]", "^", "-", "(", ")", "?", ":", "*",
        "1", ",", "|", "<", ">", "x",
    ];
    let mut patterns = vec![String::new()];
    for _ in 0..3 {
        let longer = patterns.iter().flat_map(|start| PARTS.map(|part| format!("{start}{part}")));
        patterns = longer.collect();
        for pattern in &patterns {
            assert_ne!(Expression::new(pattern).err(), Some(Fault::TooDeep), "{pattern}");
        }
    }
}
