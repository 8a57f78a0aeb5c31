//! Which characters can be shown: the fonts' own list, at hand without the fonts.
//!
//! So a page can warn staff before anything is drawn. A test holds it against the files.

use super::text::plain;

/// First and last of each run, in order.
#[rustfmt::skip]
const RUNS: &[(char, char)] = &[
    ('\u{20}', '\u{7e}'), ('\u{a0}', '\u{ac}'), ('\u{ae}', '\u{148}'), ('\u{14a}', '\u{1c3}'),
    ('\u{1c5}', '\u{24f}'), ('\u{2b0}', '\u{304}'), ('\u{306}', '\u{30a}'), ('\u{30c}', '\u{30c}'),
    ('\u{30f}', '\u{30f}'), ('\u{313}', '\u{313}'), ('\u{315}', '\u{315}'), ('\u{31b}', '\u{31b}'),
    ('\u{323}', '\u{323}'), ('\u{326}', '\u{328}'), ('\u{32c}', '\u{32c}'), ('\u{337}', '\u{338}'),
    ('\u{342}', '\u{343}'), ('\u{346}', '\u{36f}'), ('\u{374}', '\u{376}'), ('\u{37a}', '\u{37f}'),
    ('\u{384}', '\u{38a}'), ('\u{38c}', '\u{38c}'), ('\u{38e}', '\u{3a1}'), ('\u{3a3}', '\u{3d7}'),
    ('\u{3dc}', '\u{3dd}'), ('\u{3f0}', '\u{3f6}'), ('\u{3f9}', '\u{3fa}'), ('\u{3fc}', '\u{479}'),
    ('\u{480}', '\u{49d}'), ('\u{4a0}', '\u{4ff}'), ('\u{52f}', '\u{52f}'),
    ('\u{1e00}', '\u{1e9b}'), ('\u{1e9d}', '\u{1eff}'), ('\u{2000}', '\u{200b}'),
    ('\u{2010}', '\u{2027}'), ('\u{202f}', '\u{2055}'), ('\u{2057}', '\u{2057}'),
    ('\u{205f}', '\u{205f}'), ('\u{2070}', '\u{2071}'), ('\u{2074}', '\u{208e}'),
    ('\u{2090}', '\u{209c}'), ('\u{20a0}', '\u{20af}'), ('\u{20b1}', '\u{20b5}'),
    ('\u{20b8}', '\u{20ba}'), ('\u{20bc}', '\u{20c0}'), ('\u{2100}', '\u{2101}'),
    ('\u{2103}', '\u{2103}'), ('\u{2105}', '\u{2106}'), ('\u{2109}', '\u{2109}'),
    ('\u{2113}', '\u{2113}'), ('\u{2116}', '\u{2117}'), ('\u{211e}', '\u{2122}'),
    ('\u{2126}', '\u{2126}'), ('\u{212a}', '\u{212b}'), ('\u{212e}', '\u{212e}'),
    ('\u{2132}', '\u{2132}'), ('\u{213b}', '\u{213b}'), ('\u{214d}', '\u{214d}'),
    ('\u{2150}', '\u{217f}'), ('\u{2183}', '\u{2186}'), ('\u{2189}', '\u{2189}'),
    ('\u{2190}', '\u{2199}'), ('\u{2202}', '\u{2202}'), ('\u{2205}', '\u{2206}'),
    ('\u{220f}', '\u{220f}'), ('\u{2211}', '\u{2212}'), ('\u{221a}', '\u{221a}'),
    ('\u{221e}', '\u{221e}'), ('\u{222b}', '\u{222b}'), ('\u{2236}', '\u{2236}'),
    ('\u{2248}', '\u{2248}'), ('\u{2260}', '\u{2260}'), ('\u{2264}', '\u{2265}'),
    ('\u{2295}', '\u{2298}'), ('\u{25a0}', '\u{25a2}'), ('\u{25aa}', '\u{25aa}'),
    ('\u{25b2}', '\u{25b3}'), ('\u{25b6}', '\u{25b7}'), ('\u{25ba}', '\u{25bd}'),
    ('\u{25c0}', '\u{25c1}'), ('\u{25c4}', '\u{25c7}'), ('\u{25ca}', '\u{25cb}'),
    ('\u{25cf}', '\u{25cf}'), ('\u{25e6}', '\u{25e6}'), ('\u{25ef}', '\u{25ef}'),
    ('\u{2600}', '\u{2600}'), ('\u{2605}', '\u{2605}'), ('\u{2713}', '\u{2713}'),
    ('\u{2717}', '\u{2717}'),
];

fn shown(c: char) -> bool {
    let at = RUNS.partition_point(|(_, last)| *last < c);
    RUNS.get(at).is_some_and(|(first, _)| *first <= c)
}

/// The characters of a text that the PDF shows as an empty square, each once, in order.
pub fn lacks(text: &str) -> Vec<char> {
    let mut found: Vec<char> = text
        .chars()
        .filter(|c| plain(*c).is_some_and(|c| !shown(c)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::super::Fonts;
    use super::*;

    #[test]
    fn the_list_is_that_of_the_fonts() {
        let read = |name: &str| std::fs::read(format!("public/assets/fonts/{name}")).unwrap();
        let fonts = Fonts::read(read("inter-regular.ttf"), read("inter-semibold.ttf")).unwrap();
        for c in '\0'..=char::MAX {
            let mut one = [0; 4];
            let text = c.encode_utf8(&mut one);
            assert_eq!(lacks(text), fonts.lacks(text), "{c:?}");
        }
        assert!(RUNS.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn what_is_lacking_is_told_once_and_in_order() {
        assert_eq!(
            lacks("Żaneta Παπαδοπούλου, Шевченко; Ş ı €"),
            Vec::<char>::new()
        );
        assert_eq!(
            lacks("東京 and 東 and שלום"),
            ['ו', 'ל', 'ם', 'ש', '京', '東']
        );
    }
}
