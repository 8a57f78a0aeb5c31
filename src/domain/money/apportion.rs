//! Splitting an amount by weight so that the parts add up to it, to the last minor unit.
//!
//! The largest-remainder way: each part is rounded down, and what is left over goes, one unit each,
//! to the parts that lost most by it; of equals, to the earlier. So the answer depends on nothing
//! but the numbers. No part exceeds its weight as long as the amount does not exceed their sum.

/// Splits `total` (not below zero) by `weights` (none below zero). `None` where that has no answer:
/// a number below zero, or something to split among weights that are all zero.
pub fn apportion(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    if total < 0 || weights.iter().any(|w| *w < 0) {
        return None;
    }
    let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if whole == 0 {
        return (total == 0).then(|| vec![0; weights.len()]);
    }
    let mut parts = Vec::with_capacity(weights.len());
    let mut lost = Vec::with_capacity(weights.len());
    let mut left = total;
    for (place, weight) in weights.iter().enumerate() {
        let share = i128::from(total).checked_mul(i128::from(*weight))?;
        let part = i64::try_from(share / whole).ok()?;
        left = left.checked_sub(part)?;
        parts.push(part);
        lost.push((std::cmp::Reverse(share % whole), place));
    }
    lost.sort_unstable();
    for (_, place) in lost.into_iter().take(usize::try_from(left).ok()?) {
        let part = parts.get_mut(place)?;
        *part = part.checked_add(1)?;
    }
    Some(parts)
}

/// `value × numerator ÷ denominator`, halves rounded up (away from zero; nothing here is below it).
/// `None` where a number is below zero, the denominator is zero, or the answer does not fit.
pub(crate) fn half_up(value: i64, numerator: i64, denominator: i64) -> Option<i64> {
    if value < 0 || numerator < 0 || denominator <= 0 {
        return None;
    }
    let product = i128::from(value).checked_mul(i128::from(numerator))?;
    let twice = product.checked_mul(2)?.checked_add(denominator.into())?;
    i64::try_from(twice / i128::from(denominator).checked_mul(2)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_left_over_goes_to_who_lost_most() {
        assert_eq!(apportion(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
        assert_eq!(apportion(10, &[333, 667]), Some(vec![3, 7]));
        assert_eq!(apportion(5, &[0, 7, 0]), Some(vec![0, 5, 0]));
        assert_eq!(apportion(0, &[0, 0]), Some(vec![0, 0]));
        assert_eq!(apportion(1, &[0, 0]), None);
        assert_eq!(apportion(1, &[]), None);
        assert_eq!(apportion(-1, &[1]), None);
        assert_eq!(apportion(1, &[-1, 2]), None);
    }

    #[test]
    fn halves_go_up() {
        assert_eq!(half_up(5, 1, 10), Some(1));
        assert_eq!(half_up(4, 1, 10), Some(0));
        assert_eq!(half_up(250, 19_000, 100_000), Some(48)); // 47.5
        assert_eq!(half_up(i64::MAX, i64::MAX, 1), None);
        assert_eq!(half_up(1, 1, 0), None);
    }

    proptest! {
        #[test]
        fn the_parts_make_the_whole(
            weights in prop::collection::vec(0i64..=1_000_000_000_000, 1..12),
            percent in 0i64..=100_000,
        ) {
            let sum: i64 = weights.iter().sum();
            let total = half_up(sum, percent, 100_000).unwrap();
            let parts = apportion(total, &weights).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part >= 0 && part <= weight);
            }
        }
    }
}
