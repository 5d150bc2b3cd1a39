//! The rules of ARCHITECTURE.md that can be checked by reading the tree.

mod floors;
mod tree;

use std::collections::BTreeSet;

use floors::Floors;
use tree::{Tree, code_only, fenced_blocks, names_word};

const LINES_MAX: usize = 500;
const COLUMNS_MAX: usize = 100;

/// Written by the wire crate's generator, so their length is Kafka's.
const GENERATED: &[&str] = &["wire/src/messages/", "wire/src/api_key/table.rs"];

/// Data and locks: not read by people line by line.
const NOT_SOURCE: &[&str] =
    &["tests/golden/", "tests/clients/package-lock.json", "Cargo.lock", "LICENSE"];

fn is_under(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

/// Fails with every violation at once, so that one run shows all there is to mend.
fn must_be_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}", violations.join("\n  "));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let mut long = Vec::new();
    for file in Tree::read().sources() {
        let lines = file.text.lines().count();
        if lines > LINES_MAX && !is_under(&file.path, GENERATED) {
            long.push(format!("{}: {lines} lines", file.path));
        }
    }
    must_be_none("at most 500 lines a file", &long);
}

#[test]
fn no_line_is_wider_than_100_columns() {
    let mut wide = Vec::new();
    for file in Tree::read().sources() {
        // A table, a manifest or a recorded answer cannot be wrapped.
        let extension = file.path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let wrapped = ["rs", "py", "java", "sh"].contains(&extension) || !file.path.contains('.');
        if is_under(&file.path, GENERATED) || !wrapped {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            if line.chars().count() > COLUMNS_MAX {
                wide.push(format!("{}:{}", file.path, index + 1));
            }
        }
    }
    must_be_none("at most 100 columns a line", &wide);
}

#[test]
fn nothing_is_left_to_do() {
    let words = [
        concat!("to", "do!("),
        concat!("unimpl", "emented!("),
        concat!("db", "g!("),
        concat!("FIX", "ME"),
        concat!("#[ign", "ore"),
    ];
    let mut left = Vec::new();
    for file in Tree::read().rust() {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                left.push(format!("{}:{}: {word}", file.path, index + 1));
            }
        }
    }
    must_be_none("no unfinished code", &left);
}

/// Lines of code (not comments) in `files` that name `word`, outside `allowed`.
fn named_outside(word: &str, allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in Tree::read().rust() {
        if is_under(&file.path, allowed) || is_under(&file.path, &["tests/tidy/"]) {
            continue;
        }
        for (index, line) in code_only(&file.text).lines().enumerate() {
            if names_word(line, word) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn glommio_is_named_only_where_it_can_be_replaced() {
    let allowed = ["shards/src/runtime"];
    must_be_none("glommio outside shards/src/runtime", &named_outside("glommio", &allowed));
}

#[test]
fn io_uring_is_named_only_by_the_disk_and_the_reactor() {
    let allowed = ["storage/src/disk", "shards/src/runtime/reactor"];
    must_be_none(
        "the io-uring crate outside storage/src/disk and shards/src/runtime/reactor",
        &named_outside("io_uring", &allowed)
            .into_iter()
            .filter(|line| line.contains("io_uring::"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn raft_is_named_only_by_the_quorum() {
    must_be_none(
        "the raft crate outside cluster/src/quorum",
        &named_outside("raft", &["cluster/src/quorum"]),
    );
}

#[test]
fn wire_and_cluster_are_pure() {
    let impure = [
        "async",
        "await",
        "Instant",
        "SystemTime",
        "std::time::Instant",
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "tokio",
        "glommio",
        "getrandom",
        "rand",
    ];
    let mut found = Vec::new();
    for file in Tree::read().rust() {
        if !is_under(&file.path, &["wire/src/", "cluster/src/"]) {
            continue;
        }
        for (index, line) in code_only(&file.text).lines().enumerate() {
            if let Some(word) = impure.iter().find(|word| names_word(line, word)) {
                found.push(format!("{}:{}: {word}", file.path, index + 1));
            }
        }
    }
    must_be_none("no async, clock, randomness, files or sockets in wire and cluster", &found);
}

#[test]
fn one_file_maps_our_errors_to_kafkas() {
    let mut found = Vec::new();
    for file in Tree::read().rust() {
        // The answers of the group protocol are the wire's own, error codes included.
        let inner = is_under(&file.path, &["storage/src/", "cluster/src/"])
            && !is_under(&file.path, &["cluster/src/groups/"]);
        let mapper =
            file.path == "shards/src/errors.rs" || is_under(&file.path, &["wire/", "tests/"]);
        for (index, line) in code_only(&file.text).lines().enumerate() {
            let maps = line.contains("for ErrorCode") || line.contains("for wire::ErrorCode");
            if (maps && !mapper) || (inner && names_word(line, "ErrorCode")) {
                found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    must_be_none("error codes are mapped in shards/src/errors.rs alone", &found);
}

#[test]
fn every_crate_has_its_limits_in_one_file() {
    let tree = Tree::read();
    let missing: Vec<String> = ["wire", "storage", "cluster", "shards", "bench", "sim"]
        .iter()
        .map(|room| format!("{room}/src/limits.rs"))
        .filter(|path| tree.file(path).is_none())
        .collect();
    must_be_none("a crate's limits are in its limits.rs", &missing);
}

#[test]
fn dependencies_point_one_way() {
    let allowed: &[(&str, &[&str])] = &[
        ("wire", &[]),
        ("frame", &[]),
        ("storage", &["wire", "frame"]),
        ("cluster", &["wire", "frame"]),
        ("shards", &["wire", "frame", "storage", "cluster"]),
        ("sim", &["wire", "cluster"]),
    ];
    let rooms = ["wire", "frame", "storage", "cluster", "shards", "bench", "sim", "tidemill"];
    let tree = Tree::read();
    let mut wrong = Vec::new();
    for (room, may) in allowed {
        let manifest = tree.file(&format!("{room}/Cargo.toml")).expect("a manifest");
        let dependencies = manifest.text.split("[dev-dependencies]").next().unwrap_or_default();
        for line in dependencies.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if rooms.contains(&name) && !may.contains(&name) {
                wrong.push(format!("{room} depends on {name}"));
            }
        }
    }
    must_be_none("tidemill -> shards -> {cluster, storage} -> {wire, frame}", &wrong);
}

/// A crate's floors as ARCHITECTURE.md draws them: the fenced block in the language of that name.
fn drawn_floors(tree: &Tree, crate_name: &str) -> Floors {
    let architecture = &tree.file("ARCHITECTURE.md").expect("ARCHITECTURE.md").text;
    let drawings = fenced_blocks(architecture).into_iter();
    let mut drawings = drawings.filter(|(language, _)| language == &format!("floors-{crate_name}"));
    let (_, drawing) = drawings.next().expect("the crate's floors are drawn");
    Floors::parse(crate_name, &drawing)
}

#[test]
fn rooms_import_from_below_and_in_no_circle() {
    let tree = Tree::read();
    let mut wrong = Vec::new();
    for crate_name in ["shards", "cluster"] {
        wrong.extend(drawn_floors(&tree, crate_name).violations(tree.rust()));
    }
    must_be_none("rooms import from the floors below, in no circle", &wrong);
}

#[test]
fn the_whole_shard_is_known_to_the_upper_floors_alone() {
    let tree = Tree::read();
    let floors = drawn_floors(&tree, "shards");
    must_be_none("Shard below floor 5", &floors.named_below("Shard", 5, tree.rust()));
}

/// A folder is told by the map as `wire/`; the `src/` that every crate has goes without saying.
fn folders_to_name(tree: &Tree) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for path in tree.paths() {
        let parts: Vec<&str> = path.split('/').collect();
        for depth in 1..parts.len().min(4) {
            let folder = parts[..depth].join("/");
            let crate_source = depth == 2 && parts[1] == "src" && parts[0] != "src";
            let too_deep = depth == 3 && parts[1] != "src";
            if !crate_source && !too_deep {
                folders.insert(folder);
            }
        }
    }
    folders
}

/// Reads the map: the first fenced block of ARCHITECTURE.md, one folder a line, two spaces a level.
fn folders_named(architecture: &str) -> BTreeSet<String> {
    let map = fenced_blocks(architecture).into_iter().next().expect("a map in ARCHITECTURE.md").1;
    let mut named = BTreeSet::new();
    let mut above: Vec<String> = Vec::new();
    for line in map.lines() {
        let Some(first) = line.split_whitespace().next() else {
            continue;
        };
        let Some(folder) = first.strip_suffix('/') else {
            continue;
        };
        let depth = (line.len() - line.trim_start().len()) / 2;
        above.truncate(depth);
        let path = above.iter().map(String::as_str).chain([folder]).collect::<Vec<_>>().join("/");
        above.push(folder.to_owned());
        named.insert(path);
    }
    named
}

#[test]
fn architecture_names_exactly_the_folders_there_are() {
    let tree = Tree::read();
    let architecture = &tree.file("ARCHITECTURE.md").expect("ARCHITECTURE.md").text;
    let named = folders_named(architecture);
    let there = folders_to_name(&tree);
    let mut wrong: Vec<String> = Vec::new();
    wrong.extend(there.difference(&named).map(|folder| format!("not named: {folder}/")));
    wrong.extend(named.difference(&there).map(|folder| format!("not there: {folder}/")));
    must_be_none("ARCHITECTURE.md names exactly the folders there are", &wrong);
}

#[test]
fn readme_has_two_commands() {
    let tree = Tree::read();
    let Some(readme) = tree.file("README.md") else {
        return;
    };
    // One line is a command; a block of many is a picture or a table.
    let commands: Vec<String> = fenced_blocks(&readme.text)
        .into_iter()
        .map(|(_, block)| block)
        .filter(|block| block.lines().count() == 1)
        .collect();
    assert_eq!(commands.len(), 2, "the README has two commands, these: {commands:#?}");
    assert!(
        commands.iter().any(|block| block.trim() == "tests/run"),
        "one command of the README is tests/run: {commands:#?}"
    );
}

#[test]
fn ci_runs_the_test_command_and_nothing_else() {
    let tree = Tree::read();
    let script = &tree.file(".ci/run").expect(".ci/run").text;
    let commands: Vec<&str> = script
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("set ") && !line.is_empty())
        .collect();
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(commands[0].contains("tests/run"), "{commands:?}");
}
