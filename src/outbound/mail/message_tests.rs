//! What the bytes of a mail hold, checked with a reader of our own.

use super::*;

fn message() -> Message {
    Message {
        id: "0193a0b0-7c1e-7abc-8def-0123456789ab".into(),
        from: Mailbox::new(Some("Studio Nørd"), "mail@studio.example").unwrap(),
        to: Mailbox::new(Some("Ann Lee"), "ann@client.example").unwrap(),
        subject: "Your portal is ready".into(),
        text: "Hello Ann,\n.\n.dots\nbye".into(),
        html: "<!doctype html><p>Hello Ann – grüße</p>".into(),
        list_unsubscribe: None,
        date_ms: 1_795_478_400_999,
    }
}

fn bytes(message: &Message) -> String {
    String::from_utf8(message.to_bytes().unwrap()).unwrap()
}

/// Unfolded header lines of the whole mail, without its parts.
fn headers(mail: &str) -> Vec<String> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_headers_are_those_and_no_others() {
    let mail = bytes(&message());
    assert_eq!(
        headers(&mail),
        [
            "Date: Tue, 24 Nov 2026 00:00:00 +0000",
            "From: =?utf-8?B?U3R1ZGlvIE7DuHJk?= <mail@studio.example>",
            "To: \"Ann Lee\" <ann@client.example>",
            "Message-ID: <0193a0b0-7c1e-7abc-8def-0123456789ab@studio.example>",
            "Subject: Your portal is ready",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative;  \
             boundary=\"=_0193a0b0-7c1e-7abc-8def-0123456789ab\"",
        ]
    );
}

#[test]
fn two_parts_in_order_text_first() {
    let mail = bytes(&message());
    let delimiter = "\r\n--=_0193a0b0-7c1e-7abc-8def-0123456789ab";
    let parts: Vec<&str> = mail.split(delimiter).collect();
    assert_eq!(parts.len(), 4);
    assert!(
        parts[1].contains("Content-Type: text/plain; charset=\"utf-8\""),
        "{}",
        parts[1]
    );
    assert!(
        parts[1].ends_with("Hello Ann,\r\n.\r\n.dots\r\nbye"),
        "{}",
        parts[1]
    );
    assert!(
        parts[2].contains("Content-Type: text/html; charset=\"utf-8\""),
        "{}",
        parts[2]
    );
    assert_eq!(parts[3], "--\r\n");
}

#[test]
fn the_same_mail_gives_the_same_bytes() {
    assert_eq!(message().to_bytes(), message().to_bytes());
}

#[test]
fn the_bytes_are_seven_bit_with_short_crlf_lines() {
    let mut mail = message();
    mail.subject = "請求書 ".repeat(40);
    mail.text = format!(
        "{}\nΑθήνα {}\r\rend \r\n \n",
        "x".repeat(3000),
        "日本".repeat(400)
    );
    mail.html = format!("<p>{}</p>", "a=b&amp;ü ".repeat(500));
    let out = mail.to_bytes().unwrap();
    assert!(out.is_ascii());
    let mail = String::from_utf8(out).unwrap();
    assert!(
        !mail.replace("\r\n", "").contains(['\r', '\n']),
        "a bare CR or LF"
    );
    assert!(mail.split("\r\n").all(|line| line.len() <= 78));
}

#[test]
fn nothing_from_outside_becomes_a_header() {
    let mut mail = message();
    let attack = "x\r\nBcc: all@evil.example\r\n\r\nbody";
    mail.subject = attack.into();
    mail.id = "a>\r\nBcc: all@evil.example".into();
    mail.from = Mailbox::new(Some(attack), "mail@studio.example").unwrap();
    mail.to = Mailbox::new(Some(attack), "ann@client.example").unwrap();
    let mail = bytes(&mail);
    let names: Vec<_> = headers(&mail)
        .iter()
        .map(|h| h.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "Date",
            "From",
            "To",
            "Message-ID",
            "Subject",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type"
        ]
    );
    assert!(mail.contains("Message-ID: <aBccallevilexample@studio.example>"));
}

#[test]
fn an_unsubscribe_address_is_a_web_address_or_the_mail_is_not_made() {
    let mut mail = message();
    for good in [
        "https://p.example/off?t=?x",
        "mailto:off@p.example",
        "http://localhost:8787/off",
    ] {
        mail.list_unsubscribe = Some(good.into());
        let bytes = bytes(&mail);
        assert!(
            bytes.contains(&format!("\r\nList-Unsubscribe: <{good}>\r\n")),
            "{good}"
        );
        // RFC 8058 promises one click for https alone.
        let one_click = "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        assert_eq!(bytes.contains(one_click), good.starts_with("https:"));
    }
    for bad in [
        "",
        "/off",
        "javascript:x",
        "https://p.example/a\r\nBcc: x",
        "https://p.example/>,<https://q.example",
    ] {
        mail.list_unsubscribe = Some(bad.into());
        assert!(
            matches!(mail.to_bytes(), Err(SendError::Misconfigured { .. })),
            "{bad:?}"
        );
    }
}

#[test]
fn a_body_that_holds_the_boundary_gets_another() {
    let mut mail = message();
    mail.text = format!("look:\n--=_{}\n", mail.id);
    let out = bytes(&mail);
    assert!(
        out.contains(&format!("boundary=\"=_{}_\"", mail.id)),
        "{out}"
    );
}

#[test]
fn control_characters_do_not_reach_the_body() {
    let mut mail = message();
    mail.text = "a\u{0}b\u{1b}[2Jc\td".into();
    assert!(bytes(&mail).contains("ab[2Jc\td"));
}

proptest::proptest! {
    #[test]
    fn the_parts_are_those_that_the_library_would_write(text in proptest::prop_oneof![".{0,300}", "([ -~]{0,90}(\n|é)?){0,6}"], html in "([ -~]{0,90}(\n|é)?){0,6}") {
        use mail_builder::headers::content_type::ContentType;
        use mail_builder::mime::MimePart;
        let mail = Message { text, html, ..message() };
        let (text, html) = (body(&mail.text), body(&mail.html));
        let kind = ContentType::new("multipart/alternative").attribute("boundary", mail.boundary(&[&text, &html]));
        let parts = vec![MimePart::new("text/plain", text), MimePart::new("text/html", html)];
        let mut theirs = Vec::new();
        MimePart::new(kind, parts).write_part(&mut theirs).unwrap();
        let theirs = String::from_utf8(theirs).unwrap();
        let ours = bytes(&mail);
        let (_, ours) = ours.split_once("MIME-Version: 1.0\r\n").unwrap();
        proptest::prop_assert_eq!(ours, theirs);
    }
}
