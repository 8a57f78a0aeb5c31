//! What the code calls that `askama_macros` makes of a template: the names of askama, in less space.
//!
//! A page writes hundreds of texts and values, and each would be a call and a question whether it worked. But a page
//! is written into a string, which always works: so there are no errors here, and no result is ever looked at. And
//! what only passes a value on is always inlined, so that a value that is text costs a page one call, of the one
//! function for all texts.

pub mod filters;
#[doc(hidden)]
pub mod helpers;
mod write;

use core::any::Any;
use core::convert::Infallible;
use core::fmt;

pub use askama_macros::Template;

pub use crate::write::{FastWritable, Write};

/// Nothing can go wrong.
pub type Error = Infallible;

/// What writing comes to: it always works.
pub type Result<I, E = Error> = core::result::Result<I, E>;

/// Values that are given as a template is drawn: there are none here, yet templates pass them on.
pub trait Values {
    /// The value of that name.
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any>;
}

impl Values for () {
    fn get_value<'a>(&'a self, _key: &str) -> Option<&'a dyn Any> {
        None
    }
}

/// No values.
pub const NO_VALUES: &dyn Values = &();

/// A template; derived.
pub trait Template: fmt::Display + FastWritable {
    /// About how long it becomes.
    const SIZE_HINT: usize;

    /// Draws it into a writer.
    fn render_into_with_values(
        &self,
        writer: &mut dyn Write,
        values: &dyn Values,
    ) -> Result<()>;

    /// Draws it.
    #[inline(always)]
    fn render(&self) -> Result<String>
    where
        Self: Sized,
    {
        drawn(Self::SIZE_HINT, self)
    }

    /// Draws it into a writer.
    #[inline(always)]
    fn render_into(&self, writer: &mut dyn Write) -> Result<()> {
        self.render_into_with_values(writer, NO_VALUES)
    }
}

/// One function for templates of any type.
fn drawn(hint: usize, template: &dyn FastWritable) -> Result<String> {
    let mut text = String::with_capacity(hint);
    template.write_into(&mut text, NO_VALUES)?;
    Ok(text)
}

impl<T: Template + ?Sized> Template for &T {
    const SIZE_HINT: usize = T::SIZE_HINT;

    #[inline(always)]
    fn render_into_with_values(
        &self,
        writer: &mut dyn Write,
        values: &dyn Values,
    ) -> Result<()> {
        T::render_into_with_values(self, writer, values)
    }
}
