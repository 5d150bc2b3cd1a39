//! Regular expressions of consumer groups are those of RE2/J: the table that the unit tests hold to
//! is true of Kafka's own jar, and the broker goes by it.

use crate::on_one_and_two_shards;
use crate::support::command;
use crate::support::files::repository;
use crate::support::group;
use crate::support::tools::java;
use std::time::Duration;
use wire::messages::ConsumerGroupHeartbeatRequest;

on_one_and_two_shards!(expressions_are_taken_and_refused);

const INVALID_REGULAR_EXPRESSION: i16 = 128;
const TABLE: &str = "cluster/src/groups/consumer/re2/table.txt";

#[test]
fn the_table_of_expressions_is_true_of_kafkas_own() {
    let table = std::fs::read_to_string(repository().join(TABLE)).expect("the table");
    let (names, rows) = table.split_once('\n').expect("names");
    let expressions = rows.lines().map(|row| row.split_once('\t').expect("a verdict").0);
    let input = expressions.collect::<Vec<_>>().join("\n") + "\n";
    let source = repository().join("tests/kafka/Regexes.java");
    let mut program = java("-Xmx256M", source.to_str().expect("a UTF-8 path"));
    program.args(names.split(' '));
    let told = command::run(program, input.as_bytes(), Duration::from_secs(60)).ok();
    for (told, row) in told.out.lines().zip(rows.lines()) {
        assert_eq!(told, row);
    }
    assert_eq!(told.out.lines().count(), rows.lines().count());
}

fn expressions_are_taken_and_refused(test: &str, shards: usize) {
    let broker = group::start(test, shards);
    let mut connection = group::connect(&broker, "expressions");
    let rows = [
        (r"\d+", 0),
        (r"\w+\s*\b", 0),
        (r"\pL+\p{Greek}?", 0),
        ("(?i)orders", 0),
        ("[[:alpha:]]+", 0),
        (r"\141\x62", 0),
        ("α", 0),
        ("a{1000}", 0),
        ("a*+", INVALID_REGULAR_EXPRESSION),
        ("a{1001}", INVALID_REGULAR_EXPRESSION),
        (r"\p{greek}", INVALID_REGULAR_EXPRESSION),
        ("(?=a)", INVALID_REGULAR_EXPRESSION),
        (r"(a)\1", INVALID_REGULAR_EXPRESSION),
        ("[z-a]", INVALID_REGULAR_EXPRESSION),
    ];
    for (place, (expression, code)) in rows.into_iter().enumerate() {
        let request = ConsumerGroupHeartbeatRequest {
            group_id: "expressions".into(),
            member_id: format!("member-{place}").into(),
            rebalance_timeout_ms: 10_000,
            subscribed_topic_regex: Some(expression.into()),
            topic_partitions: Some(Vec::new()),
            ..Default::default()
        };
        let answer = connection.call(1, &request);
        assert_eq!(answer.error_code, code, "{expression}: {:?}", answer.error_message);
    }
}
