//! Every route of the portal, once. The router and the access table are made from this list.

mod account;
mod audit;
mod messages;
mod paying;
mod rights;
mod second;
mod tickets;
mod time;
mod work;

use std::sync::OnceLock;

use axum::Router;
use axum::routing::{MethodFilter, on_service};
use serde::Serialize;

use super::handler::{Handler, Route};
use super::permission;
use super::time_log;
use super::{
    Error, Reason, activity, branding, buyer, client, confirm, contact, csp, dashboard, document,
    factor, forgot, invitation, invite, invoice, invoicing, join, magic, outbox, preview,
    reminders, reset, search, security_txt, settings, setup, sign_in, staff, template, upload,
};

/// A row of the access table: a method and path, and the guard its handler names.
#[derive(Debug, Clone, Serialize)]
pub struct RouteRow {
    /// `GET` (which answers HEAD too), `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path with its placeholders.
    pub path: &'static str,
    /// The guard's name.
    pub guard: &'static str,
}

#[derive(Clone)]
struct Routes {
    router: Router,
    rows: Vec<RouteRow>,
}

impl Routes {
    /// Adds a route. A handler whose first argument is no guard does not compile here.
    fn on<A: 'static, H: Handler<A>>(
        self,
        method: (&'static str, MethodFilter),
        path: &'static str,
        handler: H,
    ) -> Self {
        self.add(method, path, H::GUARD, Route::new(handler))
    }

    fn add(
        mut self,
        (method, filter): (&'static str, MethodFilter),
        path: &'static str,
        guard: &'static str,
        route: Route,
    ) -> Self {
        self.rows.push(RouteRow {
            method,
            path,
            guard,
        });
        self.router = self.router.route(path, on_service(filter, route));
        self
    }
}

const GET: (&str, MethodFilter) = ("GET", MethodFilter::GET);
const POST: (&str, MethodFilter) = ("POST", MethodFilter::POST);
const PUT: (&str, MethodFilter) = ("PUT", MethodFilter::PUT);
const DELETE: (&str, MethodFilter) = ("DELETE", MethodFilter::DELETE);

fn all() -> Routes {
    let mut routes = Routes {
        router: Router::new().fallback(async || Error::from(Reason::NotFound)),
        rows: Vec::new(),
    };
    for add in SECTIONS {
        routes = add(routes);
    }
    routes
}

/// The sections of the list; each is a function below.
const SECTIONS: [fn(Routes) -> Routes; 19] = [
    signing_in,
    people,
    documents,
    work::add,
    tickets::tickets,
    messages::messages,
    time::add,
    invoices,
    paying::papers,
    mail,
    settings,
    paying::paying,
    portal,
    account::own,
    second::add,
    audit::add,
    rights::add,
    previews,
    signing_out,
];

/// Set-up, sign-in, sign-out, step-up, links by mail.
fn signing_in(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/setup", setup::form)
        .on(POST, "/admin/setup", setup::create)
        .on(GET, "/admin/sign-in", sign_in::staff_form)
        .on(POST, "/admin/sign-in", sign_in::staff)
        .on(GET, "/admin/confirm", confirm::staff_form)
        .on(POST, "/admin/confirm", confirm::staff)
        .on(GET, "/admin/join/{token}", join::form)
        .on(POST, "/admin/join/{token}", join::join)
        .on(GET, "/search", search::client)
        .on(GET, "/admin/search", search::staff)
        .on(GET, "/admin", dashboard::staff)
        .on(GET, "/sign-in", sign_in::client_form)
        .on(POST, "/sign-in", sign_in::client)
        .on(GET, "/forgot", forgot::client_form)
        .on(POST, "/forgot", forgot::client)
        .on(GET, "/forgot/sent", forgot::client_sent)
        .on(GET, "/reset/{token}", reset::form)
        .on(POST, "/reset/{token}", reset::client)
        .on(GET, "/admin/forgot", forgot::staff_form)
        .on(POST, "/admin/forgot", forgot::staff)
        .on(GET, "/admin/forgot/sent", forgot::staff_sent)
        .on(GET, "/admin/reset/{token}", reset::form)
        .on(POST, "/admin/reset/{token}", reset::staff)
        .on(GET, "/sign-in/link", magic::ask_form)
        .on(POST, "/sign-in/link", magic::ask)
        .on(GET, "/sign-in/sent", magic::sent)
        .on(GET, "/magic/{token}", magic::open)
        .on(POST, "/magic/{token}", magic::sign_in)
        .on(GET, "/confirm", confirm::client_form)
        .on(POST, "/confirm", confirm::client)
        .on(POST, "/confirm/link", confirm::send)
        .on(POST, "/switch", sign_in::switch)
        .on(GET, "/", dashboard::client)
}

/// Staff: clients and their contacts.
fn people(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/clients", client::list)
        .on(GET, "/admin/clients/new", client::new_form)
        .on(POST, "/admin/clients/new", client::create)
        .on(GET, "/admin/clients/{id}", client::overview)
        .on(GET, "/admin/clients/{id}/edit", client::edit_form)
        .on(POST, "/admin/clients/{id}/edit", client::edit)
        .on(POST, "/admin/clients/{id}/portal", client::portal)
        .on(POST, "/admin/clients/{id}/archive", client::archive)
        .on(POST, "/admin/clients/{id}/restore", client::restore)
        .on(GET, "/admin/clients/{id}/activity", activity::of_client)
        .on(
            GET,
            "/admin/clients/{id}/permissions",
            permission::of_client,
        )
        .on(
            POST,
            "/admin/clients/{id}/permissions",
            permission::save_client,
        )
        .on(
            GET,
            "/admin/contacts/{id}/permissions",
            permission::of_contact,
        )
        .on(
            POST,
            "/admin/contacts/{id}/permissions",
            permission::save_contact,
        )
        .on(GET, "/admin/clients/{id}/contacts", contact::list)
        .on(GET, "/admin/clients/{id}/contacts/new", contact::new_form)
        .on(POST, "/admin/clients/{id}/contacts/new", contact::create)
        .on(GET, "/admin/contacts/{id}", contact::form)
        .on(POST, "/admin/contacts/{id}", contact::save)
        .on(POST, "/admin/contacts/{id}/primary", contact::primary)
        .on(POST, "/admin/contacts/{id}/remove", contact::remove)
        .on(
            POST,
            "/admin/contacts/{id}/end-sessions",
            contact::end_sessions,
        )
}

/// Documents, on both sides.
fn documents(routes: Routes) -> Routes {
    routes
        .on(GET, "/documents", document::shared)
        .on(GET, "/documents/{id}", document::shared_one)
        .on(GET, "/documents/{id}/download", document::download)
        .on(GET, "/admin/clients/{id}/documents", document::list)
        .on(POST, "/admin/clients/{id}/documents", document::upload)
        .on(POST, "/admin/clients/{id}/uploads", upload::create)
        .on(PUT, "/admin/uploads/{id}/parts/{number}", upload::part)
        .on(GET, "/admin/uploads/{id}", upload::state)
        .on(DELETE, "/admin/uploads/{id}", upload::give_up)
        .on(POST, "/admin/uploads/{id}/complete", upload::complete)
        .on(
            GET,
            "/admin/documents/{id}/download",
            document::staff_download,
        )
        .on(
            GET,
            "/admin/documents/{id}/versions/{number}/download",
            document::old_download,
        )
        .on(GET, "/admin/documents/{id}", document::one)
        .on(POST, "/admin/documents/{id}", document::save)
        .on(
            POST,
            "/admin/documents/{id}/versions",
            document::new_version,
        )
        .on(
            POST,
            "/admin/documents/{id}/uploads",
            upload::create_version,
        )
        .on(POST, "/admin/documents/{id}/visible", document::visible)
        .on(GET, "/admin/documents/{id}/delete", document::ask_delete)
        .on(POST, "/admin/documents/{id}/delete", document::delete)
}

/// Staff looking at the portal as a client: View as Client.
fn previews(routes: Routes) -> Routes {
    routes
        .on(POST, "/admin/clients/{id}/preview", preview::of_client)
        .on(POST, "/admin/contacts/{id}/preview", preview::of_contact)
        .on(POST, "/admin/preview/as", preview::look_as)
        .on(POST, "/admin/preview/exit", preview::exit)
}

/// Staff: invoices.
fn invoices(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/billing", invoice::all)
        .on(GET, "/admin/clients/{id}/billing", invoice::of_client)
        .on(GET, "/admin/clients/{id}/billing/details", buyer::form)
        .on(POST, "/admin/clients/{id}/billing/details", buyer::save)
        .on(GET, "/admin/clients/{id}/invoices/new", invoice::new_form)
        .on(POST, "/admin/clients/{id}/invoices/new", invoice::create)
        .on(
            GET,
            "/admin/clients/{id}/invoices/upload",
            invoice::upload_form,
        )
        .on(POST, "/admin/clients/{id}/invoices/upload", invoice::upload)
        .on(GET, "/admin/invoices/{id}/upload", invoice::replace_form)
        .on(POST, "/admin/invoices/{id}/upload", invoice::replace)
        .on(GET, "/admin/invoices/{id}", invoice::show)
        .on(GET, "/admin/invoices/{id}/edit", invoice::edit_form)
        .on(POST, "/admin/invoices/{id}/edit", invoice::edit)
        .on(GET, "/admin/invoices/{id}/send", invoice::review)
        .on(POST, "/admin/invoices/{id}/send", invoice::send)
        .on(POST, "/admin/invoices/{id}/remind", invoice::remind)
        .on(POST, "/admin/invoices/{id}/void", invoice::void)
        .on(POST, "/admin/invoices/{id}/duplicate", invoice::duplicate)
        .on(POST, "/admin/invoices/{id}/revise", invoice::revise)
        .on(POST, "/admin/invoices/{id}/delete", invoice::delete)
        .on(POST, "/admin/invoices/{id}/reopen", invoice::reopen)
        .on(
            GET,
            "/admin/invoices/{id}/payments/new",
            invoice::record_form,
        )
        .on(POST, "/admin/invoices/{id}/payments/new", invoice::record)
        .on(POST, "/admin/payments/{id}/reverse", invoice::reverse)
        .on(GET, "/admin/payments/{id}/correct", invoice::correct_form)
        .on(POST, "/admin/payments/{id}/correct", invoice::correct)
}

/// Invitations and the outbox.
fn mail(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/clients/{id}/invite", invite::choose)
        .on(GET, "/admin/contacts/{id}/invite", invite::review)
        .on(POST, "/admin/contacts/{id}/invite", invite::send)
        .on(POST, "/admin/contacts/{id}/invite/cancel", invite::cancel)
        .on(
            POST,
            "/admin/contacts/{id}/sign-in-link",
            invite::sign_in_link,
        )
        .on(GET, "/invitation/sent", invitation::sent)
        .on(GET, "/invitation/{token}", invitation::form)
        .on(POST, "/invitation/{token}", invitation::accept)
        .on(POST, "/invitation/{token}/renew", invitation::renew)
        .on(GET, "/admin/outbox", outbox::list)
        .on(GET, "/admin/outbox/{id}", outbox::one)
        .on(POST, "/admin/outbox/{id}/retry", outbox::retry)
}

/// Settings: branding, templates, security, staff.
fn settings(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/settings", branding::first)
        .on(GET, "/admin/settings/branding", branding::form)
        .on(POST, "/admin/settings/branding", branding::save)
        .on(POST, "/admin/settings/branding/reset", branding::reset)
        .on(GET, "/admin/settings/templates/{kind}", template::form)
        .on(POST, "/admin/settings/templates/{kind}", template::save)
        .on(
            POST,
            "/admin/settings/templates/{kind}/preview",
            template::preview,
        )
        .on(
            POST,
            "/admin/settings/templates/{kind}/test",
            template::test,
        )
        .on(
            POST,
            "/admin/settings/templates/{kind}/reset",
            template::reset,
        )
        .on(GET, "/admin/settings/invoicing", invoicing::form)
        .on(POST, "/admin/settings/invoicing", invoicing::save)
        .on(GET, "/admin/settings/permissions", permission::defaults)
        .on(
            POST,
            "/admin/settings/permissions",
            permission::save_defaults,
        )
        .on(GET, "/admin/settings/reminders", reminders::form)
        .on(POST, "/admin/settings/reminders", reminders::save)
        .on(GET, "/admin/settings/security", settings::security)
        .on(POST, "/admin/settings/security", settings::save_security)
        .on(GET, "/admin/settings/staff", staff::list)
        .on(GET, "/admin/settings/staff/new", staff::new_form)
        .on(POST, "/admin/settings/staff/new", staff::create)
        .on(GET, "/admin/settings/staff/{id}", staff::form)
        .on(POST, "/admin/settings/staff/{id}", staff::save)
        .on(
            POST,
            "/admin/settings/staff/{id}/deactivate",
            staff::deactivate,
        )
        .on(
            POST,
            "/admin/settings/staff/{id}/reactivate",
            staff::reactivate,
        )
        .on(POST, "/admin/settings/staff/{id}/invite", staff::invite)
}

/// The client's own pages, and what everybody may fetch.
fn portal(routes: Routes) -> Routes {
    routes
        .on(GET, "/branding/logo/{hash}", branding::show_logo)
        .on(GET, "/.well-known/security.txt", security_txt::show)
        .on(POST, csp::PATH, csp::receive)
}

/// Signing out, last: who walks this list in order stays signed in.
fn signing_out(routes: Routes) -> Routes {
    routes.on(POST, "/admin/sign-out", sign_in::staff_out).on(
        POST,
        "/sign-out",
        sign_in::client_out,
    )
}

fn built() -> &'static Routes {
    static BUILT: OnceLock<Routes> = OnceLock::new();
    BUILT.get_or_init(all)
}

/// Whether the address shows a page, and is not only sent to.
pub(super) fn has_page(path: &str) -> bool {
    let mut rows = built().rows.iter();
    rows.any(|row| row.method == "GET" && row.path == path)
}

/// The pattern of the route that a path belongs to, with `…` for what differs from row to row. None: it is not ours.
pub(super) fn page_of(path: &str) -> Option<String> {
    let is_open = |segment: &str| segment.starts_with('{');
    let fits = |row: &&RouteRow| {
        let (mut asked, mut known) = (path.split('/'), row.path.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(a), Some(k)) if a == k || (is_open(k) && !a.is_empty()) => {}
                _ => return false,
            }
        }
    };
    // A name goes before what stands for anything.
    let rows = built().rows.iter().filter(fits);
    let route = rows.min_by_key(|row| row.path.split('/').filter(|s| is_open(s)).count())?;
    let shown = route.path.split('/');
    let shown: Vec<&str> = shown
        .map(|segment| if is_open(segment) { "…" } else { segment })
        .collect();
    Some(shown.join("/"))
}

/// The router, built once per isolate.
pub(super) fn router() -> Router {
    built().router.clone()
}

/// The access table's left side: every route with its guard.
pub fn table() -> &'static [RouteRow] {
    &built().rows
}
