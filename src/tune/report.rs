//! Findings for people and for programs.

use std::io::Write;

use serde_json::json;

use super::finding::{Finding, Status};
use crate::commands::table::{Align, Table};
use crate::problem::Result;

pub fn write(out: &mut impl Write, findings: &[Finding], as_json: bool) -> Result<()> {
    if as_json {
        let all: Vec<_> = findings.iter().map(finding_json).collect();
        writeln!(out, "{}", json!(all))?;
        return Ok(());
    }
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
    for finding in findings.iter().filter(|finding| !finding.is_fine()) {
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
    let changes = findings.iter().filter(|finding| finding.status == Status::Change).count();
    if changes > 0 {
        writeln!(
            out,
            "\n`tidemill tune apply` sets {changes} of them; with --dry-run it shows how"
        )?;
    }
    Ok(())
}

fn finding_json(finding: &Finding) -> serde_json::Value {
    let changes = finding.changes.iter().map(|change| {
        json!({
            "path": change.path.display().to_string(),
            "before": change.before,
            "value": change.value,
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
