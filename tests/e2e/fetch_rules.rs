//! What ends the wait of a fetch, and how much it brings: one table. Every expected value is stock
//! Kafka's.

use crate::on_one_and_two_shards;
use crate::support::batch::{self, Builder};
use crate::support::broker::{Broker, Options, against_kafka};
use crate::support::connection::Connection;
use crate::support::topic::{self, Topic};
use std::time::{Duration, Instant};
use wire::Uuid;
use wire::messages::FetchRequest;
use wire::messages::fetch_request::{FetchPartition, FetchTopic};
use wire::messages::fetch_response::{FetchResponse, PartitionData};

on_one_and_two_shards!(what_ends_a_wait_and_how_much_it_brings);

/// Of a fetch that is to wait.
const WAIT_MS: i32 = 400;
/// An answer that comes earlier did not wait.
const AT_ONCE: Duration = Duration::from_millis(250);

/// Parts of a row, of which each is what is asked of one partition.
#[derive(Clone, Copy)]
struct Ask {
    /// "filled", "empty" or "missing".
    partition: Place,
    offset: i64,
    /// In batches of the filled partition, and bytes beside them.
    max: (i32, i32),
    epoch: i32,
    fetched_epoch: i32,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Empty,
    Empty2,
    Filled,
    Filled2,
    MissingPartition,
    MissingTopic,
}

use Place::*;

const ALL: (i32, i32) = (100, 0);

fn ask(partition: Place) -> Ask {
    Ask { partition, offset: 0, max: ALL, epoch: -1, fetched_epoch: -1 }
}

impl Ask {
    fn at(self, offset: i64) -> Ask {
        Ask { offset, ..self }
    }

    fn max(self, batches: i32, bytes: i32) -> Ask {
        Ask { max: (batches, bytes), ..self }
    }

    fn epoch(self, epoch: i32) -> Ask {
        Ask { epoch, ..self }
    }

    fn fetched_epoch(self, fetched_epoch: i32) -> Ask {
        Ask { fetched_epoch, ..self }
    }
}

struct Row {
    what: &'static str,
    asks: Vec<Ask>,
    min: (i32, i32),
    max: (i32, i32),
    wait_ms: i32,
    isolation: i8,
    /// What stock Kafka answers in v12 and v17; once where that is the same but for how a topic is
    /// not known.
    told: &'static str,
    /// What is answered here, for a reason.
    here: Option<&'static str>,
}

fn row(what: &'static str, asks: &[Ask], told: &'static str) -> Row {
    let asks = asks.to_vec();
    Row { what, asks, min: (0, 1), max: ALL, wait_ms: WAIT_MS, isolation: 0, told, here: None }
}

impl Row {
    fn min(self, batches: i32, bytes: i32) -> Row {
        Row { min: (batches, bytes), ..self }
    }

    fn max(self, batches: i32, bytes: i32) -> Row {
        Row { max: (batches, bytes), ..self }
    }

    fn wait_ms(self, wait_ms: i32) -> Row {
        Row { wait_ms, ..self }
    }

    fn here(self, here: &'static str) -> Row {
        Row { here: Some(here), ..self }
    }

    fn isolation(self, isolation: i8) -> Row {
        Row { isolation, ..self }
    }
}

fn rows() -> Vec<Row> {
    vec![
        row("nothing to read", &[ask(Empty)], "waits: empty(0 0 (0))"),
        row("no partitions", &[], "at once:"),
        row(
            "a missing partition alone",
            &[ask(MissingPartition)],
            "at once: nowhere(3 0 aborted 0)",
        ),
        row("a missing topic alone", &[ask(MissingTopic)], "at once: missing(3 0 aborted 0)"),
        row(
            "both missing",
            &[ask(MissingTopic), ask(MissingPartition)],
            "at once: missing(3 0 aborted 0) nowhere(3 0 aborted 0)",
        ),
        row(
            "empty, missing partition",
            &[ask(Empty), ask(MissingPartition)],
            "waits: empty(0 0 (0)) nowhere(3 0 aborted 0)",
        ),
        row(
            "missing partition, empty",
            &[ask(MissingPartition), ask(Empty)],
            "waits: empty(0 0 (0)) nowhere(3 0 aborted 0)",
        ),
        row(
            "empty, missing topic",
            &[ask(Empty), ask(MissingTopic)],
            "waits: empty(0 0 (0)) missing(3 0 aborted 0)",
        ),
        row(
            "empty, filled, missing",
            &[ask(Empty), ask(Filled), ask(MissingTopic)],
            "at once: empty(0 0 (0)) filled(0 3@0 (30)) missing(3 0 aborted 0)",
        ),
        row("out of range alone", &[ask(Empty).at(1)], "at once: empty(1 0)"),
        row(
            "empty, out of range",
            &[ask(Empty), ask(Empty2).at(1)],
            "at once: empty(0 0 (0)) empty2(1 0)",
        ),
        row(
            "below the log",
            &[ask(Empty), ask(Filled).at(-1)],
            "at once: empty(0 0 (0)) filled(1 0)",
        ),
        row("beyond the log", &[ask(Filled).at(i64::MAX)], "at once: filled(1 0)"),
        row("at the end", &[ask(Filled).at(30)], "waits: filled(0 0 (30))"),
        row(
            "an epoch to come",
            &[ask(Empty), ask(Empty2).epoch(1000)],
            "at once: empty(0 0 (0)) empty2(75 0)",
        ),
        row(
            "an epoch gone by",
            &[ask(Empty), ask(Empty2).epoch(-2)],
            "waits: empty(0 0 (0)) empty2(0 0 (0))",
        ),
        row(
            "fetched in an epoch to come",
            &[ask(Empty), ask(Filled).fetched_epoch(1000)],
            "at once: empty(0 0 (0)) filled(1 0)",
        ),
        row(
            "fetched in epoch -2",
            &[ask(Empty), ask(Filled).fetched_epoch(-2)],
            "at once: empty(0 0 (0)) filled(0 3@0 (30))",
        ),
        row(
            "fetched beyond its epoch",
            &[ask(Empty), ask(Filled).fetched_epoch(0).at(31)],
            "at once: empty(0 0 (0)) filled(0 0 (30) diverging 0 30)",
        ),
        row("fetched in its epoch", &[ask(Filled).fetched_epoch(0)], "at once: filled(0 3@0 (30))"),
        row("all there is", &[ask(Filled)], "at once: filled(0 3@0 (30))"),
        row("min is what there is", &[ask(Filled)], "at once: filled(0 3@0 (30))").min(3, 0),
        row("min is more than there is", &[ask(Filled)], "waits: filled(0 3@0 (30))").min(3, 1),
        row("min is 0", &[ask(Empty)], "at once: empty(0 0 (0))").min(0, 0),
        row("min is negative", &[ask(Empty)], "at once: empty(0 0 (0))").min(0, -1),
        row("min is negative, data", &[ask(Filled)], "at once: filled(0 3@0 (30))").min(0, -1),
        row("wait is 0", &[ask(Empty)], "at once: empty(0 0 (0))").wait_ms(0),
        row("wait is negative", &[ask(Empty)], "at once: empty(0 0 (0))").wait_ms(-1),
        row("wait is 0, min is more", &[ask(Filled)], "at once: filled(0 3@0 (30))")
            .min(4, 0)
            .wait_ms(0),
        row(
            "a partition's limit within a batch",
            &[ask(Filled).max(1, 9)],
            "at once: filled(0 1@0 (30))",
        ),
        row("limit cuts, min between", &[ask(Filled).max(1, 9)], "at once: filled(0 1@0 (30))")
            .min(1, 5),
        row(
            "limit cuts, min is the limit",
            &[ask(Filled).max(1, 9)],
            "at once: filled(0 1@0 (30))",
        )
        .min(1, 9),
        row("limit cuts, min above", &[ask(Filled).max(1, 9)], "waits: filled(0 1@0 (30))")
            .min(1, 10),
        row("request's limit cuts", &[ask(Filled)], "at once: filled(0 1@0 (30))")
            .max(1, 9)
            .min(1, 5),
        row("request's limit below min", &[ask(Filled)], "at once: filled(0 1@0 (30))")
            .max(1, 9)
            .min(3, 0),
        row("request's limit below min, empty", &[ask(Empty)], "waits: empty(0 0 (0))")
            .max(1, 9)
            .min(3, 0),
        row("a limit of one byte", &[ask(Filled).max(0, 1)], "at once: filled(0 1@0 (30))"),
        row(
            "a limit of one byte, min above",
            &[ask(Filled).max(0, 1)],
            "waits: filled(0 1@0 (30))",
        )
        .min(1, 1),
        row("a limit of 0", &[ask(Filled).max(0, 0)], "at once: filled(0 1@0 (30))"),
        row("a negative limit", &[ask(Filled).max(0, -1)], "at once: filled(-1 0)")
            .here("at once: filled(0 1@0 (30))"),
        row("a negative limit, empty", &[ask(Empty).max(0, -1)], "waits: empty(0 0 (0))"),
        row(
            "negative limit after data",
            &[ask(Filled), ask(Filled2).max(0, -1)],
            "at once: filled(0 3@0 (30)) filled2(-1 0)",
        )
        .here("at once: filled(0 3@0 (30)) filled2(0 0 (30))"),
        row("a request's limit of 0", &[ask(Filled)], "at once: filled(0 1@0 (30))").max(0, 0),
        row("a request's limit of 0, empty", &[ask(Empty)], "at once: empty(0 0 (0))").max(0, 0),
        row("a negative request's limit", &[ask(Filled)], "at once: filled(-1 0)")
            .here("at once: filled(0 1@0 (30))")
            .max(0, -1),
        row("a negative request's limit, empty", &[ask(Empty)], "at once: empty(0 0 (0))")
            .max(0, -1),
        row(
            "the first batch of the first",
            &[ask(Filled).max(0, 1), ask(Filled2).max(0, 1)],
            "at once: filled(0 1@0 (30)) filled2(0 0 (30))",
        ),
        row(
            "the first that has any",
            &[ask(Empty).max(0, 1), ask(Filled2).max(0, 1)],
            "at once: empty(0 0 (0)) filled2(0 1@0 (30))",
        ),
        row(
            "first out of range",
            &[ask(Empty).at(1), ask(Filled2).max(0, 1)],
            "at once: empty(1 0) filled2(0 1@0 (30))",
        ),
        row(
            "first missing",
            &[ask(MissingTopic), ask(Filled2).max(0, 1)],
            "at once: filled2(0 1@0 (30)) missing(3 0 aborted 0)",
        ),
        row(
            "second too large for the rest",
            &[ask(Filled), ask(Filled2)],
            "at once: filled(0 3@0 (30)) filled2(0 0 (30))",
        )
        .max(3, 9),
        row(
            "second has its share",
            &[ask(Filled).max(1, 9), ask(Filled2)],
            "at once: filled(0 1@0 (30)) filled2(0 1@0 (30))",
        )
        .here("at once: filled(0 1@0 (30)) filled2(0 2@0 (30))")
        .max(3, 0),
        row(
            "second cut off counts",
            &[ask(Filled).max(1, 0), ask(Filled2).max(0, 50)],
            "at once: filled(0 1@0 (30)) filled2(0 0 (30))",
        )
        .min(1, 50),
        row(
            "second cut off, min above",
            &[ask(Filled).max(1, 0), ask(Filled2).max(0, 50)],
            "waits: filled(0 1@0 (30)) filled2(0 0 (30))",
        )
        .min(1, 51),
        row("from the middle of a batch", &[ask(Filled).at(5)], "at once: filled(0 3@0 (30))"),
        row("middle, limit", &[ask(Filled).at(5).max(2, 0)], "at once: filled(0 2@0 (30))"),
        row(
            "committed only",
            &[ask(Filled), ask(Empty), ask(MissingTopic)],
            "at once: empty(0 0 (0) aborted 0) filled(0 3@0 (30) aborted 0) missing(3 0 aborted 0)",
        )
        .isolation(1),
        row("committed only, out of range", &[ask(Empty).at(1)], "at once: empty(1 0)")
            .isolation(1),
        row(
            "isolation 2",
            &[ask(Filled)],
            "at once: error -1 filled(-1 0 aborted 0) | at once: error -1",
        )
        .here("at once: error -1")
        .isolation(2),
        row(
            "isolation -1",
            &[ask(Filled)],
            "at once: error -1 filled(-1 0 aborted 0) | at once: error -1",
        )
        .here("at once: error -1")
        .isolation(-1),
        row("twice the same", &[ask(Filled), ask(Filled).at(20)], "at once: filled(0 1@20 (30))")
            .here("at once: filled(0 1@20 (30)) filled(0 3@0 (30))"),
        row(
            "twice the same, empty first",
            &[ask(Filled).at(30), ask(Filled)],
            "at once: filled(0 3@0 (30))",
        )
        .here("at once: filled(0 0 (30)) filled(0 3@0 (30))"),
    ]
}

/// Four partitions of one shard, of which two are filled.
struct World {
    topic: Topic,
    missing: Topic,
    places: [i32; 4],
    batch_bytes: i32,
    connection: Connection,
}

impl World {
    fn new(broker: &Broker, shards: usize) -> World {
        let topic = Topic::create(broker, "rules", 4 * shards as i32, &[]);
        let mine = (0..topic.shards.len()).filter(|index| topic.shards[*index] == 0);
        let mine: Vec<i32> = mine.map(|index| index as i32).collect();
        let places = mine.try_into().expect("placement is balanced");
        let missing = Topic { name: "missing".to_owned(), id: Uuid([7; 16]), ..topic.clone() };
        let mut connection = broker.connect(0);
        let batch = Builder::default().values(&vec![vec![b'x'; 100]; 10]);
        let [_, _, filled, filled2] = places;
        for partition in [filled, filled2] {
            for _ in 0..3 {
                topic::produce_ok(&mut connection, &topic, partition, &batch);
            }
        }
        World { topic, missing, places, batch_bytes: batch.len() as i32, connection }
    }

    fn bytes(&self, (batches, bytes): (i32, i32)) -> i32 {
        batches * self.batch_bytes + bytes
    }

    fn partition(&self, place: Place) -> i32 {
        match place {
            Empty => self.places[0],
            Empty2 => self.places[1],
            Filled => self.places[2],
            Filled2 => self.places[3],
            MissingPartition => 99,
            MissingTopic => 0,
        }
    }

    fn request(&self, row: &Row) -> FetchRequest<'static> {
        let topics = row.asks.iter().map(|ask| {
            let topic = if ask.partition == MissingTopic { &self.missing } else { &self.topic };
            FetchTopic {
                topic: topic.name.clone().into(),
                topic_id: topic.id,
                partitions: vec![FetchPartition {
                    partition: self.partition(ask.partition),
                    current_leader_epoch: ask.epoch,
                    fetch_offset: ask.offset,
                    last_fetched_epoch: ask.fetched_epoch,
                    log_start_offset: -1,
                    partition_max_bytes: self.bytes(ask.max),
                    ..Default::default()
                }],
            }
        });
        FetchRequest {
            replica_id: -1,
            max_wait_ms: row.wait_ms,
            min_bytes: self.bytes(row.min),
            max_bytes: self.bytes(row.max),
            isolation_level: row.isolation,
            session_epoch: -1,
            topics: topics.collect(),
            ..Default::default()
        }
    }

    fn name(&self, topic: &str, id: Uuid, partition: i32) -> &'static str {
        if topic == "missing" || id == self.missing.id {
            return "missing";
        }
        let names = ["empty", "empty2", "filled", "filled2"];
        let place = self.places.iter().position(|place| *place == partition);
        place.map_or("nowhere", |place| names[place])
    }

    fn text(&self, response: &FetchResponse<'_>) -> String {
        let mut text = String::new();
        if response.error_code != 0 {
            text += &format!(" error {}", response.error_code);
        }
        let mut parts: Vec<String> = Vec::new();
        for topic in &response.responses {
            for told in &topic.partitions {
                let name = self.name(&topic.topic, topic.topic_id, told.partition_index);
                parts.push(format!(" {name}{}", partition_text(told)));
            }
        }
        parts.sort();
        text + &parts.concat()
    }
}

/// Code, number of whole batches and their first offset, high watermark, last stable offset, log
/// start, and what is unusual.
fn partition_text(told: &PartitionData<'_>) -> String {
    let records = told.records.as_deref();
    let batches = batch::batches(records.unwrap_or_default());
    let first = batches.first().map_or(String::new(), |first| format!("@{}", first.base_offset()));
    let mut text = format!("({} {}{first}", told.error_code, batches.len());
    text += &match (told.high_watermark, told.last_stable_offset, told.log_start_offset) {
        (-1, -1, -1) => String::new(),
        (high, stable, 0) if high == stable => format!(" ({high})"),
        other => format!(" {other:?}"),
    };
    if records.is_none() {
        text += " null";
    }
    if let Some(aborted) = &told.aborted_transactions {
        text += &format!(" aborted {}", aborted.len());
    }
    if told.preferred_read_replica != -1 {
        text += &format!(" replica {}", told.preferred_read_replica);
    }
    let diverging = &told.diverging_epoch;
    if diverging.epoch != -1 || diverging.end_offset != -1 {
        text += &format!(" diverging {} {}", diverging.epoch, diverging.end_offset);
    }
    if told.current_leader.leader_id != -1 {
        text += " leader";
    }
    text + ")"
}

fn what_ends_a_wait_and_how_much_it_brings(test: &str, shards: usize) {
    let broker = Broker::start(test, Options::shards(shards));
    let mut world = World::new(&broker, shards);
    // Elsewhere: a limit below 0 is 0 rather than an error of the server's; batches are whole, so
    // that what is not sent is left for the next partition; a partition asked for twice is answered
    // twice.
    let mut wrong = Vec::new();
    for row in rows() {
        let mut tolds = Vec::new();
        for version in [12, 17] {
            let request = world.request(&row);
            let from = Instant::now();
            world.connection.send(version, &request).expect("a request");
            let answer = world.connection.receive();
            let took = from.elapsed();
            let Ok(answer) = answer else {
                tolds.push("closed".to_owned());
                world.connection = broker.connect(0);
                continue;
            };
            let response = crate::support::connection::decode::<FetchRequest<'_>>(version, &answer);
            let when = if took < AT_ONCE { "at once" } else { "waits" };
            tolds.push(format!("{when}:{}", world.text(&response)));
        }
        if tolds[0] == tolds[1].replace("(100 ", "(3 ") {
            tolds.pop();
        }
        let told = tolds.join(" | ");
        let wanted = if against_kafka() { row.told } else { row.here.unwrap_or(row.told) };
        if told != wanted {
            wrong.push(format!("{}: {told}\n    not {wanted}", row.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
