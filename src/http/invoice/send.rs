//! Sending an invoice: look the mail over, choose who gets it, send. The same page sends a revision in
//! place of what was sent, and what was sent once more.

use askama::Template;

use super::mail::{Letterhead, Sender};
use super::{One, close_pages, electronic, path, refused};
use crate::app::App;
use crate::domain::id::InvoiceId;
use crate::domain::invoice::decide::{Refused, decide_revise};
use crate::domain::invoice::state::Stored;
use crate::domain::money::Money;
use crate::domain::template::{self, Body, Kind, Subject};
use crate::domain::time::{Date, Timestamp};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::mailing::{Look, only_looks};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::pdf;
use crate::http::{Error, Fields};
use crate::store::billing::{self, Buyer};
use crate::store::branding::{self, Branding};
use crate::store::invoice::draft::{self as drafts, Open};
use crate::store::invoice::printed::Printed;
use crate::store::invoice::send::{self as sending, Recipient};
use crate::store::template::{self as wordings, Stored as Wording};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// An invoice, whom it is for, and the wording of the mail.
pub(crate) struct Parcel {
    pub(super) one: One,
    buyer: Buyer,
    look: Branding,
    wording: Option<Wording>,
    people: Vec<Recipient>,
}

impl Load for Parcel {
    type Args = InPath<InvoiceId>;
    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = One::statements(args, asker);
        statements.extend([
            billing::buyer_of(args.0),
            branding::truth(),
            wordings::stored(Kind::Invoice),
            sending::recipients(args.0),
        ]);
        statements
    }
    fn read(
        args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let one = One::read(args, results, now)?;
        let (buyer, look) = (results.first()?, results.first()?);
        let (wording, people) = (results.first()?, results.rows()?);
        let found = one.zip(buyer).zip(look);
        Ok(found.map(|((one, buyer), look)| Self {
            one,
            buyer,
            look,
            wording,
            people,
        }))
    }
}

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// A draft, for the first time.
    Draft,
    /// The next revision, in place of what was sent.
    Revision,
    /// What was sent, again.
    Again,
}

impl Parcel {
    fn what(&self) -> Result<What, Refused> {
        match (self.one.invoice.stored(), &self.one.open) {
            (Stored::Draft, _) => Ok(What::Draft),
            (Stored::Sent, Some(_)) => Ok(What::Revision),
            (Stored::Sent, None) => Ok(What::Again),
            (Stored::Void, _) => Err(Refused::Void),
        }
    }

    /// Why it cannot be sent yet.
    fn hindrance(&self, what: What) -> Result<Option<String>, Error> {
        if what == What::Revision
            && let Err(why) = decide_revise(&self.one.view()?)
        {
            return Ok(Some(why.to_string()));
        }
        let has_file = |open: &Open| open.own_blob.is_some();
        if self.one.is_uploaded()? && !self.one.open.as_ref().is_some_and(has_file) {
            return Ok(Some(
                "The new PDF is missing. Press Edit to choose it, then send the revision."
                    .to_owned(),
            ));
        }
        Ok(None)
    }

    /// What is said where the number stands on another invoice.
    const fn number_is_taken(&self) -> &'static str {
        if self.one.invoice.own_number.is_some() {
            "This number stands on another invoice already. Please edit the draft and check its number."
        } else {
            "The next number stands on another invoice already. Please set a higher one in Settings, Invoicing."
        }
    }

    /// What is asked for once it is sent, and until when.
    pub(super) fn asks(&self) -> Result<(Money, Date), Error> {
        let invoice = &self.one.invoice;
        let view = self.one.view()?;
        Ok(match &self.one.open {
            Some(open) => {
                let total = Money::new(open.total, invoice.currency)?;
                (total.minus(view.net)?.or_nothing(), open.due_on)
            }
            None => (view.due, invoice.due_on),
        })
    }

    /// Who can be sent it: those who want such mail.
    fn reached(&self) -> impl Iterator<Item = &Recipient> {
        self.people.iter().filter(|person| person.gets_mail)
    }

    fn field(person: &Recipient) -> String {
        format!("to_{}", person.id)
    }

    /// What a client would miss on the invoice, and where staff add it; of what is being written.
    fn missing(&self, app: &App) -> Result<Vec<(String, String)>, Error> {
        let Some(open) = &self.one.open else {
            return Ok(Vec::new());
        };
        let billing = &self.one.billing;
        let row = |what: &str, href: &str| (what.to_owned(), href.to_owned());
        let address = billing.address.is_empty().then(|| {
            row(
                "Your own address, which an invoice needs",
                "/admin/settings/invoicing",
            )
        });
        let way = (!billing.says_how_to_pay()).then(|| {
            row(
                "A way to pay: your bank account, or paying online",
                "/admin/settings/payments",
            )
        });
        let unsent = Printed {
            invoice: self.one.invoice.clone().revised(open),
            parties: billing.parties(&self.buyer, &self.look),
        };
        let details = format!(
            "/admin/clients/{}/billing/details",
            self.one.invoice.client_id
        );
        let electronic = electronic::wanted_of_client(app, unsent)?;
        let electronic = electronic
            .into_iter()
            .map(|what| row(&format!("{what}, for the e-invoice in the PDF"), &details));
        Ok(address.into_iter().chain(way).chain(electronic).collect())
    }

    /// The form as it is first seen: the usual wording, of a revision as one of a revision; the primary
    /// contact ticked.
    fn form(&self, what: What) -> Fields {
        let (subject, body) = match &self.wording {
            Some(own) => (own.subject.as_str(), own.body.as_str()),
            None => (
                Kind::Invoice.default_subject(),
                Kind::Invoice.default_body(),
            ),
        };
        let (subject, body) = match what {
            What::Revision => template::revised(subject, body),
            What::Draft | What::Again => (subject.to_owned(), body.to_owned()),
        };
        let mut form = Fields::default();
        let edition = self.one.invoice.edition.to_string();
        form.fill([
            ("subject", subject.as_str()),
            ("body", body.as_str()),
            ("edition", edition.as_str()),
        ]);
        if let Some(first) = self.reached().next() {
            form.fill([(Self::field(first).as_str(), "on")]);
        }
        form
    }
}

#[derive(Template)]
#[template(path = "invoice/send.html")]
struct Review {
    chrome: Chrome<Me>,
    of: Parcel,
    what: What,
    form: Fields,
    amount: String,
    due: String,
    /// What the PDF cannot show, in a sentence.
    warning: String,
    /// What is not there yet, and where it is added.
    missing: Vec<(String, String)>,
    /// The mail to the first of those who get it.
    look: Option<Look>,
}

impl Review {
    fn new(
        app: &App,
        chrome: Chrome<Me>,
        of: Parcel,
        what: What,
        form: Fields,
    ) -> Result<Self, Error> {
        let missing = of.missing(app)?;
        let (amount, due) = of.asks()?;
        let warning = match &of.one.open {
            Some(open) => {
                let parties = of.one.billing.parties(&of.buyer, &of.look);
                pdf::warning(&open.content()?, &parties)
            }
            None => String::new(),
        };
        let (amount, due) = (amount.to_string(), due.words());
        let chosen = |person: &&Recipient| form.ticked(&Parcel::field(person));
        let look = of.reached().find(chosen).and_then(|person| {
            let head = Sender::of(&chrome, &of.look);
            let number = of.one.invoice.number.as_deref();
            let number = number.or(of.one.invoice.own_number.as_deref());
            let values = of.values(
                person,
                &head,
                number.unwrap_or("(its number)"),
                &amount,
                &due,
            );
            let to = format!("{} <{}>", person.first_name, person.email);
            Look::of(&form, Kind::Invoice, to, &values).map(|look| Look {
                button: of.label(),
                ..look
            })
        });
        Ok(Self {
            chrome,
            of,
            what,
            form,
            amount,
            due,
            warning,
            missing,
            look,
        })
    }
    const fn title(&self) -> &'static str {
        match self.what {
            What::Draft => "Send invoice",
            What::Revision => "Send revision",
            What::Again => "Send again",
        }
    }
    const fn lead(&self) -> &'static str {
        match self.what {
            What::Draft => {
                "It gets its number and can no longer be edited. You can revise or void it later."
            }
            What::Revision => {
                "It takes the place of what was sent, under the same number. The old one is kept."
            }
            What::Again => "The mail brings a new link. Links of earlier mails go on working.",
        }
    }
    /// Where its PDF can be looked at before it goes.
    fn preview(&self) -> Option<String> {
        let here = path(self.of.one.invoice.id);
        match self.what {
            What::Draft => Some(format!("{here}/pdf")),
            What::Revision => Some(format!("{here}/revision/pdf")),
            What::Again => None,
        }
    }
    fn rows(&self) -> Vec<(String, String, bool)> {
        let row = |person: &Recipient| {
            let name = format!("{} {}", person.first_name, person.last_name);
            let field = Parcel::field(person);
            let ticked = self.form.ticked(&field);
            (field, format!("{}, {}", name.trim(), person.email), ticked)
        };
        self.of.reached().map(row).collect()
    }
    /// Who gets no mails about invoices, by name.
    fn unreached(&self) -> Vec<String> {
        let people = self.of.people.iter().filter(|person| !person.gets_mail);
        let name = |person: &Recipient| format!("{} {}", person.first_name, person.last_name);
        people
            .map(|person| name(person).trim().to_owned())
            .collect()
    }
    /// What is wrong with the choice of recipients, in a sentence.
    fn problem(&self) -> &str {
        let each = self.of.reached().map(Parcel::field);
        let mut all = ["to", "by_hand"].map(str::to_owned).into_iter().chain(each);
        all.find_map(|name| Some(self.form.error(&name)).filter(|text| !text.is_empty()))
            .unwrap_or_default()
    }
}

/// `GET /admin/invoices/{id}/send`
pub(crate) async fn review(staff: Staff<Parcel>) -> Answer {
    let of = staff.page;
    let what = match of.what() {
        Ok(what) => what,
        Err(why) => return refused(&staff.app, of.one.invoice.id, why),
    };
    let form = of.form(what);
    page(&Review::new(&staff.app, staff.chrome, of, what, form)?)
}

/// What became of it, in a sentence.
fn told(app: &App, to: &[Recipient]) -> String {
    let names: Vec<&str> = to.iter().map(|person| person.email.as_str()).collect();
    match (names.is_empty(), app.mailer.is_configured()) {
        (true, _) => "The invoice is sent, without a mail. You can save its PDF here.".to_owned(),
        (false, true) => format!("The invoice is on its way to {}.", names.join(", ")),
        (false, false) => format!(
            "The invoice to {} waits in the outbox, because no mail is set up.",
            names.join(", ")
        ),
    }
}

/// `POST /admin/invoices/{id}/send`
///
/// 1. what may be sent, and that it is what was looked at; 2. wording and recipients; 3. in one batch:
/// the number, the sealed revision, a link and a mail for each recipient, the audit entry, the sums.
/// Sent twice, the second time finds it sent.
pub(crate) async fn send(staff: Staff<Parcel>, mut form: Fields) -> Answer {
    let (app, chrome, of) = (staff.app, staff.chrome, staff.page);
    let id = of.one.invoice.id;
    // 1.
    let what = match of.what() {
        Ok(what) => what,
        Err(why) => return refused(&app, id, why),
    };
    if let Some(why) = of.hindrance(what)? {
        return refused(&app, id, why);
    }
    let edition = of.one.invoice.edition;
    if form.text("edition") != edition.to_string() {
        if what == What::Again {
            Flash::success(&app, "This invoice is sent already.");
            return see(&path(id));
        }
        form.refuse(
            "edition",
            "Somebody changed this invoice meanwhile. Please look it over, then send it.",
        );
        form.fill([("edition", edition.to_string().as_str())]);
    }
    // 2.
    let subject = form.required("subject", |text| Subject::parse(Kind::Invoice, text));
    let body = form.required("body", |text| Body::parse(Kind::Invoice, text));
    let chosen = |person: &&Recipient| form.ticked(&Parcel::field(person));
    let to: Vec<Recipient> = of.reached().filter(chosen).cloned().collect();
    if to.is_empty() && (what == What::Again || !form.ticked("by_hand")) {
        form.refuse("to", "Please choose who gets the mail.");
    }
    if to.len() > 20 {
        form.refuse("to", "Please choose at most 20 people.");
    }
    if of.buyer.archived && what != What::Again {
        form.refuse(
            "to",
            "This client is archived. Bring the client back from the archive first.",
        );
    }
    let (Some(subject), Some(body), false) = (subject, body, form.has_errors()) else {
        return try_again(&Review::new(&app, chrome, of, what, form)?);
    };
    if only_looks(&form) {
        return page(&Review::new(&app, chrome, of, what, form)?);
    }
    if what == What::Revision
        && let Some(why) = close_pages(&app, &of.one.holding).await?
    {
        return refused(&app, id, why);
    }
    // 3.
    let me = &chrome.me;
    let head = Letterhead {
        subject: &subject,
        body: &body,
        sender: Sender::of(&chrome, &of.look),
    };
    let mut batch = vec![drafts::edition(id, edition, app.now)];
    if let Some(open) = &of.one.open {
        let parties = of.one.billing.parties(&of.buyer, &of.look);
        batch.extend(sending::seal(
            id,
            open.id,
            &serde_json::to_string(&parties)?,
            app.now,
        ));
    }
    for person in &to {
        batch.extend(of.mail(&app, person, &head)?);
    }
    let action = match what {
        What::Draft => "invoice.sent",
        What::Revision => "invoice.revision_sent",
        What::Again => "invoice.sent_again",
    };
    let entry = me.did(
        action,
        of.one.invoice.client_id,
        id,
        format!("invoice {id}"),
    );
    batch.push(entry.append_numbered(app.id()?, id, app.now));
    match app.db.batch(batch).await {
        Ok(_) => {}
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            return refused(
                &app,
                id,
                "This invoice was sent or changed at the same moment. Here it is as it stands now.",
            );
        }
        Err(store::Error::Conflict(Conflict::InvoiceNumber)) => {
            return refused(&app, id, of.number_is_taken());
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(&app, told(&app, &to));
    see(&path(id))
}
