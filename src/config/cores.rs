//! Sets of cores as people write them.

/// Reads `0,2-5`. The order is kept: the first core runs shard 0.
pub fn parse(text: &str) -> Result<Vec<usize>, String> {
    let number = |part: &str| {
        part.trim().parse::<usize>().map_err(|_| format!("{part:?} is not the number of a core"))
    };
    let mut cores = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if first > last {
            return Err(format!("{part:?} counts down: write {last}-{first}"));
        }
        // No machine has so many, and the list would be long.
        if last > 65_535 {
            return Err(format!("there is no core {last}"));
        }
        for core in first..=last {
            if cores.contains(&core) {
                return Err(format!("core {core} is there twice"));
            }
            cores.push(core);
        }
    }
    Ok(cores)
}

/// The shortest way to write a set: `0,2-5`.
pub fn write(cores: &[usize]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = cores;
    while let Some(&first) = rest.first() {
        let run = rest.iter().zip(first..).take_while(|(core, expected)| *core == expected).count();
        parts.push(match run {
            1 => first.to_string(),
            _ => format!("{first}-{}", first + run - 1),
        });
        rest = &rest[run..];
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_and_written() {
        assert_eq!(parse("0,2-5").unwrap(), [0, 2, 3, 4, 5]);
        assert_eq!(parse("3, 1").unwrap(), [3, 1]);
        for text in ["0", "0,2-5", "3,1", "7-8,0-1"] {
            assert_eq!(write(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for text in ["", "a", "1-", "-1", "5-2", "1,1", "0-3,2", "0-99999999", "1,,2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
