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
    #[error("There is no variable {{{{{name}}}}}. Please use one of these: {known}.")]
    Unknown {
        /// As typed, cut after 40 characters.
        name: String,
        /// Those there are, with their braces.
        known: String,
    },
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
        Self::read(kind, raw, |name| Err(unknown(kind, name, false)))
    }
    /// How it would read while a variable that does not exist is put right: that one as it was typed.
    pub fn sketch(kind: Kind, raw: &str, values: &Values<'_>) -> Result<String, TemplateError> {
        let read = Self::read(kind, raw, |name| Ok(as_typed(name)))?;
        Ok(read.render(values))
    }
    fn read(kind: Kind, raw: &str, other: impl Fn(&str) -> Other) -> Result<Self, TemplateError> {
        let line = Line::<200>::parse("subject", raw)?;
        let segments = segments(kind, line.as_str(), other)?;
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
        Self::read(kind, raw, |name| Err(unknown(kind, name, true)))
    }
    /// How it would read while a variable that does not exist is put right: that one as it was typed.
    pub fn sketch(kind: Kind, raw: &str, values: &Values<'_>) -> Result<Letter, TemplateError> {
        let read = Self::read(kind, raw, |name| Ok(as_typed(name)))?;
        Ok(read.render(values))
    }
    fn read(kind: Kind, raw: &str, other: impl Fn(&str) -> Other) -> Result<Self, TemplateError> {
        let text = Paragraphs::parse("text", raw)?;
        let mut before = segments(kind, text.as_str(), other)?;
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

/// The wording of an invoice's mail, for a revision of what was sent: it says so in the subject, and in a
/// paragraph after the greeting.
pub fn revised(subject: &str, body: &str) -> (String, String) {
    let subject = if subject == Kind::Invoice.default_subject() {
        "Revised invoice {{invoice_number}} from {{business_name}}".to_owned()
    } else {
        format!("Revised: {subject}")
    };
    let says = "This revised invoice replaces the one that we sent you before.";
    let body = match body.split_once("\n\n") {
        Some((greeting, rest)) => format!("{greeting}\n\n{says}\n\n{rest}"),
        None => format!("{says}\n\n{body}"),
    };
    (subject, body)
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

/// What becomes of a name that is no variable.
type Other = Result<Segment, TemplateError>;

/// It is refused, with those there are; the link only where it may stand.
fn unknown(kind: Kind, name: &str, with_link: bool) -> TemplateError {
    let known = kind.variables().iter();
    let known = known.filter(|variable| with_link || **variable != kind.link());
    let known: Vec<String> = known.map(|v| format!("{{{{{}}}}}", v.name())).collect();
    TemplateError::Unknown {
        name: name.chars().take(40).collect(),
        known: known.join(", "),
    }
}

fn as_typed(name: &str) -> Segment {
    Segment::Text(format!("{{{{{name}}}}}"))
}

/// Cuts a text into what stands and what is put in. Spaces within the braces are allowed.
fn segments(
    kind: Kind,
    text: &str,
    other: impl Fn(&str) -> Other,
) -> Result<Vec<Segment>, TemplateError> {
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
        let value = variable.map_or_else(|| other(name), |known| Ok(Segment::Value(known)))?;
        if !plain.is_empty() {
            found.push(Segment::Text(plain.to_owned()));
        }
        found.push(value);
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
mod tests;
