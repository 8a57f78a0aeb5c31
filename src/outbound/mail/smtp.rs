//! Mail over the platform's sockets: connect, protect, converse, hang up.
//!
//! One connection carries all the mails of a call, one after the other. The
//! conversation as a whole has a time limit, so that a server that stalls costs
//! no more than that.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use worker::{Delay, SecureTransport, Socket};

use super::error::{Accepted, SendError};
use super::message::Message;
use super::session::{Fault, Session, Stage};
use super::settings::{SmtpSettings, Tls};
use super::verdict::Parties;

/// For everything from connecting to the last mail. What runs after a response
/// has 30 seconds on Cloudflare.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(20);
/// For taking leave; by then every result is known.
const PARTING: Duration = Duration::from_secs(2);

type Outcome = Result<Accepted, SendError>;

/// One result for each mail, in order. A mail that a connection broke on is
/// `Transient`, and what follows goes over a new one; a connection that carried
/// nothing is not tried twice.
pub(super) async fn send_all(settings: &SmtpSettings, messages: &[Message]) -> Vec<Outcome> {
    let stage = Cell::new(Stage::Connecting);
    let mut results = Vec::with_capacity(messages.len());
    let finished = within(TIME_LIMIT, all(settings, messages, &stage, &mut results)).await;
    if finished.is_none()
        && let Some(message) = messages.get(results.len())
    {
        results.push(Err(parties(settings, message).too_slow(stage.get())));
    }
    results.resize(messages.len(), Err(no_time_left()));
    results
}

/// For a mail that was not begun, because those before it took all the time.
pub(super) fn no_time_left() -> SendError {
    SendError::Transient {
        reason: "There was no time left for this mail in this round.".to_owned(),
    }
}

/// Runs `work`; `None` if it takes longer than `limit`.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let work = std::pin::pin!(work);
    match select(work, Delay::from(limit)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

async fn all(
    settings: &SmtpSettings,
    messages: &[Message],
    stage: &Cell<Stage>,
    results: &mut Vec<Outcome>,
) {
    while results.len() < messages.len() {
        let before = results.len();
        let rest = messages.get(before..).unwrap_or_default();
        let Err(error) = connection(settings, rest, stage, results).await else {
            continue;
        };
        results.push(Err(error.clone()));
        if results.len() == before + 1 {
            results.resize(messages.len(), Err(error));
        }
    }
}

/// Sends as many of the mails as one connection carries: all of them, or fewer
/// but at least one, or an error that belongs to the first one not yet settled.
async fn connection(
    settings: &SmtpSettings,
    messages: &[Message],
    stage: &Cell<Stage>,
    results: &mut Vec<Outcome>,
) -> Result<(), SendError> {
    let Some(first) = messages.first() else {
        return Ok(());
    };
    let mut session = open(settings, first.from.domain(), stage)
        .await
        .map_err(|fault| parties(settings, first).verdict(stage.get(), &fault))?;
    for (index, message) in messages.iter().enumerate() {
        let bytes = match message.to_bytes() {
            Ok(bytes) => bytes,
            Err(error) => {
                results.push(Err(error));
                continue;
            }
        };
        let delivered = session.deliver(message.from.address(), message.to.address(), &bytes);
        let fault = match delivered.await {
            Ok(reply) => {
                let server_reply = reply.quoted();
                results.push(Ok(Accepted { server_reply }));
                continue;
            }
            Err(fault) => fault,
        };
        let over = fault.ends_the_connection();
        if over && index > 0 && stage.get() == Stage::Sender {
            // The server has had enough on this connection, and has not looked
            // at this mail.
            return Ok(());
        }
        let error = parties(settings, message).verdict(stage.get(), &fault);
        if over {
            return Err(error);
        }
        results.push(Err(error));
        let last = index + 1 == messages.len();
        if !last && session.reset().await.is_err() {
            return Ok(());
        }
    }
    // Whether the server says goodbye changes nothing: all results are in.
    let _ = within(PARTING, session.quit()).await;
    Ok(())
}

/// A session that is protected and signed in, as the settings ask.
async fn open<'a>(
    settings: &SmtpSettings,
    own_name: &str,
    stage: &'a Cell<Stage>,
) -> Result<Session<'a, Wire>, Fault> {
    stage.set(Stage::Connecting);
    let wire = Wire::connect(settings).await?;
    let mut session = Session::new(wire, stage);
    session.greet().await?;
    session.hello(own_name).await?;
    if settings.tls == Tls::Upgrade {
        let wire = session.start_tls().await?;
        session = Session::new(wire.secured(), stage);
        session.hello(own_name).await?;
    }
    if let Some(login) = &settings.login {
        session.sign_in(login).await?;
    }
    Ok(session)
}

fn parties<'a>(settings: &'a SmtpSettings, message: &'a Message) -> Parties<'a> {
    Parties {
        settings,
        from: message.from.address(),
        to: message.to.address(),
    }
}

/// A socket that is closed when it is dropped, at a time limit too.
struct Wire {
    socket: Option<Socket>,
}

impl Wire {
    async fn connect(settings: &SmtpSettings) -> Result<Self, Fault> {
        let secure = match settings.tls {
            Tls::Implicit => SecureTransport::On,
            Tls::Upgrade => SecureTransport::StartTls,
            Tls::Off => SecureTransport::Off,
        };
        let lost = |error: worker::Error| Fault::Lost(error.to_string());
        let socket = Socket::builder()
            .secure_transport(secure)
            .connect(settings.host.as_str(), settings.port)
            .map_err(lost)?;
        let mut wire = Self {
            socket: Some(socket),
        };
        if let Some(socket) = &mut wire.socket {
            socket.opened().await.map_err(lost)?;
        }
        Ok(wire)
    }

    /// The same connection under TLS. The platform shakes hands and checks the
    /// certificate against the host's name; a failure shows at the next read.
    fn secured(mut self) -> Self {
        Self {
            socket: self.socket.take().map(Socket::start_tls),
        }
    }

    fn socket(&mut self) -> io::Result<Pin<&mut Socket>> {
        self.socket
            .as_mut()
            .map(Pin::new)
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(mut socket) = self.socket.take() {
            // One poll asks for the close; nobody waits for the answer.
            let _ = socket.close().now_or_never();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.socket()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.socket()?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket()?.poll_shutdown(cx)
    }
}
