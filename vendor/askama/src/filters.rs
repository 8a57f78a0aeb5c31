//! Escaping, which is on for every value of a template, and the few filters that templates use.

use core::convert::Infallible;
use core::fmt::{self, Formatter};
use std::borrow::Cow;

use crate::write::{Escaping, display};
use crate::{FastWritable, Values, Write};

/// How a kind of template is escaped.
pub trait Escaper: Copy {
    /// Writes a value.
    fn write<T: FastWritable + ?Sized>(
        self,
        value: &T,
        dest: &mut dyn Write,
        values: &dyn Values,
    ) -> crate::Result<()>;

    /// Writes what only a formatter can write.
    fn display(self, value: &dyn fmt::Display, dest: &mut dyn Write);
}

/// For HTML.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Escaper for Html {
    #[inline(always)]
    fn write<T: FastWritable + ?Sized>(
        self,
        value: &T,
        dest: &mut dyn Write,
        values: &dyn Values,
    ) -> crate::Result<()> {
        value.write_html(dest, values)
    }

    #[inline(always)]
    fn display(self, value: &dyn fmt::Display, dest: &mut dyn Write) {
        display(&mut Escaping(dest), value);
    }
}

/// For plain text, as it is.
#[derive(Debug, Clone, Copy)]
pub struct Text;

impl Escaper for Text {
    #[inline(always)]
    fn write<T: FastWritable + ?Sized>(
        self,
        value: &T,
        dest: &mut dyn Write,
        values: &dyn Values,
    ) -> crate::Result<()> {
        value.write_into(dest, values)
    }

    #[inline(always)]
    fn display(self, value: &dyn fmt::Display, dest: &mut dyn Write) {
        display(dest, value);
    }
}

/// A value that is escaped as it is written.
pub struct EscapeDisplay<T, E>(T, E);

impl<T: fmt::Display, E: Escaper> fmt::Display for EscapeDisplay<T, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.1.display(&self.0, f);
        Ok(())
    }
}

impl<T: FastWritable, E: Escaper> FastWritable for EscapeDisplay<T, E> {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()> {
        self.1.write(&self.0, dest, values)
    }
}

/// Chooses between a value that needs escaping and one whose type vouches for it.
pub trait AutoEscape {
    /// What is written.
    type Escaped: fmt::Display;
    /// Nothing can go wrong.
    type Error: Into<crate::Error>;

    /// What is written.
    fn askama_auto_escape(&self) -> Result<Self::Escaped, Self::Error>;
}

/// A value and how its template is escaped.
#[derive(Debug, Clone)]
pub struct AutoEscaper<'a, T: ?Sized, E> {
    text: &'a T,
    escaper: E,
}

impl<'a, T: ?Sized, E> AutoEscaper<'a, T, E> {
    /// Both of them.
    #[inline(always)]
    pub fn new(text: &'a T, escaper: E) -> Self {
        Self { text, escaper }
    }
}

impl<'a, T: fmt::Display + ?Sized, E: Escaper> AutoEscape for &&AutoEscaper<'a, T, E> {
    type Escaped = EscapeDisplay<&'a T, E>;
    type Error = Infallible;

    #[inline(always)]
    fn askama_auto_escape(&self) -> Result<Self::Escaped, Self::Error> {
        Ok(EscapeDisplay(self.text, self.escaper))
    }
}

/// What writes HTML by itself, or nothing that HTML could take for markup.
pub trait HtmlSafe: fmt::Display {}

impl<'a, T: HtmlSafe + ?Sized> AutoEscape for &AutoEscaper<'a, T, Html> {
    type Escaped = &'a T;
    type Error = Infallible;

    #[inline(always)]
    fn askama_auto_escape(&self) -> Result<Self::Escaped, Self::Error> {
        Ok(self.text)
    }
}

macro_rules! safe {
    ($($type:ty)*) => { $(impl HtmlSafe for $type {})* };
}
safe!(bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<T: HtmlSafe + ?Sized> HtmlSafe for &T {}
impl<T: HtmlSafe + ?Sized> HtmlSafe for Box<T> {}
impl<T: HtmlSafe + ?Sized> HtmlSafe for std::sync::Arc<T> {}
impl<T> HtmlSafe for Cow<'_, T>
where
    T: HtmlSafe + ToOwned + ?Sized,
    T::Owned: HtmlSafe,
{
}

/// What a template has drawn already: the body of a call.
pub struct Safe<T>(pub T);

impl<T: fmt::Display> fmt::Display for Safe<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: FastWritable> FastWritable for Safe<T> {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()> {
        self.0.write_into(dest, values)
    }
}

macro_rules! stays {
    ($([$($reference:tt)*])*) => { $(
        impl<'a, T: fmt::Display, E> AutoEscape for &AutoEscaper<'a, $($reference)* Safe<T>, E> {
            type Escaped = &'a T;
            type Error = Infallible;

            #[inline(always)]
            fn askama_auto_escape(&self) -> Result<Self::Escaped, Self::Error> {
                Ok(&self.text.0)
            }
        }
    )* };
}
stays!([] [&] [&&] [&&&]);

/// What a filter wrote as HTML of what was escaped before.
pub struct HtmlSafeOutput<T>(pub T);

impl<T: fmt::Display> HtmlSafe for HtmlSafeOutput<T> {}

impl<T: fmt::Display> fmt::Display for HtmlSafeOutput<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: FastWritable> FastWritable for HtmlSafeOutput<T> {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()> {
        self.0.write_into(dest, values)
    }
}

/// A value on its way out.
pub struct Writable<'a, S: ?Sized>(pub &'a S);

/// Chooses between what writes itself and what needs a formatter.
pub trait WriteWritable {
    /// Writes it.
    fn askama_write(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()>;
}

/// `|escape`: escaped here, whatever follows.
#[inline(always)]
pub fn escape<T, E>(text: T, escaper: E) -> Result<Safe<EscapeDisplay<T, E>>, Infallible> {
    Ok(Safe(EscapeDisplay(text, escaper)))
}

/// `|linebreaksbr`: lines as `<br/>`. The macros escape the text first.
#[inline(always)]
pub fn linebreaksbr<S: fmt::Display>(
    source: S,
) -> Result<HtmlSafeOutput<Linebreaksbr<S>>, Infallible> {
    Ok(HtmlSafeOutput(Linebreaksbr(source)))
}

/// A text whose lines are broken.
pub struct Linebreaksbr<S>(S);

impl<S: fmt::Display> fmt::Display for Linebreaksbr<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        display(&mut Breaking(f), &self.0);
        Ok(())
    }
}

impl<S: FastWritable> FastWritable for Linebreaksbr<S> {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()> {
        self.0.write_into(&mut Breaking(dest), values)
    }
}

/// Breaks the lines of what passes through it.
struct Breaking<'a>(&'a mut dyn Write);

impl Write for Breaking<'_> {
    fn put(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            let Some(ended) = line.strip_suffix('\n') else {
                self.0.put(line);
                continue;
            };
            self.0.put(ended.strip_suffix('\r').unwrap_or(ended));
            self.0.put("<br/>");
        }
    }
}

/// `|lower`: in lower case.
pub fn lower(source: impl fmt::Display) -> Result<String, Infallible> {
    Ok(source.to_string().to_lowercase())
}
