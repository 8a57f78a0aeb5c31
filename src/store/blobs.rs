//! R2: the bytes of documents and logos, under random or content-hashed keys.
//!
//! Bytes pass as the runtime's own streams wherever they can, so a gigabyte goes through without
//! touching the worker's memory.

use std::sync::Arc;

use worker::js_sys::{Function, Promise, Reflect, Uint8Array};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::ReadableStream;
use worker::{Bucket, Data, HttpMetadata, Object, Range, ResponseBody};

use super::Error;

/// The R2 binding.
#[derive(Clone)]
pub(crate) struct Blobs(Arc<SendWrapper<Bucket>>);

/// An object that was opened for reading.
pub(crate) struct Blob {
    /// The content type it was put with.
    pub(crate) content_type: String,
    /// The bytes, for the runtime to send.
    pub(crate) stream: SendWrapper<ReadableStream>,
}

/// Where the bytes of an object come from.
pub(crate) enum Source {
    /// A stream whose length the runtime knows (a request body with Content-Length).
    Stream(SendWrapper<ReadableStream>),
    /// Bytes at hand, a few MiB at most.
    Bytes(Vec<u8>),
}

impl From<Source> for Data {
    fn from(source: Source) -> Self {
        match source {
            Source::Stream(stream) => Self::ReadableStream((*stream).clone()),
            Source::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

/// A part that R2 took, to be named again when the upload is completed.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Part {
    /// From 1.
    pub(crate) number: u16,
    /// R2's tag of the part.
    pub(crate) etag: String,
}

/// Why a part, or the joining of them, was not taken.
#[derive(Debug)]
pub(crate) enum PartError {
    /// The upload is over: completed, given up or too old.
    Over,
    /// The parts named are not the ones R2 has.
    Unfit,
    /// R2 failed.
    Failed(Error),
}

impl From<worker::Error> for PartError {
    /// By R2's own numbers, which its messages end with.
    fn from(error: worker::Error) -> Self {
        let text = error.to_string();
        match () {
            () if text.contains("(10024)") => Self::Over,
            () if text.contains("(10025)") => Self::Unfit,
            () => Self::Failed(failed(error)),
        }
    }
}

impl From<PartError> for Error {
    fn from(error: PartError) -> Self {
        match error {
            PartError::Failed(error) => error,
            other => Self::Unavailable {
                binding: "R2",
                cause: format!("an upload in parts is {other:?}"),
            },
        }
    }
}

/// Bytes of a piece. Each costs a turn of the runtime, whatever its length, and asked the plain way it
/// gives four thousand bytes a turn.
const PIECE: u32 = 256 << 10;

/// An object on its way, a piece at a time.
pub(crate) struct Pieces(SendWrapper<ByLength>);

/// A reader that is told how much to wait for, with its own `readAtLeast`.
struct ByLength {
    reader: JsValue,
    read: Function,
}

impl Pieces {
    fn new(stream: &ReadableStream) -> Result<Self, JsValue> {
        let options = worker::js_sys::Object::new();
        Reflect::set(&options, &"mode".into(), &"byob".into())?;
        let get_reader: Function = Reflect::get(stream, &"getReader".into())?.dyn_into()?;
        let reader = get_reader.call1(stream, &options)?;
        let read = Reflect::get(&reader, &"readAtLeast".into())?.dyn_into()?;
        Ok(Self(SendWrapper::new(ByLength { reader, read })))
    }

    /// The next piece; none at its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        SendFuture::new(async { self.0.next().await.map_err(thrown) }).await
    }
}

impl ByLength {
    async fn next(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let room = Uint8Array::new_with_length(PIECE);
        let read = self.read.call2(&self.reader, &PIECE.into(), &room)?;
        let read = JsFuture::from(read.dyn_into::<Promise>()?).await?;
        // The last one is shorter, and behind it comes an empty one.
        let bytes = match Reflect::get(&read, &"value".into())?.dyn_into::<Uint8Array>() {
            Ok(bytes) => bytes.to_vec(),
            Err(_none) => Vec::new(),
        };
        Ok((!bytes.is_empty()).then_some(bytes))
    }
}

impl Blobs {
    /// Wraps the binding that `entry` took from the environment.
    pub(crate) fn new(bucket: Bucket) -> Self {
        Self(Arc::new(SendWrapper::new(bucket)))
    }

    /// Opens an object, or `len` bytes from `start` of it. `None`: there is no such object.
    pub(crate) async fn open(
        &self,
        key: &str,
        range: Option<(u64, u64)>,
    ) -> Result<Option<Blob>, Error> {
        SendFuture::new(async {
            let mut get = self.0.get(key);
            if let Some((offset, length)) = range {
                get = get.range(Range::OffsetWithLength { offset, length });
            }
            let Some(object) = get.execute().await.map_err(failed)? else {
                return Ok(None);
            };
            let content_type = object.http_metadata().content_type;
            match object
                .body()
                .map(worker::ObjectBody::response_body)
                .transpose()
                .map_err(failed)?
            {
                Some(ResponseBody::Stream(stream)) => Ok(Some(Blob {
                    content_type: content_type
                        .unwrap_or_else(|| "application/octet-stream".to_owned()),
                    stream: SendWrapper::new(stream),
                })),
                _ => Ok(None),
            }
        })
        .await
    }

    /// Opens an object to be read in pieces, by what goes through the worker's memory. `None`: there is none.
    pub(crate) async fn pieces(&self, key: &str) -> Result<Option<Pieces>, Error> {
        SendFuture::new(async {
            let object = self.0.get(key).execute().await.map_err(failed)?;
            match object.as_ref().and_then(Object::body) {
                Some(body) => match body.response_body().map_err(failed)? {
                    ResponseBody::Stream(stream) => Pieces::new(&stream).map(Some).map_err(thrown),
                    _ => Ok(None),
                },
                None => Ok(None),
            }
        })
        .await
    }

    /// A small object as a whole. `None`: there is no such object.
    pub(crate) async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        SendFuture::new(async {
            let object = self.0.get(key).execute().await.map_err(failed)?;
            match object.as_ref().and_then(Object::body) {
                Some(body) => Ok(Some(body.bytes().await.map_err(failed)?)),
                None => Ok(None),
            }
        })
        .await
    }

    /// Writes an object and returns its entity tag.
    pub(crate) async fn put(
        &self,
        key: &str,
        content_type: &str,
        source: Source,
    ) -> Result<String, Error> {
        let metadata = metadata(content_type);
        SendFuture::new(async {
            let put = self.0.put(key, source).http_metadata(metadata);
            let object: Option<Object> = put.execute().await.map_err(failed)?;
            object
                .map(|object| object.etag())
                .ok_or_else(|| Error::Unavailable {
                    binding: "R2",
                    cause: "the object was not written".to_owned(),
                })
        })
        .await
    }

    /// Deletes objects; missing ones are fine.
    pub(crate) async fn delete(&self, keys: Vec<String>) -> Result<(), Error> {
        SendFuture::new(async { self.0.delete_multiple(keys).await.map_err(failed) }).await
    }

    /// Keys with that prefix that sort after a key, in order; so many at most.
    pub(crate) async fn keys(
        &self,
        prefix: &str,
        after: &str,
        most: u32,
    ) -> Result<Vec<String>, Error> {
        SendFuture::new(async {
            let list = self.0.list().prefix(prefix).start_after(after).limit(most);
            let listed = list.execute().await.map_err(failed)?;
            Ok(listed.objects().iter().map(Object::key).collect())
        })
        .await
    }

    /// Begins an upload in parts and returns R2's id of it.
    pub(crate) async fn begin_parts(&self, key: &str, content_type: &str) -> Result<String, Error> {
        let metadata = metadata(content_type);
        SendFuture::new(async {
            let begun = self.0.create_multipart_upload(key).http_metadata(metadata);
            Ok(begun.execute().await.map_err(failed)?.upload_id().await)
        })
        .await
    }

    /// Writes one part. All but the last are equally long and at least 5 MiB.
    pub(crate) async fn put_part(
        &self,
        key: &str,
        upload: &str,
        number: u16,
        source: Source,
    ) -> Result<Part, PartError> {
        SendFuture::new(async {
            let upload = self.0.resume_multipart_upload(key, upload)?;
            let part = upload.upload_part(number, source).await?;
            Ok(Part {
                number: part.part_number(),
                etag: part.etag(),
            })
        })
        .await
    }

    /// Joins the parts into the object and returns its entity tag.
    pub(crate) async fn complete_parts(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<Part>,
    ) -> Result<String, PartError> {
        SendFuture::new(async {
            let upload = self.0.resume_multipart_upload(key, upload)?;
            let parts = parts
                .into_iter()
                .map(|part| worker::UploadedPart::new(part.number, part.etag));
            Ok(upload.complete(parts).await?.etag())
        })
        .await
    }

    /// Gives an upload in parts up. One that is gone already is fine.
    pub(crate) async fn abort_parts(&self, key: &str, upload: &str) -> Result<(), Error> {
        SendFuture::new(async {
            let upload = self
                .0
                .resume_multipart_upload(key, upload)
                .map_err(failed)?;
            match upload.abort().await {
                Err(error) if !error.to_string().contains("10024") => Err(failed(error)),
                _ => Ok(()),
            }
        })
        .await
    }

    /// What an interrupted completion left: tag and size of the object, if it is there.
    pub(crate) async fn there(&self, key: &str) -> Result<Option<(String, u64)>, Error> {
        SendFuture::new(async {
            let object = self.0.head(key).await.map_err(failed)?;
            Ok(object.map(|object| (object.etag(), object.size())))
        })
        .await
    }
}

fn metadata(content_type: &str) -> HttpMetadata {
    HttpMetadata {
        content_type: Some(content_type.to_owned()),
        ..HttpMetadata::default()
    }
}

fn thrown(error: JsValue) -> Error {
    failed(worker::Error::from(error))
}

fn failed(error: worker::Error) -> Error {
    Error::Unavailable {
        binding: "R2",
        cause: error.to_string(),
    }
}
