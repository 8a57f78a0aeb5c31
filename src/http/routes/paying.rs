//! The part of the list that is about paying, and what is made of billing to be read.

use super::{GET, POST, Routes};
use crate::http::{billing, exception, invoice, payments, pdf, statement, webhook};

/// What is made of billing to be read: PDFs and statements.
pub(super) fn papers(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/invoices/{id}/pdf", pdf::staff)
        .on(GET, "/admin/invoices/{id}/revision/pdf", pdf::revision)
        .on(GET, "/billing/{id}/pdf", pdf::client)
        .on(GET, "/invoice/{token}/pdf", pdf::by_link)
        .on(GET, "/admin/clients/{id}/statement", statement::staff_page)
        .on(
            GET,
            "/admin/clients/{id}/statement.csv",
            statement::staff_csv,
        )
        .on(
            GET,
            "/admin/clients/{id}/statement.pdf",
            statement::staff_pdf,
        )
        .on(GET, "/billing/statement", statement::client_page)
        .on(GET, "/billing/statement.csv", statement::client_csv)
        .on(GET, "/billing/statement.pdf", statement::client_pdf)
}

/// Paying: the client's invoices, the provider's news, and what staff do about it.
pub(super) fn paying(routes: Routes) -> Routes {
    routes
        .on(POST, "/webhooks/stripe", webhook::stripe)
        .on(GET, "/admin/exceptions", exception::list)
        .on(GET, "/admin/exceptions/{id}", exception::one)
        .on(POST, "/admin/exceptions/{id}/attach", exception::attach)
        .on(POST, "/admin/exceptions/{id}/resolve", exception::resolve)
        .on(POST, "/admin/invoices/{id}/link/new", invoice::new_link)
        .on(
            POST,
            "/admin/invoices/{id}/link/revoke",
            invoice::revoke_links,
        )
        .on(POST, "/sign-in/invoice/{id}", billing::mail_link)
        .on(GET, "/sign-in/mailed", billing::mailed)
        .on(GET, "/billing", billing::list)
        .on(GET, "/billing/{id}", billing::show)
        .on(GET, "/billing/receipts/{payment}", billing::receipt)
        .on(POST, "/billing/{id}/pay", billing::pay)
        .on(POST, "/billing/pay", billing::pay_several)
        .on(GET, "/billing/confirming/{attempt}", billing::confirming)
        .on(GET, "/invoice/{token}", billing::show_link)
        .on(POST, "/invoice/{token}", billing::renew_link)
        .on(POST, "/invoice/{token}/pay", billing::pay_link)
        .on(
            GET,
            "/invoice/{token}/confirming/{attempt}",
            billing::link_confirming,
        )
        .on(GET, "/admin/settings/payments", payments::form)
        .on(POST, "/admin/settings/payments", payments::save)
        .on(POST, "/admin/settings/payments/check", payments::check)
}
