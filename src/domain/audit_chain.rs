//! The chain of the audit log: what an entry's hash is made of, and where a chain is broken.
//!
//! The hash is over the place, all that the entry says, and the hash of the place before. Whoever changes or
//! removes an entry would have to write every later hash anew; the newest one, noted elsewhere, then tells.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::time::Timestamp;

/// An entry at its place. All that is optional is missing where the entry is gone.
#[derive(Debug, Clone, Deserialize)]
pub struct Link {
    /// The place, from 1.
    pub n: i64,
    /// The seal, if it has one.
    #[serde(default)]
    pub hash: Option<String>,
    /// The entry's id, as the place names it.
    pub audit_id: String,
    /// The entry's own id; none where there is no entry.
    pub id: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// Kind of who acted.
    pub principal: Option<String>,
    /// Who acted.
    pub principal_id: Option<String>,
    /// Their name.
    pub principal_name: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To which row.
    pub entity_id: Option<String>,
    /// Of which client.
    pub client_id: Option<String>,
    /// Words.
    pub detail: Option<String>,
    /// From where.
    pub address: Option<String>,
}

impl Link {
    /// The hash behind one that is before it; `""` before the first.
    pub fn seal(&self, before: &str) -> String {
        let content = serde_json::json!([
            "portico audit v1",
            self.n,
            self.audit_id,
            self.at,
            self.principal,
            self.principal_id,
            self.principal_name,
            self.action,
            self.entity_id,
            self.client_id,
            self.detail,
            self.address,
            before,
        ]);
        let digest = Sha256::digest(content.to_string());
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat()
    }
}

/// The seals of entries that have none, one behind the other: (place, hash).
pub fn seal_all(before: &str, links: &[Link]) -> Vec<(i64, String)> {
    let mut before = before.to_owned();
    links
        .iter()
        .map(|link| {
            before = link.seal(&before);
            (link.n, before.clone())
        })
        .collect()
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// It says something else than when it was sealed.
    Changed,
    /// It is gone, or its place is.
    Removed,
}

impl How {
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// What a look at sealed entries found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// All right up to this place.
    Intact(i64),
    /// The first place where it is not.
    Broken(i64, How),
}

/// Looks at sealed entries from the place `next` on. Where that is not the first, the first link is the one
/// before it, looked at already, which gives the hash to go on from.
pub fn check(next: i64, links: &[Link]) -> Found {
    let (mut expected, mut before, mut rest) = (next, String::new(), links);
    if next > 1 {
        match links.split_first() {
            Some((known, others)) if known.n == next - 1 => {
                before = known.hash.clone().unwrap_or_default();
                rest = others;
            }
            _ => return Found::Broken(next - 1, How::Removed),
        }
    }
    for link in rest {
        if link.n != expected || link.id.is_none() {
            return Found::Broken(expected, How::Removed);
        }
        let hash = link.seal(&before);
        if link.hash.as_deref() != Some(hash.as_str()) {
            return Found::Broken(expected, How::Changed);
        }
        before = hash;
        expected += 1;
    }
    Found::Intact(expected - 1)
}

#[cfg(test)]
mod tests {
    use super::How::{Changed, Removed};
    use super::*;

    fn chain(count: i64) -> Vec<Link> {
        let mut links: Vec<Link> = (1..=count)
            .map(|n| Link {
                n,
                hash: None,
                audit_id: format!("id {n}"),
                id: Some(format!("id {n}")),
                at: Some(Timestamp(n)),
                principal: Some("staff".to_owned()),
                principal_id: None,
                principal_name: Some("Olive".to_owned()),
                action: Some("client.created".to_owned()),
                entity_id: None,
                client_id: None,
                detail: Some(String::new()),
                address: Some(String::new()),
            })
            .collect();
        let seals = seal_all("", &links);
        for (link, (_, hash)) in links.iter_mut().zip(seals) {
            link.hash = Some(hash);
        }
        links
    }

    #[test]
    fn an_intact_chain_is_intact_from_wherever_one_goes_on() {
        let links = chain(5);
        assert_eq!(check(1, &links), Found::Intact(5));
        assert_eq!(check(4, &links[2..]), Found::Intact(5));
        assert_eq!(check(6, &links[4..]), Found::Intact(5));
        assert_eq!(check(1, &[]), Found::Intact(0));
    }

    #[test]
    fn what_was_changed_or_removed_is_named() {
        let whole = chain(5);
        let broken = |change: &dyn Fn(&mut Vec<Link>)| {
            let mut links = whole.clone();
            change(&mut links);
            check(1, &links)
        };
        assert_eq!(
            broken(&|l| l[2].detail = Some("x".to_owned())),
            Found::Broken(3, Changed)
        );
        assert_eq!(
            broken(&|l| l[0].at = Some(Timestamp(9))),
            Found::Broken(1, Changed)
        );
        assert_eq!(
            broken(&|l| l[3].client_id = Some("c".to_owned())),
            Found::Broken(4, Changed)
        );
        assert_eq!(broken(&|l| drop(l.remove(1))), Found::Broken(2, Removed));
        assert_eq!(broken(&|l| drop(l.remove(0))), Found::Broken(1, Removed));
        assert_eq!(broken(&|l| l[4].id = None), Found::Broken(5, Removed));
        assert_eq!(broken(&|l| l[1].hash = None), Found::Broken(2, Changed));
        // Sealing one anew shows at the next one.
        let resealed = broken(&|l| {
            l[2].detail = Some("x".to_owned());
            let before = l[1].hash.clone().unwrap();
            l[2].hash = Some(l[2].seal(&before));
        });
        assert_eq!(resealed, Found::Broken(4, Changed));
    }
}
