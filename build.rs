//! Puts the commit into `--version`, if the sources lie in a git repository.

use std::fs;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let commit = commit(Path::new(".git")).unwrap_or_default();
    let commit = commit.get(..12).unwrap_or_default();
    let version = std::env::var("CARGO_PKG_VERSION").expect("cargo names the version");
    let long = if commit.is_empty() { version } else { format!("{version} ({commit})") };
    println!("cargo::rustc-env=TIDEMILL_VERSION={long}");
    println!("cargo::rustc-env=TIDEMILL_COMMIT={commit}");
}

fn commit(git: &Path) -> Option<String> {
    let head_path = git.join("HEAD");
    let head = fs::read_to_string(&head_path).ok()?;
    println!("cargo::rerun-if-changed={}", head_path.display());
    let Some(branch) = head.trim().strip_prefix("ref: ") else {
        return Some(head.trim().to_owned());
    };
    let loose = git.join(branch);
    if let Ok(commit) = fs::read_to_string(&loose) {
        println!("cargo::rerun-if-changed={}", loose.display());
        return Some(commit.trim().to_owned());
    }
    let packed = git.join("packed-refs");
    println!("cargo::rerun-if-changed={}", packed.display());
    let packed = fs::read_to_string(packed).ok()?;
    let line = packed.lines().find(|line| line.ends_with(&format!(" {branch}")))?;
    line.split(' ').next().map(str::to_owned)
}
