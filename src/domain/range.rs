//! Which bytes a download answers with: RFC 9110 sections 13 and 14 for one strong `ETag`.
//!
//! Pass `Range` for GET only; a HEAD has none. A range that is malformed, in another unit or of
//! several parts is ignored, as the RFC allows: the whole is always a right answer.

use super::time::Timestamp;
use std::fmt;

/// What to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// 200 with everything.
    Whole,
    /// 206 with `len` (at least 1) bytes from `start`.
    Part {
        /// Offset of the first byte.
        start: u64,
        /// Number of bytes.
        len: u64,
    },
    /// 304.
    NotModified,
    /// 416.
    Unsatisfiable,
}

impl Decision {
    /// The `Content-Range` of a 206 or 416 answer about an object of `total` bytes.
    pub fn content_range(self, total: u64) -> Option<String> {
        match self {
            Self::Part { start, len } => {
                let last = start.saturating_add(len).saturating_sub(1);
                Some(format!("bytes {start}-{last}/{total}"))
            }
            Self::Unsatisfiable => Some(format!("bytes */{total}")),
            Self::Whole | Self::NotModified => None,
        }
    }
}

/// A strong entity tag. `Display` is the header's form, with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// From an opaque text of visible ASCII; other characters, quotes and `W/` are dropped.
    pub fn strong(opaque: &str) -> Self {
        let opaque = opaque.strip_prefix("W/").unwrap_or(opaque);
        Self(
            opaque
                .chars()
                .filter(|c| c.is_ascii_graphic() && *c != '"')
                .collect(),
        )
    }
    /// The tag between its quotes.
    pub fn opaque(&self) -> &str {
        &self.0
    }
}

/// `If-None-Match`, read once for whoever compares: here, and the store for a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kept {
    /// Not sent, or without a tag.
    #[default]
    Nothing,
    /// `*`
    Anything,
    /// The tags that are listed, strong or weak, without quotes.
    Tags(Vec<String>),
}

impl Kept {
    /// From the header as sent. Commas may stand within the quotes, so tags are read one after the
    /// other; what does not close ends the list.
    pub fn parse(header: &str) -> Self {
        let mut rest = header.trim();
        if rest == "*" {
            return Self::Anything;
        }
        let mut tags = Vec::new();
        while let Some((_, after)) = rest.split_once('"') {
            let Some((tag, tail)) = after.split_once('"') else {
                break;
            };
            tags.push(tag.to_owned());
            rest = tail;
        }
        if tags.is_empty() {
            Self::Nothing
        } else {
            Self::Tags(tags)
        }
    }

    /// Whether the copy with that tag is still good (weak comparison).
    pub fn has(&self, etag: &ETag) -> bool {
        match self {
            Self::Nothing => false,
            Self::Anything => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag == etag.opaque()),
        }
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// The conditional headers of a request, as sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// `Range`, on GET.
    pub range: Option<&'a str>,
    /// `If-Range`: a strong `ETag` or a date.
    pub if_range: Option<&'a str>,
    /// `If-None-Match`.
    pub kept: Option<&'a Kept>,
}

/// Decides for an object of `total` bytes with that tag, last changed at `modified`.
pub fn decide(asked: Conditions<'_>, etag: &ETag, modified: Timestamp, total: u64) -> Decision {
    if asked.kept.is_some_and(|kept| kept.has(etag)) {
        return Decision::NotModified;
    }
    // An empty condition is none.
    let condition = asked
        .if_range
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let still_the_same = condition.is_none_or(|condition| {
        // A weak tag never matches here; a date must be the very one we sent.
        condition == etag.to_string() || condition == modified.http_date()
    });
    match asked.range {
        Some(range) if still_the_same => of_range(range, total),
        _ => Decision::Whole,
    }
}

/// How many bytes an object must have for its range to be met: 0 where every object meets it, and
/// 2⁵³ − 1 where none does.
pub fn needs(header: &str) -> u64 {
    const NONE: u64 = (1 << 53) - 1;
    // No object is that large, so what it cannot meet is what its size decides.
    match (of_range(header, NONE), of_range(header, 1)) {
        (Decision::Unsatisfiable, _) => NONE,
        // A beginning that an object of one byte does not have; a suffix every object has.
        (Decision::Part { start, .. }, Decision::Unsatisfiable) => start + 1,
        _ => 0,
    }
}

fn of_range(header: &str, total: u64) -> Decision {
    let spec = header
        .trim()
        .split_once('=')
        .filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let bounds = spec.and_then(|(_, spec)| spec.trim().split_once('-'));
    let Some((first, last)) = bounds else {
        return Decision::Whole;
    };
    match (number(first), number(last)) {
        // "-0" asks for no byte; the last bytes of nothing are the whole of it.
        (Bound::None, Bound::Number(0)) => Decision::Unsatisfiable,
        (Bound::None, Bound::Number(_)) if total == 0 => Decision::Whole,
        (Bound::None, Bound::Number(suffix)) => {
            let len = suffix.min(total);
            Decision::Part {
                start: total - len,
                len,
            }
        }
        (Bound::Number(start), Bound::Number(last)) if last < start => Decision::Whole,
        (Bound::Number(start), Bound::None | Bound::Number(_)) if start >= total => {
            Decision::Unsatisfiable
        }
        (Bound::Number(start), Bound::None) => Decision::Part {
            start,
            len: total - start,
        },
        (Bound::Number(start), Bound::Number(last)) => Decision::Part {
            start,
            len: last.min(total - 1) - start + 1,
        },
        (Bound::None, Bound::None) | (Bound::Bad, _) | (_, Bound::Bad) => Decision::Whole,
    }
}

enum Bound {
    None,
    Number(u64),
    Bad,
}

/// Digits only; more than fits is as good as the largest number.
fn number(text: &str) -> Bound {
    match text {
        "" => Bound::None,
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Bound::Number(digits.parse().unwrap_or(u64::MAX))
        }
        _ => Bound::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MODIFIED: Timestamp = Timestamp(784_111_777_000);

    fn range(header: &str, total: u64) -> Decision {
        let asked = Conditions {
            range: Some(header),
            ..Conditions::default()
        };
        decide(asked, &ETag::strong("abc"), MODIFIED, total)
    }

    #[test]
    fn one_range_is_cut_to_the_object() {
        let part = |start, len| Decision::Part { start, len };
        assert_eq!(range("bytes=0-499", 1000), part(0, 500));
        assert_eq!(range("bytes=500-", 1000), part(500, 500));
        assert_eq!(range("bytes=-300", 1000), part(700, 300));
        assert_eq!(range("bytes=-3000", 1000), part(0, 1000));
        assert_eq!(range("Bytes=0-0", 1000), part(0, 1));
        assert_eq!(
            range("bytes=999-99999999999999999999999", 1000),
            part(999, 1)
        );
    }

    #[test]
    fn what_cannot_be_met_says_so() {
        for header in [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            assert_eq!(range(header, 1000), Decision::Unsatisfiable, "{header}");
        }
        assert_eq!(range("bytes=0-", 0), Decision::Unsatisfiable);
        assert_eq!(
            Decision::Unsatisfiable.content_range(7).unwrap(),
            "bytes */7"
        );
        assert_eq!(
            range("bytes=2-3", 9).content_range(9).unwrap(),
            "bytes 2-3/9"
        );
    }

    proptest! {
        #[test]
        fn what_a_range_needs_decides_whether_it_is_met(
            header in "bytes=([0-9]{0,3})-([0-9]{0,3})|bytes= ?-0|[a-z]{5}=[0-9]-|bytes=9{30}-",
            total in 1u64..400,
        ) {
            let met = range(&header, total) != Decision::Unsatisfiable;
            prop_assert_eq!(total >= needs(&header), met, "{} of {}", header, total);
        }
    }

    #[test]
    fn what_is_not_one_range_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=+1-2",
            "items=0-1",
            "bytes=0-1,3-4",
            "bytes=0-1-2",
            "bytes=1 -2",
        ] {
            assert_eq!(range(header, 1000), Decision::Whole, "{header}");
        }
        assert_eq!(range("bytes=-5", 0), Decision::Whole);
    }

    #[test]
    fn conditions_come_first() {
        let etag = ETag::strong("\"abc\"");
        assert_eq!(etag.to_string(), "\"abc\"");
        let ask = |if_none_match: Option<&str>, if_range| {
            let kept = if_none_match.map(Kept::parse);
            decide(
                Conditions {
                    range: Some("bytes=0-0"),
                    if_range,
                    kept: kept.as_ref(),
                },
                &etag,
                MODIFIED,
                9,
            )
        };
        let part = Decision::Part { start: 0, len: 1 };
        assert_eq!(ask(None, None), part);
        for listed in ["\"abc\"", "W/\"abc\"", "\"x,y\", \"abc\"", " * "] {
            assert_eq!(ask(Some(listed), None), Decision::NotModified, "{listed}");
        }
        for other in [
            "\"abcd\"",
            "abc",
            "",
            "\"abc",
            "\"x, \"abc",
            "\"x\"abc\"y\"",
        ] {
            assert_eq!(ask(Some(other), None), part, "{other}");
        }
        assert_eq!(ask(None, Some("\"abc\"")), part);
        assert_eq!(ask(None, Some("Sun, 06 Nov 1994 08:49:37 GMT")), part);
        for nothing in ["", " "] {
            assert_eq!(ask(None, Some(nothing)), part);
        }
        for other in ["\"old\"", "W/\"abc\"", "Sun, 06 Nov 1994 08:49:38 GMT"] {
            assert_eq!(ask(None, Some(other)), Decision::Whole, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_part_lies_within(header in "bytes=[0-9]{0,20}-[0-9]{0,20}|\\PC*", total: u64) {
            if let Decision::Part { start, len } = range(&header, total) {
                prop_assert!(len >= 1 && start.checked_add(len).is_some_and(|end| end <= total));
            }
        }
    }
}
