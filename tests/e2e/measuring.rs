//! The load generator against the real binary: every row gives figures, and what it wrote is there.

use crate::support::broker::{against_kafka, binary};
use crate::support::command::{Output, run};
use crate::support::files::{TestDir, files_below, repository};
use crate::support::{eventually, process, skip};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Away from the ports of the other tests, and of a comparison that a person runs.
const PORT: &str = "18000";

/// It is built beside the broker.
fn program() -> PathBuf {
    binary().with_file_name("tidemill-bench")
}

fn bench(dir: &TestDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).arg("--tidemill").arg(binary()).arg("--data").arg(dir.path());
    command.args(["--port", PORT]);
    command
}

/// The short way, and the fair way with limits that are too short to be fair.
const QUICK: [&str; 5] = ["--quick", "--turns", "1", "--start-warm-up-s", "0.2"];
const STEADY: [&str; 8] = [
    "--turns",
    "2",
    "--steady-window-s",
    "0.2",
    "--steady-at-least-s",
    "0.6",
    "--steady-at-most-s",
    "1.2",
];

fn compare(dir: &TestDir, arguments: &[&str]) -> Output {
    let short = ["compare", "--warm-up-s", "0", "--measure-s", "0.2"];
    let mut command = bench(dir, &short);
    command.arg("--kafka-jars").arg(repository().join("tests/.cache/kafka")).args(arguments);
    run(command, b"", Duration::from_secs(400))
}

/// The cells of the table's lines, without its head.
fn lines(table: &str) -> Vec<Vec<String>> {
    let lines = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    lines.map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn every_row_gives_figures_and_finds_what_it_wrote() {
    let test = "every_row_gives_figures_and_finds_what_it_wrote";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let small = ["--backlog-mib", "32", "--tool-records", "20000", "--verify"];
    let measured = compare(&dir, &[&QUICK, &small[..], &["--brokers", "tidemill"]].concat()).ok();
    let mut names = Command::new(program());
    names.arg("rows");
    let names = run(names, b"", Duration::from_secs(10)).ok().out;
    let lines = lines(&measured.out);
    let mut histograms = 0;
    for name in names.lines() {
        let of_row: Vec<_> = lines.iter().filter(|cells| cells[1] == name).collect();
        let acks: BTreeSet<&str> = of_row.iter().map(|cells| cells[2].as_str()).collect();
        assert!(acks.contains("tidemill, crash-safe arena"), "{name}: {measured}");
        let reads = ["fetch c", "memory", "consumer-perf", "_performance -C"];
        let both = !reads.iter().any(|part| name.contains(part));
        assert_eq!(acks.contains("tidemill, after data sync"), both, "{name}: {measured}");
        // The clients' own tools write what only they know.
        let own = ["perf-test", "rdkafka"].iter().any(|part| name.contains(part));
        let verified = of_row.iter().all(|cells| cells[9].contains("records verified"));
        assert_eq!(verified, !own, "{name}: {measured}");
        let timed = |cells: &[String]| cells[5].parse::<f64>().is_ok_and(|ms| ms > 0.0);
        let all_timed = of_row.iter().all(|cells| timed(cells));
        assert_eq!(all_timed, !own || name.contains("-l"), "{name}: {measured}");
        histograms += if all_timed { of_row.len() } else { 0 };
        let none = ["0 /s", "NaN", "inf", " 0 MB/s", " 0 MiB", "0.00 ms ("];
        let shown = of_row.iter().all(|cells| !none.iter().any(|none| cells[3].contains(none)));
        assert!(shown, "{name}: {measured}");
    }
    let parts = ["of the disk's speed", "readers, MB/s", "its value without them", "p99.9 ms:"];
    for part in parts.into_iter().chain(["| MB/s: "]) {
        measured.must_have(part);
    }
    let page = std::fs::read_to_string(dir.join("report.html")).expect("a report");
    for name in names.lines() {
        assert!(page.contains(&format!("<h2>{name}</h2>")), "{name} is not in the report");
    }
    assert!(page.matches("<svg").count() > names.lines().count(), "a plot is missing");
    assert!(page.contains("setpriv") && !page.contains("NaN"), "{page}");
    assert_eq!(files_below(&dir.join("hgrm")).len(), histograms, "{measured}");
    assert!(!dir.join(&format!("peer-{PORT}")).exists(), "the data of the broker is left");
}

#[test]
fn rows_are_compared_with_stock_kafka() {
    let test = "rows_are_compared_with_stock_kafka";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let rows = "produce 10 x;end to end;fetch cold";
    let small = ["--rows", rows, "--backlog-mib", "32", "--verify", "--compression", "lz4"];
    let measured = compare(&dir, &[&QUICK, &small[..], &["--zeros-percent", "50"]].concat()).ok();
    let lines = lines(&measured.out);
    assert_eq!(lines.len(), 14, "{measured}");
    for cells in &lines {
        assert!(cells[4].contains('×'), "no ratio: {measured}");
        assert!(cells[9].contains("records verified"), "{measured}");
        let base = cells[2] == "kafka, page cache";
        assert!(!base || cells[4].starts_with("1.00×"), "{measured}");
    }
}

/// What it came to after how long, or that it never did.
fn tells_its_warm_up(cells: &[String]) -> bool {
    ["steady after ", "NEVER STEADY: after "].iter().any(|text| cells[9].contains(text))
}

#[test]
fn brokers_that_live_on_are_warmed_and_take_turns() {
    let test = "brokers_that_live_on_are_warmed_and_take_turns";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let rows = "produce 1 x;end to end at 1,000/s;fetch c";
    let small = ["--rows", rows, "--backlog-mib", "32", "--kafka-tuned"];
    let measured = compare(&dir, &[&STEADY, &small[..]].concat()).ok();
    let lines = lines(&measured.out);
    for broker in ["kafka", "kafka-tuned", "tidemill"] {
        let of_broker = |cells: &&Vec<String>| cells[2].starts_with(&format!("{broker}, "));
        assert_eq!(lines.iter().filter(of_broker).count(), 8, "{measured}");
        measured.must_have(&format!("{broker}: start "));
        measured.must_have(" % of its core while the others were measured");
        for family in ["produce, 1 x 100 B, 4", "produce and fetch tail, 1 x", "fetch cached"] {
            let warmed = |line: &&str| {
                line.starts_with(&format!("warm-up of {broker}, ")) && line.contains(family)
            };
            assert!(measured.out.lines().any(|line| warmed(&line)), "{family}: {measured}");
        }
    }
    for cells in lines.iter().filter(|cells| !cells[3].contains("left out")) {
        assert!(tells_its_warm_up(cells), "{measured}");
        assert!(cells[3].contains('–') && cells[3].contains(" %)"), "no spread: {measured}");
    }
    measured.must_have("NOT FAIR TO JAVA").must_have("disk, synced writes of 4 KiB, 16 files: ");
    let page = std::fs::read_to_string(dir.join("report.html")).expect("a report");
    for part in ["<h2>Warm-up</h2>", "disk, unsynced writes", "NOT FAIR TO JAVA"] {
        assert!(page.contains(part), "{part}");
    }
    for port in [18_000, 18_010, 18_020] {
        assert!(!dir.join(&format!("peer-{port}")).exists(), "the data of a broker is left");
    }
}

#[test]
fn ctrl_c_ends_a_warm_up() {
    let test = "ctrl_c_ends_a_warm_up";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let log = dir.join("log");
    let file = std::fs::File::create(&log).expect("a log");
    let rows = ["compare", "--brokers", "tidemill", "--rows", "produce 1", "--turns", "1"];
    let mut command = bench(&dir, &rows);
    command.stdin(Stdio::null()).stdout(file.try_clone().expect("a handle")).stderr(file);
    let mut child = command.spawn().expect("tidemill-bench, built beside the broker");
    let printed = || std::fs::read_to_string(&log).expect("a log");
    eventually("it is warmed", Duration::from_secs(60), || printed().contains("left: a start"));
    std::thread::sleep(Duration::from_secs(3));
    process::signal(child.id(), libc::SIGINT);
    let code = crate::support::command::wait(&mut child, Duration::from_secs(30));
    assert_eq!(code, Some(0), "{}", printed());
    assert!(printed().contains("minutes if every broker is steady"), "{}", printed());
    assert!(printed().contains(": stopped after "), "{}", printed());
    assert!(dir.join("report.html").exists());
}

#[test]
fn a_tool_that_is_missing_or_fails_is_told_and_the_rest_runs() {
    let test = "a_tool_that_is_missing_or_fails_is_told_and_the_rest_runs";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let short =
        ["compare", "--quick", "--turns", "1", "--warm-up-s", "0", "--start-warm-up-s", "0"];
    let rows = ["--measure-s", "0.2", "--rows", "produce 10 x;performance -P;consumer-perf"];
    let rows = [&short[..], &rows].concat();

    // Nothing below this folder fetches Kafka or builds librdkafka's tool.
    let mut command = bench(&dir, &rows);
    command.current_dir(dir.path());
    let refused = run(command, b"", Duration::from_secs(60)).failed();
    assert!(refused.contains("--brokers tidemill"), "{refused}");
    let rows = [&rows[..], &["--brokers", "tidemill"]].concat();
    let mut command = bench(&dir, &rows);
    command.current_dir(dir.path());
    let missing = run(command, b"", Duration::from_secs(120)).ok();
    let found = lines(&missing.out);
    for row in ["produce 10 x 1 KiB", "rdkafka_performance -P"] {
        assert_eq!(found.iter().filter(|cells| cells[1] == row).count(), 2, "{missing}");
    }
    missing.must_have("left out: no rdkafka_performance");
    missing.must_have("left out: no stock Kafka: tests/setup fetches it");
    let page = std::fs::read_to_string(dir.join("report.html")).expect("a report");
    assert!(page.contains("left out: no stock Kafka"), "{page}");

    let mut command = bench(&dir, &rows);
    command.args(["--rdkafka-performance", "/bin/false"]);
    let broken = run(command, b"", Duration::from_secs(120));
    assert_eq!(broken.code, 1, "{broken}");
    broken.must_have("rdkafka_performance -P: rdkafka_performance failed").must_have("produce 10");
}

#[test]
fn ctrl_c_leaves_what_was_measured() {
    let test = "ctrl_c_leaves_what_was_measured";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let log = dir.join("log");
    let file = std::fs::File::create(&log).expect("a log");
    let rows = ["compare", "--brokers", "tidemill", "--rows", "produce 1", "--measure-s", "1"];
    let rows = [&rows[..], &["--quick"]].concat();
    let mut command = bench(&dir, &rows);
    command.stdin(Stdio::null()).stdout(file.try_clone().expect("a handle")).stderr(file);
    let mut child = command.spawn().expect("tidemill-bench, built beside the broker");
    let printed = || std::fs::read_to_string(&log).expect("a log");
    eventually("the first row is measured", Duration::from_secs(60), || printed().contains("1/"));
    process::signal(child.id(), libc::SIGINT);
    let code = crate::support::command::wait(&mut child, Duration::from_secs(30));
    assert_eq!(code, Some(0), "{}", printed());
    let lines = lines(&printed());
    assert!((1..18).contains(&lines.len()), "{}", printed());
    assert!(dir.join("report.html").exists());
}

#[test]
fn a_short_run_is_compared_with_stored_ratios() {
    let test = "a_short_run_is_compared_with_stored_ratios";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let stored = dir.join("regress.toml");
    let text = "processor = \"another\"\n[[row]]\nname = \"produce 1 x 100 B\"\nsynced = false\n\
                tidemill = 1000000000.0\nkafka = 1000.0\nratio = 1000000.0\n";
    std::fs::write(&stored, text).expect("a file");
    let mut command = bench(&dir, &["regress"]);
    command.arg("--stored").arg(&stored);
    let measured = run(command, b"", Duration::from_secs(120)).ok();
    measured.must_have("Stored on another machine: another").must_have("WORSE");
    assert_eq!(measured.out.matches("nothing stored").count(), 4, "{measured}");
    assert_eq!(std::fs::read_to_string(&stored).expect("a file"), text, "only --write writes");

    let mut command = Command::new(program());
    command.args(["regress", "--tidemill", "/nowhere", "--port", PORT]);
    command.arg("--stored").arg(&stored).arg("--data").arg(dir.path());
    let nothing = run(command, b"", Duration::from_secs(60)).failed();
    assert!(nothing.contains("nothing could be measured"), "{nothing}");
}

#[test]
fn two_programs_are_compared_in_turns() {
    let test = "two_programs_are_compared_in_turns";
    if against_kafka() {
        return skip(test, "it starts its own brokers");
    }
    let dir = TestDir::new(test);
    let short = ["--turns", "2", "--rows", "produce 1 x;fetch cached", "--measure-s", "0.2"];
    let mut command = bench(&dir, &[&["regress"], &short[..]].concat());
    command.arg("--base-binary").arg(binary());
    let measured = run(command, b"", Duration::from_secs(120)).ok();
    let lines = lines(&measured.out);
    assert_eq!(lines.len(), 3, "{measured}");
    for cells in &lines {
        let ratio = cells[4].trim_end_matches('×').parse::<f64>().expect("a ratio");
        let spread: Vec<f64> = cells[5].split('–').map(|end| end.parse().expect("it")).collect();
        assert!(spread[0] <= ratio && ratio <= spread[1], "{measured}");
    }
}
