//! The first run: the one-time token makes the business and its owner, once.

use askama::Template;
use subtle::ConstantTimeEq as _;

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::guard::Public;
use super::invoicing::zone_of;
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, choices, newcomer, password, visitor};
use crate::app::App;
use crate::domain::blocklist::Blocklist;
use crate::domain::branding::Branding;
use crate::domain::credential;
use crate::domain::email::Email;
use crate::domain::id::{SessionId, StaffId};
use crate::domain::invoice::terms::TimeZone;
use crate::domain::money::Currency;
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::domain::text::Name;
use crate::domain::zone::Clock;
use crate::outbound::zone;
use crate::store::audit::{Entry, Principal};
use crate::store::{Proviso, session, setup};

#[derive(Template)]
#[template(path = "setup/page.html")]
struct Page {
    chrome: Chrome<Nobody>,
    form: Fields,
    zones: Vec<String>,
}

impl Page {
    fn new(chrome: Chrome<Nobody>, form: Fields) -> Self {
        Self {
            chrome,
            form,
            zones: zone::names(),
        }
    }
}

/// `GET /admin/setup`
pub(crate) async fn form(public: Public) -> Answer {
    let mut shown = Page::new(public.chrome, Fields::default());
    // Where the owner sits is most likely where the business is.
    let here = visitor::time_zone(&public.head.headers);
    let known = shown.zones.contains(&here);
    let zone = if known { here.as_str() } else { "UTC" };
    let usual = [("currency", "EUR"), ("time_zone", zone)];
    shown.form.fill(usual);
    page(&shown)
}

struct Input {
    business: Name,
    name: Name,
    email: Email,
    password: Password,
    currency: Currency,
    time_zone: TimeZone,
    clock: Clock,
}

impl Input {
    fn read(
        form: &mut Fields,
        app: &App,
        common: &Blocklist,
        token_is_right: bool,
    ) -> Option<Self> {
        if !token_is_right {
            form.refuse(
                "token",
                "This is not the set-up token of this deployment. Please copy it again.",
            );
        }
        let business = form.required("business_name", Name::parse);
        let name = form.required("name", Name::parse);
        let email = form.required("email", Email::parse);
        let currency = form.required("currency", Currency::parse);
        let zone = form.required("time_zone", |text| zone_of(text, app));
        let context = [
            form.text("business_name").to_owned(),
            form.text("name").to_owned(),
            form.text("email").to_owned(),
        ];
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        let choose = |text: &str| Password::choose(text, Strength::Alone, &context, common);
        let password = form.required("password", choose);
        token_is_right.then_some(())?;
        let (time_zone, clock) = zone?;
        Some(Self {
            business: business?,
            name: name?,
            email: email?,
            password: password?,
            currency: currency?,
            time_zone,
            clock,
        })
    }
}

/// `POST /admin/setup`
///
/// 1. the token and what was typed; 2. business, owner and session in one batch, which changes
/// nothing where an owner exists; 3. the look that anonymous pages read.
pub(crate) async fn create(public: Public, mut form: Fields) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    // 1.
    let given = form.text("token").as_bytes().to_vec();
    let right = app
        .config
        .setup_token
        .as_ref()
        .is_some_and(|token| bool::from(token.as_bytes().ct_eq(&given)));
    let common = password::common(&app).await?;
    let input = Input::read(&mut form, &app, common, right);
    let (Some(input), false) = (input, form.has_errors()) else {
        return try_again(&Page::new(chrome, form));
    };
    // 2.
    let hash = credential::hash(&input.password, app.random()?)
        .map_err(|error| Error::internal(error.to_string()))?;
    let id: StaffId = app.id()?;
    let session: SessionId = app.id()?;
    let place = visitor::place(&head.headers);
    let entry = Entry {
        principal: Principal::Staff(id, input.name.as_str().to_owned()),
        action: "portal.set_up",
        entity: Some(id.to_string()),
        client: None,
        detail: input.business.as_str().to_owned(),
        address: place.address.clone(),
    };
    let end = app.now.plus(Side::Staff.absolute());
    let mut results = app
        .db
        .batch(vec![
            setup::business(&input.business, app.now),
            setup::owner(id, &input.name, &input.email, &hash, app.now),
            setup::habits(id, input.currency, &input.time_zone, &input.clock, app.now),
            session::begin_staff(session, id, &place, app.now, end),
            entry.append_if(app.id()?, app.now, Proviso::Began(session)),
            newcomer::welcome(&app, &head.headers, Side::Staff, session)?,
        ])
        .await?;
    results.skip()?;
    if results.changes()? == 0 {
        form.refuse(
            "token",
            "This portal has been set up already. Please sign in instead.",
        );
        return try_again(&Page::new(chrome, form));
    }
    // 3.
    let look = Branding {
        name: input.business.as_str().to_owned(),
        ..Branding::default()
    };
    if let Err(error) = app.branding.write(&look, app.now).await {
        // The copy is made again by the clock; the truth is in D1.
        worker::console_warn!("branding: {error}");
    }
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(&app, ticket, Side::Staff);
    Flash::success(&app, "Your portal is ready. Add your first client next.");
    see(Side::Staff.home())
}
