//! Stock Apache Kafka: one process that is broker and controller, with its own scripts' flags.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Broker, Place};
use crate::BenchError;
use crate::limits::FILE_DELETE_DELAY_MS;
use crate::rows::Durability;

/// A folder with stock Kafka's jars.
#[derive(Clone, Debug)]
pub struct Kafka {
    pub jars: PathBuf,
    /// Configured for throughput as its documentation has it, instead of as it comes.
    pub tuned: bool,
}

/// The flags of Kafka's own start script.
const JAVA_FLAGS: [&str; 7] = [
    "-Xms1G",
    "-Xmx1G",
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
];

/// Those that its documentation names as typical of a broker in production.
const TUNED_JAVA_FLAGS: [&str; 10] = [
    "-Xms6g",
    "-Xmx6g",
    "-XX:MetaspaceSize=96m",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:G1HeapRegionSize=16M",
    "-XX:MinMetaspaceFreeRatio=50",
    "-XX:MaxMetaspaceFreeRatio=80",
    "-XX:+ExplicitGCInvokesConcurrent",
];

/// Threads fitted to its one core, larger socket buffers, which its documentation names as what to
/// raise for throughput.
const TUNED: &str = "num.network.threads=1\nnum.io.threads=2\n\
                     socket.send.buffer.bytes=1048576\nsocket.receive.buffer.bytes=1048576\n";

/// Fetches the jars where they are not there.
const SCRIPT: &str = "tests/kafka/kafka";

/// Where the script puts them.
const FETCHED: &str = "tests/.cache/kafka";

/// The folder of the jars, fetched by Maven where they are not there.
pub fn fetch() -> Result<PathBuf, BenchError> {
    let missing = |why: String| {
        let without =
            "--kafka-jars DIR names a folder of its jars, --brokers tidemill does without";
        BenchError::Missing(format!("no stock Kafka: {why}; {without}"))
    };
    if !Path::new(SCRIPT).is_file() {
        return Err(missing(format!("{SCRIPT} is not below this folder, run it in Tidemill's")));
    }
    for (program, package) in [("java", "default-jre-headless"), ("mvn", "maven")] {
        if Command::new(program).arg("-version").output().is_err() {
            return Err(missing(format!("{program} is missing, apt-get install {package}")));
        }
    }
    let status = Command::new(SCRIPT).arg("install").status()?;
    if !status.success() {
        return Err(missing(format!("{SCRIPT} install has failed ({status})")));
    }
    Ok(FETCHED.into())
}

/// The class path of all jars in a folder.
pub fn class_path(jars: &Path) -> String {
    format!("{}/*", jars.display())
}

fn properties(place: &Place) -> PathBuf {
    place.directory.join("server.properties")
}

impl Broker for Kafka {
    fn name(&self) -> &'static str {
        if self.tuned { "kafka-tuned" } else { "kafka" }
    }

    fn is_base(&self) -> bool {
        true
    }

    fn ack(&self, durability: Durability) -> &'static str {
        match durability {
            Durability::Memory => "page cache",
            Durability::Synced => "after data sync",
        }
    }

    fn color(&self, durability: Durability) -> &'static str {
        match (self.tuned, durability) {
            (false, Durability::Memory) => "#b8a07a",
            (false, Durability::Synced) => "#7a6240",
            (true, Durability::Memory) => "#d98f4e",
            (true, Durability::Synced) => "#9c5a20",
        }
    }

    /// The version that a jar has in its name.
    fn version(&self) -> Option<String> {
        let names = fs::read_dir(&self.jars).ok()?.flatten().map(|entry| entry.file_name());
        let mut names = names.filter_map(|name| name.into_string().ok());
        names.find_map(|name| {
            let version = name.strip_prefix("kafka-clients-")?.strip_suffix(".jar")?;
            Some(version.to_owned())
        })
    }

    fn configuration(&self, place: &Place) -> Option<String> {
        let (port, controller) = (place.port, place.port + 1);
        Some(format!(
            "process.roles=broker,controller\nnode.id=1\n\
             controller.quorum.voters=1@127.0.0.1:{controller}\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
             controller.listener.names=CONTROLLER\nlog.dirs={}\n\
             offsets.topic.replication.factor=1\n\
             log.segment.delete.delay.ms={FILE_DELETE_DELAY_MS}\n{}",
            place.directory.join("data").display(),
            if self.tuned { TUNED } else { "" }
        ))
    }

    fn prepare(&self, place: &Place) -> Result<(), BenchError> {
        fs::write(properties(place), self.configuration(place).unwrap_or_default())?;
        let formatted = Command::new("java")
            .args(["-cp", &class_path(&self.jars), "kafka.tools.StorageTool", "format"])
            .args(["-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c"])
            .arg(properties(place))
            .output()?;
        if !formatted.status.success() {
            let text = String::from_utf8_lossy(&formatted.stderr).into_owned();
            return Err(BenchError::NotReady("stock Kafka".into(), text));
        }
        Ok(())
    }

    fn command(&self, place: &Place) -> Vec<String> {
        let mut command = vec!["java".to_owned()];
        let flags: &[&str] = if self.tuned { &TUNED_JAVA_FLAGS } else { &JAVA_FLAGS };
        command.extend(flags.iter().copied().map(str::to_owned));
        command.extend(["-cp".to_owned(), class_path(&self.jars), "kafka.Kafka".to_owned()]);
        command.push(properties(place).display().to_string());
        command
    }
}
