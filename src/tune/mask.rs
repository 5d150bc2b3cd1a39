//! Sets of cores as the kernel writes them: hexadecimal, in groups of 32 bits.

/// The cores of a mask such as `00000001,0000000f`, in order; `None` if it is no mask.
pub fn parse(mask: &str) -> Option<Vec<usize>> {
    let mut cores = Vec::new();
    for (place, digit) in mask.chars().rev().filter(|digit| *digit != ',').enumerate() {
        let bits = digit.to_digit(16)?;
        cores.extend((0..4).filter(|bit| bits & (1 << bit) != 0).map(|bit| place * 4 + bit));
    }
    Some(cores)
}

/// A mask of these cores that is as wide as another; `None` if it is too narrow for them.
pub fn write(cores: &[usize], as_wide_as: &str) -> Option<String> {
    let digits = as_wide_as.chars().filter(|digit| *digit != ',').count();
    if cores.iter().any(|core| *core >= digits * 4) {
        return None;
    }
    let mut place = digits;
    let digit = |of: char| {
        if of == ',' {
            return ',';
        }
        place -= 1;
        let mine = cores.iter().filter(|core| *core / 4 == place);
        let bits: u32 = mine.map(|core| 1 << (core % 4)).sum();
        char::from_digit(bits, 16).unwrap_or('0')
    };
    Some(as_wide_as.chars().map(digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_read_and_written_in_the_same_width() {
        assert_eq!(parse("00000001,8000000f").unwrap(), [0, 1, 2, 3, 31, 32]);
        assert_eq!(parse("3").unwrap(), [0, 1]);
        assert_eq!(parse("00"), Some(Vec::new()));
        assert_eq!(parse("off"), None);
        for mask in ["00000001,8000000f", "3", "00", "80,00000000"] {
            assert_eq!(write(&parse(mask).unwrap(), mask).unwrap(), mask);
        }
        assert_eq!(write(&[33], "00000000,00000000").unwrap(), "00000002,00000000");
        assert_eq!(write(&[4], "f"), None);
    }
}
