//! How values are written, as they are and for HTML.

use core::fmt;
use std::borrow::Cow;

use crate::filters::{Writable, WriteWritable};
use crate::{Result, Values};

/// What a template is drawn into. The name is that of the standard library's trait, where it may fail.
pub trait Write {
    /// Takes a text.
    fn put(&mut self, text: &str);
}

/// What the macros call.
impl dyn Write + '_ {
    /// Takes a text.
    #[inline(always)]
    pub fn write_str(&mut self, text: &str) -> Result<()> {
        self.put(text);
        Ok(())
    }
}

impl Write for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// For a template that is written as a value.
impl Write for fmt::Formatter<'_> {
    fn put(&mut self, text: &str) {
        // Behind it is a string, or somebody who hears of it by themselves.
        let _ = self.write_str(text);
    }
}

/// A value that writes itself without a formatter.
pub trait FastWritable {
    /// As it is.
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()>;

    /// With all that HTML could take for markup escaped.
    fn write_html(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()> {
        self.write_into(&mut Escaping(dest), values)
    }
}

/// Escapes what passes through it.
pub(crate) struct Escaping<'a>(pub(crate) &'a mut dyn Write);

impl Write for Escaping<'_> {
    fn put(&mut self, text: &str) {
        escape(self.0, text);
    }
}

/// Writes a text with `"`, `&`, `'`, `<` and `>` as numbers: safe between tags and in quoted attributes.
#[inline(never)]
pub(crate) fn escape(dest: &mut dyn Write, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| number(byte).is_some()) {
        let (plain, marked) = rest.split_at(at);
        let (mark, after) = marked.split_at(1);
        if !plain.is_empty() {
            dest.put(plain);
        }
        dest.put(mark.bytes().find_map(number).unwrap_or_default());
        rest = after;
    }
    if !rest.is_empty() {
        dest.put(rest);
    }
}

/// All are ASCII, so a text may be cut beside them.
#[inline(always)]
const fn number(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("&#34;"),
        b'&' => Some("&#38;"),
        b'\'' => Some("&#39;"),
        b'<' => Some("&#60;"),
        b'>' => Some("&#62;"),
        _ => None,
    }
}

/// Writes what only a formatter can write. One function for all types.
#[inline(never)]
pub(crate) fn display(dest: &mut dyn Write, value: &dyn fmt::Display) {
    struct Formatted<'a>(&'a mut dyn Write);

    impl fmt::Write for Formatted<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.put(text);
            Ok(())
        }
    }

    // A value that gives up ends there; none of ours does.
    let _ = fmt::write(&mut Formatted(dest), format_args!("{value}"));
}

impl FastWritable for str {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
        dest.write_str(self)
    }

    #[inline(always)]
    fn write_html(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
        escape(dest, self);
        Ok(())
    }
}

impl FastWritable for char {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
        dest.write_str(self.encode_utf8(&mut [0; 4]))
    }
}

impl FastWritable for bool {
    #[inline(always)]
    fn write_into(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
        dest.write_str(if *self { "true" } else { "false" })
    }
}

/// Passes on what another value writes.
macro_rules! forwards {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> FastWritable for $type {
            #[inline(always)]
            fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()> {
                (**self).write_into(dest, values)
            }

            #[inline(always)]
            fn write_html(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()> {
                (**self).write_html(dest, values)
            }
        }
    )* };
}

forwards! {
    [T: FastWritable + ?Sized] &T;
    [T: FastWritable + ?Sized] &mut T;
    [T: FastWritable + ?Sized] Box<T>;
    [T: FastWritable + ?Sized] std::sync::Arc<T>;
    [T: FastWritable + ToOwned + ?Sized] Cow<'_, T>;
    [] String;
}

/// Writes a whole number digit by digit: a page has hundreds, and a formatter looks for a sign, a width and a filling.
#[inline(never)]
fn digits(dest: &mut dyn Write, is_negative: bool, number: u64) {
    let mut room = [b'0'; 20];
    let mut left = number;
    let mut begin = room.len();
    for place in room.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
        begin -= 1;
        if left == 0 {
            break;
        }
    }
    if is_negative {
        dest.put("-");
    }
    dest.put(room.get(begin..).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default());
}

macro_rules! numbers {
    ($($type:ty, $number:ident => $is_negative:expr, $size:expr;)*) => { $(
        impl FastWritable for $type {
            #[inline(always)]
            fn write_into(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
                let $number = *self;
                digits(dest, $is_negative, $size as u64);
                Ok(())
            }

            #[inline(always)]
            fn write_html(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()> {
                self.write_into(dest, values)
            }
        }
    )* };
}

numbers! {
    u8, n => false, n; u16, n => false, n; u32, n => false, n; u64, n => false, n; usize, n => false, n;
    i8, n => n < 0, n.unsigned_abs(); i16, n => n < 0, n.unsigned_abs(); i32, n => n < 0, n.unsigned_abs();
    i64, n => n < 0, n.unsigned_abs(); isize, n => n < 0, n.unsigned_abs();
}

impl<S: FastWritable + ?Sized> WriteWritable for &&Writable<'_, S> {
    #[inline(always)]
    fn askama_write(&self, dest: &mut dyn Write, values: &dyn Values) -> Result<()> {
        self.0.write_into(dest, values)
    }
}

impl<S: fmt::Display + ?Sized> WriteWritable for &&&Writable<'_, S> {
    #[inline(always)]
    fn askama_write(&self, dest: &mut dyn Write, _values: &dyn Values) -> Result<()> {
        display(dest, &self.0);
        Ok(())
    }
}
