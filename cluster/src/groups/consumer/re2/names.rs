//! The named sets of characters that RE2/J knows, and what of each is ASCII.

use super::class::Class;

const UPPER: Class = Class::range(b'A', b'Z');
const LOWER: Class = Class::range(b'a', b'z');
const LETTERS: Class = UPPER.or(LOWER);
const DIGITS: Class = Class::range(b'0', b'9');
const WORD: Class = LETTERS.or(DIGITS).or(Class::of("_"));
const CONTROL: Class = Class::range(0, 0x1F).or(Class::of("\x7F"));
const SPACE: Class = Class::of(" ");
const OPENING: Class = Class::of("([{");
const CLOSING: Class = Class::of(")]}");
const OTHER_PUNCTUATION: Class = Class::of("!\"#%&'*,./:;?@\\");
const PUNCTUATION: Class = OTHER_PUNCTUATION.or(OPENING).or(CLOSING).or(Class::of("-_"));
const MATHEMATICAL: Class = Class::of("+<=>|~");
const SYMBOLS: Class = MATHEMATICAL.or(Class::of("$^`"));

/// `\d`, `\s`, `\w` and their opposites.
pub(super) fn perl(letter: char) -> Option<Class> {
    let class = match letter.to_ascii_lowercase() {
        'd' => DIGITS,
        's' => Class::of("\t\n\x0C\r "),
        'w' => WORD,
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { class.not() } else { class })
}

/// A POSIX class by the name in `[[:name:]]`.
pub(super) fn posix(name: &str) -> Option<Class> {
    let graphic = Class::range(b'!', b'~');
    Some(match name {
        "alnum" => LETTERS.or(DIGITS),
        "alpha" => LETTERS,
        "ascii" => Class::ALL,
        "blank" => Class::of("\t "),
        "cntrl" => CONTROL,
        "digit" => DIGITS,
        "graph" => graphic,
        "lower" => LOWER,
        "print" => graphic.or(SPACE),
        "punct" => PUNCTUATION.or(SYMBOLS),
        "space" => Class::range(b'\t', b'\r').or(SPACE),
        "upper" => UPPER,
        "word" => WORD,
        "xdigit" => DIGITS.or(Class::range(b'a', b'f')).or(Class::range(b'A', b'F')),
        _ => return None,
    })
}

/// A category or script of Unicode by the name in `\p{name}`, as it is and without regard to case.
pub(super) fn unicode(name: &str) -> Option<(Class, Class)> {
    let class = match name {
        "Any" => Class::ALL,
        "C" | "Cc" => CONTROL,
        "L" | "Latin" => LETTERS,
        "Lu" => return Some((UPPER, LETTERS)),
        // RE2/J's table of other cases has these two capitals alone.
        "Ll" => return Some((LOWER, LOWER.or(Class::of("KS")))),
        "N" | "Nd" => DIGITS,
        "P" => PUNCTUATION,
        "Pc" => Class::of("_"),
        "Pd" => Class::of("-"),
        "Pe" => CLOSING,
        "Po" => OTHER_PUNCTUATION,
        "Ps" => OPENING,
        "S" => SYMBOLS,
        "Sc" => Class::of("$"),
        "Sk" => Class::of("^`"),
        "Sm" => MATHEMATICAL,
        "Z" | "Zs" => SPACE,
        "Common" => LETTERS.not(),
        _ if WITHOUT_ASCII.split_ascii_whitespace().any(|known| known == name) => Class::NONE,
        _ => return None,
    };
    Some((class, class))
}

/// Categories and scripts without an ASCII character.
const WITHOUT_ASCII: &str = "\
    Cf Co Cs Lm Lo Lt M Mc Me Mn Nl No Pf Pi So Zl Zp \
    Arabic Armenian Avestan Balinese Bamum Batak Bengali Bopomofo Brahmi Braille Buginese Buhid \
    Canadian_Aboriginal Carian Cham Cherokee Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari \
    Egyptian_Hieroglyphs Ethiopic Georgian Glagolitic Gothic Greek Gujarati Gurmukhi Han Hangul \
    Hanunoo Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi \
    Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer Lao Lepcha \
    Limbu Linear_B Lisu Lycian Lydian Malayalam Mandaic Meetei_Mayek Mongolian Myanmar \
    New_Tai_Lue Nko Ogham Ol_Chiki Old_Italic Old_Persian Old_South_Arabian Old_Turkic Oriya \
    Osmanya Phags_Pa Phoenician Rejang Runic Samaritan Saurashtra Shavian Sinhala Sundanese \
    Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan \
    Tifinagh Ugaritic Unknown Vai Yi";
