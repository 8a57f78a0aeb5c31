//! Writing an invoice: a form of lines that works without scripts, and tells what it comes to.
//!
//! The form's button says what is wanted: `save`, `add` a line, `totals`; the page's script asks
//! for `sums` alone.

use askama::Template;
use http::StatusCode;

use super::lines::{self, Sums};
use super::{One, path, refused};
use crate::domain::id::{ClientId, InvoiceId, ProjectId, RevisionId};
use crate::domain::invoice::content::Content;
use crate::domain::invoice::decide::Refused;
use crate::domain::invoice::line::Unit;
use crate::domain::invoice::state::Stored;
use crate::domain::invoice::tax::{Tax, TaxCategory};
use crate::domain::invoice::terms::{Terms, decide_due};
use crate::domain::money::Currency;
use crate::domain::text::Paragraphs;
use crate::domain::time::{Date, Timestamp};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, json, page, see, try_again};
use crate::http::{Error, Fields, assets, choices};
use crate::store::billing::{self, Billing, Buyer};
use crate::store::invoice::draft::{self as drafts, By, Draft, Open};
use crate::store::project::{self, Choice};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// For which project a new invoice is meant.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Meant {
    project: String,
}

/// Whom a new invoice is for.
pub(crate) struct For {
    pub(super) buyer: Buyer,
    pub(super) billing: Billing,
    pub(super) today: Date,
    /// Projects of the client.
    pub(super) projects: Vec<Choice>,
    /// The project it begins with, by id; empty for none.
    pub(super) project: String,
}

impl Load for For {
    type Args = InPathAndQuery<ClientId, Meant>;
    fn statements(InPathAndQuery(client, _): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            billing::buyer(*client),
            billing::settings(),
            project::choices_of_client(*client),
        ]
    }
    fn read(
        InPathAndQuery(_, meant): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let buyer: Option<Buyer> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        let projects = results.rows()?;
        Ok(buyer.zip(billing).map(|(buyer, billing)| Self {
            buyer,
            today: billing.today(now),
            billing,
            projects,
            project: meant.project,
        }))
    }
}

#[derive(Template)]
#[template(path = "invoice/form.html")]
struct FormPage {
    chrome: Chrome<Me>,
    form: Fields,
    title: String,
    lead: String,
    action: String,
    back: String,
    /// Whether it can be chosen: not of an invoice that was sent.
    currency_is_open: bool,
    currency: Currency,
    /// Of the client, where one can be chosen: for a new invoice.
    projects: Vec<Choice>,
    terms: Terms,
    usual_tax: Tax,
    sums: Option<Sums>,
    script: &'static str,
}

/// A line as the form shows it.
struct Row {
    /// Of its fields.
    number: usize,
    description: String,
    quantity: String,
    unit: String,
    price: String,
    discount: String,
    tax: String,
    /// What it comes to; empty where the form does not add up yet.
    amount: String,
}

impl Row {
    fn name(&self, field: &str) -> String {
        format!("{field}_{}", self.number)
    }
    fn error<'a>(&self, form: &'a Fields, field: &str) -> &'a str {
        form.error(&self.name(field))
    }
}

impl FormPage {
    fn rows(&self) -> Vec<Row> {
        let sums = self.sums.as_ref().map_or(&[][..], |sums| &sums.lines);
        let mut amounts = sums.iter();
        let numbers = lines::numbers(&self.form).into_iter();
        numbers
            .map(|number| {
                let value = |field: &str| self.form.value(&format!("{field}_{number}")).to_owned();
                let amount = lines::says(&self.form, number).then(|| amounts.next());
                Row {
                    number,
                    description: value("description"),
                    quantity: value("quantity"),
                    unit: value("unit"),
                    price: value("price"),
                    discount: value("discount"),
                    tax: value("tax"),
                    amount: amount.flatten().cloned().unwrap_or_default(),
                }
            })
            .collect()
    }
    /// What can be chosen for a tax: the usual one, and the words for those without a rate.
    fn taxes(&self) -> Vec<String> {
        let words = TaxCategory::ALL.into_iter().skip(1).map(TaxCategory::label);
        let mut taxes: Vec<String> = words.map(str::to_owned).collect();
        let usual = self.usual_tax.words();
        if !taxes.contains(&usual) {
            taxes.insert(0, usual);
        }
        taxes
    }
}

/// What a form is about, besides its fields.
struct About<'a> {
    billing: &'a Billing,
    terms: Terms,
    /// The currency, where it is given.
    given: Option<Currency>,
}

impl About<'_> {
    /// The currency that stands in the form, else the usual one.
    fn currency(&self, form: &Fields) -> Currency {
        let typed = Currency::parse(form.text("currency")).ok();
        self.given.or(typed).unwrap_or(self.billing.currency)
    }

    /// Reads the form. `None`: something is told at its field.
    fn read(&self, form: &mut Fields) -> Option<(Draft, Sums)> {
        let currency = match self.given {
            Some(currency) => Some(currency),
            None => form.required("currency", Currency::parse),
        };
        let content = currency.and_then(|currency| lines::read(form, currency));
        let issued_on = form.required("issued_on", Date::parse);
        let due_on = match issued_on {
            None => form.optional("due_on", Date::parse).flatten(),
            Some(issued_on) => {
                let typed = form.optional("due_on", Date::parse);
                let due_on = typed.map(|due| due.unwrap_or_else(|| self.terms.due_on(issued_on)));
                due_on.and_then(|due_on| {
                    form.required("due_on", |_typed| decide_due(issued_on, due_on))
                })
            }
        };
        let project = form.optional("project", of_projects);
        let (content, totals) = content?;
        if form.has_errors() {
            return None;
        }
        let sums = Sums::new(&content, &totals, &self.billing.tax_name);
        let draft = Draft {
            currency: currency?,
            issued_on: issued_on?,
            due_on: due_on?,
            total: totals.total.minor(),
            tax: totals.tax.minor(),
            content,
            own: None,
            project: project?,
        };
        Some((draft, sums))
    }

    /// What the button asks for.
    fn wish(&self, form: &mut Fields) -> Wish {
        match form.text("go") {
            "add" => {
                let sums = self.read(&mut form.clone()).map(|(_, sums)| sums);
                lines::add(form, 1, self.billing.tax());
                Wish::Show(sums)
            }
            "totals" => match self.read(form) {
                Some((_, sums)) => Wish::Show(Some(sums)),
                None => Wish::Mend,
            },
            "sums" => Wish::Tell(self.read(form).map(|(_, sums)| sums).unwrap_or_default()),
            _ => self
                .read(form)
                .map_or(Wish::Mend, |(draft, _)| Wish::Save(Box::new(draft))),
        }
    }
}

/// What becomes of a form.
enum Wish {
    /// It is shown as it stands, nothing saved.
    Show(Option<Sums>),
    /// It is shown with what is wrong.
    Mend,
    /// The sums alone, for the script.
    Tell(Sums),
    /// It can be saved.
    Save(Box<Draft>),
}

/// What stands in the list of projects. Whether it is one of the client's is looked at where it is written.
pub(super) fn of_projects(text: &str) -> Result<ProjectId, &'static str> {
    ProjectId::parse(text).map_err(|_odd| "Choose one of the projects.")
}

fn new_path(client: ClientId) -> String {
    format!("/admin/clients/{client}/invoices/new")
}

impl For {
    pub(super) fn terms(&self) -> Terms {
        let own = self.buyer.terms_days.and_then(|days| Terms::new(days).ok());
        own.unwrap_or_else(|| self.billing.terms_of_payment())
    }

    fn about(&self) -> About<'_> {
        About {
            billing: &self.billing,
            terms: self.terms(),
            given: None,
        }
    }

    fn show(&self, chrome: Chrome<Me>, form: Fields, sums: Option<Sums>) -> FormPage {
        let client = &self.buyer;
        FormPage {
            chrome,
            title: "New invoice".to_owned(),
            lead: format!(
                "For {}. Nobody sees it until you send it.",
                client.client_name
            ),
            action: new_path(client.client_id),
            back: format!("/admin/clients/{}/billing", client.client_id),
            currency_is_open: true,
            currency: self.about().currency(&form),
            projects: self.projects.clone(),
            terms: self.terms(),
            usual_tax: self.billing.tax(),
            sums,
            script: assets::invoice_js(),
            form,
        }
    }
}

/// Nothing new is written for a client who is archived.
pub(super) const ARCHIVED: &str =
    "This client is archived. Restore it first, then write the invoice.";

/// `GET /admin/clients/{id}/invoices/new`
pub(crate) async fn new_form(staff: Staff<For>) -> Answer {
    let of = &staff.page;
    let mut form = Fields::fresh(&staff.app)?;
    let currency = of.buyer.currency.unwrap_or(of.billing.currency);
    let text = |raw: &str| Paragraphs::optional("text", raw).ok().flatten();
    let content = Content {
        prices: of.billing.prices,
        notes: text(&of.billing.notes),
        terms: text(&of.billing.terms),
        ..Content::default()
    };
    lines::fill(&mut form, &content, currency, of.billing.tax());
    form.fill([
        ("currency", currency.code()),
        ("issued_on", &of.today.to_string()),
        ("due_on", &of.terms().due_on(of.today).to_string()),
        ("reference", &of.buyer.reference),
        ("project", &of.project),
    ]);
    let shown = of.show(staff.chrome, form, None);
    page(&shown)
}

/// `POST /admin/clients/{id}/invoices/new`: the form's key names the draft, so sent twice it is one.
pub(crate) async fn create(staff: Staff<For>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let draft = match of.about().wish(&mut form) {
        Wish::Show(sums) => return page(&of.show(staff.chrome, form, sums)),
        Wish::Mend => return try_again(&of.show(staff.chrome, form, None)),
        Wish::Tell(sums) => return json(StatusCode::OK, &sums),
        Wish::Save(draft) => draft,
    };
    if of.buyer.archived {
        form.refuse("lines", ARCHIVED);
        return try_again(&of.show(staff.chrome, form, None));
    }
    let me = staff.me();
    let id: InvoiceId = form.names(app, me.id, "invoice")?;
    let revision: RevisionId = form.names(app, me.id, "revision")?;
    let by = By {
        staff: me.id,
        now: app.now,
    };
    let client = of.buyer.client_id;
    let mut batch = drafts::create(id, revision, client, &draft, by)?;
    let detail = format!("{} for {}", total_of(&draft)?, of.buyer.client_name);
    let entry = me.did("invoice.drafted", client, id, detail);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        // This very form was sent before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(error) => return Err(error.into()),
    }
    Flash::success(app, "The draft is saved. Look it over, then send it.");
    see(&path(id))
}

fn total_of(draft: &Draft) -> Result<String, Error> {
    Ok(crate::domain::money::Money::new(draft.total, draft.currency)?.to_string())
}

/// What is being written, as its form shows it.
fn filled(of: &One, open: &Open) -> Result<Fields, Error> {
    let mut form = Fields::default();
    let currency = of.invoice.currency;
    lines::fill(&mut form, &open.content()?, currency, of.billing.tax());
    form.fill([
        ("revision", of.invoice.edition.to_string().as_str()),
        ("currency", currency.code()),
        ("issued_on", &open.issued_on.to_string()),
        ("due_on", &open.due_on.to_string()),
    ]);
    Ok(form)
}

impl One {
    pub(super) fn is_draft(&self) -> bool {
        self.invoice.stored() == Stored::Draft
    }

    fn about(&self) -> About<'_> {
        About {
            billing: &self.billing,
            terms: self.billing.terms_of_payment(),
            given: (!self.is_draft()).then_some(self.invoice.currency),
        }
    }

    fn show(&self, chrome: Chrome<Me>, form: Fields, sums: Option<Sums>) -> FormPage {
        let invoice = &self.invoice;
        let (title, lead) = if self.is_draft() {
            (
                "Edit draft".to_owned(),
                format!("For {}.", invoice.client_name),
            )
        } else {
            (
                format!(
                    "Revise invoice {}",
                    invoice.number.as_deref().unwrap_or_default()
                ),
                format!(
                    "For {}. The client sees what was sent until you send this.",
                    invoice.client_name
                ),
            )
        };
        FormPage {
            chrome,
            title,
            lead,
            action: format!("{}/edit", path(invoice.id)),
            back: path(invoice.id),
            currency_is_open: self.is_draft(),
            currency: self.about().currency(&form),
            projects: Vec::new(),
            terms: self.billing.terms_of_payment(),
            usual_tax: self.billing.tax(),
            sums,
            script: assets::invoice_js(),
            form,
        }
    }

    /// Why there is nothing to write on.
    pub(super) fn not_open(&self) -> Refused {
        match self.invoice.stored() {
            Stored::Void => Refused::Void,
            _ => Refused::Sent,
        }
    }
}

/// `GET /admin/invoices/{id}/edit`
pub(crate) async fn edit_form(staff: Staff<One>) -> Answer {
    let of = &staff.page;
    let Some(open) = &of.open else {
        return refused(&staff.app, of.invoice.id, of.not_open());
    };
    if of.is_uploaded()? {
        return see(&format!("{}/upload", path(of.invoice.id)));
    }
    let form = filled(of, open)?;
    let sums = of.about().read(&mut form.clone()).map(|(_, sums)| sums);
    page(&of.show(staff.chrome, form, sums))
}

/// `POST /admin/invoices/{id}/edit`: refused whole where somebody was quicker.
pub(crate) async fn edit(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let Some(open) = &of.open else {
        return refused(app, of.invoice.id, of.not_open());
    };
    if of.is_uploaded()? {
        return see(&format!("{}/upload", path(of.invoice.id)));
    }
    let invoice = &of.invoice;
    let is_late = form.text("revision") != invoice.edition.to_string();
    let draft = match of.about().wish(&mut form) {
        Wish::Show(sums) => return page(&of.show(staff.chrome, form, sums)),
        Wish::Mend => return try_again(&of.show(staff.chrome, form, None)),
        Wish::Tell(sums) => return json(StatusCode::OK, &sums),
        Wish::Save(draft) => draft,
    };
    let saved = open.content()?;
    if is_late && !form.text("revision").is_empty() && draft.content != saved {
        form.meanwhile(&filled(of, open)?);
        let n = saved.lines.len();
        form.refuse(
            "lines",
            format!("Somebody else saved this meanwhile, with {n} lines. Save again to replace it with yours."),
        );
        return try_again(&of.show(staff.chrome, form, None));
    }
    let me = staff.me();
    let mut batch = drafts::change(invoice.id, invoice.edition, open.id, &draft, app.now)?;
    let detail = format!("{} for {}", total_of(&draft)?, invoice.client_name);
    let entry = me.did("invoice.changed", invoice.client_id, invoice.id, detail);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    let said = if of.is_draft() {
        "The draft is saved."
    } else {
        "The revision is saved. The client sees it once you send it."
    };
    Flash::success(app, said);
    see(&path(invoice.id))
}
