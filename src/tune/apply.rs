//! Sets right what a file of the kernel can set, and leaves a way back.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};

use super::finding::{Change, Finding};
use super::host::Host;
use crate::args::TuneApplyArgs;
use crate::problem::{Problem, Result};

pub fn run(
    args: &TuneApplyArgs,
    host: &Host,
    findings: &[Finding],
    out: &mut impl Write,
) -> Result<()> {
    let changes: Vec<&Change> = findings.iter().flat_map(|finding| &finding.changes).collect();
    if args.dry_run {
        out.write_all(script(findings, |change| &change.value).as_bytes())?;
        return Ok(());
    }
    if changes.is_empty() {
        writeln!(out, "nothing to change")?;
        return Ok(());
    }
    for change in &changes {
        let (path, before, value) = (change.path.display(), &change.before, &change.value);
        writeln!(out, "{path}: {before} -> {value}")?;
    }
    out.flush()?;
    if !args.yes && !agreed(out)? {
        return Err(Problem::failed("nothing was changed"));
    }
    write_undo(args, findings, out)?;
    let failures: Vec<String> =
        changes.iter().filter_map(|change| set(host, change).err()).collect();
    let done = changes.len() - failures.len();
    if done > 0 {
        writeln!(out, "{done} values set; `sh {}` takes them back", args.undo.display())?;
    } else {
        // There is nothing to take back, and the next try may write one.
        fs::remove_file(&args.undo)?;
    }
    if failures.is_empty() {
        return Ok(());
    }
    let remedy = "run it as root, on the host itself and not in a container; some interrupts and \
                  disks are fixed by their drivers";
    Err(Problem::failed(failures.join("\n  ")).remedy(remedy))
}

/// Written, read again: some files of the kernel take a value and keep another.
fn set(host: &Host, change: &Change) -> std::result::Result<(), String> {
    let path = change.path.display();
    fs::write(host.path(&change.path), &change.value)
        .map_err(|error| format!("{path}: {error}"))?;
    match host.change(&change.path, &change.value) {
        None => Ok(()),
        Some(kept) => Err(format!("{path}: the kernel keeps {}", kept.before)),
    }
}

fn agreed(out: &mut impl Write) -> Result<bool> {
    if !io::stdin().is_terminal() {
        let problem = Problem::usage("there is nobody to ask");
        return Err(problem.remedy("add --yes to change these values, or --dry-run to see how"));
    }
    write!(out, "set them? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// On disk before the first change. One that is there leads back to how the machine was at first.
fn write_undo(args: &TuneApplyArgs, findings: &[Finding], out: &mut impl Write) -> Result<()> {
    let path = &args.undo;
    let unusable = |error: io::Error| {
        Problem::failed(format!("cannot write the undo script {}: {error}", path.display()))
            .remedy("name another place with --undo FILE, or run the old one and remove it")
    };
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(unusable)?;
    file.write_all(script(findings, |change| &change.before).as_bytes()).map_err(unusable)?;
    file.sync_all().map_err(unusable)?;
    writeln!(out, "undo script: {}", path.display())?;
    Ok(())
}

/// A shell script that writes a value to each file; one that refuses does not keep the others back.
fn script(findings: &[Finding], value: impl Fn(&Change) -> &String) -> String {
    let mut script = String::from("#!/bin/sh\nfailed=0\n");
    for finding in findings.iter().filter(|finding| !finding.changes.is_empty()) {
        script += &format!("\n# {}: {}\n", finding.id, finding.why);
        for change in &finding.changes {
            // Neither values nor paths of the kernel hold quotes.
            let (value, path) = (value(change), change.path.display());
            script += &format!("echo '{value}' > '{path}' || failed=1\n");
        }
    }
    script + "\nexit $failed\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn findings() -> Vec<Finding> {
        let change = Change {
            path: PathBuf::from("/proc/sys/vm/swappiness"),
            before: "60".into(),
            value: "1".into(),
        };
        vec![Finding::new("memory.swappiness", "<= 10", "swaps").change("60", vec![change])]
    }

    fn args(undo: PathBuf, dry_run: bool) -> TuneApplyArgs {
        let subject = crate::args::TuneArgs { data: ".".into(), cores: None };
        TuneApplyArgs { subject, yes: true, dry_run, undo }
    }

    #[test]
    fn values_are_set_and_the_undo_script_takes_them_back() {
        let root = tempfile::tempdir().unwrap();
        let swappiness = root.path().join("proc/sys/vm/swappiness");
        fs::create_dir_all(swappiness.parent().unwrap()).unwrap();
        fs::write(&swappiness, "60\n").unwrap();
        let host = Host::below(root.path());
        let undo = root.path().join("undo.sh");

        run(&args(undo.clone(), true), &host, &findings(), &mut Vec::new()).unwrap();
        assert_eq!(fs::read_to_string(&swappiness).unwrap(), "60\n", "a dry run changes nothing");

        run(&args(undo.clone(), false), &host, &findings(), &mut Vec::new()).unwrap();
        assert_eq!(fs::read_to_string(&swappiness).unwrap(), "1");
        let script = fs::read_to_string(&undo).unwrap();
        assert!(script.contains("echo '60' > '/proc/sys/vm/swappiness'"), "{script}");

        // The script of the first run is the one that leads back: it is not written over.
        let again = run(&args(undo, false), &host, &findings(), &mut Vec::new());
        assert!(again.unwrap_err().to_string().contains("--undo"));
    }

    #[test]
    fn a_file_that_refuses_keeps_the_others_of_a_script_not_back() {
        let root = tempfile::tempdir().unwrap();
        let there = root.path().join("there");
        let change = |path: PathBuf| Change { path, before: "0".into(), value: "1".into() };
        let changes = vec![change(root.path().join("no/where")), change(there.clone())];
        let finding = Finding::new("a.b", "1", "why").change("0", changes);
        let path = root.path().join("script");
        fs::write(&path, script(&[finding], |change| &change.value)).unwrap();
        let status = std::process::Command::new("sh").arg(&path).status().unwrap();
        assert_eq!((status.code(), fs::read_to_string(&there).unwrap().trim()), (Some(1), "1"));
    }
}
