//! Whole numbers as digits, and what stands between them, for what a page shows by the hundred: amounts, dates, times of day. In a
//! profile of the worker the standard formatter took a fortieth of such a page.

/// Room for the longest of them: 20 digits, a mark after each third, a point.
const ROOM: usize = 32;

/// Digits, and marks between them, that are written from the last to the first.
pub(super) struct Digits {
    room: [u8; ROOM],
    begin: usize,
}

impl Digits {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self {
            room: [b'0'; ROOM],
            begin: ROOM,
        }
    }

    /// A number with zeros before it, `width` wide at least (32 at most).
    pub(super) fn padded(number: u64, width: usize) -> Self {
        let mut digits = Self::new();
        digits.push_number(number, width);
        digits
    }

    /// The same, before those there are.
    pub(super) fn push_number(&mut self, number: u64, width: usize) {
        let begun = self.len();
        let mut left = number;
        while left > 0 || self.len() - begun < width.min(ROOM - begun) {
            self.push_digit(left);
            left /= 10;
        }
    }

    /// A text of ASCII, before those there are.
    pub(super) fn push_text(&mut self, text: &str) {
        for mark in text.bytes().rev() {
            self.push(mark);
        }
    }

    /// The last digit of a number, before those there are.
    pub(super) fn push_digit(&mut self, number: u64) {
        self.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
    }

    /// A mark of ASCII, before those there are. What has no room is left out.
    pub(super) fn push(&mut self, mark: u8) {
        if let Some(at) = self.begin.checked_sub(1)
            && let Some(place) = self.room.get_mut(at)
        {
            *place = mark;
            self.begin = at;
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        ROOM - self.begin
    }

    /// As a text.
    pub(super) fn as_str(&self) -> &str {
        let written = self.room.get(self.begin..).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_those_of_the_formatter(number: u64, width in 1..=ROOM) {
            let digits = Digits::padded(number, width);
            prop_assert_eq!(digits.as_str(), format!("{number:0width$}"));
            prop_assert_eq!(Digits::padded(number, width + ROOM).len(), ROOM);
            let mut before = Digits::padded(7, 1);
            before.push_text(" of ");
            before.push_number(number % 1_000, width.min(9));
            prop_assert_eq!(before.as_str(), format!("{:0least$} of 7", number % 1_000, least = width.min(9)));
        }
    }
}
