//! How fast the agent answered (`artifact.performanceMetrics`, in milliseconds).

use ringback_model::{Latency, Percentiles};

use crate::json::Object;

/// What Vapi measures of each turn, and what it is called here and at other providers.
const PARTS: [(&str, &str); 5] = [
    ("turnLatency", "e2e"),
    ("modelLatency", "llm"),
    ("voiceLatency", "tts"),
    ("transcriberLatency", "stt"),
    ("endpointingLatency", "endpointing"),
];

/// The percentiles of the turns. Vapi tells the turns and their averages; an average is no
/// percentile, so where the turns are not told, nothing is.
pub(super) fn latency(artifact: &Object<'_>) -> Option<Latency> {
    let turns = artifact
        .object("performanceMetrics")?
        .objects("turnLatencies")?;
    let parts = PARTS.into_iter().filter_map(|(part, name)| {
        let mut values: Vec<f64> = turns
            .iter()
            .filter_map(|turn| turn.float(part))
            .filter(|ms| *ms >= 0.0)
            .collect();
        values.sort_by(f64::total_cmp);
        (!values.is_empty()).then(|| (name.to_owned(), percentiles(&values)))
    });
    let latency = Latency(parts.collect());
    (!latency.0.is_empty()).then_some(latency)
}

fn percentiles(sorted: &[f64]) -> Percentiles {
    let at = |percent| Some(percentile(sorted, percent));
    Percentiles {
        p50: at(50),
        p90: at(90),
        p95: at(95),
        p99: at(99),
    }
}

/// Linear between neighbours, to a tenth of a millisecond.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len() - 1;
    let place = last * percent;
    let (low, rest) = (place / 100, place % 100);
    let high = (low + 1).min(last);
    #[expect(clippy::cast_precision_loss, reason = "less than a hundred")]
    let share = rest as f64 / 100.0;
    let value = sorted[low] + (sorted[high] - sorted[low]) * share;
    // A hair more, so that a half which binary fractions miss by nothing is rounded as a half.
    ((value * 10.0) + 1e-6).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_neighbours_and_one_turn_is_all_of_them() {
        let sorted = [700.0, 800.0, 1000.0, 1200.0];
        assert_eq!(percentile(&sorted, 50), 900.0);
        assert_eq!(percentile(&sorted, 90), 1140.0);
        assert_eq!(percentile(&sorted, 99), 1194.0);
        assert_eq!(percentile(&[812.34], 95), 812.3);
        assert_eq!(percentile(&[812.3, 812.4], 50), 812.4, "a half goes up");
    }
}
