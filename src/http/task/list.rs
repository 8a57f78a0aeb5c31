//! The tasks in a client's record.

use askama::Template;

use super::client::Row;
use crate::http::chrome::Chrome;
use crate::http::guard::{Me, Staff};
use crate::http::page::{Answer, page};
use crate::http::record::OfClient;
use crate::store::task::Listed;

#[derive(Template)]
#[template(path = "task/list.html")]
struct Page {
    chrome: Chrome<Me>,
    page: OfClient<Row>,
}

/// `GET /admin/clients/{id}/tasks`
pub(crate) async fn list(staff: Staff<OfClient<Listed>>) -> Answer {
    let now = staff.app.now;
    page(&Page {
        chrome: staff.chrome,
        page: staff.page.map(|row| Row::of(row, now)),
    })
}
