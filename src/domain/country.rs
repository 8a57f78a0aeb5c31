//! A country by its name, from the two letters that the edge gives (ISO 3166-1, and `T1` for Tor).

/// A line each: two letters, a space, the name as it stands after "in". Sorted by the letters.
const NAMES: &str = include_str!("data/countries.txt");

/// The edge's letters for a network that hides where it is.
const TOR: &str = "T1";

/// "Germany", "the Netherlands"; `None` for what is no country's letters, as `XX` (unknown).
pub fn name(code: &str) -> Option<&'static str> {
    let named = NAMES.lines().filter_map(|line| line.split_once(' '));
    named
        .filter(|(letters, _)| letters.eq_ignore_ascii_case(code))
        .map(|(_, name)| name)
        .next()
}

/// Every country: its letters and its name without the article, by name.
pub fn all() -> Vec<(&'static str, &'static str)> {
    let named = NAMES.lines().filter_map(|line| line.split_once(' '));
    let mut all: Vec<_> = named
        .filter(|(letters, _)| *letters != TOR)
        .map(|(letters, name)| (letters, name.strip_prefix("the ").unwrap_or(name)))
        .collect();
    all.sort_unstable_by_key(|(_, name)| *name);
    all
}

/// A text that is no country's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Please choose a country of the list.")]
pub struct UnknownCountry;

/// A country by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country(&'static str);

impl Country {
    /// The one door.
    pub fn parse(raw: &str) -> Result<Self, UnknownCountry> {
        let letters = NAMES.lines().filter_map(|line| line.get(..2));
        letters
            .filter(|letters| *letters != TOR)
            .find(|letters| letters.eq_ignore_ascii_case(raw.trim()))
            .map(Self)
            .ok_or(UnknownCountry)
    }
    /// The two letters.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

/// Where a session is used from, as it is kept: two letters of the country, behind a space the city where the
/// edge knew it. "Berlin, Germany", or the country alone.
pub fn place(kept: &str) -> Option<String> {
    let (code, city) = kept.split_once(' ').unwrap_or((kept, ""));
    let country = name(code)?;
    Some(if city.is_empty() {
        country.to_owned()
    } else {
        format!("{city}, {country}")
    })
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
    fn a_country_is_chosen_by_its_letters() {
        assert_eq!(Country::parse(" de ").unwrap().code(), "DE");
        for bad in ["", "T1", "XX", "Germany", "d", "D\u{e9}"] {
            assert_eq!(Country::parse(bad), Err(UnknownCountry), "{bad}");
        }
        let all = all();
        assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        assert!(all.contains(&("NL", "Netherlands")) && !all.iter().any(|(code, _)| *code == "T1"));
        assert!(all.iter().all(|(code, _)| Country::parse(code).is_ok()));
    }

    #[test]
    fn the_list_is_sorted_and_holds_each_once() {
        let letters: Vec<_> = NAMES.lines().filter_map(|line| line.get(..2)).collect();
        assert!(letters.len() >= 249);
        assert!(letters.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
