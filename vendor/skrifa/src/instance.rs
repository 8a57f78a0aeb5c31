//! Sizes and places on axes; fonts here have neither.

/// A size; everything is in units of the font.
#[derive(Copy, Clone, Debug, Default)]
pub struct Size;

impl Size {
    /// Units of the font.
    pub fn unscaled() -> Self {
        Self
    }
}

/// The only place on no axes.
#[derive(Copy, Clone, Debug, Default)]
pub struct LocationRef<'a>(std::marker::PhantomData<&'a ()>);

/// The same, owned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location;

impl<'a> From<&'a Location> for LocationRef<'a> {
    fn from(_: &'a Location) -> Self {
        Self::default()
    }
}
