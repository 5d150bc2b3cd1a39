//! The files that git tracks, and small readers of their text.

use super::NOT_SOURCE;
use std::path::Path;
use std::process::Command;

pub struct File {
    pub path: String,
    pub text: String,
}

pub struct Tree {
    paths: Vec<String>,
    files: Vec<File>,
}

impl Tree {
    pub fn read() -> Tree {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listed = Command::new("git")
            .args(["-c", "core.quotepath=off", "ls-files"])
            .current_dir(root)
            .output()
            .expect("git lists the tree");
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let listed = String::from_utf8(listed.stdout).expect("paths are UTF-8");
        // A file that was deleted and not committed yet is no longer part of the tree.
        let paths: Vec<String> =
            listed.lines().filter(|path| root.join(path).exists()).map(str::to_owned).collect();
        let mut files = Vec::new();
        for path in &paths {
            // What is not UTF-8 is a picture or a recorded frame.
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                files.push(File { path: path.clone(), text });
            }
        }
        Tree { paths, files }
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| {
            !NOT_SOURCE.iter().any(|prefix| file.path.starts_with(prefix))
                && !file.path.ends_with(".svg")
                && !file.path.ends_with(".lock")
        })
    }

    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

/// The text without what follows `//` on a line: comments may name anything.
pub fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

/// Whether `word` stands in `line` as a whole name, not as a part of a longer one.
pub fn names_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    while let Some(at) = line[from..].find(word) {
        let start = from + at;
        let end = start + word.len();
        let before = line[..start].chars().next_back().is_some_and(is_name);
        let after = line[end..].chars().next().is_some_and(is_name);
        if !before && !after {
            return true;
        }
        from = end;
    }
    false
}

/// The fenced blocks of a Markdown text: language and content.
pub fn fenced_blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}
