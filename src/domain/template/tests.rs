//! The wording of mails: what is refused and why, and how it reads.

use super::*;
use proptest::prelude::*;

const VALUES: Values<'static> = Values {
    business_name: "Fern & Oak",
    client_name: "Larkspur <Bakery>",
    contact_first_name: "Lena",
    expires_at: "4 Dec 2026, 14:05 UTC",
    sender_name: "Olive Fern",
    support_email: "help@fern-oak.example",
    invoice_number: "INV-2026-0042",
    amount_due: "€1,234.00",
    due_date: "8 Dec 2026",
};

fn subject(raw: &str) -> Result<Subject, TemplateError> {
    Subject::parse(Kind::Invitation, raw)
}

fn body(raw: &str) -> Result<Body, TemplateError> {
    Body::parse(Kind::Invitation, raw)
}

#[test]
fn the_built_in_wording_can_be_sent() {
    let mut said = Vec::new();
    for kind in Kind::ALL {
        let subject = Subject::parse(kind, kind.default_subject()).unwrap();
        said.push(subject.render(&VALUES));
        let letter = Body::parse(kind, kind.default_body())
            .unwrap()
            .render(&VALUES);
        assert_eq!(letter.before[0], "Hello Lena,");
        // Nobody in person reminds.
        let sender = kind.variables().contains(&Variable::SenderName);
        let sender = if sender { "Olive Fern\n" } else { "" };
        assert_eq!(
            letter.after.last().unwrap(),
            &format!("Kind regards\n{sender}Fern & Oak")
        );
        let all = [letter.before, letter.after].concat().join("\n");
        assert!(
            !all.contains("{{") && !all.contains("the link above"),
            "{all}"
        );
        let whole = format!("{}{}", kind.default_subject(), kind.default_body());
        let variables = kind.variables().iter();
        assert!(variables.map(|v| v.name()).all(|name| whole.contains(name)));
    }
    assert_eq!(
        said,
        [
            "Fern & Oak invites you to its client portal",
            "Invoice INV-2026-0042 from Fern & Oak",
            "Invoice INV-2026-0042 is due on 8 Dec 2026",
            "Invoice INV-2026-0042 is due today",
            "Reminder: invoice INV-2026-0042 from Fern & Oak"
        ]
    );
}

#[test]
fn each_kind_knows_its_own_variables() {
    let other = |kind, name| Some(unknown(kind, name, true));
    let invitation = body("{{invoice_link}}").err();
    assert_eq!(invitation, other(Kind::Invitation, "invoice_link"));
    let invoice = |raw| Body::parse(Kind::Invoice, raw).err();
    assert_eq!(
        invoice("{{invite_link}}"),
        other(Kind::Invoice, "invite_link")
    );
    assert_eq!(invoice("{{invoice_link}} {{amount_due}}"), None);
    assert_eq!(
        invoice("Please pay.").unwrap().to_string(),
        "Please add {{invoice_link}}: without it nobody can open the invoice."
    );
}

#[test]
fn the_text_is_cut_at_the_link() {
    let letter = body("Open {{ invite_link }} now,\r\n{{client_name}}.\n\n\n\n{{invite_link}}!")
        .unwrap()
        .render(&VALUES);
    assert_eq!(letter.before, ["Open"]);
    assert_eq!(
        letter.after,
        ["now,\nLarkspur <Bakery>.", "the link above!"]
    );
}

#[test]
fn each_refusal_says_why() {
    let unknown = |name: &str| Err(unknown(Kind::Invitation, name, true));
    assert_eq!(
        body("Hello"),
        Err(TemplateError::MissingLink(Kind::Invitation))
    );
    assert_eq!(body("{{invite_link}} {{password}}"), unknown("password"));
    assert_eq!(body("{{invite_link}} {{}}"), unknown(""));
    assert_eq!(body("{{Invite_Link}}"), unknown("Invite_Link"));
    assert_eq!(body("{{invite_link"), Err(TemplateError::Unclosed));
    assert_eq!(
        body("{{invite {{invite_link}}"),
        Err(TemplateError::Unclosed)
    );
    assert!(matches!(
        body(""),
        Err(TemplateError::Text(TextError::Empty { .. }))
    ));
    assert!(matches!(
        body(&"x".repeat(4_001)),
        Err(TemplateError::Text(TextError::TooLong { .. }))
    ));
    assert_eq!(
        subject("{{invite_link}}"),
        Err(TemplateError::LinkInSubject(Kind::Invitation))
    );
    assert!(matches!(
        subject("a\nBcc: b"),
        Err(TemplateError::Text(TextError::LineBreak { .. }))
    ));
    assert_eq!(
        body("{{foo}}").unwrap_err().to_string(),
        "There is no variable {{foo}}. Please use one of these: {{business_name}}, {{client_name}}, \
         {{contact_first_name}}, {{invite_link}}, {{expires_at}}, {{sender_name}}, {{support_email}}."
    );
    let in_subject = subject("{{foo}}").unwrap_err().to_string();
    assert!(
        in_subject.contains("{{client_name}}") && !in_subject.contains("invite_link"),
        "{in_subject}"
    );
    assert_eq!(
        TemplateError::MissingLink(Kind::Invitation).to_string(),
        "Please add {{invite_link}}: without it nobody can accept the invitation."
    );
}

#[test]
fn a_revision_says_that_it_replaces_what_was_sent() {
    let says = "This revised invoice replaces the one that we sent you before.";
    let usual = Kind::Invoice;
    let (subject, body) = revised(usual.default_subject(), usual.default_body());
    let line = Subject::parse(usual, &subject).unwrap().render(&VALUES);
    assert_eq!(line, "Revised invoice INV-2026-0042 from Fern & Oak");
    let before = Body::parse(usual, &body).unwrap().render(&VALUES).before;
    assert_eq!(before[..2], ["Hello Lena,", says]);
    assert!(before[2].starts_with("Here is invoice INV-2026-0042"));
    let own = revised("Bill {{invoice_number}}", "See {{invoice_link}}");
    let says = format!("{says}\n\nSee {{{{invoice_link}}}}");
    assert_eq!(own, ("Revised: Bill {{invoice_number}}".to_owned(), says));
}

#[test]
fn a_sketch_leaves_what_it_does_not_know_as_typed() {
    let kind = Kind::Invitation;
    let letter = Body::sketch(
        kind,
        "{{ foo }} of {{client_name}}\n\n{{invite_link}}",
        &VALUES,
    );
    assert_eq!(letter.unwrap().before, ["{{foo}} of Larkspur <Bakery>"]);
    let line = Subject::sketch(kind, "{{foo}} {{sender_name}}", &VALUES);
    assert_eq!(line.unwrap(), "{{foo}} Olive Fern");
    for raw in ["{{foo}}", "{{invite_link"] {
        assert!(Body::sketch(kind, raw, &VALUES).is_err(), "{raw}");
    }
}

#[test]
fn values_bring_no_lines_and_no_variables() {
    let values = Values {
        client_name: "a\r\nBcc: x",
        sender_name: "{{invite_link}}",
        ..VALUES
    };
    let subject = subject("{{client_name}} {{sender_name}}").unwrap();
    assert_eq!(subject.render(&values), "a  Bcc: x {{invite_link}}");
}

proptest! {
    #[test]
    fn no_text_panics(raw in "\\PC*|([{} a\n]|\\{\\{invite_link\\}\\}){0,20}") {
        if let Ok(read) = subject(&raw) {
            prop_assert!(!read.render(&VALUES).contains('\n'));
            prop_assert_eq!(subject(read.as_str()), Ok(read));
        }
        if let Ok(body) = body(&raw) {
            let _ = body.render(&VALUES);
        }
    }
}
