//! One conversation with a mail server (RFC 5321), over any stream of bytes.
//!
//! Strictly question and answer: a command goes out only when the reply before
//! it is in, so a refused recipient leaves the connection in step and usable.
//! Knows nothing of sockets, clocks or sentences for people; `stage` says which
//! answer a fault belongs to.

use std::cell::Cell;

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::reply::Reply;
use super::settings::Login;

/// How far the conversation has come: what is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    Greeting,
    Hello,
    StartTls,
    /// The first words after STARTTLS: the handshake itself, and EHLO again.
    Secured,
    SignIn,
    Sender,
    Recipient,
    Content,
    Done,
}

/// Why a step did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection failed or ended; what the platform said of it.
    Lost(String),
    /// The other side does not speak SMTP.
    NotSmtp,
    /// The server said no, or something else than the step needs.
    Refused(Reply),
    /// The server does not offer what the step needs.
    NotOffered,
    /// The mail has more bytes than the server takes: its limit.
    TooLarge(usize),
}

impl Fault {
    /// Whether nothing more can be said on this connection.
    pub(super) fn ends_the_connection(&self) -> bool {
        match self {
            Self::Lost(_) | Self::NotSmtp => true,
            Self::Refused(reply) => reply.ends_the_connection(),
            Self::NotOffered | Self::TooLarge(_) => false,
        }
    }
}

pub(super) struct Session<'a, S> {
    stream: S,
    unread: Vec<u8>,
    /// The lines of the last EHLO reply, in capitals.
    offers: Vec<String>,
    stage: &'a Cell<Stage>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    pub(super) fn new(stream: S, stage: &'a Cell<Stage>) -> Self {
        Self {
            stream,
            unread: Vec::new(),
            offers: Vec::new(),
            stage,
        }
    }

    /// Waits for the server's first words.
    pub(super) async fn greet(&mut self) -> Result<(), Fault> {
        self.stage.set(Stage::Greeting);
        positive(self.reply().await?)?;
        Ok(())
    }

    /// Says who we are and learns what the server offers.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Fault> {
        if self.stage.get() != Stage::Secured {
            self.stage.set(Stage::Hello);
        }
        let reply = positive(self.ask(&format!("EHLO {name}")).await?)?;
        self.offers = reply
            .lines
            .iter()
            .skip(1)
            .map(|l| l.trim().to_ascii_uppercase())
            .collect();
        Ok(())
    }

    /// Asks for TLS and gives the stream back for the handshake. What the
    /// server sent beyond its reply is refused: anybody on the way could have
    /// put it there, and it must not count as said under TLS.
    pub(super) async fn start_tls(mut self) -> Result<S, Fault> {
        self.stage.set(Stage::StartTls);
        if self.offered("STARTTLS").is_none() {
            return Err(Fault::NotOffered);
        }
        positive(self.ask("STARTTLS").await?)?;
        self.stage.set(Stage::Secured);
        if self.unread.is_empty() {
            Ok(self.stream)
        } else {
            Err(Fault::NotSmtp)
        }
    }

    /// Signs in with AUTH PLAIN, or LOGIN where only that is offered
    /// (RFC 4954). The stream must be private by now.
    pub(super) async fn sign_in(&mut self, login: &Login) -> Result<(), Fault> {
        self.stage.set(Stage::SignIn);
        // "AUTH=PLAIN" is how servers wrote it before the RFC.
        let ways = self
            .offered("AUTH")
            .or_else(|| self.offered("AUTH="))
            .unwrap_or_default();
        let offers = |way: &str| ways.split_whitespace().any(|w| w == way);
        let (user, password) = (&login.user, &login.password);
        if offers("PLAIN") {
            let token = STANDARD.encode(format!("\0{user}\0{password}"));
            positive(self.ask(&format!("AUTH PLAIN {token}")).await?)?;
        } else if offers("LOGIN") {
            expect(334, self.ask("AUTH LOGIN").await?)?;
            expect(334, self.ask(&STANDARD.encode(user)).await?)?;
            positive(self.ask(&STANDARD.encode(password)).await?)?;
        } else {
            return Err(Fault::NotOffered);
        }
        Ok(())
    }

    /// Hands one mail over. Addresses must be plain ASCII (`Mailbox` is), the
    /// mail 7-bit with CRLF line ends (`Message::to_bytes` is).
    pub(super) async fn deliver(
        &mut self,
        from: &str,
        to: &str,
        mail: &[u8],
    ) -> Result<Reply, Fault> {
        self.stage.set(Stage::Sender);
        let size = match self.offered("SIZE") {
            None => String::new(),
            // RFC 1870: no number, or 0, is no fixed limit.
            Some(limit) => match limit.parse().unwrap_or(0) {
                limit if limit > 0 && mail.len() > limit => {
                    self.stage.set(Stage::Content);
                    return Err(Fault::TooLarge(limit));
                }
                _ => format!(" SIZE={}", mail.len()),
            },
        };
        positive(self.ask(&format!("MAIL FROM:<{from}>{size}")).await?)?;
        self.stage.set(Stage::Recipient);
        positive(self.ask(&format!("RCPT TO:<{to}>")).await?)?;
        self.stage.set(Stage::Content);
        expect(354, self.ask("DATA").await?)?;
        self.write(&dot_stuffed(mail)).await?;
        positive(self.reply().await?)
    }

    /// Clears what a refused mail left behind, so that the next can follow.
    pub(super) async fn reset(&mut self) -> Result<(), Fault> {
        positive(self.ask("RSET").await?)?;
        Ok(())
    }

    /// Takes leave.
    pub(super) async fn quit(mut self) -> Result<(), Fault> {
        self.stage.set(Stage::Done);
        self.ask("QUIT").await?;
        Ok(())
    }

    /// The arguments of an offered extension: `Some("")` where it has none.
    fn offered(&self, keyword: &str) -> Option<String> {
        self.offers.iter().find_map(|line| {
            let rest = line.strip_prefix(keyword)?;
            let whole_word = rest.is_empty() || rest.starts_with(' ') || keyword.ends_with('=');
            whole_word.then(|| rest.trim().to_owned())
        })
    }

    async fn ask(&mut self, command: &str) -> Result<Reply, Fault> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.stream
            .write_all(bytes)
            .await
            .map_err(|error| lost(&error))?;
        self.stream.flush().await.map_err(|error| lost(&error))
    }

    async fn reply(&mut self) -> Result<Reply, Fault> {
        let mut chunk = [0; 2048];
        loop {
            if let Some(reply) = Reply::take(&mut self.unread).map_err(|_| Fault::NotSmtp)? {
                return Ok(reply);
            }
            let read = self
                .stream
                .read(&mut chunk)
                .await
                .map_err(|error| lost(&error))?;
            if read == 0 {
                return Err(Fault::Lost("the server hung up".to_owned()));
            }
            self.unread
                .extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
    }
}

fn lost(error: &std::io::Error) -> Fault {
    Fault::Lost(error.to_string())
}

fn positive(reply: Reply) -> Result<Reply, Fault> {
    if reply.is_positive() {
        Ok(reply)
    } else {
        Err(Fault::Refused(reply))
    }
}

fn expect(code: u16, reply: Reply) -> Result<(), Fault> {
    if reply.code == code {
        Ok(())
    } else {
        Err(Fault::Refused(reply))
    }
}

/// RFC 5321 §4.5.2: a dot in front of every dot that begins a line; then the
/// line with a single dot that ends the mail.
fn dot_stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 64 + 5);
    for line in mail.split_inclusive(|b| *b == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
