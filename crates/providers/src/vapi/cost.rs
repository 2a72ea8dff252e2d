//! What a call cost: US dollars, with its parts.

use ringback_model::{Cost, CostPart};
use rust_decimal::Decimal;

use crate::json::Object;

/// The parts of `costBreakdown`; what else is in there is tokens and characters.
const PARTS: [&str; 6] = ["transport", "stt", "llm", "tts", "vapi", "chat"];
/// The parts of `costBreakdown.analysisCostBreakdown`.
const ANALYSES: [&str; 4] = [
    "summary",
    "structuredData",
    "successEvaluation",
    "structuredOutput",
];

/// Digits behind the point that are kept. Vapi's figures are binary fractions, and what stands
/// further behind is what binary fractions look like in writing.
const DIGITS: u32 = 10;

/// The cost of a call, from the message or the call itself.
pub(super) fn cost(told: &Object<'_>, provisional: bool) -> Option<Cost> {
    let breakdown = told.object("costBreakdown");
    let amount = told
        .decimal("cost")
        .or_else(|| breakdown.as_ref()?.decimal("total"))?;
    let mut parts = itemised(told);
    if parts.is_empty() {
        parts = breakdown
            .as_ref()
            .map(|breakdown| broken_down(breakdown, amount))
            .unwrap_or_default();
    }
    Some(Cost {
        amount: tidy(amount),
        currency: "USD".into(),
        provisional,
        parts: parts
            .into_iter()
            .filter(|part| !part.amount.is_zero())
            .map(|part| CostPart {
                amount: tidy(part.amount),
                ..part
            })
            .collect(),
    })
}

fn tidy(amount: Decimal) -> Decimal {
    amount.round_dp(DIGITS).normalize()
}

/// `costs`: one entry for each component, several for the assistants of a squad.
fn itemised(told: &Object<'_>) -> Vec<CostPart> {
    let mut parts: Vec<CostPart> = Vec::new();
    for item in told.objects("costs").unwrap_or_default() {
        let (Some(name), Some(amount)) = (item.text("type"), item.decimal("cost")) else {
            continue;
        };
        let kind = item
            .text("analysisType")
            .or_else(|| item.text("subType").filter(|kind| kind != "normal"));
        let name = match kind {
            Some(kind) => format!("{name} ({kind})"),
            None => name,
        };
        match parts.iter_mut().find(|part| part.name == name) {
            Some(part) => part.amount = part.amount.checked_add(amount).unwrap_or(part.amount),
            None => parts.push(CostPart { name, amount }),
        }
    }
    parts
}

/// `costBreakdown`. Whether its total contains the analysis is not documented; it is a part where that
/// brings the parts nearer to the total.
fn broken_down(breakdown: &Object<'_>, total: Decimal) -> Vec<CostPart> {
    let part = |object: &Object<'_>, name: &str| {
        Some(CostPart {
            name: name.to_owned(),
            amount: object.decimal(name)?,
        })
    };
    let mut parts: Vec<CostPart> = PARTS
        .iter()
        .filter_map(|name| part(breakdown, name))
        .collect();
    let sum = |parts: &[CostPart]| {
        parts
            .iter()
            .try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.amount))
    };
    let analyses: Vec<CostPart> = breakdown
        .object("analysisCostBreakdown")
        .map(|analyses| {
            ANALYSES
                .iter()
                .filter_map(|name| part(&analyses, name))
                .map(|part| CostPart {
                    name: format!("analysis ({})", part.name),
                    ..part
                })
                .collect()
        })
        .unwrap_or_default();
    let rest = |sum: Decimal| total.checked_sub(sum).map(|rest| rest.abs());
    let without = sum(&parts).and_then(rest);
    let with = sum(&[parts.clone(), analyses.clone()].concat()).and_then(rest);
    if let (Some(without), Some(with)) = (without, with)
        && with < without
    {
        parts.extend(analyses);
    }
    parts
}
