//! The conversation, played against a server that answers from a script.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use tokio::io::ReadBuf;

use super::*;

/// Expects each command (by its beginning) and gives the answer, a few bytes
/// per read. After `DATA` is answered with 354 it takes the mail as one command.
#[derive(Default)]
struct Server {
    script: VecDeque<(&'static str, &'static str)>,
    heard: Vec<u8>,
    commands: Vec<String>,
    answer: VecDeque<u8>,
    in_data: bool,
}

impl Server {
    fn new(greeting: &str, script: &[(&'static str, &'static str)]) -> Self {
        Self {
            script: script.iter().copied().collect(),
            answer: greeting.bytes().collect(),
            ..Self::default()
        }
    }
}

impl AsyncRead for Server {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = self.answer.len().min(5).min(buf.remaining());
        buf.put_slice(&self.answer.drain(..n).collect::<Vec<_>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Server {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        assert!(self.answer.is_empty(), "spoke before the reply was read");
        self.heard.extend_from_slice(buf);
        let end: &[u8] = if self.in_data { b"\r\n.\r\n" } else { b"\r\n" };
        if self.heard.ends_with(end) {
            let command = String::from_utf8(std::mem::take(&mut self.heard)).unwrap();
            let (expected, answer) = self
                .script
                .pop_front()
                .expect("a command beyond the script");
            assert!(
                command.starts_with(expected),
                "{command:?} instead of {expected:?}"
            );
            self.commands.push(command);
            self.in_data = answer.starts_with("354");
            self.answer.extend(answer.bytes());
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const EHLO: &str =
    "250-mail.example.com\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n";

fn login() -> Login {
    Login {
        user: "user".into(),
        password: "pass".into(),
    }
}

/// Greets, says hello and does what the test wants.
fn play<T>(
    script: &[(&'static str, &'static str)],
    act: impl AsyncFnOnce(&mut Session<'_, Server>) -> Result<T, Fault>,
) -> (Result<T, Fault>, Stage, Vec<String>) {
    let stage = Cell::new(Stage::Connecting);
    let mut session = Session::new(Server::new("220-hi\r\n220 there\r\n", script), &stage);
    let result = async {
        session.greet().await?;
        session.hello("studio.example").await?;
        act(&mut session).await
    }
    .now_or_never()
    .unwrap();
    assert!(
        session.stream.script.is_empty(),
        "left: {:?}",
        session.stream.script
    );
    let commands = std::mem::take(&mut session.stream.commands);
    (result, stage.get(), commands)
}

#[test]
fn a_mail_goes_over_whole_with_its_dots() {
    let mail = b"Subject: x\r\n\r\n.\r\n..b\r\nc.\r\n";
    let (result, _, commands) = play(
        &[
            ("EHLO studio.example\r\n", EHLO),
            ("MAIL FROM:<a@studio.example> SIZE=26\r\n", "250 ok\r\n"),
            ("RCPT TO:<b@client.example>\r\n", "250 ok\r\n"),
            ("DATA\r\n", "354 go\r\n"),
            ("Subject", "250 2.0.0 queued as 7\r\n"),
        ],
        async |s| {
            s.deliver("a@studio.example", "b@client.example", mail)
                .await
        },
    );
    assert_eq!(result.unwrap().quoted(), "250 2.0.0 queued as 7");
    assert_eq!(
        commands.last().unwrap(),
        "Subject: x\r\n\r\n..\r\n...b\r\nc.\r\n.\r\n"
    );
}

#[test]
fn a_refused_recipient_leaves_the_connection_usable() {
    let (result, _, _) = play(
        &[
            ("EHLO", "250 plain\r\n"),
            ("MAIL FROM:<a@s.example>\r\n", "250 ok\r\n"),
            (
                "RCPT TO:<no@c.example>",
                "550-5.1.1 no\r\n550 5.1.1 such user\r\n",
            ),
            ("RSET", "250 ok\r\n"),
            ("MAIL", "250 ok\r\n"),
            ("RCPT TO:<yes@c.example>", "251 will forward\r\n"),
            ("DATA", "354 go\r\n"),
            ("x", "250 ok\r\n"),
        ],
        async |s| {
            let refused = s.deliver("a@s.example", "no@c.example", b"x").await;
            assert!(matches!(&refused, Err(Fault::Refused(r)) if r.enhanced() == Some((5, 1, 1))));
            assert_eq!(s.stage.get(), Stage::Recipient);
            assert!(refused.is_err_and(|fault| !fault.ends_the_connection()));
            s.reset().await?;
            s.deliver("a@s.example", "yes@c.example", b"x").await
        },
    );
    assert!(result.is_ok());
}

#[test]
fn each_refusal_knows_its_stage() {
    let ok = "250 ok\r\n";
    for (script, stage) in [
        (vec![("EHLO", "502 no\r\n")], Stage::Hello),
        (vec![("EHLO", EHLO), ("MAIL", "553 no\r\n")], Stage::Sender),
        (
            vec![("EHLO", EHLO), ("MAIL", ok), ("RCPT", "450 later\r\n")],
            Stage::Recipient,
        ),
        (
            vec![
                ("EHLO", EHLO),
                ("MAIL", ok),
                ("RCPT", ok),
                ("DATA", "554 no\r\n"),
            ],
            Stage::Content,
        ),
        (
            vec![
                ("EHLO", EHLO),
                ("MAIL", ok),
                ("RCPT", ok),
                ("DATA", "354 go\r\n"),
                ("x", "554 spam\r\n"),
            ],
            Stage::Content,
        ),
    ] {
        let (result, at, _) = play(&script, async |s| s.deliver("a@b", "c@d", b"x").await);
        assert!(matches!(result, Err(Fault::Refused(_))));
        assert_eq!(at, stage);
    }
}

#[test]
fn sign_in_by_plain_or_login_or_not_at_all() {
    let (result, _, _) = play(
        &[
            ("EHLO", EHLO),
            ("AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "235 in\r\n"),
        ],
        async |s| s.sign_in(&login()).await,
    );
    assert_eq!(result, Ok(()));
    let only_login = [
        ("EHLO", "250-x\r\n250 auth=LOGIN XOAUTH2\r\n"),
        ("AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n"),
        ("dXNlcg==\r\n", "334 UGFzc3dvcmQ6\r\n"),
        ("cGFzcw==\r\n", "535 5.7.8 no\r\n"),
    ];
    let (result, at, _) = play(&only_login, async |s| s.sign_in(&login()).await);
    assert!(matches!(result, Err(Fault::Refused(r)) if r.code == 535));
    assert_eq!(at, Stage::SignIn);
    for offers in [
        "250 x\r\n",
        "250-x\r\n250 AUTH XOAUTH2 CRAM-MD5\r\n",
        "250-x\r\n250 AUTHORIZED PLAIN\r\n",
    ] {
        let (result, _, _) = play(&[("EHLO", offers)], async |s| s.sign_in(&login()).await);
        assert_eq!(result, Err(Fault::NotOffered), "{offers}");
    }
}

fn start_tls(ehlo: &'static str, answer: Option<&'static str>) -> Result<Vec<String>, Fault> {
    let stage = Cell::new(Stage::Connecting);
    let script: Vec<_> = [("EHLO", ehlo)]
        .into_iter()
        .chain(answer.map(|a| ("STARTTLS\r\n", a)))
        .collect();
    let mut session = Session::new(Server::new("220 hi\r\n", &script), &stage);
    async {
        session.greet().await?;
        session.hello("studio.example").await?;
        session.start_tls().await.map(|server| server.commands)
    }
    .now_or_never()
    .unwrap()
}

#[test]
fn tls_is_asked_for_and_nothing_said_before_it_counts() {
    assert_eq!(start_tls(EHLO, Some("220 go\r\n")).map(|c| c.len()), Ok(2));
    assert_eq!(start_tls("250 x\r\n", None), Err(Fault::NotOffered));
    assert_eq!(
        start_tls("250-x\r\n250 STARTTLSX\r\n", None),
        Err(Fault::NotOffered)
    );
    assert!(matches!(
        start_tls(EHLO, Some("454 not now\r\n")),
        Err(Fault::Refused(_))
    ));
    // Injected by somebody on the way, to be believed after the handshake.
    assert_eq!(
        start_tls(EHLO, Some("220 go\r\n250-x\r\n250 AUTH PLAIN\r\n")),
        Err(Fault::NotSmtp)
    );
}

#[test]
fn a_mail_over_the_limit_is_not_begun() {
    let (result, at, _) = play(&[("EHLO", EHLO)], async |s| {
        s.deliver("a@b", "c@d", &[b'x'; 1001]).await
    });
    assert_eq!((result, at), (Err(Fault::TooLarge(1000)), Stage::Content));
}

#[test]
fn silence_and_noise_end_the_connection() {
    for (greeting, lost) in [
        ("", true),
        ("22", true),
        ("220-never ends\r\n", true),
        ("HTTP/1.1 400\r\n", false),
    ] {
        let stage = Cell::new(Stage::Connecting);
        let mut session = Session::new(Server::new(greeting, &[]), &stage);
        let fault = session.greet().now_or_never().unwrap().unwrap_err();
        assert_eq!(
            matches!(fault, Fault::Lost(_)),
            lost,
            "{greeting}: {fault:?}"
        );
        assert!(fault.ends_the_connection());
    }
}
