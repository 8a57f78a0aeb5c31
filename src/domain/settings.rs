//! Numbers that the business sets, each within what the portal can keep.

use super::{time::Millis, upload::human_bytes};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a setting is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Not 1 to 30.
    #[error("Enter a number of days from 1 to 30.")]
    InviteDays,
    /// Not 1 MB to 5 GB.
    #[error("Enter a size from 1 to 5120 MB.")]
    UploadLimit,
}

/// How many days an invitation lives: 1 to 30, 7 unless set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteDays(u8);

impl InviteDays {
    /// The door for numbers.
    pub fn new(days: i64) -> Result<Self, SettingError> {
        match u8::try_from(days) {
            Ok(days @ 1..=30) => Ok(Self(days)),
            Ok(_) | Err(_) => Err(SettingError::InviteDays),
        }
    }
    /// The door for a form's text.
    pub fn parse(raw: &str) -> Result<Self, SettingError> {
        Self::new(digits(raw).ok_or(SettingError::InviteDays)?)
    }
    /// The number.
    pub const fn days(self) -> i64 {
        self.0 as i64
    }
    /// As a span.
    pub const fn span(self) -> Millis {
        Millis::days(self.days())
    }
}

/// How large a document may be, in bytes: 1 MiB to 5 GiB, 100 MiB unless set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadLimit(u64);

impl UploadLimit {
    /// What a new business starts with.
    pub const DEFAULT: Self = Self(100 << 20);
    const MIN: u64 = 1 << 20;
    const MAX: u64 = 5 << 30;

    /// The door for bytes.
    pub fn new(bytes: i64) -> Result<Self, SettingError> {
        match u64::try_from(bytes) {
            Ok(bytes @ Self::MIN..=Self::MAX) => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(SettingError::UploadLimit),
        }
    }
    /// The door for a form's text, in whole MB (of 1,024 × 1,024).
    pub fn parse_megabytes(raw: &str) -> Result<Self, SettingError> {
        let megabytes = digits(raw).ok_or(SettingError::UploadLimit)?;
        Self::new(megabytes.saturating_mul(1 << 20))
    }
    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
    /// In whole MB, as the form shows it.
    pub const fn megabytes(self) -> u64 {
        self.0 >> 20
    }
    /// "100 MB".
    pub fn words(self) -> String {
        human_bytes(self.0)
    }
}

/// Up to 12 digits, spaces around ignored.
fn digits(raw: &str) -> Option<i64> {
    let text = raw.trim();
    let plain = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// JSON and D1: the plain number, checked on the way in.
macro_rules! as_number {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(s)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Self::new(i64::deserialize(d)?).map_err(serde::de::Error::custom)
            }
        }
    };
}
as_number!(InviteDays);
as_number!(UploadLimit);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_one_to_thirty() {
        assert_eq!(InviteDays::parse(" 14 ").unwrap().days(), 14);
        assert_eq!(InviteDays::new(7).unwrap().span(), Millis::days(7));
        for bad in [
            "",
            "0",
            "31",
            "-1",
            "7.5",
            "seven",
            "+7",
            "9999999999999999999",
            "７",
        ] {
            assert_eq!(
                InviteDays::parse(bad),
                Err(SettingError::InviteDays),
                "{bad}"
            );
        }
        assert!(InviteDays::new(0).is_err() && InviteDays::new(-250).is_err());
    }

    #[test]
    fn limits_are_one_mb_to_five_gb() {
        assert_eq!(UploadLimit::DEFAULT.words(), "100 MB");
        assert_eq!(
            UploadLimit::parse_megabytes("5120").unwrap().bytes(),
            5 << 30
        );
        assert_eq!(UploadLimit::new(1 << 20).unwrap().megabytes(), 1);
        for bad in ["", "0", "5121", "999999999999", "-5", "1e3"] {
            assert_eq!(
                UploadLimit::parse_megabytes(bad),
                Err(SettingError::UploadLimit),
                "{bad}"
            );
        }
        assert!(UploadLimit::new((1 << 20) - 1).is_err());
    }

    #[test]
    fn numbers_from_json_are_checked() {
        assert_eq!(
            serde_json::to_string(&UploadLimit::DEFAULT).unwrap(),
            "104857600"
        );
        assert_eq!(serde_json::from_str::<InviteDays>("30").unwrap().days(), 30);
        assert!(serde_json::from_str::<InviteDays>("31").is_err());
    }
}
