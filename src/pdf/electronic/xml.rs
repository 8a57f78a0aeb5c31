//! Writes XML: elements in order, texts escaped, and nothing that XML 1.0 forbids.

/// A document as it grows.
pub(super) struct Xml {
    out: String,
}

impl Xml {
    /// A document of one element.
    pub fn of(name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self {
            out: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        };
        xml.open(name, attributes);
        inside(&mut xml);
        xml.close(name);
        xml.out.push('\n');
        xml.out
    }

    fn open(&mut self, name: &str, attributes: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(attributes);
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// An element with others in it.
    pub fn tree(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name, "");
        inside(self);
        self.close(name);
    }

    /// An element with a text.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.marked(name, "", text);
    }

    /// An element with a text, left out where there is none.
    pub fn some(&mut self, name: &str, text: &str) {
        if !text.trim().is_empty() {
            self.leaf(name, text.trim());
        }
    }

    /// An element with a text and attributes, which are written as they are.
    pub fn marked(&mut self, name: &str, attributes: &str, text: &str) {
        self.open(name, attributes);
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\n' | '\t' => self.out.push(c),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
                c => self.out.push(c),
            }
        }
        self.close(name);
    }
}
