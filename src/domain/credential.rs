//! Passwords as they are kept: Argon2id in PHC strings (RFC 9106, OWASP password storage).
//!
//! m = 19456 KiB, t = 2, p = 1. Kept parameters are bounded before they are obeyed, so that a
//! planted row cannot make a sign-in take minutes. Somebody without a password costs the same
//! time and gets the same answer as a wrong one.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::password::Password;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The password could not be hashed: a bug, never a person's mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("password hashing: {0}")]
pub struct HashingFailed(String);

/// What a presented password turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The right one.
    Right,
    /// The right one, kept with other parameters than today's: hash it again.
    RightButOld,
    /// A wrong one, or there is none.
    Wrong,
}

fn argon2(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string to keep, from the password and sixteen random bytes.
pub fn hash(password: &Password, salt: [u8; 16]) -> Result<String, HashingFailed> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| HashingFailed(e.to_string()))?;
    let salt = SaltString::encode_b64(&salt).map_err(|e| HashingFailed(e.to_string()))?;
    let hash = argon2(params)
        .hash_password(password.expose().as_bytes(), &salt)
        .map_err(|e| HashingFailed(e.to_string()))?;
    Ok(hash.to_string())
}

/// What stands in for the password of somebody who has none: a hash of today's kind, of no password, so that the
/// same is read, worked out and compared.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Compares a presented password with what is kept. Without a kept one the same work is done, and it is wrong.
pub fn verify(password: &Password, kept: Option<&str>) -> Result<Proof, HashingFailed> {
    let is_kept = kept.is_some();
    let kept =
        PasswordHash::new(kept.unwrap_or(NOBODYS)).map_err(|e| HashingFailed(e.to_string()))?;
    let params = Params::try_from(&kept).map_err(|e| HashingFailed(e.to_string()))?;
    let bounded = params.m_cost() <= 4 * MEMORY_KIB && params.t_cost() <= 8 && params.p_cost() <= 4;
    if kept.algorithm.as_str() != "argon2id" || !bounded {
        return Err(HashingFailed("parameters out of bounds".to_owned()));
    }
    let today = (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES);
    let right = argon2(params).verify_password(password.expose().as_bytes(), &kept);
    Ok(match (right, today) {
        (Ok(()), true) if is_kept => Proof::Right,
        (Ok(()), false) if is_kept => Proof::RightButOld,
        _ => Proof::Wrong,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(text: &str) -> Password {
        Password::presented(text).unwrap()
    }

    #[test]
    fn the_right_password_is_told_from_a_wrong_one_and_none() {
        let kept = hash(&presented("correct horse battery staple"), [7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let ask = |text, kept| verify(&presented(text), kept).unwrap();
        assert_eq!(
            ask("correct horse battery staple", Some(&kept)),
            Proof::Right
        );
        assert_eq!(
            ask("correct horse battery stapler", Some(&kept)),
            Proof::Wrong
        );
        assert_eq!(ask("correct horse battery staple", None), Proof::Wrong);
    }

    #[test]
    fn older_parameters_still_work_and_absurd_ones_are_refused() {
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let salt = SaltString::encode_b64(&[1; 16]).unwrap();
        let old = argon2(params)
            .hash_password(b"an older password", &salt)
            .unwrap()
            .to_string();
        assert_eq!(
            verify(&presented("an older password"), Some(&old)),
            Ok(Proof::RightButOld)
        );
        let absurd = old.replace("m=8192", "m=4000000");
        assert!(verify(&presented("an older password"), Some(&absurd)).is_err());
    }
}
