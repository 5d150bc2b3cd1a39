//! Stock Apache Kafka: one process that is broker and controller, with its own scripts' flags.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Broker, Place};
use crate::BenchError;
use crate::rows::Durability;

/// A folder with stock Kafka's jars.
#[derive(Clone, Debug)]
pub struct Kafka {
    pub jars: PathBuf,
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
        "kafka"
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
        match durability {
            Durability::Memory => "#b8a07a",
            Durability::Synced => "#7a6240",
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
             offsets.topic.replication.factor=1\n",
            place.directory.join("data").display()
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
        command.extend(JAVA_FLAGS.map(str::to_owned));
        command.extend(["-cp".to_owned(), class_path(&self.jars), "kafka.Kafka".to_owned()]);
        command.push(properties(place).display().to_string());
        command
    }
}
