//! How long to wait before the next try.

use std::time::Duration;

/// Doubles from `first` to `longest` with each try in vain. `random` is between 0 and 1: between half
/// and the whole of the time is waited, so that many who lost the same server do not return at once.
pub(crate) fn wait(tries: u32, first: Duration, longest: Duration, random: f64) -> Duration {
    let doubled = first.saturating_mul(1 << tries.saturating_sub(1).min(20));
    doubled
        .min(longest)
        .mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);

    #[test]
    fn each_try_in_vain_doubles_the_wait_up_to_the_longest() {
        let waits: Vec<u64> = [1, 2, 3, 6, 7, 8, 1_000]
            .map(|tries| wait(tries, FIRST, LONGEST, 1.0).as_secs())
            .into();
        assert_eq!(waits, [1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn chance_takes_away_up_to_half_of_it() {
        assert_eq!(wait(3, FIRST, LONGEST, 0.0), Duration::from_secs(2));
        assert_eq!(wait(3, FIRST, LONGEST, 0.5), Duration::from_secs(3));
        assert_eq!(wait(3, FIRST, LONGEST, 7.0), Duration::from_secs(4));
    }
}
