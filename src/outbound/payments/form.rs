//! A body as Stripe reads it: `application/x-www-form-urlencoded`, with brackets in names.

use std::fmt::Display;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Pairs, in the order they were added: the same order gives the same bytes, which the idempotency
/// key of a request stands for.
#[derive(Debug, Default)]
pub(super) struct Form(String);

impl Form {
    /// Adds a pair.
    pub(super) fn set(&mut self, name: &str, value: impl Display) {
        let value = value.to_string();
        for (before, text) in [("&", name), ("=", &value)] {
            if !(before == "&" && self.0.is_empty()) {
                self.0.push_str(before);
            }
            self.0.extend(utf8_percent_encode(text, NON_ALPHANUMERIC));
        }
    }

    /// The body.
    pub(super) fn into_body(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_letters_and_digits_is_encoded() {
        let mut form = Form::default();
        form.set("line_items[0][name]", "Ärger & Söhne = 100%");
        form.set("n", 5);
        assert_eq!(
            form.into_body(),
            "line%5Fitems%5B0%5D%5Bname%5D=%C3%84rger%20%26%20S%C3%B6hne%20%3D%20100%25&n=5"
        );
    }
}
