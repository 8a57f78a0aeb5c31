//! Mail through the platform's own service: the `send_email` binding.
//!
//! The service writes Date, Message-ID and the MIME parts itself and refuses
//! any header that it does not know; what it takes and how it fails is on
//! developers.cloudflare.com/email-service (Workers API, Email headers).

use worker::js_sys::{JsString, Object, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{EmailAddress, SendEmail, SendEmailBuilder};

use super::error::{Accepted, SendError, quotable};
use super::message::{Message, ONE_CLICK, is_one_click};
use super::smtp::{TIME_LIMIT, no_time_left, within};

/// One result for each mail, in order. The time limit of a conversation stands
/// for all of them together.
pub(super) async fn send_all(
    binding: &SendEmail,
    messages: &[Message],
) -> Vec<Result<Accepted, SendError>> {
    let mut results = Vec::with_capacity(messages.len());
    let sending = async {
        for message in messages {
            results.push(send(binding, message).await);
        }
    };
    let finished = within(TIME_LIMIT, sending).await;
    if finished.is_none() && results.len() < messages.len() {
        results.push(Err(SendError::Transient {
            reason: "Cloudflare's mail service did not answer in time.".to_owned(),
        }));
    }
    results.resize(messages.len(), Err(no_time_left()));
    results
}

async fn send(binding: &SendEmail, message: &Message) -> Result<Accepted, SendError> {
    let builder = builder(message)?;
    match binding.send_with_builder(&builder).await {
        // Read with care: earlier versions of the service resolve to nothing.
        Ok(result) => Ok(Accepted {
            server_reply: quotable(&field(result.as_ref(), "messageId").unwrap_or_default()),
        }),
        Err(error) => {
            let code = field(error.as_ref(), "code").unwrap_or_default();
            let text = field(error.as_ref(), "message")
                .or_else(|| JsValue::as_string(error.as_ref()))
                .unwrap_or_else(|| "it gave no reason".to_owned());
            Err(verdict(&code, &text, message))
        }
    }
}

fn builder(message: &Message) -> Result<SendEmailBuilder, SendError> {
    let subject = super::mailbox::one_line(&message.subject);
    let (from, to) = (message.from.address(), message.to.address());
    let builder = match message.from.name() {
        Some(name) => {
            let from = EmailAddress::new(name, from);
            SendEmailBuilder::new_with_email_address_and_str(&from, to, &subject)
        }
        None => SendEmailBuilder::new(from, to, &subject),
    };
    builder.set_text(&message.text);
    builder.set_html(&message.html);
    let headers: Object<JsString> = Object::new().unchecked_into();
    set(&headers, "Auto-Submitted", "auto-generated")?;
    // The service takes no http: address there.
    if let Some(value) = message
        .list_unsubscribe_value()?
        .filter(|v| !v.starts_with("<http:"))
    {
        set(&headers, "List-Unsubscribe", &value)?;
        if is_one_click(&value) {
            set(&headers, ONE_CLICK.0, ONE_CLICK.1)?;
        }
    }
    builder.set_headers(&headers);
    Ok(builder)
}

fn set(object: &Object<JsString>, name: &str, value: &str) -> Result<(), SendError> {
    Reflect::set(
        object.as_ref(),
        &JsValue::from_str(name),
        &JsValue::from_str(value),
    )
    .map(|_| ())
    .map_err(|error| SendError::Transient {
        reason: format!("The mail could not be put together. ({error:?})"),
    })
}

fn field(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &JsValue::from_str(name))
        .ok()?
        .as_string()
}

/// The documented codes, by whose move it is. An error without a code is known
/// by its words, as the local simulation and older versions write them. What is
/// not known is worth another try.
fn verdict(code: &str, text: &str, message: &Message) -> SendError {
    let said = quotable(&if code.is_empty() || text.contains(code) {
        text.to_owned()
    } else {
        format!("{code}: {text}")
    });
    let (from, to) = (message.from.address(), message.to.address());
    let is = |known: &[&str]| {
        known
            .iter()
            .any(|words| code.starts_with(words) || text.contains(words))
    };
    if is(&[
        "E_SENDER_NOT_VERIFIED",
        "E_SENDER_DOMAIN_NOT_AVAILABLE",
        "email from ",
    ]) {
        return SendError::Misconfigured {
            reason: format!(
                "Cloudflare does not send mail from {from}, the address in MAIL_FROM. \
                 Its domain must be set up under Email Service. ({said})"
            ),
        };
    }
    if is(&[
        "E_RECIPIENT_NOT_ALLOWED",
        "not a verified address",
        "email to ",
    ]) {
        return SendError::Misconfigured {
            reason: format!(
                "This deployment may not send mail to {to}. The EMAIL binding or the Cloudflare plan \
                 allows certain addresses only. ({said})"
            ),
        };
    }
    if is(&["E_RECIPIENT_SUPPRESSED"]) {
        return SendError::Undeliverable {
            reason: format!(
                "Cloudflare no longer sends to {to}: mail to it came back, or was reported as spam. ({said})"
            ),
        };
    }
    if is(&["E_DELIVERY_FAILED"]) {
        return SendError::Undeliverable {
            reason: format!("The address {to} was refused. ({said})"),
        };
    }
    if is(&[
        "E_VALIDATION_ERROR",
        "E_CONTENT_TOO_LARGE",
        "E_FIELD_MISSING",
    ]) {
        return SendError::Undeliverable {
            reason: format!("The mail to {to} was refused. ({said})"),
        };
    }
    if is(&["E_HEADER"]) {
        return SendError::Misconfigured {
            reason: format!("Cloudflare's mail service refused the form of the mail. ({said})"),
        };
    }
    if is(&["E_RATE_LIMIT_EXCEEDED", "E_DAILY_LIMIT_EXCEEDED"]) {
        return SendError::Transient {
            reason: format!("Cloudflare's limit for sending mail is reached for now. ({said})"),
        };
    }
    SendError::Transient {
        reason: format!("Cloudflare's mail service could not take the mail just now. ({said})"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::Mailbox;
    use super::*;

    #[test]
    fn the_documented_errors_by_whose_move_it_is() {
        let message = Message {
            id: "1".into(),
            from: Mailbox::new(None, "us@studio.example").unwrap(),
            to: Mailbox::new(None, "ann@client.example").unwrap(),
            subject: String::new(),
            text: String::new(),
            html: String::new(),
            list_unsubscribe: None,
            date_ms: 0,
        };
        for (code, text, kind) in [
            (
                "E_SENDER_NOT_VERIFIED",
                "Sender domain not verified",
                "misconfigured",
            ),
            ("E_SENDER_DOMAIN_NOT_AVAILABLE", "", "misconfigured"),
            ("E_RECIPIENT_NOT_ALLOWED", "", "misconfigured"),
            (
                "E_HEADER_NOT_ALLOWED",
                "Header 'Date' is not allowed.",
                "misconfigured",
            ),
            ("E_HEADERS_TOO_MANY", "", "misconfigured"),
            ("E_RECIPIENT_SUPPRESSED", "", "undeliverable"),
            ("E_DELIVERY_FAILED", "", "undeliverable"),
            ("E_VALIDATION_ERROR", "", "undeliverable"),
            ("E_CONTENT_TOO_LARGE", "", "undeliverable"),
            ("E_RATE_LIMIT_EXCEEDED", "", "transient"),
            ("E_DAILY_LIMIT_EXCEEDED", "", "transient"),
            ("E_INTERNAL_SERVER_ERROR", "", "transient"),
            (
                "",
                "email from us@studio.example not allowed",
                "misconfigured",
            ),
            (
                "",
                "email to ann@client.example not allowed",
                "misconfigured",
            ),
            (
                "",
                "destination address is not a verified address",
                "misconfigured",
            ),
            ("", "E_SENDER_NOT_VERIFIED: no", "misconfigured"),
            ("", "Network connection lost.", "transient"),
        ] {
            assert_eq!(verdict(code, text, &message).kind(), kind, "{code} {text}");
        }
        let shown = verdict("E_X", "odd", &message).to_string();
        assert!(shown.contains("(E_X: odd)"), "{shown}");
    }
}
