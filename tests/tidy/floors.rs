//! Floors: the rooms of a crate (the files and folders right under its `src`) stand on the floors
//! that ARCHITECTURE.md draws. A room imports from floors below, and from its own where no circle
//! comes of it.
//!
//! What a room imports is read from its text: paths that begin with `crate::`, or with as many
//! `super::` as lead there. Tests are left out: they may use whatever they need.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, code_only};

/// The floors of one crate, from the ground up.
pub struct Floors {
    crate_name: String,
    /// Number and rooms of each floor.
    floors: Vec<(u32, Vec<String>)>,
}

/// One place where a room names another.
struct Import {
    from: String,
    to: String,
    place: String,
}

impl Floors {
    /// Reads a drawing: lines of `6  node, shard    words`, the ground floor last. Rooms are parted
    /// by commas and end at two spaces; a line that begins with a space says more about the last.
    pub fn parse(crate_name: &str, drawing: &str) -> Floors {
        let mut floors = Vec::new();
        for line in drawing.lines() {
            let Some((number, rest)) = line.split_once(' ') else { continue };
            let Ok(number) = number.parse() else { continue };
            let rooms = rest.trim_start().split("  ").next().unwrap_or_default();
            floors.push((number, rooms.split(", ").map(|room| room.trim().to_owned()).collect()));
        }
        floors.reverse();
        Floors { crate_name: crate_name.to_owned(), floors }
    }

    fn floor_of(&self, room: &str) -> Option<u32> {
        let stands = |rooms: &[String]| rooms.iter().any(|other| other == room);
        self.floors.iter().find(|(_, rooms)| stands(rooms)).map(|(number, _)| *number)
    }

    /// Everything that is wrong with the crate whose files are among `files`.
    pub fn violations<'a>(&self, files: impl Iterator<Item = &'a File>) -> Vec<String> {
        let prefix = format!("{}/src/", self.crate_name);
        let files: Vec<(Vec<&str>, &File)> = files
            .filter_map(|file| {
                let path = file.path.strip_prefix(&prefix)?.strip_suffix(".rs")?;
                Some((module_of(path)?, file))
            })
            .collect();
        let mut found = self.misdrawn(&files);
        let imports = imports(&files);
        for import in &imports {
            let (Some(from), Some(to)) = (self.floor_of(&import.from), self.floor_of(&import.to))
            else {
                continue;
            };
            if to > from {
                let Import { from: room, to: other, place } = import;
                found.push(format!("{place}: {room} (floor {from}) imports {other} (floor {to})"));
            }
        }
        // A circle over several floors has a step up, which is told already.
        let level = |import: &&Import| self.floor_of(&import.from) == self.floor_of(&import.to);
        found.extend(circles(&imports.iter().filter(level).collect::<Vec<_>>()));
        found
    }

    /// Floors out of order, rooms that are not drawn, and rooms that are drawn and not there.
    fn misdrawn(&self, files: &[(Vec<&str>, &File)]) -> Vec<String> {
        let name = &self.crate_name;
        let mut found = Vec::new();
        let numbers: Vec<u32> = self.floors.iter().map(|(number, _)| *number).collect();
        if numbers.is_empty() || numbers != (1..=numbers.len() as u32).collect::<Vec<_>>() {
            found.push(format!("{name}: the floors must be numbered from 1 up: {numbers:?}"));
        }
        let there: BTreeSet<&str> =
            files.iter().filter_map(|(module, _)| module.first().copied()).collect();
        let mut drawn = BTreeSet::new();
        for room in self.floors.iter().flat_map(|(_, rooms)| rooms) {
            if !drawn.insert(room.as_str()) {
                found.push(format!("{name}: {room} stands on two floors"));
            }
        }
        found.extend(there.difference(&drawn).map(|room| format!("{name}: {room} has no floor")));
        found.extend(drawn.difference(&there).map(|room| format!("{name}: no room {room}")));
        found
    }

    /// Where `word` is named below `lowest`.
    pub fn named_below<'a>(
        &self,
        word: &str,
        lowest: u32,
        files: impl Iterator<Item = &'a File>,
    ) -> Vec<String> {
        let prefix = format!("{}/src/", self.crate_name);
        let mut found = Vec::new();
        for file in files {
            let Some(path) = file.path.strip_prefix(&prefix) else { continue };
            let room = path.split(['/', '.']).next().unwrap_or_default();
            if self.floor_of(room).is_none_or(|floor| floor >= lowest) {
                continue;
            }
            for (index, line) in code_only(&file.text).lines().enumerate() {
                if crate::tree::names_word(line, word) {
                    found.push(format!("{}:{}: {}", file.path, index + 1, line.trim()));
                }
            }
        }
        found
    }
}

/// The module that a file is, as a path from the crate; empty for `lib`, `None` for tests.
fn module_of(path: &str) -> Option<Vec<&str>> {
    let mut module: Vec<&str> = path.split('/').collect();
    if module.iter().any(|part| *part == "tests" || part.ends_with("_tests")) {
        return None;
    }
    if module == ["lib"] || module.len() > 1 && module.last() == Some(&"mod") {
        module.pop();
    }
    Some(module)
}

fn imports(files: &[(Vec<&str>, &File)]) -> Vec<Import> {
    let rooms: BTreeSet<&str> =
        files.iter().filter_map(|(module, _)| module.first().copied()).collect();
    let shown = shown_by_the_crate(files, &rooms);
    let mut imports = Vec::new();
    for (module, file) in files {
        let Some(own) = module.first() else { continue };
        let code = without_tests(&code_only(&file.text));
        for (at, name) in names_from_the_crate(&code, module.len()) {
            let to = shown.get(&name).unwrap_or(&name);
            if to != own && rooms.contains(to.as_str()) {
                let line = code[..at].matches('\n').count() + 1;
                let place = format!("{}:{line}", file.path);
                imports.push(Import { from: (*own).to_owned(), to: to.clone(), place });
            }
        }
    }
    imports
}

/// `crate::Image` is the room `image`, if `lib.rs` says `pub use image::Image`.
fn shown_by_the_crate(
    files: &[(Vec<&str>, &File)],
    rooms: &BTreeSet<&str>,
) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for (_, file) in files.iter().filter(|(module, _)| module.is_empty()) {
        for statement in code_only(&file.text).split(';') {
            let Some((_, path)) = statement.split_once("use ") else { continue };
            let (room, names) = path.trim().split_once("::").unwrap_or_default();
            if rooms.contains(room) {
                let names = names.split(|c: char| !is_name(c)).filter(|name| !name.is_empty());
                shown.extend(names.map(|name| (name.to_owned(), room.to_owned())));
            }
        }
    }
    shown
}

/// What is named right under the crate in a module `depth` below it, and at which byte.
fn names_from_the_crate(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let up = "super::".repeat(depth);
    for root in ["crate::", up.as_str()] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            let rest = &code[at + root.len()..];
            // A part of a longer name, or of a longer way up.
            if before.is_some_and(|c| is_name(c) || c == ':') || rest.starts_with("super::") {
                continue;
            }
            names.extend(first_names(rest).into_iter().map(|name| (at, name)));
        }
    }
    names
}

/// The first name of a path, or of each path in a group.
fn first_names(path: &str) -> Vec<String> {
    let first =
        |path: &str| -> String { path.trim_start().chars().take_while(|c| is_name(*c)).collect() };
    let Some(group) = path.strip_prefix('{') else {
        return vec![first(path)];
    };
    let mut depth = 0;
    let mut names = vec![first(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Tests stand at the end of their file, or in one of their own.
fn without_tests(code: &str) -> String {
    let inline = code.match_indices("#[cfg(test)]").find(|(at, attribute)| {
        let item = code[at + attribute.len()..].trim_start();
        item.starts_with("mod ")
            && item.split(['{', ';']).next().is_some_and(|head| item[head.len()..].starts_with('{'))
    });
    inline.map_or(code, |(at, _)| &code[..at]).to_owned()
}

/// The circles there are: which room leads back to itself by which other, and one place of each.
fn circles(imports: &[&Import]) -> Vec<String> {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        reached.entry(&import.from).or_default().insert(&import.to);
    }
    // Whoever is reached reaches on, until nothing is added.
    loop {
        let before: usize = reached.values().map(BTreeSet::len).sum();
        let known = reached.clone();
        for others in reached.values_mut() {
            let on: Vec<&str> =
                others.iter().filter_map(|other| known.get(other)).flatten().copied().collect();
            others.extend(on);
        }
        if reached.values().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for Import { from, to, place } in imports.iter().filter(|one| leads(&one.to, &one.from)) {
        if !told.insert((from, to)) {
            continue;
        }
        found.push(format!("{place}: a circle: {from} imports {to}, which leads back to {from}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = "\
3  roof             words, more words
                    4 more words
2  hall, kitchen    words
1  cellar
";

    /// Violations of a made-up house in which each room has one file with this text.
    fn violations(files: &[(&str, &str)]) -> Vec<String> {
        let mut rooms: BTreeMap<&str, &str> =
            ["roof.rs", "hall.rs", "kitchen/mod.rs", "cellar.rs"].map(|path| (path, "")).into();
        rooms.extend(files.iter().copied());
        let file = |(path, text): (&str, &str)| File {
            path: format!("house/src/{path}"),
            text: text.to_owned(),
        };
        let files: Vec<File> = rooms.into_iter().map(file).collect();
        Floors::parse("house", DRAWING).violations(files.iter())
    }

    #[test]
    fn a_house_in_order_passes() {
        let files = [
            ("lib.rs", "mod roof;\npub use roof::Roof;\npub use cellar::{Coal, Wine};"),
            ("roof.rs", "use crate::{hall::Hall, kitchen};\nuse crate::Wine;\nuse super::cellar;"),
            ("hall.rs", "use crate::kitchen::{cook, Pot};\nuse other_crate::roof::Tile;"),
            ("hall/stairs.rs", "use super::Hall;\nuse super::super::cellar::Coal;"),
            ("kitchen/mod.rs", "// crate::roof\nuse crate::cellar;"),
            ("cellar.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::roof;\n}"),
            ("cellar/tests.rs", "use crate::roof;"),
        ];
        assert_eq!(violations(&files), Vec::<String>::new());
    }

    #[test]
    fn a_room_that_imports_from_above_is_found_whatever_the_way() {
        let above = "house/src/cellar.rs:2: cellar (floor 1) imports roof (floor 3)";
        for text in [
            "\nuse crate::roof;",
            "\nuse crate::roof::Tile;",
            "\nuse crate::{roof::Tile};",
            "\nuse crate::{wine::{a, b}, roof};",
            "\nfn a(roof: &crate::roof::Roof) {}",
            "\nuse super::roof;",
            "\nuse crate::Roof;",
            "\nmacro_rules! a { () => { $crate::roof::Roof } }",
            "\nuse crate::roof;\n#[cfg(test)]\nmod tests;",
        ] {
            let found = violations(&[("lib.rs", "pub use roof::Roof;"), ("cellar.rs", text)]);
            assert_eq!(found, [above], "{text}");
        }
    }

    #[test]
    fn a_file_deep_in_a_room_is_looked_at_too() {
        let found = violations(&[("cellar/shelf/mod.rs", "use super::super::hall;")]);
        let above = "house/src/cellar/shelf/mod.rs:1: cellar (floor 1) imports hall (floor 2)";
        assert_eq!(found, [above]);
    }

    #[test]
    fn a_circle_on_one_floor_is_found() {
        let found = violations(&[
            ("hall.rs", "use crate::kitchen;"),
            ("hall/stairs.rs", "use crate::kitchen::Pot; // told once"),
            ("kitchen/mod.rs", "use crate::cellar;"),
            ("kitchen/oven.rs", "use crate::hall;"),
        ]);
        assert_eq!(
            found,
            [
                "house/src/hall.rs:1: a circle: hall imports kitchen, which leads back to hall",
                "house/src/kitchen/oven.rs:1: a circle: kitchen imports hall, which leads back to \
                 kitchen"
            ]
        );
    }

    #[test]
    fn a_circle_over_two_floors_is_told_by_its_step_up() {
        let found =
            violations(&[("hall.rs", "use crate::cellar;"), ("cellar.rs", "use crate::hall;")]);
        assert_eq!(found, ["house/src/cellar.rs:1: cellar (floor 1) imports hall (floor 2)"]);
    }

    #[test]
    fn the_drawing_names_exactly_the_rooms() {
        assert_eq!(violations(&[("attic.rs", "")]), ["house: attic has no floor"]);
        let drawn = Floors::parse("house", "2  roof, roof\n1  cellar");
        let file = |room: &str| File { path: format!("house/src/{room}.rs"), text: String::new() };
        let found = drawn.violations([file("roof")].iter());
        assert_eq!(found, ["house: roof stands on two floors", "house: no room cellar"]);
        let found = Floors::parse("house", "3  roof\n1  cellar")
            .violations([file("roof"), file("cellar")].iter());
        assert_eq!(found, ["house: the floors must be numbered from 1 up: [1, 3]"]);
        let undrawn = Floors::parse("house", "").violations([file("roof")].iter());
        assert_eq!(undrawn.len(), 2, "{undrawn:?}");
    }

    #[test]
    fn a_name_of_the_upper_floors_is_found_below() {
        let files = [("roof.rs", "Tile"), ("hall.rs", "// Tile\n&Tile"), ("cellar.rs", "Tiled")];
        let files = files
            .map(|(path, text)| File { path: format!("house/src/{path}"), text: text.to_owned() });
        let floors = Floors::parse("house", DRAWING);
        assert_eq!(floors.named_below("Tile", 3, files.iter()), ["house/src/hall.rs:2: &Tile"]);
        assert!(floors.named_below("Tile", 2, files.iter()).is_empty());
    }
}
