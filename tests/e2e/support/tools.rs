//! Stock Kafka's command-line tools, run one after the other in one JVM.

use super::command::Output;
use super::files::repository;
use std::io::{BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
pub const CONFIGS: &str = "kafka.admin.ConfigCommand";
pub const CONSOLE_PRODUCER: &str = "org.apache.kafka.tools.ConsoleProducer";
pub const CONSOLE_CONSUMER: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";
pub const GET_OFFSETS: &str = "org.apache.kafka.tools.GetOffsetShell";
pub const DELETE_RECORDS: &str = "org.apache.kafka.tools.DeleteRecordsCommand";
pub const LOG_DIRS: &str = "org.apache.kafka.tools.LogDirsCommand";
pub const PRODUCER_PERF: &str = "org.apache.kafka.tools.ProducerPerformance";
pub const VERIFIABLE_PRODUCER: &str = "org.apache.kafka.tools.VerifiableProducer";
pub const GROUPS: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
pub const CONSUMER_PERF: &str = "org.apache.kafka.tools.ConsumerPerformance";
pub const VERIFIABLE_CONSUMER: &str = "org.apache.kafka.tools.VerifiableConsumer";
pub const DUMP_LOG: &str = "org.apache.kafka.tools.DumpLogSegments";
pub const BROKER_API_VERSIONS: &str = "org.apache.kafka.tools.BrokerApiVersionsCommand";
pub const CLUSTER: &str = "org.apache.kafka.tools.ClusterTool";
pub const METADATA_QUORUM: &str = "org.apache.kafka.tools.MetadataQuorumCommand";
pub const REASSIGN_PARTITIONS: &str = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
pub const LEADER_ELECTION: &str = "org.apache.kafka.tools.LeaderElectionCommand";
pub const ACLS: &str = "org.apache.kafka.tools.AclCommand";
pub const STREAMS_RESETTER: &str = "org.apache.kafka.tools.StreamsResetter";
pub const KEY_PARTITIONS: &str = "ToolRunner$KeyPartitions";

const LIMIT: Duration = Duration::from_secs(45);

static RUNNER: Mutex<Option<Runner>> = Mutex::new(None);

struct Runner {
    process: Child,
    calls: BufWriter<ChildStdin>,
    results: BufReader<ChildStdout>,
}

/// Runs a tool with nothing on its standard input.
pub fn tool(class: &str, arguments: &[&str]) -> Output {
    tool_with_input(class, arguments, b"")
}

pub fn tool_with_input(class: &str, arguments: &[&str], input: &[u8]) -> Output {
    // A test that failed while it held the lock has left a runner that may be in mid-call.
    let mut slot = RUNNER.lock().unwrap_or_else(PoisonError::into_inner);
    if RUNNER.is_poisoned() {
        if let Some(mut runner) = slot.take() {
            let _ = runner.process.kill();
        }
        RUNNER.clear_poison();
    }
    let runner = slot.get_or_insert_with(Runner::start);
    let what = format!("{class} {}", arguments.join(" "));
    runner
        .call(&what, class, arguments, input)
        .unwrap_or_else(|error| panic!("the tool runner is gone: {error}: {what}"))
}

/// A JVM of its own for a class of stock Kafka's or of the runner's, quick to start.
pub fn java(heap: &str, class: &str) -> Command {
    let tests = repository().join("tests");
    let class_path =
        format!("{0}/.cache/runner:{0}/.cache/kafka/*", tests.to_str().expect("a UTF-8 path"));
    let log4j = tests.join("kafka/log4j2.yaml");
    let mut command = Command::new("java");
    command
        .args([heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg(format!("-Dlog4j2.configurationFile={}", log4j.display()))
        .args(["-cp", &class_path, class]);
    command
}

impl Runner {
    fn start() -> Runner {
        let mut process = java("-Xmx512M", "ToolRunner")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java; tests/setup installs it");
        let calls = BufWriter::new(process.stdin.take().expect("a piped stream"));
        let results = BufReader::new(process.stdout.take().expect("a piped stream"));
        Runner { process, calls, results }
    }

    fn call(
        &mut self,
        what: &str,
        class: &str,
        arguments: &[&str],
        input: &[u8],
    ) -> std::io::Result<Output> {
        self.write(class.as_bytes())?;
        self.calls.write_all(&(LIMIT.as_millis() as i32).to_be_bytes())?;
        self.calls.write_all(&(arguments.len() as i32).to_be_bytes())?;
        for argument in arguments {
            self.write(argument.as_bytes())?;
        }
        self.write(input)?;
        self.calls.flush()?;
        let code = self.read_int()?;
        let out = self.read()?;
        let err = self.read()?;
        Ok(Output::new(what.to_owned(), code, &out, &err))
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.calls.write_all(&(bytes.len() as i32).to_be_bytes())?;
        self.calls.write_all(bytes)
    }

    fn read_int(&mut self) -> std::io::Result<i32> {
        let mut int = [0; 4];
        self.results.read_exact(&mut int)?;
        Ok(i32::from_be_bytes(int))
    }

    fn read(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.read_int()? as usize];
        self.results.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// A tool that needs a JVM of its own, because it does its work in the hooks of the JVM's end.
pub fn tool_in_own_jvm(class: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(repository().join("tests/kafka/kafka"));
    command.arg("run").arg(class).args(arguments);
    super::command::run(command, b"", LIMIT)
}
