//! The project that an invoice belongs to: chosen on its record, in any state.

use super::draft::of_projects;
use super::path;
use crate::domain::id::InvoiceId;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::guard::{InPath, Load, Staff};
use crate::http::page::{Answer, see};
use crate::http::{Error, Fields};
use crate::store::invoice::Invoice;
use crate::store::invoice::project::{self, Choice};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// An invoice with the projects of its client.
pub(crate) struct OfProject {
    invoice: Invoice,
    projects: Vec<Choice>,
}

impl Load for OfProject {
    type Args = InPath<InvoiceId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![Invoice::by_id(*id), project::choices(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let invoice: Option<Invoice> = results.first()?;
        let projects = results.rows()?;
        Ok(invoice.map(|invoice| Self { invoice, projects }))
    }
}

/// `POST /admin/invoices/{id}/project`
pub(crate) async fn put(staff: Staff<OfProject>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let wanted = form.optional("project", of_projects).flatten();
    let chosen = wanted.and_then(|id| of.projects.iter().find(|choice| choice.id == id));
    if wanted.is_some() && chosen.is_none() {
        form.refuse("project", "Choose one of the projects.");
    }
    form.sound()?;
    let invoice = &of.invoice;
    let name = chosen.map_or("no project", |choice| choice.name.as_str());
    let detail = format!("{}: {name}", invoice.name());
    let entry = staff
        .me()
        .did("invoice.put", invoice.client_id, invoice.id, detail);
    let batch = vec![
        project::set(invoice.id, chosen.map(|choice| choice.id)),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        match chosen {
            Some(choice) => format!("{} belongs to “{}” now.", invoice.name(), choice.name),
            None => format!("{} belongs to no project now.", invoice.name()),
        },
    );
    see(&path(invoice.id))
}
