//! A link to one invoice, by mail, for who comes by the code on its paper and has no account.
//!
//! The code leads to the invoice's page in the portal: an address that stays right for as long as the
//! paper lies about, and that opens nothing by itself. Where it asks to sign in, it also offers to mail a
//! new link, scoped to that invoice and revocable like that of any mail, to those it went to. Nobody else
//! gets one, and the answer is the same whatever the invoice is, and whether there is one. The page of a link
//! that does not work offers the same to who held that link.

use askama::Template;

use crate::app::App;
use crate::domain::id::{ContactId, InvoiceId};
use crate::domain::token::{Purpose, Secret};
use crate::http::Error;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::guard::{InPath, Public};
use crate::http::mailing::Mailing;
use crate::http::page::{Answer, page, see};
use crate::http::throttle::Asking;
use crate::store::Statement;
use crate::store::pay_link::{self, Askable};

#[derive(Template)]
#[template(path = "link/mailed.html")]
struct Sent {
    chrome: Chrome<Nobody>,
}

/// `GET /sign-in/mailed`
pub(crate) async fn mailed(public: Public) -> Answer {
    page(&Sent {
        chrome: public.chrome,
    })
}

/// `POST /sign-in/invoice/{id}`
///
/// 1. who would get it, and the asking counted; 2. link and mail for each of them in one batch; where
/// there is nobody, a mail that is taken back in it, and after too many one that does nothing; 3. the
/// same answer.
pub(crate) async fn mail_link(public: Public<InPath<InvoiceId>>) -> Answer {
    let InPath(id) = public.args;
    send(public, &id.to_string(), pay_link::askable(id)).await
}

/// `POST /invoice/{token}`, the button of the page of every link that does not work
///
/// The same, for who held that link: it goes to the address that they have now.
pub(crate) async fn renew_link(public: Public<InPath<String>>) -> Answer {
    let secret = Secret::parse(Purpose::Pay, &public.args.0);
    let hash = secret.map_or_else(
        |_malformed| String::new(),
        |secret| secret.hash().to_string(),
    );
    let who = pay_link::askable_again(&hash);
    send(public, &hash, who).await
}

/// The steps of both. `about` names what is asked for, where askings are counted.
async fn send<A>(public: Public<A>, about: &str, who: Statement) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    // 1.
    let asking = Asking::for_invoice(&app, about, &head.headers)?;
    let mut results = app.db.batch(asking.asked_with(who, &app)).await?;
    let found: Option<Askable> = results.first()?;
    let may = asking.counted(&mut results, &app)?;
    // 2.
    let batch = if may {
        mails(&app, &chrome.brand.name, found.as_ref())?
    } else {
        vec![asking.nothing(&app)]
    };
    app.db.batch(batch).await?;
    // 3.
    see("/sign-in/mailed")
}

/// A link and a mail for each; for nobody, as much work and nothing of it kept.
fn mails(app: &App, business: &str, found: Option<&Askable>) -> Result<Vec<Statement>, Error> {
    let people = found.map(Askable::people).transpose()?.unwrap_or_default();
    let (Some(found), false) = (found, people.is_empty()) else {
        let secret = Secret::new(Purpose::Pay, app.random()?);
        let mut batch = vec![link(app, app.id()?, app.id()?, &secret)?];
        batch.extend(mail("", business, &secret).decoy(app)?);
        return Ok(batch);
    };
    let mut batch = Vec::new();
    for person in &people {
        let secret = Secret::new(Purpose::Pay, app.random()?);
        let name = format!("{} {}", person.first_name, person.last_name);
        batch.push(link(app, found.id, person.id, &secret)?);
        let mail = Mailing {
            to: &person.email,
            name: name.trim(),
            client: Some(found.client_id),
            ..mail(&found.number, business, &secret)
        };
        batch.push(mail.queue(app, None)?);
    }
    Ok(batch)
}

fn link(app: &App, invoice: InvoiceId, to: ContactId, secret: &Secret) -> Result<Statement, Error> {
    let hash = secret.hash().to_string();
    Ok(pay_link::renew(app.id()?, invoice, &hash, to, app.now))
}

fn mail<'a>(number: &str, business: &str, secret: &Secret) -> Mailing<'a> {
    Mailing {
        kind: "invoice-link",
        subject: format!("Your link to invoice {number} from {business}"),
        paragraphs: vec![
            format!("Here is a link to invoice {number} from {business}. It needs no account."),
        ],
        button: Some(("See the invoice", "/invoice/".into())),
        after: vec![
            "Somebody, probably you, asked for it with the code that stands on the invoice. If it was not you, you can leave this mail alone."
                .to_owned(),
        ],
        secret: Some(secret.expose().to_owned()),
        ..Mailing::default()
    }
}
