//! An invoice that is the business's own PDF, with its amount instead of lines.
//!
//! The file goes to R2 while it is read, and only where all else in the form can be taken; then one
//! batch makes the draft, or puts the file in place of the one before. The text fields stand before
//! the file in the form.

use askama::Template;

use super::draft::{ARCHIVED, For, of_projects};
use super::{One, path, refused};
use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::id::{InvoiceId, RevisionId};
use crate::domain::invoice::content::Content;
use crate::domain::invoice::terms::{Terms, decide_due};
use crate::domain::invoice::uploaded::{self, OwnNumber, UploadedError, decide_amount};
use crate::domain::money::{Currency, Money};
use crate::domain::text::Line;
use crate::domain::time::Date;
use crate::domain::upload::form_blob;
use crate::http::chrome::{Chrome, Flash};
use crate::http::document::{Reader, put, text};
use crate::http::guard::{Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields, Incoming, Part, Parts, Reason, choices};
use crate::store::invoice::draft::{By, Draft, Open};
use crate::store::invoice::own;
use crate::store::project::Choice;
use crate::store::{self, Conflict};

/// The text fields. Others are not kept.
const TEXTS: [&str; 10] = [
    "form_key",
    "project",
    "revision",
    "number",
    "currency",
    "amount",
    "tax",
    "issued_on",
    "due_on",
    "reference",
];

#[derive(Template)]
#[template(path = "invoice/upload.html")]
struct UploadPage {
    chrome: Chrome<Me>,
    form: Fields,
    title: String,
    lead: String,
    action: String,
    back: String,
    /// Where it is given already: of an invoice that was sent.
    currency: Option<Currency>,
    /// Of the client, where one can be chosen: for a new invoice.
    projects: Vec<Choice>,
    terms: Terms,
    tax_name: String,
    /// The file that is there and may stay.
    kept: String,
}

/// What a form may say.
struct About {
    terms: Terms,
    /// The currency, where it is given; then the number is too.
    given: Option<Currency>,
}

/// What it says.
struct Said {
    draft: Draft,
    number: Option<OwnNumber>,
}

impl About {
    /// Reads the form. `None`: something is told at its field.
    fn read(&self, form: &mut Fields) -> Option<Said> {
        let currency = match self.given {
            Some(currency) => Some(currency),
            None => form.required("currency", Currency::parse),
        };
        let number = match self.given {
            Some(_) => Some(None),
            None => form.optional("number", OwnNumber::parse),
        };
        let reference = form.required("reference", |text| Line::optional("reference", text));
        let issued_on = form.required("issued_on", Date::parse);
        let due_on = form.optional("due_on", Date::parse);
        let due_on = issued_on.zip(due_on).and_then(|(issued_on, typed)| {
            let due_on = typed.unwrap_or_else(|| self.terms.due_on(issued_on));
            form.required("due_on", |_typed| decide_due(issued_on, due_on))
        });
        let project = form.optional("project", of_projects);
        let currency = currency?;
        let amount = form.required("amount", |text| Money::parse("amount", text, currency));
        let tax = form.optional("tax", |text| Money::parse("tax", text, currency));
        let (amount, tax) = amount.zip(tax)?;
        if let Err(why) = decide_amount(amount, tax) {
            let field = match why {
                UploadedError::Tax(_) => "tax",
                _ => "amount",
            };
            form.refuse(field, why);
        }
        if form.has_errors() {
            return None;
        }
        let content = Content {
            uploaded: Some(amount.minor()),
            uploaded_tax: tax.map(Money::minor),
            reference: reference?,
            ..Content::default()
        };
        if let Err(why) = content.totals(currency) {
            form.refuse("amount", why);
            return None;
        }
        let draft = Draft {
            content,
            currency,
            issued_on: issued_on?,
            due_on: due_on?,
            total: amount.minor(),
            tax: tax.map_or(0, Money::minor),
            own: None,
            project: project?,
        };
        Some(Said {
            draft,
            number: number?,
        })
    }

    /// Reads the whole body, the file into R2. `None` beside the fields: there is something to mend.
    async fn receive(
        &self,
        app: &App,
        incoming: &Incoming,
    ) -> Result<(Fields, Option<Said>), Error> {
        let mut parts = Parts::of(incoming)?
            .ok_or_else(|| Error::bad_request("Please send this from the form on the page."))?;
        let mut form = Fields::default();
        let mut said: Option<Said> = None;
        let mut own = None;
        while let Some(part) = parts.next().await? {
            let name = part.name();
            match part.file_name() {
                None if TEXTS.contains(&name.as_str()) => {
                    let text = text(part).await?;
                    form.add(name, text);
                }
                Some(raw) if name == "file" && own.is_none() => {
                    if said.is_none() && !form.has_errors() {
                        said = self.read(&mut form);
                    }
                    if said.is_some() {
                        own = store(app, part, &raw, &mut form).await?;
                    }
                }
                _ => {}
            }
        }
        if said.is_none() && !form.has_errors() {
            said = self.read(&mut form);
        }
        if form.has_errors() {
            return Ok((form, None));
        }
        if let Some((etag, blob, name)) = own {
            // Part of what the form's key names: another file is another invoice.
            form.fill([("file", etag.as_str())]);
            said = said.map(|mut said| {
                said.draft.own = Some((blob, name));
                said
            });
        }
        Ok((form, said))
    }
}

/// The file into R2: its tag, key and name. `None`: none was chosen, or it is told at its field.
async fn store(
    app: &App,
    part: Part<'_>,
    raw: &str,
    form: &mut Fields,
) -> Result<Option<(String, String, String)>, Error> {
    let name = FileName::clean(raw);
    let mut bytes = Reader::new(part, uploaded::limit());
    let Some(first) = bytes.part().await? else {
        form.refuse("file", UploadedError::TooLarge);
        return Ok(None);
    };
    if first.is_empty() {
        if !raw.is_empty() {
            form.refuse("file", UploadedError::Empty);
        }
        return Ok(None);
    }
    if !uploaded::is_pdf(&first) {
        form.refuse("file", UploadedError::NoPdf);
        return Ok(None);
    }
    let blob = form_blob(app.now, app.random()?);
    match put(app, &blob, "application/pdf", first, &mut bytes).await {
        Ok(Some(etag)) => Ok(Some((etag, blob, name.to_string()))),
        Ok(None) => {
            form.refuse("file", UploadedError::TooLarge);
            Ok(None)
        }
        Err(error) => {
            let Reason::Unavailable(cause) = &*error else {
                return Err(error);
            };
            worker::console_error!("receiving {name}: {cause}");
            form.refuse(
                "file",
                "The file could not be stored just now. Please choose it again and send the form once more.",
            );
            Ok(None)
        }
    }
}

impl For {
    fn upload_page(&self, chrome: Chrome<Me>, form: Fields) -> UploadPage {
        let client = &self.buyer;
        UploadPage {
            chrome,
            form,
            title: "Upload an invoice".to_owned(),
            lead: format!(
                "Your own PDF for {}. Nobody sees it until you send it.",
                client.client_name
            ),
            action: format!("/admin/clients/{}/invoices/upload", client.client_id),
            back: format!("/admin/clients/{}/billing", client.client_id),
            currency: None,
            projects: self.projects.clone(),
            terms: self.terms(),
            tax_name: self.billing.tax_name.clone(),
            kept: String::new(),
        }
    }
}

/// `GET /admin/clients/{id}/invoices/upload`
pub(crate) async fn upload_form(staff: Staff<For>) -> Answer {
    let of = &staff.page;
    let mut form = Fields::fresh(&staff.app)?;
    form.fill([
        (
            "currency",
            of.buyer.currency.unwrap_or(of.billing.currency).code(),
        ),
        ("issued_on", &of.today.to_string()),
        ("due_on", &of.terms().due_on(of.today).to_string()),
        ("reference", &of.buyer.reference),
        ("project", &of.project),
    ]);
    page(&of.upload_page(staff.chrome, form))
}

/// What is wrong with a number that another invoice has.
const TAKEN: &str = "Another invoice has this number. Please check it.";

/// `POST /admin/clients/{id}/invoices/upload`: the form's key and the file name the draft, so sent
/// twice it is one.
pub(crate) async fn upload(staff: Staff<For>, incoming: Incoming) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let about = About {
        terms: of.terms(),
        given: None,
    };
    let (mut form, said) = about.receive(app, &incoming).await?;
    if of.buyer.archived {
        form.refuse("file", ARCHIVED);
    } else if said.as_ref().is_some_and(|said| said.draft.own.is_none()) {
        form.refuse("file", UploadedError::NoFile);
    }
    let (Some(said), false) = (said, form.has_errors()) else {
        return try_again(&of.upload_page(staff.chrome, form));
    };
    let me = staff.me();
    let id: InvoiceId = form.names(app, me.id, "invoice")?;
    let revision: RevisionId = form.names(app, me.id, "revision")?;
    let by = By {
        staff: me.id,
        now: app.now,
    };
    let (client, draft) = (&of.buyer, &said.draft);
    let mut batch = own::create(
        id,
        revision,
        client.client_id,
        draft,
        said.number.as_ref(),
        by,
    )?;
    let detail = format!(
        "{} for {}",
        Money::new(draft.total, draft.currency)?,
        client.client_name
    );
    let entry = me.did("invoice.uploaded", client.client_id, id, detail);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        // This very form was sent before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(store::Error::Conflict(Conflict::InvoiceNumber)) => {
            form.refuse("number", TAKEN);
            return try_again(&of.upload_page(staff.chrome, form));
        }
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse(
                "file",
                "The file was on its way for too long. Please choose it again and send the form once more.",
            );
            return try_again(&of.upload_page(staff.chrome, form));
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(app, "The draft is saved. Look it over, then send it.");
    see(&path(id))
}

impl One {
    /// Whether what may be written to is a PDF of the business's own.
    pub(super) fn is_uploaded(&self) -> Result<bool, Error> {
        let content = self.open.as_ref().map(Open::content).transpose()?;
        Ok(content.is_some_and(|content| content.uploaded.is_some()))
    }

    fn about_upload(&self) -> About {
        About {
            terms: self.billing.terms_of_payment(),
            given: (!self.is_draft()).then_some(self.invoice.currency),
        }
    }

    fn upload_page(&self, chrome: Chrome<Me>, form: Fields) -> UploadPage {
        let invoice = &self.invoice;
        let kept = self.open.as_ref().and_then(|open| open.own_name.clone());
        UploadPage {
            chrome,
            form,
            title: if self.is_draft() {
                "Edit draft".to_owned()
            } else {
                format!("Revise {}", invoice.name())
            },
            lead: if self.is_draft() {
                format!("Your own PDF for {}.", invoice.client_name)
            } else {
                format!(
                    "For {}. The client sees what was sent until you send this.",
                    invoice.client_name
                )
            },
            action: format!("{}/upload", path(invoice.id)),
            back: path(invoice.id),
            currency: self.about_upload().given,
            projects: Vec::new(),
            terms: self.billing.terms_of_payment(),
            tax_name: self.billing.tax_name.clone(),
            kept: kept.unwrap_or_default(),
        }
    }

    /// What is being written, as its form shows it.
    fn filled_upload(&self, open: &Open) -> Result<Fields, Error> {
        let (content, currency) = (open.content()?, self.invoice.currency);
        let plain = |minor: Option<i64>| -> Result<String, Error> {
            Ok(match minor {
                Some(minor) => Money::new(minor, currency)?.plain(),
                None => String::new(),
            })
        };
        Ok(Fields::filled([
            ("revision", self.invoice.edition.to_string()),
            (
                "number",
                self.invoice.own_number.clone().unwrap_or_default(),
            ),
            ("currency", currency.to_string()),
            ("amount", plain(content.uploaded)?),
            ("tax", plain(content.uploaded_tax)?),
            ("issued_on", open.issued_on.to_string()),
            ("due_on", open.due_on.to_string()),
            (
                "reference",
                content
                    .reference
                    .map_or_else(String::new, |line| line.as_str().to_owned()),
            ),
        ]))
    }
}

/// `GET /admin/invoices/{id}/upload`
pub(crate) async fn replace_form(staff: Staff<One>) -> Answer {
    let of = &staff.page;
    match &of.open {
        Some(open) if of.is_uploaded()? => {
            let form = of.filled_upload(open)?;
            page(&of.upload_page(staff.chrome, form))
        }
        Some(_) => see(&format!("{}/edit", path(of.invoice.id))),
        None => refused(&staff.app, of.invoice.id, of.not_open()),
    }
}

/// `POST /admin/invoices/{id}/upload`: another amount, another file; refused whole where somebody was
/// quicker.
pub(crate) async fn replace(staff: Staff<One>, incoming: Incoming) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let id = of.invoice.id;
    let open = match &of.open {
        Some(open) if of.is_uploaded()? => open,
        Some(_) => return see(&format!("{}/edit", path(id))),
        None => return refused(app, id, of.not_open()),
    };
    let (mut form, said) = of.about_upload().receive(app, &incoming).await?;
    let given = said.as_ref().is_some_and(|said| said.draft.own.is_some());
    if said.is_some() && !given && open.own_blob.is_none() {
        form.refuse(
            "file",
            "Please choose the new PDF. The one that was sent stays with what was sent.",
        );
    }
    form.meanwhile(&of.filled_upload(open)?);
    let (Some(said), false) = (said, form.has_errors()) else {
        return try_again(&of.upload_page(staff.chrome, form));
    };
    let (me, draft, invoice) = (staff.me(), &said.draft, &of.invoice);
    let number = said.number.as_ref();
    let mut batch = own::replace(id, invoice.edition, open.id, draft, number, app.now)?;
    let total = Money::new(draft.total, draft.currency)?;
    let detail = format!("{total} for {}", invoice.client_name);
    let entry = me.did("invoice.changed", invoice.client_id, id, detail);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        Ok(_) => {}
        Err(store::Error::Conflict(Conflict::InvoiceNumber)) => {
            form.refuse("number", TAKEN);
            return try_again(&of.upload_page(staff.chrome, form));
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        app,
        if of.is_draft() {
            "The draft is saved."
        } else {
            "The revision is saved. The client sees it once you send it."
        },
    );
    see(&path(id))
}
