//! Findings for people and for programs.

use std::io::Write;

use serde_json::json;

use super::finding::{Finding, Status};
use super::host::Host;
use super::machine::BARE_METAL;
use crate::commands::table::{Align, Table};
use crate::problem::Result;

pub fn write_json(out: &mut impl Write, host: &Host, findings: &[Finding]) -> Result<()> {
    let all: Vec<_> = findings.iter().map(|finding| finding_json(host, finding)).collect();
    writeln!(out, "{}", json!(all))?;
    Ok(())
}

/// The table, then the why and the way of what is not as wanted; with `verbose`, of everything.
pub fn write(out: &mut impl Write, host: &Host, findings: &[Finding], verbose: bool) -> Result<()> {
    let columns = ["", "SETTING", "FOUND", "WANTED"].map(|title| (title, Align::Left));
    let mut table = Table::new(&columns);
    for finding in findings {
        table.row(vec![
            finding.status.word().to_owned(),
            finding.id.to_owned(),
            finding.found.clone(),
            finding.wanted.clone(),
        ]);
    }
    table.write(out)?;
    // Where others decide, that is said whatever they have decided.
    let limited = |f: &Finding| f.id == "system.machine" && f.found != BARE_METAL;
    for finding in findings.iter().filter(|f| verbose || !f.is_fine() || limited(f)) {
        writeln!(out, "\n{}: {}", finding.id, finding.why)?;
        if !finding.hint.is_empty() {
            writeln!(out, "  {}", finding.hint)?;
        }
        for change in &finding.changes {
            let (path, value, before) = (change.path.display(), &change.value, &change.before);
            writeln!(out, "  echo {value} > {path}    (undo: echo {before})")?;
        }
    }
    let unseen: Vec<&Finding> = findings.iter().filter(|f| f.status == Status::Unseen).collect();
    if !unseen.is_empty() {
        writeln!(out, "\nnot seen on this machine:")?;
        for finding in unseen {
            writeln!(out, "  {}: {}", finding.id, finding.hint)?;
        }
    }
    let settable = |finding: &&Finding| finding.changes.iter().all(|c| host.may_write(&c.path));
    let changes = findings.iter().filter(|finding| finding.status == Status::Change);
    let (ours, others): (Vec<&Finding>, Vec<&Finding>) = changes.partition(settable);
    if !ours.is_empty() {
        let count = ours.len();
        writeln!(out, "\n`tidemill tune apply` sets {count} of them; with --dry-run it shows how")?;
    }
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|finding| finding.id).collect();
        writeln!(out, "\nto be set by root, on the machine itself and not in a container:")?;
        writeln!(out, "  {}", names.join(", "))?;
    }
    Ok(())
}

fn finding_json(host: &Host, finding: &Finding) -> serde_json::Value {
    let changes = finding.changes.iter().map(|change| {
        json!({
            "path": change.path.display().to_string(),
            "before": change.before,
            "value": change.value,
            "writable": host.may_write(&change.path),
        })
    });
    json!({
        "id": finding.id,
        "status": finding.status.word(),
        "found": finding.found,
        "wanted": finding.wanted,
        "why": finding.why,
        "hint": finding.hint,
        "changes": changes.collect::<Vec<_>>(),
    })
}
