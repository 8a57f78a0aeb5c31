//! Descriptions as Markdown without HTML: paragraphs, headings, lists, emphasis, code and links.
//!
//! What comes out is a tree of blocks and spans, and templates draw it, so all text is escaped where
//! it is printed: there is no string of HTML anywhere. A `<b>` that somebody typed stays a `<b>` that
//! one reads. A link leads to http, https or mailto and nowhere else; any other stays as typed.

/// A part of a text that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// `# Heading`, of whatever level.
    Heading(Vec<Span>),
    /// Lines that belong together.
    Paragraph(Vec<Span>),
    /// `- item` or `* item`.
    Bullets(Vec<Vec<Span>>),
    /// `1. item`.
    Numbers(Vec<Vec<Span>>),
    /// Lines between two of three backticks, as they stand.
    Code(String),
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As it stands.
    Text(String),
    /// `**strong**`.
    Strong(String),
    /// `*emphasis*` or `_emphasis_`.
    Emphasis(String),
    /// `` `code` ``.
    Code(String),
    /// `[text](address)`, or an address that stands by itself.
    Link {
        /// What one reads.
        text: String,
        /// Where it leads: http, https or mailto.
        to: String,
    },
    /// The end of a line within a paragraph.
    Break,
}

/// Reads a text. There is none that cannot be read; the cost grows with its length alone.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let kind = Kind::of(line);
        match kind {
            Kind::Blank => {}
            Kind::Fence => {
                let code: Vec<&str> = lines
                    .by_ref()
                    .take_while(|line| Kind::of(line) != Kind::Fence)
                    .collect();
                blocks.push(Block::Code(code.join("\n")));
            }
            Kind::Heading(rest) => blocks.push(Block::Heading(spans(rest))),
            Kind::Bullet(first) | Kind::Number(first) => {
                let ordered = matches!(kind, Kind::Number(_));
                let mut items = vec![spans(first)];
                while let Some(next) = lines.peek() {
                    match (Kind::of(next), ordered) {
                        (Kind::Bullet(rest), false) | (Kind::Number(rest), true) => {
                            items.push(spans(rest));
                        }
                        _ => break,
                    }
                    lines.next();
                }
                blocks.push(if ordered {
                    Block::Numbers(items)
                } else {
                    Block::Bullets(items)
                });
            }
            Kind::Text(first) => {
                let mut paragraph = spans(first);
                while let Some(next) = lines.peek() {
                    let Kind::Text(rest) = Kind::of(next) else {
                        break;
                    };
                    paragraph.push(Span::Break);
                    paragraph.extend(spans(rest));
                    lines.next();
                }
                blocks.push(Block::Paragraph(paragraph));
            }
        }
    }
    blocks
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Blank,
    Fence,
    Heading(&'a str),
    Bullet(&'a str),
    Number(&'a str),
    Text(&'a str),
}

impl<'a> Kind<'a> {
    fn of(line: &'a str) -> Self {
        let text = line.trim();
        if text.is_empty() {
            return Self::Blank;
        }
        if text.starts_with("```") {
            return Self::Fence;
        }
        let heading = text.trim_start_matches('#');
        if (1..=6).contains(&(text.len() - heading.len())) && heading.starts_with(' ') {
            return Self::Heading(heading.trim());
        }
        if let Some(rest) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
            return Self::Bullet(rest.trim());
        }
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        if (1..=9).contains(&(text.len() - rest.len()))
            && let Some(rest) = rest.strip_prefix(". ")
        {
            return Self::Number(rest.trim());
        }
        Self::Text(text)
    }
}

/// The parts of a line.
fn spans(line: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        if let Some((span, after)) = special(rest, before) {
            if !plain.is_empty() {
                out.push(Span::Text(std::mem::take(&mut plain)));
            }
            out.push(span);
            rest = after;
            before = Some(' ');
        } else {
            plain.push(first);
            before = Some(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if !plain.is_empty() {
        out.push(Span::Text(plain));
    }
    out
}

/// How far a closing mark is looked for, in bytes: so that a line of opening marks alone does not
/// cost its square.
const REACH: usize = 600;

/// A special part at the beginning of the text, and what follows it.
fn special(text: &str, before: Option<char>) -> Option<(Span, &str)> {
    let opens = before.is_none_or(|c| !c.is_alphanumeric());
    match text.as_bytes().first()? {
        b'`' => between(text, "`").map(|(inner, rest)| (Span::Code(inner.to_owned()), rest)),
        b'*' => between(text, "**")
            .map(|(inner, rest)| (Span::Strong(inner.to_owned()), rest))
            .or_else(|| {
                between(text, "*").map(|(inner, rest)| (Span::Emphasis(inner.to_owned()), rest))
            }),
        b'_' if opens => {
            between(text, "_").map(|(inner, rest)| (Span::Emphasis(inner.to_owned()), rest))
        }
        b'[' => link(text),
        b'h' if opens => bare(text),
        _ => None,
    }
}

/// What stands between two marks without space inside them, and what follows.
fn between<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let inner = text.strip_prefix(mark)?;
    let end = near(inner).find(mark)?;
    let (content, rest) = (inner.get(..end)?, inner.get(end + mark.len()..)?);
    let is_tight = !content.is_empty() && content.trim() == content;
    (is_tight && !content.starts_with('*')).then_some((content, rest))
}

/// The next [`REACH`] bytes, cut at a character.
fn near(text: &str) -> &str {
    let mut end = text.len().min(REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// `[text](address)`.
fn link(text: &str) -> Option<(Span, &str)> {
    let inner = text.strip_prefix('[')?;
    let end = near(inner).find(']')?;
    let label = inner.get(..end)?;
    let after = inner.get(end + 1..)?.strip_prefix('(')?;
    let close = near(after).find(')')?;
    let to = after.get(..close)?.trim();
    let rest = after.get(close + 1..)?;
    if label.trim().is_empty() || !leads_somewhere(to) {
        return None;
    }
    let (text, to) = (label.to_owned(), to.to_owned());
    Some((Span::Link { text, to }, rest))
}

/// An address that stands by itself; the full stop behind it is the sentence's.
fn bare(text: &str) -> Option<(Span, &str)> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let near = near(text);
    let ends = |c: char| c.is_whitespace() || "<>\"'`*()[]".contains(c);
    let end = match near.find(ends) {
        Some(end) => end,
        None if near.len() == text.len() => text.len(),
        None => return None,
    };
    let address = text
        .get(..end)?
        .trim_end_matches(['.', ',', ';', ':', '!', '?']);
    if !leads_somewhere(address) {
        return None;
    }
    let link = Span::Link {
        text: address.to_owned(),
        to: address.to_owned(),
    };
    Some((link, text.get(address.len()..)?))
}

/// Whether an address is one that we let people follow: http or https with a host, or mailto, of
/// visible characters alone.
fn leads_somewhere(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let rest = ["https://", "http://", "mailto:"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
        && address
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }
    fn link_to(text: &str, to: &str) -> Span {
        let (text, to) = (text.to_owned(), to.to_owned());
        Span::Link { text, to }
    }

    #[test]
    fn blocks_are_told_apart() {
        let read = parse(
            "# Plan\nFirst line\nsecond\n\n- one\n* two\n1. a\n2. b\n```\n<x> **y**\n```\n#no heading",
        );
        assert_eq!(
            read,
            [
                Block::Heading(vec![text("Plan")]),
                Block::Paragraph(vec![text("First line"), Span::Break, text("second")]),
                Block::Bullets(vec![vec![text("one")], vec![text("two")]]),
                Block::Numbers(vec![vec![text("a")], vec![text("b")]]),
                Block::Code("<x> **y**".to_owned()),
                Block::Paragraph(vec![text("#no heading")]),
            ]
        );
        assert_eq!(parse(" \n\n"), []);
    }

    #[test]
    fn spans_are_told_apart() {
        let line = "a **b c** d *e* _f_ `g*h*` [i](https://j.test/k) snake_case_name 2 * 3 * 4";
        assert_eq!(
            spans(line),
            [
                text("a "),
                Span::Strong("b c".to_owned()),
                text(" d "),
                Span::Emphasis("e".to_owned()),
                text(" "),
                Span::Emphasis("f".to_owned()),
                text(" "),
                Span::Code("g*h*".to_owned()),
                text(" "),
                link_to("i", "https://j.test/k"),
                text(" snake_case_name 2 * 3 * 4"),
            ]
        );
        assert_eq!(
            spans("see https://a.test/b. ok"),
            [
                text("see "),
                link_to("https://a.test/b", "https://a.test/b"),
                text(". ok")
            ]
        );
    }

    #[test]
    fn html_and_odd_links_stay_text() {
        for odd in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x]( javascript:alert(1))",
            "[x](java\tscript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:msgbox)",
            "[x](//evil.test)",
            "[x](/admin)",
            "[x](https://)",
            "[x](&#106;avascript:alert(1))",
            "![x](file:///etc/passwd)",
        ] {
            let all = spans(odd);
            assert!(
                all.iter().all(|span| matches!(span, Span::Text(_))),
                "{odd}: {all:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_leads_nowhere_else(raw in "[a-z:/()\\[\\]*_`#<> \\n.-]{0,200}|\\PC{0,80}") {
            let mut all = Vec::new();
            for block in parse(&raw) {
                match block {
                    Block::Heading(line) | Block::Paragraph(line) => all.extend(line),
                    Block::Bullets(items) | Block::Numbers(items) => all.extend(items.into_iter().flatten()),
                    Block::Code(_) => {}
                }
            }
            for span in all {
                if let Span::Link { to, .. } = span {
                    let scheme = to.to_ascii_lowercase();
                    prop_assert!(["http://", "https://", "mailto:"].iter().any(|s| scheme.starts_with(s)), "{}", to);
                }
            }
        }
    }

    #[test]
    fn a_page_of_opening_marks_is_read_in_no_time() {
        for mark in ["[", "**", "*", "_a ", "`", "[x](", "http://"] {
            assert!(!parse(&mark.repeat(20_000)).is_empty());
        }
    }
}
