//! Passwords that are guessed first, and how a longer one can be no better than they are.
//!
//! The list is a static file, which the worker reads when somebody chooses a password, and is searched
//! as it lies: sorted lines, halved some thirteen times. Everything here works on lowercase text.

/// Where the list is, under `public/`; `LICENSES.txt` beside it says where it comes from.
pub const LIST: &str = "/assets/common-passwords.txt";

/// Passwords that are guessed first: lines sorted by byte, ASCII, lowercase, each once.
#[derive(Debug)]
pub struct Blocklist(String);

/// Keys that lie next to each other, row by row and in the zigzags people draw.
const WALKS: [&str; 10] = [
    "`1234567890-=",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
];

impl Blocklist {
    /// The list as the file has it.
    pub fn of(file: String) -> Self {
        Self(file)
    }

    /// Whether the list has exactly this word.
    pub fn has(&self, word: &str) -> bool {
        let list = self.0.as_str();
        // `low` is the start of a line, `high` the start of a line or the end.
        let (mut low, mut high) = (0, list.len());
        while low < high {
            let middle = low.midpoint(high);
            let before = list.get(low..middle).unwrap_or_default();
            let start = before.rfind('\n').map_or(low, |end| low + end + 1);
            let rest = list.get(start..high).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            match line.cmp(word) {
                std::cmp::Ordering::Equal => return !word.is_empty(),
                std::cmp::Ordering::Less => low = start + line.len() + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        false
    }

    /// Whether a listed word is all there is to it: as it stands, dressed up with digits and signs
    /// around it or in place of letters (`P@ssw0rd!2026`), or two such words in a row.
    pub fn is_common(&self, password: &str) -> bool {
        self.is_one_word(password)
            || password.char_indices().skip(1).any(|(at, _)| {
                let (head, tail) = password.split_at(at);
                self.is_one_word(head) && self.is_one_word(tail)
            })
    }

    fn is_one_word(&self, text: &str) -> bool {
        let word = text.trim_matches(|c: char| !c.is_alphabetic());
        let plain: String = word.chars().map(plain_letter).collect();
        self.has(text) || self.has(word) || self.has(&plain)
    }
}

fn plain_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// The piece that the text repeats, if it is at least twice there: "abcab" is "abc" cut short, but
/// "abcabc" repeats "abc", and so does "abcabca".
pub fn repeated_piece(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let periodic = |p: &usize| chars.iter().zip(chars.iter().skip(*p)).all(|(a, b)| a == b);
    let period = (1..=chars.len() / 2).find(periodic)?;
    Some(chars.into_iter().take(period).collect())
}

/// Whether it mostly counts up or down, stays on one character, or walks along the keyboard:
/// at most one break in five characters.
pub fn is_sequence(text: &str) -> bool {
    let follows = |a: char, b: char| {
        let (x, y) = (u32::from(a), u32::from(b));
        let counts = a.is_alphanumeric() && b.is_alphanumeric() && x.abs_diff(y) <= 1;
        counts
            || matches!((a, b), ('9', '0') | ('0', '9'))
            || WALKS.iter().any(|w| are_beside(w, a, b))
    };
    let pairs = text.chars().zip(text.chars().skip(1));
    let breaks = pairs.filter(|(a, b)| !follows(*a, *b)).count();
    breaks <= text.chars().count() / 5
}

fn are_beside(walk: &str, a: char, b: char) -> bool {
    let mut pairs = walk.chars().zip(walk.chars().skip(1));
    pairs.any(|pair| pair == (a, b) || pair == (b, a))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// The list that the worker reads.
    pub(in crate::domain) static SHIPPED: LazyLock<Blocklist> =
        LazyLock::new(|| Blocklist::of(std::fs::read_to_string(format!("public{LIST}")).unwrap()));

    #[test]
    fn the_list_is_as_the_search_needs_it() {
        let list = &*SHIPPED;
        let lines: Vec<&str> = list.0.lines().collect();
        assert!(lines.len() >= 3_000, "{} lines", lines.len());
        assert!(
            lines.windows(2).all(|pair| pair[0] < pair[1]),
            "sorted, each once"
        );
        assert!(list.0.ends_with('\n') && !list.0.contains('\r'));
        for line in lines {
            assert!(
                line.len() >= 4
                    && line
                        .bytes()
                        .all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()),
                "{line}"
            );
            assert!(list.has(line), "{line}");
        }
        for other in ["", "\n", "passwor", "passwordx", "zzzzzzzzzzz", "!", "é"] {
            assert!(!list.has(other), "{other}");
        }
    }

    #[test]
    fn dressing_up_does_not_help() {
        let list = &*SHIPPED;
        for weak in [
            "password",
            "password2026!",
            "123password",
            "p@ssw0rd!!!!!!!!",
            "monkey1",
            "sunshineprincess",
            "dragon-monkey-99",
            "password qwerty 1",
        ] {
            assert!(list.is_common(weak), "{weak}");
        }
        for fine in [
            "correct horse battery staple",
            "passwordless is the way",
            "v8#kd03mxq21zpw",
        ] {
            assert!(!list.is_common(fine), "{fine}");
        }
    }

    #[test]
    fn repetition_is_seen() {
        assert_eq!(repeated_piece("aaaa").unwrap(), "a");
        assert_eq!(repeated_piece("abcabca").unwrap(), "abc");
        assert_eq!(repeated_piece("ééé").unwrap(), "é");
        for none in ["", "a", "abcab", "abcdefgh"] {
            assert_eq!(repeated_piece(none), None, "{none}");
        }
    }

    #[test]
    fn sequences_are_seen() {
        for weak in [
            "abcdefghijklmno",
            "987654321098765",
            "qwertyuiopasdfgh",
            "1qaz2wsx3edc4rfv",
            "aaabbbcccdddeee",
            "123456789abcdefg",
            "1q2w3e4r5t6y7u8i",
        ] {
            assert!(is_sequence(weak), "{weak}");
        }
        for fine in [
            "correct horse battery",
            "v8#kd03mxq21zpw",
            "the weather was poor",
            "perpetual power tower",
        ] {
            assert!(!is_sequence(fine), "{fine}");
        }
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_a_scan(word in "[a-z0-9]{1,8}") {
            prop_assert_eq!(SHIPPED.has(&word), SHIPPED.0.lines().any(|line| line == word));
        }

        #[test]
        fn no_text_panics(raw: String) {
            let _ = (SHIPPED.is_common(&raw), is_sequence(&raw), repeated_piece(&raw));
        }
    }
}
