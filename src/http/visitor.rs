//! Where a request comes from: the address the edge vouches for, the device, the country.

use http::HeaderMap;
use http::header::HeaderValue;
use http::header::USER_AGENT;

use crate::domain::device;
use crate::store::session::Place;

/// The header in which the city of a request comes from the edge.
pub(crate) const CITY: &str = "cf-ipcity";

/// The header in which the visitor's time zone comes from the edge: an IANA name.
pub(crate) const TIME_ZONE: &str = "cf-timezone";

/// The visitor's IP address. Only the edge's own header counts: others are the visitor's words.
pub(crate) fn address(headers: &HeaderMap) -> String {
    text(headers, "cf-connecting-ip")
}

/// The visitor as people recognise themselves in a list of sessions.
pub(crate) fn place(headers: &HeaderMap) -> Place {
    Place {
        device: device::label(&text(headers, USER_AGENT.as_str())),
        address: address(headers),
        country: country(headers),
    }
}

/// The country, and behind a space the city: nothing finer is kept. `entry` puts the city there as the edge
/// says it, whatever the visitor sent under that name.
fn country(headers: &HeaderMap) -> String {
    let country = text(headers, "cf-ipcountry");
    let city = headers.get(CITY).map(HeaderValue::as_bytes);
    let city = city.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let city: String = city
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    match city.trim() {
        city if city.is_empty() || country.is_empty() => country,
        city => format!("{country} {city}"),
    }
}

/// The time zone of the visitor, as the edge says it; empty where it does not.
pub(crate) fn time_zone(headers: &HeaderMap) -> String {
    text(headers, TIME_ZONE)
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().chars().take(200).collect()
}
