//! Finding by words: what a list sorts by, and which words of a record find it.

use std::collections::BTreeSet;

/// A record is found by at most this many words; later ones are left out.
const MOST: usize = 100;
/// Longer words are cut, in characters.
const LONGEST: usize = 40;
/// A question is read up to this many words.
const ASKED: usize = 3;

/// What lists sort by: lowercase.
pub fn key(name: &str) -> String {
    name.to_lowercase()
}

/// The words of some texts, lowercase, each once. An address is found by each of its parts.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts.into_iter().flat_map(split).take(MOST).collect()
}

/// The first words of a question; a record fits if each begins one of its words.
pub fn asked(question: &str) -> Vec<String> {
    split(question).take(ASKED).collect()
}

/// The first text after all that begin with `word`.
pub fn after(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| key(word).chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lowercase_and_stand_once() {
        let found: Vec<_> = words(["Müller & Söhne", "müller@example.com"])
            .into_iter()
            .collect();
        assert_eq!(found, ["com", "example", "müller", "söhne"]);
    }

    #[test]
    fn a_question_is_short() {
        assert_eq!(asked(" A-b c d e"), ["a", "b", "c"]);
        assert!(asked(" -% ").is_empty());
        assert!("müller" < after("mü").as_str());
    }
}
