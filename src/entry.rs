//! The three events of the runtime: an isolate starts, a request comes, the clock ticks.
//!
//! The only file that sees the environment. It turns bindings into `App`, the runtime's request
//! into `http`'s, and the answer back: pages leave as bytes, files as the runtime's own streams.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use http::header::HeaderValue;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use worker::js_sys::Reflect;
use worker::{Context, Env, Headers, Response, ScheduleContext, ScheduledEvent, event};

use crate::app::App;
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::http::{CITY, Incoming, Outgoing, TIME_ZONE, handle, misconfigured};
use crate::jobs;
use crate::outbound::mail::Mailer;
use crate::store::{Assets, Blobs, BrandingCache, Db};

/// An isolate starts: panics get a readable message in the log.
#[event(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| worker::console_error!("panic: {info}")));
}

/// A request comes.
#[event(fetch)]
async fn fetch(request: worker::Request, env: Env, context: Context) -> worker::Result<Response> {
    let app = match app(&env) {
        Ok(app) => app,
        Err(problem) => {
            worker::console_error!("{problem}");
            return to_runtime(misconfigured(&problem)).await;
        }
    };
    let head = head_of(&request)?;
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

/// The settings are read once per isolate, whatever they say.
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

fn app(env: &Env) -> Result<App, String> {
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
    Ok(App::new(
        Db::new(db),
        Blobs::new(documents),
        Assets::new(assets),
        BrandingCache::new(branding),
        Arc::new(mailer),
        config,
        now,
    ))
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "milliseconds since 1970 fit for 292 million years"
)]
fn now() -> Timestamp {
    Timestamp(worker::Date::now().as_millis() as i64)
}

/// The request's head; its body stays with the runtime until a handler asks for it.
fn head_of(request: &worker::Request) -> worker::Result<Request<Body>> {
    let url = request.inner().url();
    // As it was sent: the worker crate takes a method that it does not know for a GET.
    let method = request.inner().method();
    let mut head = Request::builder()
        .method(method.as_str())
        .uri(target_of(&url));
    // Whatever a visitor says under those names, only the edge knows city and time zone.
    for (name, value) in request.headers() {
        if name != CITY && name != TIME_ZONE {
            head = head.header(name, value);
        }
    }
    let known = [
        (CITY, request.cf().and_then(worker::Cf::city)),
        (TIME_ZONE, time_zone(request.inner())),
    ];
    for (name, value) in known {
        if let Some(value) = value.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok()) {
            head = head.header(name, value);
        }
    }
    head.body(Body::empty())
        .map_err(|error| worker::Error::RustError(error.to_string()))
}

/// The visitor's time zone. The worker crate panics where the edge says none.
fn time_zone(request: &worker::web_sys::Request) -> Option<String> {
    let edge = Reflect::get(request, &"cf".into()).ok()?;
    if !edge.is_object() {
        return None;
    }
    Reflect::get(&edge, &"timezone".into()).ok()?.as_string()
}

/// Path and query of an address that the runtime has put into its regular form.
fn target_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let target = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    target.split('#').next().unwrap_or("/")
}

async fn to_runtime(answer: http::Response<Body>) -> worker::Result<Response> {
    let (mut parts, body) = answer.into_parts();
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    let builder = Response::builder()
        .with_status(parts.status.as_u16())
        .with_headers(headers);
    if let Some(Outgoing(stream)) = parts.extensions.remove::<Outgoing>() {
        return Ok(builder.stream((*stream).clone()));
    }
    let bytes = body
        .collect()
        .await
        .map_err(|error| worker::Error::RustError(error.to_string()))?
        .to_bytes();
    Ok(if bytes.is_empty() {
        builder.empty()
    } else {
        builder.fixed(bytes.into())
    })
}
