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

/// The first line that a program prints.
pub fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned())
}

/// The processor's name.
pub fn processor() -> String {
    first_line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into())
}

/// Of the machine; `data` is where the brokers had theirs.
pub fn gather(data: &Path) -> Facts {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |n| n.to_string());
    let file_system = output("stat", &["-f", "-c", "%T", &data.display().to_string()]);
    let command: Vec<String> = std::env::args().collect();
    vec![
        ("processor", processor()),
        ("cores", cores),
        ("memory", first_line("/proc/meminfo", "MemTotal").unwrap_or_else(unknown)),
        ("kernel", output("uname", &["-sr"]).unwrap_or_else(unknown)),
        ("file system of the data", file_system.unwrap_or_else(unknown)),
        ("command", command.join(" ")),
    ]
}
