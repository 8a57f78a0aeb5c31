//! What was worked out for signed texts, for those of them that came last.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq as _;

/// How many are kept: people who are here at the same time, and ask again and again.
const KEPT: usize = 64;

/// What came out for a text that ends with `.` and its signature.
///
/// The signature is the secret in it, so it is compared without telling by time how much of it is right.
pub(crate) struct Recent<T>(Mutex<VecDeque<(String, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Without the texts: they are people's tickets.
impl<T> fmt::Debug for Recent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recent")
    }
}

impl<T: Clone> Recent<T> {
    fn kept(&self) -> MutexGuard<'_, VecDeque<(String, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came out for this text, or what comes out now. Nothing is kept of what does not come out.
    pub(crate) fn of(&self, text: &str, work_out: impl FnOnce() -> Option<T>) -> Option<T> {
        let mut kept = self.kept();
        let known = kept.iter().position(|(known, _)| is_same(known, text));
        if let Some(found) = known.and_then(|at| kept.remove(at)) {
            let value = found.1.clone();
            kept.push_front(found);
            return Some(value);
        }
        let value = work_out()?;
        kept.truncate(KEPT - 1);
        kept.push_front((text.to_owned(), value.clone()));
        Some(value)
    }
}

fn is_same(known: &str, text: &str) -> bool {
    let (Some((words, signature)), Some((words_too, signature_too))) =
        (known.rsplit_once('.'), text.rsplit_once('.'))
    else {
        return false;
    };
    let same = || bool::from(signature.as_bytes().ct_eq(signature_too.as_bytes()));
    words == words_too && same()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_worked_out_once_and_every_other_one_by_itself() {
        let recent = Recent::default();
        assert_eq!(recent.of("a.b.c", || Some(1)), Some(1));
        assert_eq!(recent.of("a.b.c", || None), Some(1));
        for other in ["a.b.d", "a.c.c", "a.b.", "a.b", "a.b.c.c", "abc", ""] {
            assert_eq!(recent.of(other, || None), None, "{other}");
        }
        // Nothing was kept of those.
        assert_eq!(recent.of("a.b.d", || Some(2)), Some(2));
        assert_eq!(recent.of("a.b.c", || None), Some(1));
        // What has no signature is never the same.
        assert_eq!(recent.of("abc", || Some(3)), Some(3));
        assert_eq!(recent.of("abc", || None), None);
    }

    #[test]
    fn those_that_came_last_are_kept() {
        let recent = Recent::default();
        for n in 0..KEPT {
            assert_eq!(recent.of(&format!("{n}.s"), || Some(n)), Some(n));
        }
        assert_eq!(
            recent.of("0.s", || None),
            Some(0),
            "the first one came again"
        );
        assert_eq!(recent.of("one more.s", || Some(KEPT)), Some(KEPT));
        assert_eq!(recent.of("0.s", || None), Some(0));
        assert_eq!(recent.of("1.s", || None), None);
    }
}
