//! Where a request comes from: the address the edge vouches for, the device, the country.

use http::HeaderMap;
use http::header::USER_AGENT;

use crate::domain::device;
use crate::store::session::Place;

/// The visitor's IP address. Only the edge's own header counts: others are the visitor's words.
pub(crate) fn address(headers: &HeaderMap) -> String {
    text(headers, "cf-connecting-ip")
}

/// The visitor as people recognise themselves in a list of sessions.
pub(crate) fn place(headers: &HeaderMap) -> Place {
    Place {
        device: device::label(&text(headers, USER_AGENT.as_str())),
        address: address(headers),
        country: text(headers, "cf-ipcountry"),
    }
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().chars().take(200).collect()
}
