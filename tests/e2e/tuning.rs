//! `tidemill tune`: this machine as it is, and settings that are set where nobody else sees it.

use crate::support::broker::{against_kafka, binary};
use crate::support::command::{Output, run};
use crate::support::files::repository;
use crate::support::{is_root, skip};
use std::fs;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

fn tidemill(arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments);
    run(command, b"", LIMIT)
}

/// Reads this machine as it is; nothing is changed.
#[test]
fn the_machine_is_checked() {
    let test = "the_machine_is_checked";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let checked = tidemill(&["tune", "check", "--json"]);
    assert!([0, 1].contains(&checked.code), "{checked}");
    let findings: serde_json::Value = serde_json::from_str(&checked.out).expect("JSON");
    let findings = findings.as_array().expect("a list");
    assert!(findings.len() > 20, "{checked}");
    let mut changes = 0;
    for finding in findings {
        let told = |key: &str| finding[key].as_str().is_some_and(|text| !text.is_empty());
        assert!(told("id") && told("found") && told("wanted") && told("why"), "{finding}");
        let undone = finding["changes"].as_array().expect("a list");
        changes += undone.len();
        assert_eq!(finding["status"] == "change", !undone.is_empty(), "{finding}");
        for change in undone {
            // What undoes a change is what the kernel says now.
            let path = change["path"].as_str().expect("a path");
            let now = fs::read_to_string(path).expect("a file of the kernel");
            assert!(now.contains(change["before"].as_str().expect("a value")), "{change}");
        }
    }
    // What is told about the machine without a check of its own: what stands in nobody's way too.
    for id in ["system.machine", "cpu.numa", "network.numa", "disk.numa", "disk.queue_depth"] {
        assert!(findings.iter().any(|finding| finding["id"] == id), "no {id}: {checked}");
    }
    let script = tidemill(&["tune", "apply", "--dry-run"]).ok();
    assert_eq!(script.out.lines().filter(|line| line.starts_with("echo ")).count(), changes);
    if changes > 0 {
        tidemill(&["tune", "apply"]).failed();
    }
}

/// In a mount namespace of its own: the kernel's files cannot be written there, but for two that
/// are files of this test; a third is its own and refuses.
const PRIVATE: &str = r#"
    mount -o remount,bind,ro /sys && mount --rbind /proc/sys /proc/sys &&
    mount -o remount,bind,ro /proc/sys || exit 77
    own() { echo "$2" > "$1" && mount --bind "$1" "/proc/sys/$3" || exit 77; }
    own ratio 10 vm/dirty_background_ratio
    own accept 128 net/core/somaxconn
    own syn 128 net/ipv4/tcp_max_syn_backlog
    mount -o remount,bind,ro /proc/sys/net/ipv4/tcp_max_syn_backlog || exit 77
    apply() { "$BIN" tune apply --yes --undo undo.sh 2>> problem; echo "apply $?"; }
    values() { echo $(cat ratio) $(cat accept) $(cat syn); }
    apply; values; "$BIN" tune check --json > checked
    apply; values; cp undo.sh kept
    sh undo.sh; echo "undone $?"; values; sh undo.sh; echo "again $?"; values
"#;

#[test]
fn settings_are_set_and_taken_back() {
    let test = "settings_are_set_and_taken_back";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new("unshare");
    if !is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "sh", "-c", PRIVATE]);
    command.current_dir(folder.path()).env("BIN", binary());
    let output = run(command, b"", LIMIT);
    if output.code == 77 || output.err.starts_with("unshare:") {
        return skip(test, "this machine gives no mounts of one's own");
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
    let told = |prefixes: &[&str]| -> Vec<String> {
        let lines = output.out.lines().map(str::to_owned);
        lines.filter(|line| prefixes.iter().any(|prefix| line.starts_with(prefix))).collect()
    };
    // What is set stays set though another file refuses; the second run finds only that one.
    let codes = told(&["apply", "undone", "again"]);
    let (end, rest) = codes.split_last().expect("codes");
    assert_eq!(rest, ["apply 1", "apply 1", "undone 0"], "{output}");
    assert_ne!(end, "again 0", "there is nothing to take back a second time: {output}");
    let (set, before) = ("5 4096 128", "10 128 128");
    assert_eq!(told(&["5 ", "10 "]), [set, set, before, before], "{output}");
    let problem = read("problem");
    assert!(problem.contains("tcp_max_syn_backlog: Read-only file system"), "{problem}");
    assert!(problem.contains("or run the old one"), "the second run has no undo: {problem}");
    let kept = read("kept");
    assert!(kept.contains("somaxconn") && !kept.contains("tcp_max_syn_backlog"), "{kept}");
    let checked: serde_json::Value = serde_json::from_str(&read("checked")).expect("JSON");
    let status = |id: &str| {
        let mut all = checked.as_array().expect("a list").iter();
        all.find(|finding| finding["id"] == id).expect(id)["status"].clone()
    };
    let ids = ["memory.dirty_background", "network.accept_queue", "network.syn_queue"];
    assert_eq!(ids.map(status), ["ok", "ok", "change"], "{output}");
}

#[test]
fn the_units_are_what_systemd_takes() {
    let test = "the_units_are_what_systemd_takes";
    if against_kafka() {
        return skip(test, "about our own program");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let own = binary();
    let own = own.to_str().expect("a UTF-8 path");
    let mut command = Command::new("systemd-analyze");
    command.args(["verify", "--man=no"]);
    for name in ["tidemill.service", "tidemill-tune.service"] {
        let unit = fs::read_to_string(repository().join("tuning/systemd").join(name));
        // Verified is also that the program is there.
        let unit = unit.expect(name).replace("/usr/local/bin/tidemill", own);
        let path = folder.path().join(name);
        fs::write(&path, unit).expect(name);
        command.arg(path);
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return skip(test, "there is no systemd-analyze");
    }
    let output = run(command, b"", LIMIT).ok();
    // An unknown key is a warning, which has the unit's path.
    let warnings: Vec<&str> = output.err.lines().filter(|l| l.contains("tidemill")).collect();
    assert_eq!(warnings, [""; 0], "{output}");
}
