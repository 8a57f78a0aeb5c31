//! The statement as a table for spreadsheets and as a PDF. Drawn when asked for and kept nowhere.

use axum::response::IntoResponse as _;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{OfClient, Own, Stated, home, query};
use crate::app::App;
use crate::domain::csv::Csv;
use crate::domain::filename::FileName;
use crate::domain::id::ClientId;
use crate::http::Error;
use crate::http::guard::{Invoiced, Staff, Viewer};
use crate::http::page::{Answer, see};
use crate::http::pdf;
use crate::pdf::{Stated as OnPaper, sheet_of_statement};

/// `GET /admin/clients/{id}/statement.csv`
pub(crate) async fn staff_csv(staff: Staff<OfClient>) -> Answer {
    let OfClient(stated, _) = staff.page;
    csv(&stated, Some(stated.buyer.client_id))
}

/// `GET /billing/statement.csv`
pub(crate) async fn client_csv(viewer: Viewer<Invoiced, Own>) -> Answer {
    let Own(stated, _) = viewer.page;
    csv(&stated, None)
}

/// `GET /admin/clients/{id}/statement.pdf`
pub(crate) async fn staff_pdf(staff: Staff<OfClient>) -> Answer {
    let OfClient(stated, _) = staff.page;
    paper(&staff.app, &stated, Some(stated.buyer.client_id)).await
}

/// `GET /billing/statement.pdf`
pub(crate) async fn client_pdf(viewer: Viewer<Invoiced, Own>) -> Answer {
    let Own(stated, _) = viewer.page;
    paper(&viewer.app, &stated, None).await
}

/// Whose, and when.
fn name(stated: &Stated, kind: &str) -> FileName {
    FileName::clean(&format!(
        "Statement {} {} to {}.{kind}",
        stated.buyer.client_name, stated.asked.first, stated.asked.last
    ))
}

/// To the page, which says why there is no statement.
fn back(stated: &Stated, client: Option<ClientId>) -> Answer {
    see(&format!("{}{}", home(client), query(&stated.asked)))
}

fn csv(stated: &Stated, client: Option<ClientId>) -> Answer {
    let Ok(account) = &stated.account else {
        return back(stated, client);
    };
    let mut csv = Csv::new([
        "Date", "What", "Invoice", "Method", "Charge", "Payment", "Balance", "Currency",
    ]);
    let currency = account.currency.code();
    csv.date(account.from)
        .text("Balance before")
        .text("")
        .text("")
        .text("")
        .text("");
    csv.amount(account.opening).text(currency);
    for (line, detail) in account.lines.iter().zip(&stated.details) {
        let entry = &line.entry;
        csv.date(entry.on)
            .text(entry.kind.label())
            .text(&entry.reference)
            .text(&detail.method)
            .amount_or_blank(line.charge)
            .amount_or_blank(line.credit)
            .amount(line.balance)
            .text(currency);
    }
    csv.date(account.to).text("Balance after").text("").text("");
    csv.amount(account.charged)
        .amount(account.credited)
        .amount(account.closing)
        .text(currency);
    let value = |text: &str| {
        HeaderValue::from_str(text).map_err(|error| Error::internal(error.to_string()))
    };
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            CONTENT_DISPOSITION,
            value(&name(stated, "csv").content_disposition())?,
        ),
    ];
    Ok((headers, csv.finish()).into_response())
}

async fn paper(app: &App, stated: &Stated, client: Option<ClientId>) -> Answer {
    let Ok(account) = &stated.account else {
        return back(stated, client);
    };
    let details: Vec<String> = stated
        .details
        .iter()
        .map(|detail| detail.method.clone())
        .collect();
    let sheet = sheet_of_statement(&OnPaper {
        statement: account,
        details: &details,
        ageing: &stated.ageing,
        on: stated.today,
        parties: &stated.parties,
        remark: &stated.remark(),
    });
    let logo = stated.parties.look.logo.as_deref();
    pdf::fresh(app, &name(stated, "pdf"), (sheet, logo, account.currency)).await
}
