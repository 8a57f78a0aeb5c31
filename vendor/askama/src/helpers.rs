//! What the macros name besides: crates under names that nothing can shadow, loops, truth.

pub extern crate alloc;
pub extern crate std;

use std::fmt;
use std::iter::Enumerate;
use std::marker::PhantomData;

use crate::{FastWritable, Values, Write};

/// The standard library's, but for the trait that templates are written through.
pub mod core {
    pub use ::core::*;

    /// The standard library's, but for [`Write`](crate::Write).
    pub mod fmt {
        pub use crate::Write;
        pub use ::core::fmt::*;
    }
}

/// What `loop` is in a loop. Nobody asks for its `last`, which would have to look ahead.
#[derive(Clone, Copy)]
pub struct LoopItem {
    /// How many came before.
    pub index0: usize,
}

/// A loop that counts.
pub struct TemplateLoop<I>(Enumerate<I>);

impl<I: Iterator> TemplateLoop<I> {
    /// Over these.
    #[inline(always)]
    pub fn new(over: I) -> Self {
        Self(over.enumerate())
    }
}

impl<I: Iterator> Iterator for TemplateLoop<I> {
    type Item = (I::Item, LoopItem);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (index0, item) = self.0.next()?;
        Some((item, LoopItem { index0 }))
    }
}

/// What a condition may be: a bool, however it is referred to.
pub trait PrimitiveType {
    /// What it is.
    type Value: Copy;
    /// The value.
    fn get(&self) -> Self::Value;
}

macro_rules! primitive {
    ($($type:ty)*) => { $(
        impl PrimitiveType for $type {
            type Value = Self;
            #[inline(always)]
            fn get(&self) -> Self {
                *self
            }
        }
    )* };
}
primitive!(bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<T: PrimitiveType + ?Sized> PrimitiveType for &T {
    type Value = T::Value;
    #[inline(always)]
    fn get(&self) -> Self::Value {
        T::get(self)
    }
}

/// A number.
#[inline(always)]
pub fn get_primitive_value<T: PrimitiveType>(value: T) -> T::Value {
    value.get()
}

/// A condition.
#[inline(always)]
pub fn as_bool<T: PrimitiveType<Value = bool>>(value: T) -> bool {
    value.get()
}

/// Nothing.
#[derive(Debug, Clone, Copy)]
pub struct Empty;

impl fmt::Display for Empty {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl FastWritable for Empty {
    #[inline(always)]
    fn write_into(&self, _dest: &mut dyn Write, _values: &dyn Values) -> crate::Result<()> {
        Ok(())
    }
}

/// Two values, one after the other.
pub struct Concat<L, R>(pub L, pub R);

impl<L: fmt::Display, R: fmt::Display> fmt::Display for Concat<L, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        self.1.fmt(f)
    }
}

impl<L: FastWritable, R: FastWritable> FastWritable for Concat<L, R> {
    fn write_into(&self, dest: &mut dyn Write, values: &dyn Values) -> crate::Result<()> {
        self.0.write_into(dest, values)?;
        self.1.write_into(dest, values)
    }
}

/// What a template does with a result: it goes on with its value, or fails.
pub struct ErrorMarker<T>(PhantomData<T>);

impl<T> ErrorMarker<T> {
    /// Of the result's type.
    #[inline(always)]
    pub fn of(_result: &T) -> Self {
        Self(PhantomData)
    }
}

/// Turns an error into one of a template.
pub trait ResultConverter {
    /// What is gone on with.
    type Value;
    /// The result.
    type Input;
    /// The same with an error of a template.
    fn askama_conv_result(self, result: Self::Input) -> crate::Result<Self::Value>;
}

impl<T> ResultConverter for &&ErrorMarker<crate::Result<T>> {
    type Value = T;
    type Input = crate::Result<T>;
    #[inline(always)]
    fn askama_conv_result(self, result: Self::Input) -> crate::Result<T> {
        result
    }
}
