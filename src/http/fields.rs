//! Forms: what a person typed, parsed into domain types field by field.
//!
//! A form is read leniently and answered kindly: every field that does not parse keeps what was
//! typed and gets a sentence, and the page is drawn again with all of them at once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Display;

use http::request::Parts;
use percent_encoding::percent_decode;
use sha2::{Digest as _, Sha256};

use super::{Argument, Error, Incoming};
use crate::app::App;
use crate::domain::form_key::{self, FormKey};
use crate::domain::hex::hex;
use crate::domain::id::Id;

/// How large a form may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    bytes: u64,
    fields: usize,
}

impl Bounds {
    /// Of who is signed in. Far above any field's limit, so that too long a text is told at its field
    /// rather than by a bare error; and an invoice of five hundred lines fits.
    const KNOWN: Self = Self {
        bytes: 4 * 1024 * 1024,
        fields: 5_000,
    };
    /// Of anybody: a guard that lets strangers in leaves this in the request's extensions.
    pub(crate) const STRANGER: Self = Self {
        bytes: 64 * 1024,
        fields: 200,
    };
}

/// Fields that no person sees or could mend: what cannot be read of them is passed over.
const SILENT: [&str; 6] = ["by", "form_key", "go", "next", "revision", "username"];
/// What is shown again of a text that was far too long.
const SHOWN: usize = 20_000;

/// What a text says: browsers end its lines with two characters (HTML, "constructing the form data set"),
/// and people leave spaces at its end.
fn said(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// The fields of a form with their problems.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fields {
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
}

impl Fields {
    /// Fields as they stand in the database, for the first look at a form.
    pub(crate) fn filled<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut form = Self::default();
        form.put(&mut values.into_iter());
        form
    }

    /// One by one, and by one function for all forms: to collect them would bring a sort of its own with each.
    fn put(&mut self, values: &mut dyn Iterator<Item = (&str, String)>) {
        for (name, value) in values {
            self.values.insert(name.to_owned(), value);
        }
    }

    /// With a `revision` for what keeps none: a digest of all that stands there.
    pub(crate) fn stamped(mut self) -> Self {
        let mut digest = Sha256::new();
        for (name, value) in &self.values {
            digest.update(format!("{name} {} {value}", value.len()));
        }
        let revision = hex(&digest.finalize());
        self.values.insert("revision".to_owned(), revision);
        self
    }

    /// The empty form of something new, with the key of this showing in its field `form_key`.
    pub(crate) fn fresh(app: &App) -> Result<Self, Error> {
        let key: FormKey = app.id()?;
        Ok(Self::filled([("form_key", key.to_string())]))
    }

    /// Fills fields in.
    pub(crate) fn fill<'a>(&mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let values = values.into_iter();
        self.put(&mut values.map(|(name, value)| (name, value.to_owned())));
    }

    /// The id of what the form makes for who sent it, the same each time they send the same form. A
    /// form without a key makes something new every time.
    pub(crate) fn names<T>(
        &self,
        app: &App,
        by: impl Display,
        purpose: &str,
    ) -> Result<Id<T>, Error> {
        let Some(key) = form_key::sent(self.text("form_key"), app.now) else {
            return Ok(app.id()?);
        };
        let by = by.to_string();
        let sent = self.values.iter();
        let sent = sent.map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(form_key::id(key, purpose, sent.chain([("", by.as_str())])))
    }

    /// Tells the second of two people at one record what the first one saved, by the `revision`
    /// that the form showed. What was typed stays; sent again it replaces what stands there now.
    pub(crate) fn meanwhile(&mut self, saved: &Self) {
        let same = self.text("revision") == saved.text("revision");
        if same || self.text("revision").is_empty() {
            return;
        }
        for (name, value) in &saved.values {
            let told = if value.is_empty() { "nothing" } else { value };
            let typed = self.values.get(name);
            if name != "revision" && typed.is_some_and(|typed| said(typed) != said(value)) {
                self.refuse(
                    name,
                    format!("Somebody else saved this meanwhile. It now says: {told}. Save again to replace it with yours."),
                );
            }
        }
        if let Some(revision) = saved.values.get("revision") {
            self.values.insert("revision".to_owned(), revision.clone());
        }
    }

    /// Which of these fields say something else than what is saved, in the words that stand beside them.
    pub(crate) fn changed(
        &self,
        saved: &Self,
        names: &[(&str, &'static str)],
    ) -> Vec<&'static str> {
        let is_other = |name: &str| said(self.text(name)) != said(saved.text(name));
        let changed = names.iter().filter(|(field, _)| is_other(field));
        changed.map(|(_, words)| *words).collect()
    }

    /// Reads `application/x-www-form-urlencoded`.
    pub(crate) fn urlencoded(body: &[u8]) -> Self {
        let mut fields = Self::default();
        for (name, value) in pairs(body) {
            fields.add(name, value);
        }
        fields
    }

    /// Adds a field as it was sent.
    pub(crate) fn add(&mut self, name: String, value: Vec<u8>) {
        if SILENT.contains(&name.as_str()) {
            let text = String::from_utf8(value).unwrap_or_default();
            if !text.contains('\0') {
                self.values.entry(name).or_insert(text);
            }
            return;
        }
        let (text, readable) = match String::from_utf8(value) {
            Ok(text) => (text, true),
            Err(error) => (
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
                false,
            ),
        };
        if !readable {
            self.refuse(
                &name,
                "Some characters here are not valid text. Please type them again.",
            );
        } else if text.contains('\0') {
            self.refuse(
                &name,
                "A character here cannot be stored. Please type this again.",
            );
        }
        match self.values.entry(name) {
            Entry::Vacant(place) => {
                place.insert(text);
            }
            Entry::Occupied(twice) => {
                let name = twice.key().clone();
                self.refuse(
                    &name,
                    "This was sent twice. Please send the form once more.",
                );
            }
        }
    }

    /// Notes what is wrong with a field. The first problem of a field stays.
    pub(crate) fn refuse(&mut self, name: &str, problem: impl Display) {
        self.errors
            .entry(name.to_owned())
            .or_insert_with(|| problem.to_string());
    }

    /// The text of a field as typed; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A field that must parse.
    pub(crate) fn required<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.errors.contains_key(name) {
            return None;
        }
        match parse(self.text(name)) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refuse(name, problem);
                None
            }
        }
    }

    /// A field that may stay empty: `Some(None)`.
    #[expect(
        clippy::option_option,
        reason = "outer: could it be read; inner: is it there"
    )]
    pub(crate) fn optional<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if self.text(name).trim().is_empty() && !self.errors.contains_key(name) {
            return Some(None);
        }
        self.required(name, parse).map(Some)
    }

    /// Whether a checkbox is ticked. Browsers send nothing for one that is not.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        matches!(self.text(name), "on" | "1" | "true")
    }

    /// The names of all fields that were sent or filled in.
    pub(crate) fn names_of_fields(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// A checkbox as it was sent; what is neither on nor off is refused at it.
    pub(crate) fn checkbox(&mut self, name: &str) -> bool {
        if !self.ticked(name) && !matches!(self.text(name), "" | "off" | "0" | "false") {
            self.refuse(name, "This is neither on nor off. Please choose again.");
        }
        self.ticked(name)
    }

    /// For forms of one button, whose page has no place for a problem: the first one ends the
    /// request, with its sentence.
    pub(crate) fn sound(&self) -> Result<(), Error> {
        match self.errors.values().next() {
            None => Ok(()),
            Some(problem) => Err(Error::bad_request(problem.as_str())),
        }
    }

    /// What a template shows in the field. Never used for passwords.
    pub(crate) fn value(&self, name: &str) -> &str {
        let text = self.text(name);
        text.char_indices()
            .nth(SHOWN)
            .and_then(|(end, _)| text.get(..end))
            .unwrap_or(text)
    }

    /// What a template shows at the field; empty when all is well.
    pub(crate) fn error(&self, name: &str) -> &str {
        self.errors.get(name).map_or("", String::as_str)
    }

    /// Whether any field was refused.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// The names and values of `application/x-www-form-urlencoded`, as they were sent.
pub(super) fn pairs(text: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> {
    let pairs = text.split(|byte| *byte == b'&');
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decode(halves.next().unwrap_or_default());
        let value = decode(halves.next().unwrap_or_default());
        (String::from_utf8_lossy(&name).into_owned(), value)
    })
}

/// The bytes behind the encoding; whether they are text is looked at afterwards.
fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

/// The form of a request. A guard whose statements depend on it may take it too.
impl Argument for Fields {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let incoming = Incoming::take(parts).await?;
        let bounds = parts.extensions.get::<Bounds>().copied();
        Self::plain(&incoming, bounds.unwrap_or(Bounds::KNOWN)).await
    }
}

impl Fields {
    /// Reads a form that came without files where it might have had some, from who is signed in.
    pub(crate) async fn without_files(incoming: &Incoming) -> Result<Self, Error> {
        Self::plain(incoming, Bounds::KNOWN).await
    }

    async fn plain(incoming: &Incoming, bounds: Bounds) -> Result<Self, Error> {
        let body = incoming.bytes(bounds.bytes).await?;
        let kind = incoming
            .content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !body.is_empty() && !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Error::bad_request(
                "Please send this from the form on the page.",
            ));
        }
        if body.split(|byte| *byte == b'&').count() > bounds.fields {
            return Err(Error::bad_request(
                "That has more fields than the form on the page. Please send it from there.",
            ));
        }
        Ok(Self::urlencoded(&body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hard_cases::{any_text, hard};

    #[test]
    fn plus_and_percent_are_decoded() {
        let fields = Fields::urlencoded(b"name=J%C3%BCrgen+M&plus=%2B&odd=%zz%4&empty=");
        assert_eq!(fields.text("name"), "Jürgen M");
        assert_eq!(fields.text("plus"), "+");
        assert_eq!(fields.text("odd"), "%zz%4");
        assert!(!fields.has_errors());
    }

    #[test]
    fn what_nobody_sees_is_passed_over_when_it_cannot_be_read() {
        let fields = Fields::urlencoded(b"next=%ff&form_key=a%00&revision=1&revision=2");
        assert!(!fields.has_errors());
        assert_eq!(
            [
                fields.text("next"),
                fields.text("form_key"),
                fields.text("revision")
            ],
            ["", "", "1"]
        );
    }

    #[test]
    fn a_checkbox_is_on_or_off() {
        for (sent, on, sound) in [
            ("c=on", true, true),
            ("", false, true),
            ("c=off", false, true),
            ("c=purple", false, false),
        ] {
            let mut fields = Fields::urlencoded(sent.as_bytes());
            assert_eq!(fields.checkbox("c"), on, "{sent}");
            assert_eq!(fields.sound().is_ok(), sound, "{sent}");
        }
    }

    #[test]
    fn what_is_not_text_is_told_at_its_field() {
        let fields = Fields::urlencoded(b"a=%ff&b=x%00y&c=1&c=2&d=fine");
        for name in ["a", "b", "c"] {
            assert!(!fields.error(name).is_empty(), "{name} was taken");
        }
        assert_eq!(fields.error("d"), "");
        assert_eq!(fields.text("c"), "1");
    }

    #[test]
    fn what_was_typed_is_kept_and_the_first_problem_stays() {
        let mut fields = Fields::urlencoded(b"n=abc");
        assert_eq!(fields.required("n", str::parse::<u8>), None);
        fields.refuse("n", "another");
        assert_eq!(fields.value("n"), "abc");
        assert!(fields.error("n").contains("invalid digit"));
        assert_eq!(fields.optional("m", str::parse::<u8>), Some(None));
    }

    /// Whatever comes as a form is read: what can be used of it holds no NUL, and what cannot is told.
    fn readable(body: &str) {
        let fields = Fields::urlencoded(body.as_bytes());
        for name in fields.names_of_fields() {
            let told = !fields.error(name).is_empty();
            assert!(told || !fields.text(name).contains('\0'), "{body:?}");
            assert!(!told || !SILENT.contains(&name), "{body:?}");
            assert!(fields.value(name).chars().count() <= SHOWN);
        }
    }

    #[test]
    fn every_body_is_read() {
        for case in &hard("form") {
            readable(case);
        }
        let mut runner = proptest::test_runner::TestRunner::default();
        let run = runner.run(&any_text("form"), |body| {
            readable(&body);
            Ok(())
        });
        run.unwrap();
    }

    proptest::proptest! {
        #[test]
        fn what_a_browser_encodes_is_read_as_it_was(name in "[a-z_]{1,12}", value in "[^\0]{0,40}") {
            let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
            let fields = Fields::urlencoded(format!("{}={}", encode(&name), encode(&value)).as_bytes());
            proptest::prop_assert_eq!(fields.text(&name), value);
            proptest::prop_assert!(!fields.has_errors());
        }
    }
}
