//! What SQL has to say in figures is what the domain decides.

use super::joined::Shape;
use super::viewer::{Asker, WHO, WHO_PREVIEWS};
use super::{
    Conflict, Error, billing, dashboard, device, notice, outbox, pay_link, session, ticket,
};
use crate::domain::branding::Branding;
use crate::domain::id::SessionId;
use crate::domain::module::Module;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp(0);

fn asker_of(side: Side) -> Asker {
    Asker {
        session: SessionId::new(NOW, [0; 10]),
        side,
        preview: false,
        now: NOW,
        module: None,
        also: None,
    }
}

#[test]
fn the_reads_of_a_clients_page_say_once_who_asks() {
    for preview in [false, true] {
        let asker = Asker {
            preview,
            ..asker_of(Side::Client)
        };
        let reads = [
            asker.statement("SELECT client_id FROM viewer", []),
            asker.shared(
                ", may AS MATERIALIZED (SELECT id FROM shared) SELECT id FROM may",
                [],
            ),
            asker
                .of(Module::Documents)
                .statement("SELECT contact_id FROM viewer", []),
        ];
        let joined = Shape::of(&reads).unwrap().statement(&reads);
        let sql = joined.text.whole();
        assert_eq!(sql.find("who AS ("), Some("WITH ".len()), "{sql}");
        assert_eq!(sql.matches("JOIN business b").count(), 1, "{sql}");
        // Each asks the row that all are answered on, but for what is worked out beforehand.
        assert_eq!(sql.matches("FROM business one").count(), 2, "{sql}");
        assert_eq!(sql.matches("FROM who").count(), 1, "{sql}");
        assert!(sql.ends_with(" LEFT JOIN who asker"), "{sql}");
        assert_eq!(joined.params.len(), 2 + 3);
    }
}

#[test]
fn sessions_go_idle_when_the_domain_says() {
    let id = SessionId::new(NOW, [0; 10]);
    let of = |side| device::of(&asker_of(side));
    for (side, sql) in [
        (Side::Client, WHO.into()),
        (Side::Staff, WHO_PREVIEWS.into()),
        (
            Side::Client,
            session::contact(id, NOW).text.whole().into_owned(),
        ),
        (Side::Client, of(Side::Client).text.whole().into_owned()),
        (
            Side::Staff,
            session::staff_member(id, NOW).text.whole().into_owned(),
        ),
        (Side::Staff, of(Side::Staff).text.whole().into_owned()),
    ] {
        let limit = format!("s.seen_at > ?2 - {} ", side.idle().0);
        let said = format!("{sql} ").replace(')', " ");
        assert!(said.contains(&limit), "{limit}not in {sql}");
    }
}

#[test]
fn a_day_is_told_one_way() {
    assert_eq!(billing::DAY.replace("m.at", "?1"), billing::TODAY);
}

#[test]
fn modules_have_the_bits_that_the_domain_gives_them() {
    for (module, sql) in [
        (Module::Documents, notice::READERS),
        (Module::Documents, &outbox::claim("", NOW).text.whole()),
        (Module::Payments, pay_link::LINK),
        (Module::SupportTickets, ticket::mail::TOLD),
        (Module::SupportTickets, &outbox::claim("", NOW).text.whole()),
    ] {
        let bit = module.bit();
        let sql = sql.replace(&format!("& {bit}) ="), &format!("& {bit} ="));
        assert!(
            sql.contains(&format!("& {bit} = {bit}")),
            "{module:?}: {sql}"
        );
    }
}

#[test]
fn the_colour_of_the_first_day_is_no_choice() {
    let colour = format!("b.colour <> '{}'", Branding::COLOUR);
    let figures = dashboard::figures();
    assert!(figures.text.whole().contains(&colour), "{colour}");
}

#[test]
fn what_d1_throws_is_told_apart() {
    let of = |cause: &str| match Error::from_d1(cause.to_owned()) {
        Error::Conflict(conflict) => Some(conflict),
        _ => None,
    };
    for (cause, conflict) in [
        (
            "UNIQUE constraint failed: clients.id: SQLITE_CONSTRAINT",
            Conflict::Repeat,
        ),
        // Another row stands where one may: nobody is told that theirs was written.
        (
            "UNIQUE constraint failed: ticket_messages.ticket_id, ticket_messages.seq: SQLITE_CONSTRAINT",
            Conflict::Meanwhile,
        ),
        (
            "UNIQUE constraint failed: document_versions.document_id, document_versions.id: SQLITE_CONSTRAINT",
            Conflict::Meanwhile,
        ),
        (
            "UNIQUE constraint failed: accounts.email_key: SQLITE_CONSTRAINT",
            Conflict::AccountEmail,
        ),
        (
            "NOT NULL constraint failed: clients.revision: SQLITE_CONSTRAINT",
            Conflict::Meanwhile,
        ),
        (
            "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT",
            Conflict::Meanwhile,
        ),
        (
            "conflict: it no longer holds: SQLITE_CONSTRAINT",
            Conflict::Meanwhile,
        ),
    ] {
        assert_eq!(of(&format!("D1_ERROR: {cause}")), Some(conflict), "{cause}");
    }
    for bug in [
        "CHECK constraint failed: length(name) > 0: SQLITE_CONSTRAINT",
        "NOT NULL constraint failed: clients.name: SQLITE_CONSTRAINT",
        "no such column: clients.colour: SQLITE_ERROR",
        "near \"FROM\": syntax error: SQLITE_ERROR",
        "conflict: the ledger is append-only: SQLITE_CONSTRAINT",
    ] {
        let error = Error::from_d1(format!("D1_ERROR: {bug}"));
        assert!(matches!(error, Error::Broken(_)), "{bug}: {error:?}");
    }
    for outage in ["Network connection lost.", "D1 DB is overloaded."] {
        let error = Error::from_d1(outage.to_owned());
        assert!(matches!(error, Error::Unavailable { .. }), "{outage}");
    }
}
