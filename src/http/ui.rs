//! Parts that many pages show, each drawn by one function.
//!
//! A template's macro is copied into every page that calls it, with all that it inherits. What is large and
//! stands on most pages is a template of its own instead: the macros of `templates/ui` call the functions
//! here, so pages read the same and the worker stays small.

use askama::Template;
use askama::filters::HtmlSafe;

use super::assets;
use super::chrome::{Chrome, Style};
use super::guard::{Me, Who};
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::time::Date;

// What these write are digits, letters, points, commas, hyphens, a minus, a space, and signs of currencies: nothing that
// HTML could take for markup.
impl HtmlSafe for Money {}
impl HtmlSafe for Date {}
impl<T> HtmlSafe for Id<T> {}

/// A yes or no as macros pass it on: by value or by reference.
pub(crate) trait Flag {
    /// Is it a yes?
    fn is_on(&self) -> bool;
}
impl Flag for bool {
    fn is_on(&self) -> bool {
        *self
    }
}
impl<T: Flag + ?Sized> Flag for &T {
    fn is_on(&self) -> bool {
        (**self).is_on()
    }
}

/// A number of characters or lines as macros pass it on.
pub(crate) trait Count {
    /// The number; 0 where it does not fit.
    fn count(&self) -> u32;
}
impl Count for i32 {
    fn count(&self) -> u32 {
        u32::try_from(*self).unwrap_or(0)
    }
}
impl Count for usize {
    fn count(&self) -> u32 {
        u32::try_from(*self).unwrap_or(0)
    }
}
impl<T: Count + ?Sized> Count for &T {
    fn count(&self) -> u32 {
        (**self).count()
    }
}

macro_rules! part {
    ($(#[$doc:meta])* $path:literal $name:ident by $(#[$meta:meta])* $make:ident {
        $($text:ident),* ; $($flag:ident),* ; $($count:ident),*
    } $($order:ident: $kind:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Template)]
        #[template(path = $path)]
        pub(crate) struct $name<'a> {
            $($text: &'a str,)*
            $($flag: bool,)*
            $($count: u32,)*
        }
        impl HtmlSafe for $name<'_> {}
        $(#[$doc])*
        $(#[$meta])*
        pub(crate) fn $make<'a>($($order: part!(@type $kind 'a)),*) -> $name<'a> {
            $name { $($order: part!(@read $kind $order)),* }
        }
    };
    (@type text $life:lifetime) => { &$life (impl AsRef<str> + ?Sized) };
    (@type flag $life:lifetime) => { impl Flag };
    (@type count $life:lifetime) => { impl Count };
    (@read text $value:ident) => { $value.as_ref() };
    (@read flag $value:ident) => { $value.is_on() };
    (@read count $value:ident) => { $value.count() };
}

part! {
    /// A field with its label, hint and error.
    "ui/field.html" Field by #[expect(clippy::too_many_arguments, reason = "the macros that call it name them")] field {
        label_text, name, value, error_text, hint_text, kind, autocomplete, inputmode, placeholder;
        required, autofocus, disabled;
        maxlength, minlength
    }
    label_text: text, name: text, value: text, error_text: text, hint_text: text, kind: text,
    autocomplete: text, required: flag, maxlength: count, minlength: count, inputmode: text,
    placeholder: text, autofocus: flag, disabled: flag,
}

part! {
    /// A field of several lines.
    "ui/textarea.html" TextArea by #[expect(clippy::too_many_arguments, reason = "the macros that call it name them")] textarea {
        label_text, name, value, error_text, hint_text; required; rows, maxlength
    }
    label_text: text, name: text, value: text, error_text: text, hint_text: text, rows: count,
    required: flag, maxlength: count,
}

part! {
    /// A box to tick.
    "ui/checkbox.html" Checkbox by checkbox {
        label_text, name, hint_text, error_text, value; checked, disabled;
    }
    label_text: text, name: text, checked: flag, hint_text: text, error_text: text, value: text,
    disabled: flag,
}

part! {
    /// The code of an app, or a recovery code in its place.
    "ui/second.html" Second by second { code_error, recovery_error;; }
    code_error: text, recovery_error: text,
}

part! {
    /// Why a field was refused; nothing where it was not.
    "ui/problem.html" Problem by problem { name, error;; }
    name: text, error: text,
}

part! {
    /// What happened: `success`, `error` or `info`.
    "ui/notice.html" Notice by notice { kind, text;; }
    kind: text, text: text,
}

part! {
    /// What will stand here, and how to begin.
    "ui/empty.html" Empty by empty { icon_name, title, text, href, action;; }
    icon_name: text, title: text, text: text, href: text, action: text,
}

part! {
    /// The way to the pages before and after.
    "ui/pager.html" Pager by pager { previous, next, text;; }
    previous: text, next: text, text: text,
}

part! {
    /// The one h1 of a page, the way back and a line under it.
    "ui/page_title.html" PageTitle by page_title { title, back, back_label, lead;; }
    title: text, back: text, back_label: text, lead: text,
}

part! {
    /// The tabs of the settings.
    "ui/settings_tabs.html" SettingsTabs by settings_tabs { here;; }
    here: text,
}

/// The tabs of a client record.
#[derive(Template)]
#[template(path = "ui/client_tabs.html")]
pub(crate) struct ClientTabs<'a> {
    id: String,
    here: &'a str,
}
impl HtmlSafe for ClientTabs<'_> {}
/// The tabs of a client record.
pub(crate) fn client_tabs(id: impl ToString, here: &(impl AsRef<str> + ?Sized)) -> ClientTabs<'_> {
    ClientTabs {
        id: id.to_string(),
        here: here.as_ref(),
    }
}

/// One icon of the sprite.
#[derive(Template)]
#[template(path = "ui/icon.html")]
pub(crate) struct Icon<'a> {
    sprite: &'static str,
    name: &'a str,
}
impl HtmlSafe for Icon<'_> {}
/// One icon of the sprite.
pub(crate) fn icon(name: &(impl AsRef<str> + ?Sized)) -> Icon<'_> {
    Icon {
        sprite: assets::icons(),
        name: name.as_ref(),
    }
}

/// Style sheet, script and the like, the same on every page.
#[derive(Template)]
#[template(path = "layout/links.html")]
pub(crate) struct Links<'a> {
    css: &'static str,
    script: &'static str,
    style: &'a Style,
}
impl HtmlSafe for Links<'_> {}

/// Whom to ask, at the foot of every page a client may see.
#[derive(Template)]
#[template(path = "layout/support.html")]
pub(crate) struct Support<'a> {
    name: &'a str,
    email: Option<&'a str>,
    phone: Option<&'a str>,
}
impl HtmlSafe for Support<'_> {}

impl<M> Chrome<M> {
    /// What the page is drawn with.
    pub(crate) fn links(&self) -> Links<'_> {
        Links {
            css: assets::css(),
            script: assets::app_js(),
            style: &self.brand.style,
        }
    }
    /// Whom to ask.
    pub(crate) fn support(&self) -> Support<'_> {
        Support {
            name: &self.brand.name,
            email: self.brand.support_email.as_deref(),
            phone: self.brand.support_phone.as_deref(),
        }
    }
}

/// What stands above a page under /admin.
#[derive(Template)]
#[template(path = "layout/staff_head.html")]
pub(crate) struct StaffHead<'a> {
    chrome: &'a Chrome<Me>,
}
impl HtmlSafe for StaffHead<'_> {}
impl Chrome<Me> {
    /// The navigation of staff.
    pub(crate) const fn head(&self) -> StaffHead<'_> {
        StaffHead { chrome: self }
    }
}

/// What stands above a page of the client's portal.
#[derive(Template)]
#[template(path = "layout/client_head.html")]
pub(crate) struct ClientHead<'a> {
    chrome: &'a Chrome<Who>,
}
impl HtmlSafe for ClientHead<'_> {}
impl Chrome<Who> {
    /// The navigation of clients.
    pub(crate) const fn head(&self) -> ClientHead<'_> {
        ClientHead { chrome: self }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt;

    use super::*;
    use crate::domain::money::Currency;

    /// A value that only a formatter can write.
    struct Shown;
    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("1&<i>")
        }
    }

    #[derive(Template)]
    #[template(
        ext = "html",
        source = "{{ text }} {{ owned }} {{ lent }} {{ shown }} {{ maybe }} {{ letter }} {{ number }} \
                  {{ text|linebreaksbr }} {{ \"{}\"|format(text) }} {{ text|lower }} {{ part }}\
                  {% for text in lines %}{{ loop.index }}{{ text }}{% endfor %}"
    )]
    struct All<'a> {
        text: &'a str,
        owned: String,
        lent: Cow<'a, str>,
        shown: Shown,
        maybe: &'a &'a str,
        letter: char,
        number: i64,
        part: Problem<'a>,
        lines: Vec<&'a str>,
    }

    #[test]
    fn whatever_a_page_shows_is_escaped_once_however_its_type_writes_itself() {
        let all = All {
            text: "<B>\n\"é'",
            owned: "&amp;".to_owned(),
            lent: Cow::Borrowed("a<"),
            shown: Shown,
            maybe: &">b",
            letter: '<',
            number: -7,
            part: problem("name", "<b>"),
            lines: vec!["&amp;"],
        };
        let problem = all.part.render().unwrap();
        assert!(problem.contains("&#60;b&#62;") && !problem.contains("<b>"));
        let text = "&#60;B&#62;\n&#34;é&#39;";
        let broken = text.replace('\n', "<br/>");
        let lower = text.to_lowercase();
        assert_eq!(
            all.render().unwrap(),
            format!(
                "{text} &#38;amp; a&#60; 1&#38;&#60;i&#62; &#62;b &#60; -7 {broken} {text} {lower} {problem}1&#38;amp;"
            )
        );
    }

    #[derive(Template)]
    #[template(
        ext = "html",
        source = "{{ least }} {{ most }} {{ small }} {{ none }} {{ ten }}"
    )]
    struct Numbers {
        least: i64,
        most: u64,
        small: i8,
        none: usize,
        ten: u32,
    }

    #[test]
    fn numbers_are_written_as_they_are_wherever_they_end() {
        let numbers = Numbers {
            least: i64::MIN,
            most: u64::MAX,
            small: i8::MIN,
            none: 0,
            ten: 10,
        };
        let (least, most) = (i64::MIN, u64::MAX);
        assert_eq!(
            numbers.render().unwrap(),
            format!("{least} {most} -128 0 10")
        );
    }

    #[test]
    fn what_is_said_to_need_no_escaping_has_nothing_to_escape() {
        let mut shown = vec![
            Id::<()>::new(crate::domain::time::Timestamp(0), [0x3c; 10]).to_string(),
            Date::parse("2026-11-29").unwrap().to_string(),
        ];
        for currency in Currency::all() {
            let (least, most) = (-9_007_199_254_740_991, 9_007_199_254_740_991);
            for minor in [least, -1, 0, 1, 1_234_567, most] {
                shown.extend(Money::new(minor, currency).map(|money| money.to_string()));
            }
        }
        for text in &shown {
            assert!(!text.contains(['"', '&', '\'', '<', '>']), "{text}");
        }
        assert!(shown.len() > 600, "{}", shown.len());
    }
}
