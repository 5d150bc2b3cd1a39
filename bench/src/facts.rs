//! The machine and the programs of a run, so that its figures can be judged and repeated.

use std::fs;
use std::path::Path;
use std::process::Command;

/// (what, value), in the order of the report.
pub type Facts = Vec<(&'static str, String)>;

fn first_line(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':').map_or(line, |(_, value)| value).trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned())
}

/// The version that a jar of Kafka's has in its name.
fn kafka_version(jars: &Path) -> Option<String> {
    let names = fs::read_dir(jars).ok()?.flatten().map(|entry| entry.file_name());
    let mut names = names.filter_map(|name| name.into_string().ok());
    let version = |name: String| {
        let version = name.strip_prefix("kafka-clients-")?.strip_suffix(".jar")?.to_owned();
        Some(version)
    };
    names.find_map(version)
}

pub fn gather(tidemill: &Path, kafka_jars: Option<&Path>, data: &Path) -> Facts {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let file_system = output("stat", &["-f", "-c", "%T", &data.display().to_string()]);
    let mut facts = vec![
        ("processor", first_line("/proc/cpuinfo", "model name").unwrap_or_else(unknown)),
        ("cores", cores),
        ("memory", first_line("/proc/meminfo", "MemTotal").unwrap_or_else(unknown)),
        ("kernel", output("uname", &["-sr"]).unwrap_or_else(unknown)),
        ("file system of the data", file_system.unwrap_or_else(unknown)),
        (
            "Tidemill",
            output(&tidemill.display().to_string(), &["--version"]).unwrap_or_else(unknown),
        ),
    ];
    if let Some(jars) = kafka_jars {
        facts.push(("Kafka", kafka_version(jars).unwrap_or_else(unknown)));
        facts.push(("Kafka's flags", "-Xms1G -Xmx1G, G1, as its own start script has them".into()));
    }
    let command: Vec<String> = std::env::args().collect();
    facts.push(("command", command.join(" ")));
    facts
}
