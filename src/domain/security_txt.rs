//! `/.well-known/security.txt`: whom to tell about a weakness (RFC 9116).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::time::{Millis, Timestamp};

/// How long what the file says is good for, counted from the start of the day that it is asked
/// on: the RFC recommends less than a year.
const LIFETIME: Millis = Millis::days(180);

/// What an address may say in a `mailto:` as it is (RFC 6068).
const ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'+')
    .remove(b'~');

/// The file. `email` is where reports go; without one they find whom to ask at the sign-in page.
/// `origin` is the portal's own address, without a slash at its end.
pub fn render(email: Option<&str>, origin: &str, now: Timestamp) -> String {
    let contact = email.map_or_else(
        || format!("{origin}/sign-in"),
        |email| format!("mailto:{}", utf8_percent_encode(email, ADDRESS)),
    );
    let expires = now.date().start().plus(LIFETIME).iso();
    format!(
        "Contact: {contact}\n\
         Expires: {expires}\n\
         Preferred-Languages: en\n\
         Canonical: {origin}/.well-known/security.txt\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_521_600_000);

    #[test]
    fn it_says_who_where_and_how_long() {
        assert_eq!(
            render(
                Some("help+portal@fern-oak.example"),
                "https://portal.example",
                NOON
            ),
            "Contact: mailto:help+portal@fern-oak.example\n\
             Expires: 2027-05-23T00:00:00Z\n\
             Preferred-Languages: en\n\
             Canonical: https://portal.example/.well-known/security.txt\n"
        );
        let without = render(None, "https://portal.example", NOON);
        assert!(without.starts_with("Contact: https://portal.example/sign-in\n"));
    }

    #[test]
    fn an_address_stays_one_line_of_one_uri() {
        let odd = render(Some("a?b=c\r\nContact: x@y.z"), "https://p.example", NOON);
        assert!(odd.starts_with("Contact: mailto:a%3Fb%3Dc%0D%0AContact%3A%20x@y.z\n"));
        assert_eq!(odd.lines().count(), 4);
    }
}
