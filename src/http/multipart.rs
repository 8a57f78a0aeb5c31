//! A form with files, part after part, as it arrives.
//!
//! The parser looks through all that it holds again for each piece that comes, while it waits for the
//! end of a part's head. So a head that never ends would cost more with every piece, and it ends here.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use multer::{Field, Multipart};

use super::{Error, Incoming};

/// Bytes that may pass before the first part, and of a part before its content. Heads that browsers
/// write have a few hundred; the piece in which one ends may be longer.
const HEAD: usize = 16 << 10;

/// The parts of a form.
pub(crate) struct Parts {
    form: Multipart<'static>,
    /// The part that is being read.
    field: Option<Field<'static>>,
    meter: Meter,
}

/// A part: its head was read, its content comes in pieces.
pub(crate) struct Part<'a>(&'a mut Parts);

impl Parts {
    /// The parts of a body. `None`: it is no form of this kind.
    pub(crate) fn of(incoming: &Incoming) -> Result<Option<Self>, Error> {
        let Ok(boundary) = multer::parse_boundary(&incoming.content_type) else {
            return Ok(None);
        };
        let pieces = incoming
            .chunks()?
            .map(|piece| piece.map_err(|error| std::io::Error::other(error.to_string())));
        Ok(Some(Self::over(pieces, boundary)))
    }

    fn over(
        pieces: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
        boundary: String,
    ) -> Self {
        let meter = Meter::default();
        let metered = Metered {
            pieces: Box::pin(pieces),
            meter: meter.clone(),
            gave: false,
        };
        Self {
            form: Multipart::new(metered, boundary),
            field: None,
            meter,
        }
    }

    /// The next part; what was not read of the one before is passed over. `None`: there are no more.
    pub(crate) async fn next(&mut self) -> Result<Option<Part<'_>>, Error> {
        let there = self.advance().await.map_err(|e| Error::bad_body(&e))?;
        Ok(there.then_some(Part(self)))
    }

    async fn advance(&mut self) -> multer::Result<bool> {
        while self.piece().await?.is_some() {}
        self.field = None;
        self.meter.reset();
        self.field = self.form.next_field().await?;
        Ok(self.field.is_some())
    }

    /// The next piece of the part that is being read.
    async fn piece(&mut self) -> multer::Result<Option<Bytes>> {
        self.meter.reset();
        match &mut self.field {
            Some(field) => field.chunk().await,
            None => Ok(None),
        }
    }
}

impl Part<'_> {
    /// The name of its field.
    pub(crate) fn name(&self) -> String {
        let name = self.0.field.as_ref().and_then(Field::name);
        name.unwrap_or_default().to_owned()
    }

    /// The name that a file has, and may lack. `None`: it is no file.
    pub(crate) fn file_name(&self) -> Option<String> {
        let name = self.0.field.as_ref().and_then(Field::file_name);
        name.map(str::to_owned)
    }

    /// The next piece of its content; none at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.piece().await.map_err(|e| Error::bad_body(&e))
    }
}

/// Bytes that have passed since something was found in them.
#[derive(Clone, Default)]
struct Meter(Arc<AtomicUsize>);

impl Meter {
    fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// The pieces, until too many have passed for nothing. It gives one at a time: the parser would take
/// all that are there before it looks at them.
struct Metered<S> {
    pieces: Pin<Box<S>>,
    meter: Meter,
    /// Whether the last answer was a piece.
    gave: bool,
}

impl<S: Stream<Item = std::io::Result<Bytes>>> Stream for Metered<S> {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.meter.0.load(Ordering::Relaxed) > HEAD {
            let why = std::io::Error::other("the head of a part does not end");
            return Poll::Ready(Some(Err(why)));
        }
        let piece = self.pieces.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.meter.0.fetch_add(bytes.len(), Ordering::Relaxed);
            self.gave = true;
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::task::Waker;

    /// Runs what waits for nothing but itself.
    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return done;
            }
        }
    }

    /// The form in pieces of that size, with a count of those that were taken.
    fn form(text: &str, size: usize) -> (Parts, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        let pieces: Vec<Bytes> = text
            .as_bytes()
            .chunks(size)
            .map(Bytes::copy_from_slice)
            .collect();
        let pieces = futures_util::stream::iter(pieces).map(move |piece| {
            count.fetch_add(piece.len(), Ordering::Relaxed);
            Ok(piece)
        });
        (Parts::over(pieces, "B".to_owned()), taken)
    }

    const SIZES: [usize; 6] = [1, 7, 1 << 10, 4 << 10, 64 << 10, 1 << 20];

    #[test]
    fn a_head_that_does_not_end_is_not_read_on() {
        let endless = "a".repeat(1 << 20);
        for start in [
            "",
            "--B",
            "--B ",
            "--B\r\nContent-Disposition: form-data; name=\"",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nfirst\r\n--B\r\nX: ",
        ] {
            for size in SIZES {
                let (mut parts, taken) = form(&format!("{start}{endless}"), size);
                let mut found = 0;
                let end = loop {
                    match run(parts.advance()) {
                        Ok(true) => found += 1,
                        other => break other,
                    }
                };
                assert!(end.is_err(), "{start:?} in pieces of {size}");
                assert_eq!(found, usize::from(start.contains("first")));
                let most = HEAD + 4 * size + start.len();
                let taken = taken.load(Ordering::Relaxed);
                assert!(taken <= most, "{start:?} in pieces of {size}: {taken}");
            }
        }
    }

    #[test]
    fn long_contents_come_whole_and_may_be_passed_over() {
        let long = "0123456789\r\n--".repeat(20_000);
        let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a\"";
        let text = "Content-Disposition: form-data; name=\"text\"";
        let body = format!(
            "--B\r\n{file}\r\n\r\n{long}\r\n--B\r\n{text}\r\n\r\nfew\r\n--B\r\n{file}\r\n\r\n{long}\r\n--B--\r\n"
        );
        for size in SIZES {
            for skipped in [false, true] {
                let (mut parts, _taken) = form(&body, size);
                let mut lengths = Vec::new();
                while run(parts.advance()).is_ok_and(|there| there) {
                    let mut length = 0;
                    let skip = skipped && lengths.is_empty();
                    while !skip && let Ok(Some(piece)) = run(parts.piece()) {
                        length += piece.len();
                    }
                    lengths.push(length);
                }
                let first = if skipped { 0 } else { long.len() };
                assert_eq!(lengths, [first, 3, long.len()], "pieces of {size}");
            }
        }
    }
}
