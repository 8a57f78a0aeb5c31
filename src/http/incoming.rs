//! The body of a request: read once, in the one way its handler needs.
//!
//! The router sees requests without their bodies; this extractor holds the runtime's request, so
//! that a form is copied once, a multipart form is parsed as it arrives, and a raw part passes to
//! R2 without entering the worker's memory.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use worker::js_sys::Uint8Array;
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{ReadableStream, Request};

use super::{Argument, Error, Reason};

/// The unread body, with what its headers say of it.
#[derive(Clone)]
pub(crate) struct Incoming {
    request: Arc<SendWrapper<Request>>,
    /// Content-Type, lower case up to the first parameter is up to the reader.
    pub(crate) content_type: String,
    /// Content-Length, where it was sent.
    pub(crate) length: Option<u64>,
    /// A script asks, and wants JSON.
    pub(crate) json: bool,
}

impl Incoming {
    /// Takes hold of the request's body.
    pub(crate) fn new(request: Request, headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            request: Arc::new(SendWrapper::new(request)),
            content_type: text(CONTENT_TYPE).unwrap_or_default().to_owned(),
            json: text(ACCEPT).is_some_and(|accept| accept.contains("application/json")),
            length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        }
    }

    /// All bytes, `limit` at most.
    pub(crate) async fn bytes(&self, limit: u64) -> Result<Vec<u8>, Error> {
        match self.length {
            Some(length) if length > limit => return Err(Reason::TooLarge { limit }.into()),
            Some(_) => {}
            None if self.request.body().is_none() => return Ok(Vec::new()),
            None => return Err(Reason::LengthRequired.into()),
        }
        SendFuture::new(async {
            let buffer = self.request.array_buffer().map_err(bad_body)?;
            let buffer = JsFuture::from(buffer).await.map_err(bad_body)?;
            Ok(Uint8Array::new(&buffer).to_vec())
        })
        .await
    }

    /// All bytes, `limit` at most, from who may not say how many there are.
    pub(crate) async fn bytes_up_to(&self, limit: u64) -> Result<Vec<u8>, Error> {
        if self.length.is_some() || self.request.body().is_none() {
            return self.bytes(limit).await;
        }
        let mut chunks = std::pin::pin!(self.chunks()?);
        let mut all = Vec::new();
        while let Some(chunk) = chunks.next().await {
            all.extend_from_slice(&chunk.map_err(|error| Error::bad_body(&error))?);
            if all.len() as u64 > limit {
                return Err(Reason::TooLarge { limit }.into());
            }
        }
        Ok(all)
    }

    /// The bytes as they arrive.
    pub(crate) fn chunks(
        &self,
    ) -> Result<impl Stream<Item = Result<Bytes, worker::Error>> + Send + use<>, Error> {
        let stream = self.raw()?;
        Ok(worker::Body::new((*stream).clone()))
    }

    /// The runtime's own stream of the body.
    pub(crate) fn raw(&self) -> Result<SendWrapper<ReadableStream>, Error> {
        let body = self.request.body();
        body.map(SendWrapper::new)
            .ok_or_else(|| Error::bad_request("The request has no body."))
    }
}

fn bad_body(thrown: JsValue) -> Error {
    Error::bad_body(&format!("{thrown:?}"))
}

impl Argument for Incoming {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("the request came without its body"))
    }
}
