//! The three events of the runtime: an isolate starts, a request comes, the clock ticks.
//!
//! The only file that sees the environment. It turns bindings into `App`, the runtime's request
//! into `http`'s, and the answer back: pages leave as bytes, files as the runtime's own streams.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, Uri};
use http_body_util::BodyExt as _;
use worker::js_sys::{self, Array, Reflect, Uint8Array};
use worker::wasm_bindgen::JsValue;
use worker::web_sys::{self, Response, ResponseInit};
use worker::worker_sys::ext::RequestExt as _;
use worker::{Context, Env, Headers, ScheduleContext, ScheduledEvent, event};

use crate::app::{App, Bound};
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::http::{CITY, Incoming, Outgoing, TIME_ZONE, handle, misconfigured, unreadable};
use crate::jobs;
use crate::outbound::mail::Mailer;
use crate::store::{Assets, Blobs, BrandingCache, Db};

#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// An isolate starts: panics get a readable message in the log.
///
/// Futures (`js_sys::futures::queue`) go on by a promise, which the engine resolves by itself: the runtime's
/// `queueMicrotask`, which they would take, makes an object each time. A panic in one is still noticed: wasm-bindgen
/// marks the instance, and the next request gets a new one.
#[event(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| worker::console_error!("panic: {info}")));
    let name = "queueMicrotask".into();
    let hidden = Reflect::set(&js_sys::global(), &name, &JsValue::UNDEFINED);
    debug_assert_eq!(hidden, Ok(true));
}

/// A request comes.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> worker::Result<Response> {
    let app = match app(&env) {
        Ok(app) => app,
        Err(problem) => {
            worker::console_error!("{problem}");
            return to_runtime(misconfigured(&problem)).await;
        }
    };
    let Some(head) = head_of(&request) else {
        return to_runtime(unreadable()).await;
    };
    let incoming = Incoming::new(request, head.headers());
    let is_safe = head.method().is_safe();
    let answer = handle(app.clone(), incoming, head).await;
    let may_have_changed = !is_safe && answer.status() == StatusCode::SEE_OTHER;
    if app.has_mail() || may_have_changed {
        context.wait_until(jobs::after_response(app));
    }
    to_runtime(answer).await
}

/// The clock ticks, once a minute.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    match app(&env) {
        Ok(app) => jobs::tick(app).await,
        Err(problem) => worker::console_error!("{problem}"),
    }
}

/// The settings are read once per isolate, whatever they say: also where nothing can be bound by them.
fn config(env: &Env) -> Result<Arc<Config>, String> {
    static CONFIG: OnceLock<Result<Arc<Config>, String>> = OnceLock::new();
    let read = || {
        let lookup = |name: &str| {
            let secret = env.secret(name).map(|secret| secret.to_string());
            secret.ok()
        };
        Config::read(&lookup)
            .map(Arc::new)
            .map_err(|problem| problem.to_string())
    };
    CONFIG.get_or_init(read).clone()
}

/// What one event may use. The runtime gives all of an isolate the same environment, so what was found in it for one
/// serves the next.
fn app(env: &Env) -> Result<App, String> {
    thread_local!(static FOUND: RefCell<Option<(Env, Arc<Bound>)>> = const { RefCell::new(None) });
    let bound = FOUND.with_borrow_mut(|found| match found {
        Some((known, bound)) if **known == **env => Ok(Arc::clone(bound)),
        _ => {
            let bound = Arc::new(bound(env)?);
            *found = Some((env.clone(), Arc::clone(&bound)));
            Ok::<_, String>(bound)
        }
    });
    Ok(App::new(bound?, now))
}

/// Finds what the worker is bound to.
fn bound(env: &Env) -> Result<Bound, String> {
    let config = config(env)?;
    let missing = |name: &str| format!("{name}: the binding is missing; see wrangler.toml");
    let db = env.d1("DB").map_err(|_absent| missing("DB"))?;
    let documents = env
        .bucket("DOCUMENTS")
        .map_err(|_absent| missing("DOCUMENTS"))?;
    let assets = env.assets("ASSETS").map_err(|_absent| missing("ASSETS"))?;
    let branding = env.kv("BRANDING").map_err(|_absent| missing("BRANDING"))?;
    let mailer = Mailer::new(
        config.mail_from.as_deref(),
        config.smtp_url.as_deref(),
        env.get_binding("EMAIL").ok(),
    )
    .map_err(|problem| problem.to_string())?;
    Ok(Bound {
        db: Db::new(db),
        blobs: Blobs::new(documents),
        assets: Assets::new(assets),
        branding: BrandingCache::new(branding),
        mailer,
        config,
    })
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "milliseconds since 1970 fit for 292 million years"
)]
fn now() -> Timestamp {
    Timestamp(worker::Date::now().as_millis() as i64)
}

/// The request's head, if it is one; its body stays with the runtime until a handler asks for it.
fn head_of(request: &web_sys::Request) -> Option<Request<Body>> {
    let mut head = Request::new(Body::empty());
    // As it was sent: the worker crate takes a method that it does not know for a GET.
    *head.method_mut() = Method::try_from(request.method().as_str()).ok()?;
    *head.uri_mut() = Uri::try_from(target_of(&request.url())).ok()?;
    // One text for all: a call into the runtime costs more than taking it apart here. A name has no comma, and neither name
    // nor value a line's end (RFC 9110, 5): there are as many lines as headers.
    let pairs = Array::from(&request.headers());
    let lines = String::from(pairs.join("\n"));
    let headers = head.headers_mut();
    let mut read = 0;
    for line in lines.split_terminator('\n') {
        let (name, value) = line.split_once(',')?;
        let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        headers.try_append(name.ok()?, value.ok()?).ok()?;
        read += 1;
    }
    if read != pairs.length() {
        return None;
    }
    // Whatever a visitor says under those names, only the edge knows city and time zone.
    headers.remove(CITY);
    headers.remove(TIME_ZONE);
    if let Some(edge) = request.cf() {
        // By name: its getter panics where the edge says none.
        let time_zone = Reflect::get(&edge, &"timezone".into()).ok();
        let known = [
            (CITY, edge.city().ok().flatten()),
            (TIME_ZONE, time_zone.and_then(|name| name.as_string())),
        ];
        for (name, value) in known {
            if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.insert(name, value);
            }
        }
    }
    Some(head)
}

/// Path and query of an address that the runtime has put into its regular form.
fn target_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let target = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    target.split('#').next().unwrap_or("/")
}

/// Status and headers as the runtime has them. Those of a page are mostly those of the page before, and the runtime
/// copies them from there for less than they cost one by one.
fn init_of(status: StatusCode, headers: HeaderMap) -> worker::Result<ResponseInit> {
    type Known = (StatusCode, HeaderMap, ResponseInit);
    thread_local!(static LAST: RefCell<Option<Known>> = const { RefCell::new(None) });
    LAST.with_borrow_mut(|last| match last {
        Some((of, known, made)) if *of == status && *known == headers => Ok(made.clone()),
        _ => {
            let list = Headers::new();
            for (name, value) in &headers {
                list.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
            }
            let made = ResponseInit::new();
            made.set_status(status.as_u16());
            made.set_headers_headers(&list.0);
            let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
            let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
            // A cookie is one person's, and stays nowhere.
            if is_page && !headers.contains_key(SET_COOKIE) {
                *last = Some((status, headers, made.clone()));
            }
            Ok(made)
        }
    })
}

async fn to_runtime(answer: http::Response<Body>) -> worker::Result<Response> {
    let (mut parts, body) = answer.into_parts();
    let stream = parts.extensions.remove::<Outgoing>();
    let bytes = body
        .collect()
        .await
        .map_err(|error| worker::Error::RustError(error.to_string()))?
        .to_bytes();
    // The runtime counts for itself, and pages differ in nothing else. A 0 counts what is here: beside a stream, or where
    // only the head was asked for, that is not what there is.
    let counted = parts.headers.get(CONTENT_LENGTH);
    if !bytes.is_empty() || counted.is_some_and(|length| length == "0") {
        parts.headers.remove(CONTENT_LENGTH);
    }
    let init = init_of(parts.status, parts.headers)?;
    Ok(match stream {
        Some(Outgoing(stream)) => {
            Response::new_with_opt_readable_stream_and_init(Some(&stream), &init)?
        }
        None if bytes.is_empty() => Response::new_with_opt_str_and_init(None, &init)?,
        // A copy, since not every runtime makes one: a view of our memory would show the next person's page soon.
        None => {
            let copy = Uint8Array::new_from_slice(&bytes);
            Response::new_with_opt_js_u8_array_and_init(Some(&copy), &init)?
        }
    })
}
