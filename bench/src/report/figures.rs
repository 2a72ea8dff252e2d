//! Numbers with their meaning: which way is better, what the middle and the worst of them is, and
//! what they were meant to reach.

use serde::{Deserialize, Serialize};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Better {
    /// As with a rate.
    Higher,
    /// As with a waiting time.
    Lower,
}

/// What one number of a round means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// For the head of a column, with its unit.
    pub(crate) name: String,
    /// Which way is better.
    pub(crate) better: Better,
}

/// One server's rounds; each round has a number per figure.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    /// The server's name.
    pub(crate) server: String,
    /// Round by round.
    pub(crate) rounds: Vec<Vec<f64>>,
}

/// A limit for a ratio or a number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Limit {
    /// Not below.
    AtLeast(f64),
    /// Not above.
    AtMost(f64),
}

/// Something that was meant to be reached, and what came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Goal {
    /// In words.
    pub(crate) what: String,
    /// The limit.
    pub(crate) limit: Limit,
    /// What was measured, round by round.
    pub(crate) rounds: Vec<f64>,
    /// The middle of it.
    pub(crate) median: f64,
    /// The worst of it.
    pub(crate) worst: f64,
    /// Whether the median keeps the limit.
    pub(crate) met: bool,
}

impl Figure {
    /// More is better.
    pub(crate) fn higher(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            better: Better::Higher,
        }
    }

    /// Less is better.
    pub(crate) fn lower(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            better: Better::Lower,
        }
    }
}

impl Series {
    /// The numbers of one figure, round by round.
    pub(crate) fn column(&self, figure: usize) -> Vec<f64> {
        self.rounds.iter().map(|round| round[figure]).collect()
    }
}

impl Goal {
    /// Judges what was measured.
    pub(crate) fn new(what: &str, limit: Limit, rounds: Vec<f64>) -> Self {
        let (better, met): (Better, fn(f64, f64) -> bool) = match limit {
            Limit::AtLeast(_) => (Better::Higher, |value, limit| value >= limit),
            Limit::AtMost(_) => (Better::Lower, |value, limit| value <= limit),
        };
        let (Limit::AtLeast(bound) | Limit::AtMost(bound)) = limit;
        let middle = median(&rounds);
        Self {
            what: what.to_owned(),
            limit,
            median: middle,
            worst: worst(&rounds, better),
            met: met(middle, bound),
            rounds,
        }
    }

    /// The ratio of one figure between two servers, round by round.
    pub(crate) fn ratio(
        what: &str,
        limit: Limit,
        ours: &Series,
        theirs: &Series,
        figure: usize,
    ) -> Self {
        let rounds = ours
            .column(figure)
            .into_iter()
            .zip(theirs.column(figure))
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        Self::new(what, limit, rounds)
    }
}

/// The middle value; of an even number of values the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

/// The least good value.
pub(crate) fn worst(values: &[f64], better: Better) -> f64 {
    let least_good = match better {
        Better::Higher => f64::min,
        Better::Lower => f64::max,
    };
    values.iter().copied().fold(f64::NAN, least_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_the_worst_at_the_bad_end() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(worst(&[3.0, 1.0, 2.0], Better::Higher), 1.0);
        assert_eq!(worst(&[3.0, 1.0, 2.0], Better::Lower), 3.0);
    }

    #[test]
    fn a_goal_is_met_by_the_median_and_shows_the_worst() {
        let series = |server: &str, rates: [f64; 3]| Series {
            server: server.to_owned(),
            rounds: rates.iter().map(|rate| vec![*rate]).collect(),
        };
        let ours = series("ours", [1000.0, 1200.0, 900.0]);
        let theirs = series("theirs", [100.0, 100.0, 100.0]);
        let goal = Goal::ratio("rate", Limit::AtLeast(10.0), &ours, &theirs, 0);
        assert!(goal.met);
        assert_eq!((goal.median, goal.worst), (10.0, 9.0));
        assert!(!Goal::new("p99", Limit::AtMost(0.25), vec![0.3]).met);
    }

    #[test]
    fn nothing_measured_meets_nothing() {
        assert!(!Goal::new("rate", Limit::AtLeast(1.0), Vec::new()).met);
        assert!(!Goal::new("time", Limit::AtMost(1.0), Vec::new()).met);
    }
}
