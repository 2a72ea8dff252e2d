//! What Telnyx charges: a bill for each leg (`call.cost`, if that is switched on), and detail
//! records, one for each product.
//!
//! The fields of voice detail records are not typed in the OpenAPI description; those read here were
//! observed by users (July 2026), beside the ones that other products' records are documented with.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    CallEvent, Charge, Cost, CostPart, Currency, LegFacts, LegId, ProviderCallId, Source, Stamp,
    Status, currency_code,
};

use super::{events::direction, hangup};
use crate::{Misunderstood, json::Object};

/// The account's currency, where a bill does not name one.
const CURRENCY: &str = "USD";

/// How long after a call its records may still be on their way.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Reads the payload of `call.cost`. `None` if it tells no cost.
pub(super) fn bill(payload: &Object<'_>) -> Option<Cost> {
    if payload
        .text("status")
        .is_some_and(|status| status != "success")
    {
        return None;
    }
    let parts = payload.objects("cost_parts").unwrap_or_default();
    let told: Vec<_> = parts.iter().map(currency).collect::<Option<_>>()?;
    let currency = told
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_else(|| CURRENCY.to_owned());
    let part = |part: &Object<'_>| {
        Some(CostPart {
            name: part.text("call_part")?,
            amount: part.decimal("cost")?.normalize(),
        })
    };
    Some(Cost {
        amount: payload.decimal("total_cost")?.normalize(),
        parts: parts
            .iter()
            .filter(|part| {
                self::currency(part)
                    .flatten()
                    .is_none_or(|its| its == currency)
            })
            .filter_map(part)
            .collect(),
        currency,
        provisional: false,
    })
}

/// The currency that is told, if one is. `None` if what stands there is no currency's code: then no
/// amount beside it is believed, and the document in the journal is all there is of it.
fn currency(object: &Object<'_>) -> Option<Option<Currency>> {
    match object.text("currency") {
        Some(text) => currency_code(&text).map(Some),
        None => Some(None),
    }
}

/// A detail record.
#[derive(Clone, Debug)]
pub(super) struct DetailRecord {
    /// The session; where it is of none, the record's own id.
    pub(super) conversation: String,
    leg: LegId,
    /// Whether the leg is known by its own id.
    has_leg: bool,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    direction: Option<ringback_model::Direction>,
    pub(super) started_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    seconds: Option<u64>,
    hangup_cause: Option<String>,
    product: String,
    cost: Option<Cost>,
}

impl DetailRecord {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, Misunderstood> {
        let text = |names: &[&str]| names.iter().find_map(|name| object.text(name));
        let moment = |names: &[&str]| names.iter().find_map(|name| object.moment(name));
        let own = text(&["id", "uuid"]);
        let leg = text(&["telnyx_leg_id", "call_leg_id", "leg_id"]);
        let session = text(&["telnyx_session_id", "call_session_id", "session_id"]);
        // Records of trunks name the token of the leg, if it has one.
        let control = text(&["call_control_id", "telnyx_call_control_id"]);
        let has_leg = leg.is_some();
        let leg = leg
            .or(control)
            .or_else(|| own.clone())
            .ok_or_else(|| object.lacks("id", "is missing or no text"))?;
        let product = object.text("record_type").unwrap_or_else(|| "call".into());
        let product = product.replace('_', "-");
        Ok(Self {
            conversation: session.or(own).unwrap_or_else(|| leg.clone()),
            leg: LegId::new(leg),
            has_leg,
            from: text(&["cli", "originating_number"]),
            to: text(&["cld", "dest_number", "destination_number"]),
            direction: direction(object),
            started_at: moment(&["started_at", "joined_at"]),
            answered_at: moment(&["answered_at"]),
            finished_at: moment(&["finished_at", "ended_at", "left_at"]),
            seconds: object
                .integer("call_sec")
                .and_then(|seconds| u64::try_from(seconds).ok()),
            hangup_cause: object.text("hangup_cause"),
            product: product
                .strip_suffix("-detail-record")
                .unwrap_or(&product)
                .to_owned(),
            cost: currency(object)
                .zip(object.decimal("cost"))
                .map(|(currency, amount)| Cost {
                    amount: amount.normalize(),
                    currency: currency.unwrap_or_else(|| CURRENCY.to_owned()),
                    provisional: false,
                    parts: Vec::new(),
                }),
        })
    }

    /// What it says, read at `at`.
    ///
    /// Of the leg it is a coarse copy of what the events said, in whole seconds; so it speaks as of
    /// the leg's begin, and whatever an event tells of the same counts more. What was charged is true
    /// as of now.
    pub(super) fn reports(&self, at: Timestamp) -> Vec<CallEvent> {
        let report = |as_of| {
            let stamp = Stamp {
                as_of,
                source: Source::Snapshot,
            };
            CallEvent::new(ProviderCallId::new(&self.conversation), stamp)
        };
        let mut leg = report(self.started_at.or(self.finished_at).unwrap_or(at));
        leg.pieces.legs.push((self.leg.clone(), self.leg_facts()));
        let mut reports = vec![leg];
        if let Some(cost) = &self.cost {
            let is_young = self
                .finished_at
                .is_none_or(|end| at.duration_since(end) < PATIENCE);
            let mut charged = report(at);
            charged.pieces.charges.push(Charge {
                leg: self.leg.clone(),
                product: self.product.clone(),
                cost: Cost {
                    // Another product's record may follow.
                    provisional: is_young,
                    ..cost.clone()
                },
            });
            reports.push(charged);
        }
        reports
    }

    fn leg_facts(&self) -> LegFacts {
        let hangup = hangup::read(self.hangup_cause.as_deref(), None);
        let status = match (self.finished_at, self.answered_at) {
            (None, _) => None,
            (Some(_), Some(_)) => Some(Status::Ended),
            (Some(_), None) if self.seconds.unwrap_or(0) > 0 => Some(Status::Ended),
            (Some(_), None) => Some(match hangup.status {
                Status::Failed => Status::Failed,
                _ => Status::NotConnected,
            }),
        };
        LegFacts {
            status,
            direction: self.direction,
            from: self.from.clone(),
            to: self.to.clone(),
            started_at: self.started_at,
            answered_at: self.answered_at,
            ended_at: self.finished_at,
            duration_ms: self
                .seconds
                .filter(|_| status == Some(Status::Ended))
                .and_then(|seconds| seconds.checked_mul(1000)),
            ended_reason: hangup.reason.filter(|_| status.is_some()),
            billed_only: (!self.has_leg).then_some(true),
            ..LegFacts::default()
        }
    }
}
