//! What a call cost and how fast it answered. Money is decimal, never floating point.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::told::Fact;

/// An ISO 4217 code such as `USD`.
pub type Currency = String;

/// A currency's code: three letters, in capitals. `None` for any other text, of which nobody knows what
/// an amount in it is worth, or how long it may be.
pub fn currency_code(text: &str) -> Option<Currency> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// What a call cost, in units of `currency` (dollars, not cents).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The total, positive for what has to be paid.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: Currency,
    /// True while the provider may still change it.
    pub provisional: bool,
    /// What it is made of, in the provider's order. May be empty.
    pub parts: Vec<CostPart>,
}

impl Fact for Cost {}

/// One part of a cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostPart {
    /// The provider's name for it.
    pub name: String,
    /// In units of the cost's currency.
    pub amount: Decimal,
}

impl Cost {
    /// How far the parts are from the total, where there are parts. The largest decimal where they
    /// are too far apart for one.
    pub fn gap(&self) -> Option<Decimal> {
        if self.parts.is_empty() {
            return None;
        }
        let rest = self
            .parts
            .iter()
            .try_fold(self.amount, |rest, part| rest.checked_sub(part.amount));
        Some(rest.map_or(Decimal::MAX, |rest| rest.abs()))
    }
}

/// The sum. Amounts beyond all reason, which anybody can send, do not overflow.
pub(crate) fn total(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, Decimal::saturating_add)
}

/// Percentiles of a latency in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// The median.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

/// Latencies by what was measured (`e2e`, `llm`, `tts`, ...), in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Latency(pub indexmap::IndexMap<String, Percentiles>);

impl Fact for Latency {}
