//! A description as it is drawn: Markdown without HTML, see [`crate::domain::markdown`].

use askama::Template;

use crate::domain::markdown::{self, Block, Span};

/// A text ready for a template. Its own template escapes every part of it, which is why it may stand
/// in others as it is.
#[derive(Debug, Template)]
#[template(path = "ui/prose.html")]
pub(super) struct Prose {
    blocks: Vec<Block>,
}

impl Prose {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        Self {
            blocks: markdown::parse(text),
        }
    }
    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

impl askama::filters::HtmlSafe for Prose {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_escaped_in_every_place() {
        let nasty = "<script>alert(1)</script>\"'&";
        for text in [
            nasty.to_owned(),
            format!("# {nasty}"),
            format!("- {nasty}\n- **{nasty}**"),
            format!("1. *{nasty}*"),
            format!("`{nasty}`"),
            format!("```\n{nasty}\n```"),
            format!("[{nasty}](https://a.test/\"onclick=alert(1))"),
        ] {
            let html = Prose::of(&text).render().unwrap();
            assert!(
                !html.contains("<script") && !html.contains("\"onclick"),
                "{html}"
            );
            assert!(
                html.contains("&#60;script&#62;") || html.contains("&lt;script"),
                "{html}"
            );
        }
        let html = Prose::of("See [our plan](https://a.test/x?a=1&b=2).")
            .render()
            .unwrap();
        assert!(
            html.contains("rel=\"noopener noreferrer nofollow\""),
            "{html}"
        );
    }
}
