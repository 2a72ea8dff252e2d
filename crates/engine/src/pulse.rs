//! One pulse for everybody who looks now and then.
//!
//! A processor that sleeps is woken by each timer on its own, so ten loops that look once a second cost
//! ten times what one costs. Here their looks fall on the same moments.

use std::{sync::LazyLock, time::Duration};

use tokio::time::Instant;

/// What all looks are counted from.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Waits for the next look of those that come `every` so often: no longer than that, and shorter the first
/// time.
pub(crate) async fn beat(every: Duration) {
    tokio::time::sleep_until(next(*BEGIN, Instant::now(), every)).await;
}

/// The next whole number of `every` after `begin`.
fn next(begin: Instant, now: Instant, every: Duration) -> Instant {
    let every_ns = every.as_nanos().max(1);
    let rest = now.duration_since(begin).as_nanos() % every_ns;
    let left = u64::try_from(every_ns - rest).unwrap_or(u64::MAX);
    now + Duration::from_nanos(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_of_different_length_fall_on_the_same_moments() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let [second, two] = [1, 2].map(Duration::from_secs);
        assert_eq!(next(begin, at(300), second), at(1_000));
        assert_eq!(next(begin, at(300), two), at(2_000));
        assert_eq!(next(begin, at(1_999), second), at(2_000));
        assert_eq!(next(begin, at(2_000), second), at(3_000), "never at once");
    }
}
