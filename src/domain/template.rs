//! The wording of mails that the business can change.
//!
//! Plain text with variables like `{{client_name}}`. Read once into segments, so that a template
//! that was saved can always be sent: an unknown variable, one that is not closed, or an invitation
//! without its link is refused at the field. Values are put in as plain text; HTML is escaped where
//! HTML is made.

mod kind;

pub use kind::Kind;

use super::text::{Line, Paragraphs, TextError};

/// What can stand between `{{` and `}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variable {
    /// Name of the business.
    BusinessName,
    /// Name of the client.
    ClientName,
    /// First name of the contact.
    ContactFirstName,
    /// The link, shown as a button.
    InviteLink,
    /// Until when the link works.
    ExpiresAt,
    /// Name of the staff member who sends.
    SenderName,
    /// Where clients ask for help.
    SupportEmail,
    /// Number of the invoice.
    InvoiceNumber,
    /// What is to be paid.
    AmountDue,
    /// Until when.
    DueDate,
    /// The link to the invoice, shown as a button.
    InvoiceLink,
}

impl Variable {
    /// Its name, without braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BusinessName => "business_name",
            Self::ClientName => "client_name",
            Self::ContactFirstName => "contact_first_name",
            Self::InviteLink => "invite_link",
            Self::ExpiresAt => "expires_at",
            Self::SenderName => "sender_name",
            Self::SupportEmail => "support_email",
            Self::InvoiceNumber => "invoice_number",
            Self::AmountDue => "amount_due",
            Self::DueDate => "due_date",
            Self::InvoiceLink => "invoice_link",
        }
    }
    /// What it stands for, for the list beside the field.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::BusinessName => "the name of your business",
            Self::ClientName => "the name of the client",
            Self::ContactFirstName => "the first name of the person it goes to",
            Self::InviteLink => "the link to accept, shown as a button",
            Self::ExpiresAt => "the day and time until which the link works",
            Self::SenderName => "the name of the person who sends it",
            Self::SupportEmail => "your support e-mail address",
            Self::InvoiceNumber => "the number of the invoice",
            Self::AmountDue => "what is still to be paid, with its currency",
            Self::DueDate => "the day until which it is to be paid",
            Self::InvoiceLink => "the link to the invoice, shown as a button",
        }
    }
}

/// Why a wording is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Empty, too long, a hidden character, a line break in the subject.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A variable that does not exist.
    #[error("There is no variable {{{{{0}}}}}. Please use one of those listed with this field.")]
    Unknown(String),
    /// `{{` without `}}`.
    #[error(
        "A variable is not closed. Write it with two braces on each side, like {{{{client_name}}}}."
    )]
    Unclosed,
    /// A mail whose purpose nobody could follow.
    #[error("Please add {{{{{}}}}}: {}.", .0.link().name(), .0.without_link())]
    MissingLink(Kind),
    /// A link where it cannot be opened, and where others read it.
    #[error("Please leave {{{{{}}}}} out of the subject. It belongs in the text.", .0.link().name())]
    LinkInSubject(Kind),
}

/// What the variables stand for in one mail; what its kind does not know may stay empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'a> {
    /// Name of the business.
    pub business_name: &'a str,
    /// Name of the client.
    pub client_name: &'a str,
    /// First name of the contact.
    pub contact_first_name: &'a str,
    /// Until when the link works, in words.
    pub expires_at: &'a str,
    /// Name of the staff member who sends.
    pub sender_name: &'a str,
    /// Where clients ask for help. Where the business has set none: the sender's address.
    pub support_email: &'a str,
    /// Number of the invoice.
    pub invoice_number: &'a str,
    /// What is to be paid.
    pub amount_due: &'a str,
    /// Until when.
    pub due_date: &'a str,
}

impl Values<'_> {
    /// The value on one line; the link itself is not among them, it stays sealed until sending.
    fn of(&self, variable: Variable) -> String {
        let value = match variable {
            Variable::BusinessName => self.business_name,
            Variable::ClientName => self.client_name,
            Variable::ContactFirstName => self.contact_first_name,
            Variable::InviteLink | Variable::InvoiceLink => "the link above",
            Variable::ExpiresAt => self.expires_at,
            Variable::SenderName => self.sender_name,
            Variable::SupportEmail => self.support_email,
            Variable::InvoiceNumber => self.invoice_number,
            Variable::AmountDue => self.amount_due,
            Variable::DueDate => self.due_date,
        };
        value
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Text(String),
    Value(Variable),
}

/// The subject of a mail: one line of up to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    source: String,
    segments: Vec<Segment>,
}

impl Subject {
    /// The one door.
    pub fn parse(kind: Kind, raw: &str) -> Result<Self, TemplateError> {
        let line = Line::<200>::parse("subject", raw)?;
        let segments = segments(kind, line.as_str())?;
        if segments.contains(&Segment::Value(kind.link())) {
            return Err(TemplateError::LinkInSubject(kind));
        }
        Ok(Self {
            source: line.as_str().to_owned(),
            segments,
        })
    }
    /// As typed, for the form and D1.
    pub fn as_str(&self) -> &str {
        &self.source
    }
    /// With the values, on one line.
    pub fn render(&self, values: &Values<'_>) -> String {
        rendered(&self.segments, values)
    }
}

/// The text of a mail: up to 4,000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    source: String,
    before: Vec<Segment>,
    after: Vec<Segment>,
}

impl Body {
    /// The one door.
    pub fn parse(kind: Kind, raw: &str) -> Result<Self, TemplateError> {
        let text = Paragraphs::parse("text", raw)?;
        let mut before = segments(kind, text.as_str())?;
        let link = before
            .iter()
            .position(|s| *s == Segment::Value(kind.link()));
        let link = link.ok_or(TemplateError::MissingLink(kind))?;
        let after = before.split_off(link).split_off(1);
        Ok(Self {
            source: text.as_str().to_owned(),
            before,
            after,
        })
    }
    /// As typed, for the form and D1.
    pub fn as_str(&self) -> &str {
        &self.source
    }
    /// With the values, cut where the link stands.
    pub fn render(&self, values: &Values<'_>) -> Letter {
        let paragraphs = |segments| {
            let text = rendered(segments, values);
            text.split("\n\n")
                .map(str::trim)
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Letter {
            before: paragraphs(&self.before),
            after: paragraphs(&self.after),
        }
    }
}

/// A mail's text, ready for its layout: paragraphs (single line breaks kept within), then the link
/// as a button, then more paragraphs. A second mention of the link reads "the link above".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Before the button.
    pub before: Vec<String>,
    /// After the button.
    pub after: Vec<String>,
}

/// Cuts a text into what stands and what is put in. Spaces within the braces are allowed.
fn segments(kind: Kind, text: &str) -> Result<Vec<Segment>, TemplateError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once("{{") {
        let (inside, tail) = after.split_once("}}").ok_or(TemplateError::Unclosed)?;
        // "{{ … {{name}}": the first one was left open.
        if inside.contains("{{") || inside.contains('\n') {
            return Err(TemplateError::Unclosed);
        }
        let name = inside.trim();
        let known = kind.variables();
        let variable = known.iter().copied().find(|v| v.name() == name);
        let variable =
            variable.ok_or_else(|| TemplateError::Unknown(name.chars().take(40).collect()))?;
        if !plain.is_empty() {
            found.push(Segment::Text(plain.to_owned()));
        }
        found.push(Segment::Value(variable));
        rest = tail;
    }
    if !rest.is_empty() {
        found.push(Segment::Text(rest.to_owned()));
    }
    Ok(found)
}

fn rendered(segments: &[Segment], values: &Values<'_>) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Text(text) => text.clone(),
        Segment::Value(variable) => values.of(*variable),
    };
    segments.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
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
        let unknown = |name: &str| Some(TemplateError::Unknown(name.to_owned()));
        assert_eq!(body("{{invoice_link}}").err(), unknown("invoice_link"));
        let invoice = |raw| Body::parse(Kind::Invoice, raw).err();
        assert_eq!(invoice("{{invite_link}}"), unknown("invite_link"));
        assert_eq!(invoice("{{invoice_link}} {{amount_due}}"), None);
        assert_eq!(
            invoice("Please pay.").unwrap().to_string(),
            "Please add {{invoice_link}}: without it nobody can open the invoice."
        );
    }

    #[test]
    fn the_text_is_cut_at_the_link() {
        let letter =
            body("Open {{ invite_link }} now,\r\n{{client_name}}.\n\n\n\n{{invite_link}}!")
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
        let unknown = |name: &str| Err(TemplateError::Unknown(name.to_owned()));
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
            "There is no variable {{foo}}. Please use one of those listed with this field."
        );
        assert_eq!(
            TemplateError::MissingLink(Kind::Invitation).to_string(),
            "Please add {{invite_link}}: without it nobody can accept the invitation."
        );
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
}
