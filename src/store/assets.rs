//! Our own static files, as the worker itself reads them: the fonts of the PDF.
//!
//! Served by the platform beside the worker; asking for one is a question within the same machine.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use worker::Fetcher;
use worker::send::{SendFuture, SendWrapper};

use super::Error;

/// The ASSETS binding.
#[derive(Clone)]
pub(crate) struct Assets(Arc<SendWrapper<Fetcher>>);

impl Assets {
    /// Wraps the binding that `entry` took from the environment.
    pub(crate) fn new(assets: Fetcher) -> Self {
        Self(Arc::new(SendWrapper::new(assets)))
    }

    /// The bytes of a file, by its path.
    pub(crate) async fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        SendFuture::new(async {
            // The binding looks at the path alone.
            let address = format!("https://assets.local{path}");
            let answer = self.0.fetch(address, None).await;
            let answer = answer.map_err(|error| failed(path, &error))?;
            if answer.status() != http::StatusCode::OK {
                return Err(failed(path, &answer.status()));
            }
            let body = answer.into_body().collect().await;
            let bytes = body.map_err(|error| failed(path, &error))?.to_bytes();
            Ok(bytes.into())
        })
        .await
    }
}

fn failed(path: &str, cause: &impl std::fmt::Display) -> Error {
    Error::Unavailable {
        binding: "ASSETS",
        cause: format!("{path}: {cause}"),
    }
}
