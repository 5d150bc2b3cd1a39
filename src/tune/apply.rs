//! Sets right what a file of the kernel can set, and leaves a way back.

use std::fs::{self, File};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

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
        let value = |change: &Change| line(&change.path, &change.value);
        out.write_all(script(findings, value, None).as_bytes())?;
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
    let undo = Undo { path: std::path::absolute(&args.undo)? };
    undo.create(findings)?;
    writeln!(out, "undo script: {}", undo.path.display())?;
    let failures: Vec<String> =
        changes.iter().filter_map(|change| set(host, change).err()).collect();
    let done = changes.len() - failures.len();
    if undo.keep(host, findings.to_vec())? {
        writeln!(out, "{done} values set; `sh {}` takes them back", undo.path.display())?;
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

/// The script that takes the changes back.
struct Undo {
    /// Absolute: the script removes itself, so that a later run cannot take back what others set.
    path: PathBuf,
}

impl Undo {
    /// On disk before the first change. One that is there leads back to how the machine was at
    /// first.
    fn create(&self, findings: &[Finding]) -> Result<()> {
        self.write(&self.path, findings)
    }

    /// Keeps what is another value than before: what a file has refused, the script need not take
    /// back. Without any there is no script, and the next run may write one.
    fn keep(&self, host: &Host, mut findings: Vec<Finding>) -> Result<bool> {
        for finding in &mut findings {
            finding.changes.retain(|change| host.change(&change.path, &change.before).is_some());
        }
        if findings.iter().all(|finding| finding.changes.is_empty()) {
            fs::remove_file(&self.path)?;
            return Ok(false);
        }
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        let new = PathBuf::from(new);
        // Of a run that was killed, or of somebody who would have another file written over.
        let _ = fs::remove_file(&new);
        self.write(&new, &findings)?;
        fs::rename(&new, &self.path)?;
        Ok(true)
    }

    /// Into a file that is not there yet, and whole.
    fn write(&self, path: &Path, findings: &[Finding]) -> Result<()> {
        let unusable = |error: io::Error| {
            Problem::failed(format!("cannot write the undo script {}: {error}", path.display()))
                .remedy("name another place with --undo FILE, or run the old one, which removes it")
        };
        let mut file = File::create_new(path).map_err(unusable)?;
        let script = script(findings, undo, Some(&self.path));
        let written = file.write_all(script.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| {
            let _ = fs::remove_file(path);
            unusable(error)
        })
    }
}

/// The lines that take a change back.
fn undo(change: &Change) -> String {
    let resets = change.resets.iter().map(|(path, value)| line(path, value));
    line(&change.path, &change.before) + &resets.collect::<String>()
}

fn line(path: &Path, value: &str) -> String {
    // Neither values nor paths of the kernel hold quotes.
    format!("echo '{value}' > '{}' || failed=1\n", path.display())
}

/// A shell script that writes to files of the kernel; one that refuses does not keep the others
/// back. Where all went well it removes `itself`.
fn script(
    findings: &[Finding],
    lines: impl Fn(&Change) -> String,
    itself: Option<&Path>,
) -> String {
    let mut script = String::from("#!/bin/sh\nfailed=0\n");
    for finding in findings.iter().filter(|finding| !finding.changes.is_empty()) {
        script += &format!("\n# {}: {}\n", finding.id, finding.why);
        script.extend(finding.changes.iter().map(&lines));
    }
    if let Some(itself) = itself {
        let quoted = itself.display().to_string().replace('\'', r"'\''");
        script += &format!("\n[ $failed -ne 0 ] || rm -f '{quoted}'\n");
    }
    script + "\nexit $failed\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Vec<Finding> {
        let change = Change {
            path: PathBuf::from("/proc/sys/vm/swappiness"),
            before: "60".into(),
            value: "1".into(),
            resets: Vec::new(),
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

        // In a folder that others can write to, a link may lie in wait.
        let others = root.path().join("others");
        fs::write(&others, "theirs").unwrap();
        std::os::unix::fs::symlink(&others, root.path().join("undo.sh.new")).unwrap();
        run(&args(undo.clone(), false), &host, &findings(), &mut Vec::new()).unwrap();
        assert_eq!(fs::read_to_string(&swappiness).unwrap(), "1");
        assert_eq!(fs::read_to_string(&others).unwrap(), "theirs");
        let script = fs::read_to_string(&undo).unwrap();
        assert!(script.contains("echo '60' > '/proc/sys/vm/swappiness'"), "{script}");

        // The script of the first run is the one that leads back: it is not written over.
        let again = run(&args(undo, false), &host, &findings(), &mut Vec::new());
        assert!(again.unwrap_err().to_string().contains("--undo"));
    }

    #[test]
    fn undo_has_what_was_changed_and_not_what_was_refused() {
        let root = tempfile::tempdir().unwrap();
        let undo = root.path().join("undo.sh");
        let host = Host::below(root.path());
        let attempt = |file: &str, target: &str| {
            let path = root.path().join(file);
            std::os::unix::fs::symlink(target, path).unwrap();
            let change = host.change(Path::new("/").join(file), "far-longer-than-fifteen").unwrap();
            let finding = Finding::new("a.b", "it", "why").change("not", vec![change]);
            let all = [findings(), vec![finding]].concat();
            let failed = run(&args(undo.clone(), false), &host, &all, &mut Vec::new());
            (failed.unwrap_err().to_string(), fs::read_to_string(&undo))
        };
        // Files of the kernel: one that takes nothing, one that takes what fits.
        let (problem, script) = attempt("refuses", "/proc/version");
        assert!(problem.contains("/refuses"), "{problem}");
        assert!(script.is_err(), "nothing was changed, and there is nothing to take back");
        let (problem, script) = attempt("shortens", "/proc/thread-self/comm");
        assert!(problem.contains("/shortens: the kernel keeps far-longer"), "{problem}");
        let script = script.unwrap();
        assert!(script.contains("/shortens"), "it was changed all the same: {script}");
        assert!(!script.contains("swappiness"), "that file is not there: {script}");
    }

    #[test]
    fn an_undo_script_restores_what_was_reset_too_and_goes() {
        let root = tempfile::tempdir().unwrap();
        let file = |name: &str| root.path().join(name);
        let resets = vec![(file("depth"), "100".to_owned())];
        let (before, value) = ("kyber".to_owned(), "none".to_owned());
        let change = Change { path: file("scheduler"), before, value, resets };
        let finding = Finding::new("a.b", "none", "why").change("kyber", vec![change]);
        let script = Undo { path: file("it's undone.sh") };
        script.create(&[finding]).unwrap();
        let status = std::process::Command::new("sh").arg(&script.path).status().unwrap();
        assert!(status.success());
        let read = |name: &str| fs::read_to_string(file(name)).unwrap();
        assert_eq!([read("scheduler"), read("depth")], ["kyber\n", "100\n"]);
        assert!(!script.path.exists(), "run again, it could take back what others have set");
    }

    #[test]
    fn a_file_that_refuses_keeps_the_others_of_a_script_not_back() {
        let root = tempfile::tempdir().unwrap();
        let there = root.path().join("there");
        let change = |path: PathBuf| Change {
            path,
            before: "0".into(),
            value: "1".into(),
            resets: Vec::new(),
        };
        let changes = vec![change(root.path().join("no/where")), change(there.clone())];
        let finding = Finding::new("a.b", "1", "why").change("0", changes);
        let path = root.path().join("script");
        let text = script(&[finding], |change| line(&change.path, &change.value), Some(&path));
        fs::write(&path, text).unwrap();
        let status = std::process::Command::new("sh").arg(&path).status().unwrap();
        assert_eq!((status.code(), fs::read_to_string(&there).unwrap().trim()), (Some(1), "1"));
        assert!(path.exists(), "it can be tried again");
    }
}
