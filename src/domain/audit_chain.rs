//! The chain of the audit log: what an entry's hash is made of, and where a chain is broken.
//!
//! The hash is over the place, all that the entry says, and the hash of the place before. Whoever changes or
//! removes an entry would have to write every later hash anew; the newest one, noted elsewhere, then tells.
//!
//! Who acted and the words of an entry stand in the hash as salted digests. When a person is erased, a part that
//! names them becomes empty and its salt goes: what is left confirms no guess of it, and the chain still holds.
//! Such a part has to name the entry that tells of the erasure, so nobody blanks one in silence.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::hex::hex;
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
    /// Salt of [`who`](Self::who); none once that is erased.
    pub who_salt: Option<String>,
    /// Salt of [`what`](Self::what); none once that is erased.
    pub what_salt: Option<String>,
    /// The digest of who acted, as sealed; none under a seal of the first version.
    pub who_digest: Option<String>,
    /// The digest of the words, as sealed.
    pub what_digest: Option<String>,
    /// The entry that tells why parts are empty, if that is on record.
    pub erased_by: Option<String>,
}

/// What a place gets when it is sealed: itself, its hash, the digests of who and what.
pub type Seal = (i64, String, String, String);

/// Stands for a part that was erased before it was sealed.
const ERASED: &str = "erased";

impl Link {
    /// The digest of who acted, and from where.
    fn who(&self, salt: &str) -> String {
        let said = (&self.principal_name, &self.address);
        digest(&serde_json::json!([salt, said.0, said.1]))
    }

    /// The digest of the words.
    fn what(&self, salt: &str) -> String {
        digest(&serde_json::json!([salt, self.detail]))
    }

    /// The digests that a seal is made over now.
    fn digests(&self) -> (String, String) {
        let part = |salt: &Option<String>, of: &dyn Fn(&str) -> String| {
            salt.as_deref().map_or_else(|| ERASED.to_owned(), of)
        };
        (
            part(&self.who_salt, &|salt| self.who(salt)),
            part(&self.what_salt, &|salt| self.what(salt)),
        )
    }

    /// The hash over digests, behind one that is before it; `""` before the first.
    fn seal(&self, (who, what): (&str, &str), before: &str) -> String {
        digest(&serde_json::json!([
            "portico audit v2",
            self.n,
            self.audit_id,
            self.at,
            self.principal,
            self.principal_id,
            who,
            self.action,
            self.entity_id,
            self.client_id,
            what,
            before,
        ]))
    }

    /// Whether a part is as it was sealed, or erased with an entry that tells of it.
    fn part_holds(
        &self,
        salt: Option<&str>,
        is_empty: bool,
        matches: impl Fn(&str) -> bool,
    ) -> bool {
        match salt {
            Some(salt) => matches(salt),
            None => is_empty && self.erased_by.is_some(),
        }
    }

    /// The hash that must stand here, behind one that is before it; none where a part is not as it was sealed.
    fn expected(&self, before: &str) -> Option<String> {
        let (Some(who), Some(what)) = (&self.who_digest, &self.what_digest) else {
            // Of the first version. Its hash was made over the words themselves, so where they were erased it can
            // only be taken as it stands; that it does is held by the place behind it.
            return match &self.erased_by {
                Some(_) => self.hash.clone(),
                None => Some(self.first_seal(before)),
            };
        };
        let is = |part: &Option<String>| part.as_deref().unwrap_or_default().is_empty();
        let nobody = is(&self.principal_name) && is(&self.address);
        let holds = self.part_holds(self.who_salt.as_deref(), nobody, |salt| {
            self.who(salt) == *who
        }) && self.part_holds(self.what_salt.as_deref(), is(&self.detail), |salt| {
            self.what(salt) == *what
        });
        holds.then(|| self.seal((who, what), before))
    }

    /// The hash as the first version made it.
    fn first_seal(&self, before: &str) -> String {
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
        digest(&content)
    }
}

fn digest(content: &serde_json::Value) -> String {
    hex(&Sha256::digest(content.to_string()))
}

/// The seals of entries that have none, one behind the other.
pub fn seal_all(before: &str, links: &[Link]) -> Vec<Seal> {
    let mut before = before.to_owned();
    let seal = |link: &Link| {
        let (who, what) = link.digests();
        before = link.seal((&who, &what), &before);
        (link.n, before.clone(), who, what)
    };
    links.iter().map(seal).collect()
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
        match link.expected(&before) {
            Some(hash) if link.hash.as_deref() == Some(hash.as_str()) => before = hash,
            _ => return Found::Broken(expected, How::Changed),
        }
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
                detail: Some("Hartmann".to_owned()),
                address: Some("192.0.2.7".to_owned()),
                who_salt: Some(format!("salt {n}")),
                what_salt: Some(format!("other salt {n}")),
                who_digest: None,
                what_digest: None,
                erased_by: None,
            })
            .collect();
        let seals = seal_all("", &links);
        for (link, (_, hash, who, what)) in links.iter_mut().zip(seals) {
            link.hash = Some(hash);
            link.who_digest = Some(who);
            link.what_digest = Some(what);
        }
        links
    }

    /// A chain as the first version sealed it.
    fn old_chain(count: i64) -> Vec<Link> {
        let mut before = String::new();
        let mut links = chain(count);
        for link in &mut links {
            (link.who_salt, link.what_salt) = (None, None);
            (link.who_digest, link.what_digest) = (None, None);
            before = link.first_seal(&before);
            link.hash = Some(before.clone());
        }
        links
    }

    /// Blanks both parts, as an erasure does.
    fn erase(link: &mut Link) {
        (link.who_salt, link.what_salt) = (None, None);
        link.principal_name = Some(String::new());
        link.address = Some(String::new());
        link.detail = Some(String::new());
        link.erased_by = Some("id 5".to_owned());
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
            let (who, what) = l[2].digests();
            l[2].hash = Some(l[2].seal((&who, &what), &before));
            (l[2].who_digest, l[2].what_digest) = (Some(who), Some(what));
        });
        assert_eq!(resealed, Found::Broken(4, Changed));
    }

    #[test]
    fn what_was_erased_on_record_leaves_the_chain_intact() {
        let mut links = chain(5);
        erase(&mut links[1]);
        assert_eq!(check(1, &links), Found::Intact(5));
        // One part alone as well.
        links[3].what_salt = None;
        links[3].detail = Some(String::new());
        links[3].erased_by = Some("id 5".to_owned());
        assert_eq!(check(1, &links), Found::Intact(5));
        // What else it says is held as before.
        links[1].action = Some("client.archived".to_owned());
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
    }

    #[test]
    fn what_was_blanked_in_silence_shows() {
        let mut links = chain(5);
        erase(&mut links[1]);
        links[1].erased_by = None;
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
        let mut links = chain(5);
        links[1].detail = Some(String::new());
        links[1].erased_by = Some("id 5".to_owned());
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
        // Words put where some were erased.
        let mut links = chain(5);
        erase(&mut links[1]);
        links[1].detail = Some("Other".to_owned());
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
    }

    #[test]
    fn what_is_erased_before_it_is_sealed_is_sealed_without() {
        let mut links = chain(3);
        for link in &mut links {
            (link.hash, link.who_digest, link.what_digest) = (None, None, None);
        }
        erase(&mut links[1]);
        let seals = seal_all("", &links);
        for (link, (_, hash, who, what)) in links.iter_mut().zip(seals) {
            link.hash = Some(hash);
            (link.who_digest, link.what_digest) = (Some(who), Some(what));
        }
        assert_eq!(check(1, &links), Found::Intact(3));
        links[1].erased_by = None;
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
    }

    #[test]
    fn seals_of_the_first_version_hold_and_go_on_in_the_second() {
        let mut links = old_chain(3);
        assert_eq!(check(1, &links), Found::Intact(3));
        let mut newer = chain(5).split_off(3);
        let before = links[2].hash.clone().unwrap();
        let seals = seal_all(&before, &newer);
        for (link, (_, hash, ..)) in newer.iter_mut().zip(seals) {
            link.hash = Some(hash);
        }
        links.extend(newer);
        assert_eq!(check(1, &links), Found::Intact(5));
        links[1].detail = Some("x".to_owned());
        assert_eq!(check(1, &links), Found::Broken(2, Changed));
        // Erased on record, its seal is taken as it stands, and the next place holds it.
        erase(&mut links[1]);
        assert_eq!(check(1, &links), Found::Intact(5));
        links[1].hash = Some("0".repeat(64));
        assert_eq!(check(1, &links), Found::Broken(3, Changed));
    }
}
