//! A country by its name, from the two letters that the edge gives (ISO 3166-1, and `T1` for Tor).

/// A line each: two letters, a space, the name as it stands after "in". Sorted by the letters.
const NAMES: &str = include_str!("data/countries.txt");

/// "Germany", "the Netherlands"; `None` for what is no country's letters, as `XX` (unknown).
pub fn name(code: &str) -> Option<&'static str> {
    let named = NAMES.lines().filter_map(|line| line.split_once(' '));
    named
        .filter(|(letters, _)| letters.eq_ignore_ascii_case(code))
        .map(|(_, name)| name)
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_names() {
        assert_eq!(name("DE"), Some("Germany"));
        assert_eq!(name("nl"), Some("the Netherlands"));
        assert_eq!(name("T1"), Some("the Tor network"));
        for none in ["", "XX", "D", "DE ", "Germany"] {
            assert_eq!(name(none), None, "{none}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_holds_each_once() {
        let letters: Vec<_> = NAMES.lines().filter_map(|line| line.get(..2)).collect();
        assert!(letters.len() >= 249);
        assert!(letters.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
