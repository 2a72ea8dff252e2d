//! How a call is put together from pieces.
//!
//! Everything here is a function of pieces that are already joined, so it does not matter in which
//! order they came. Before new ones are taken in, the call is taken apart again: what the pieces gave
//! leaves its fields, what was told of the call as a whole comes back.
//!
//! The rules:
//! - The leg that began first is the root. The conversation is over when its root is; a leg that is
//!   heard of late can therefore show that a call which seemed over goes on.
//! - A leg of which only a bill tells counts while no other leg is known. After that only its charges
//!   do: with the leg that has its id as another id, else with the root, unless that has a bill.
//! - Who hung up is told as the calling or the called side. Which of them is the person and which is
//!   our agent follows from the direction.
//! - A leg's cost is what its bill says; charges that were filed since for the same products replace
//!   those on the bill. Without a bill it is the sum of the charges.
//! - Of what was said, the telling with the voices of both sides counts most; of two such, lines do,
//!   unless the other knows when its turns began.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use jiff::SignedDuration;

use crate::{
    Call, Changes, Cost, CostPart, Direction, EndedCode, EndedReason, LegFields, LegId, Segment,
    Side, Source, Speaker, Stamp, Status, Told, Transcript, Voice,
    money::total,
    pieces::{Assembly, Own},
};

/// Runs `$run!(field)` for each field that calls and legs have both.
macro_rules! for_shared_fields {
    ($run:ident) => {
        $run!(status);
        $run!(direction);
        $run!(from);
        $run!(to);
        $run!(started_at);
        $run!(answered_at);
        $run!(ended_at);
        $run!(duration_ms);
        $run!(ended_reason);
        $run!(cost);
    };
}

/// What a call shows of its pieces, to find out what changed.
pub(crate) struct Shown {
    shared: LegFields,
    legs: BTreeMap<LegId, LegFields>,
    transcript: Option<Told<Transcript>>,
}

impl Call {
    pub(crate) fn shown(&self) -> Shown {
        let mut shared = LegFields::default();
        macro_rules! copy {
            ($field:ident) => {
                shared.$field = self.fields.$field.clone();
            };
        }
        for_shared_fields!(copy);
        Shown {
            shared,
            legs: self.legs.clone(),
            transcript: self.fields.transcript.clone(),
        }
    }

    /// Puts into `changes` what is shown otherwise now than before.
    pub(crate) fn compare(&self, before: &Shown, changes: &mut Changes) {
        let mut other = Vec::new();
        macro_rules! compare {
            ($field:ident) => {
                if differs(&before.shared.$field, &self.fields.$field) {
                    other.push(stringify!($field));
                }
                changes.fields.retain(|name| *name != stringify!($field));
            };
        }
        for_shared_fields!(compare);
        changes.fields.retain(|name| *name != "transcript");
        if differs(&before.transcript, &self.fields.transcript) {
            other.push("transcript");
        }
        changes.fields.extend(other);
        changes.legs = self
            .legs
            .iter()
            .filter(|(id, leg)| before.legs.get(*id) != Some(*leg))
            .map(|(id, _)| id.clone())
            .collect();
    }

    /// Gives back what was told of the call as a whole.
    pub(crate) fn take_apart(&mut self) {
        if self.assembly.is_empty() {
            return;
        }
        let mut own = mem::take(&mut self.assembly.own);
        macro_rules! give_back {
            ($field:ident) => {
                self.fields.$field = own.leg.$field.take();
            };
        }
        for_shared_fields!(give_back);
        self.fields.transcript = own.transcript;
        self.legs = own.legs;
    }

    /// Shows what the pieces give.
    pub(crate) fn put_together(&mut self) {
        if self.assembly.is_empty() {
            return;
        }
        let mut own = Own {
            leg: LegFields::default(),
            legs: mem::take(&mut self.legs),
            transcript: self.fields.transcript.take(),
        };
        macro_rules! put_aside {
            ($field:ident) => {
                own.leg.$field = self.fields.$field.take();
            };
        }
        for_shared_fields!(put_aside);

        let visible = self.assembly.visible();
        let root = self.assembly.root(&visible).cloned();
        let mut conversation = root
            .as_ref()
            .map(|root| self.assembly.leg(root, &visible, true))
            .unwrap_or_default();
        conversation.join(own.leg.clone());
        macro_rules! show {
            ($field:ident) => {
                self.fields.$field = conversation.$field.take();
            };
        }
        for_shared_fields!(show);

        self.legs = own.legs.clone();
        for id in visible.iter().filter(|id| Some(**id) != root.as_ref()) {
            let leg = self.assembly.leg(id, &visible, false);
            self.legs.entry((*id).clone()).or_default().join(leg);
        }
        let is_over = self.status().is_terminal();
        self.fields.transcript = self.spoken(root.as_ref(), own.transcript.as_ref(), is_over);
        self.assembly.own = own;
    }

    /// What was said, by the telling that says most.
    fn spoken(
        &self,
        root: Option<&LegId>,
        told: Option<&Told<Transcript>>,
        is_over: bool,
    ) -> Option<Told<Transcript>> {
        let told = told.cloned().map(|mut told| {
            told.value.is_final |= is_over;
            told
        });
        let lines = self.lines(root, is_over);
        let texts = self.transcriptions();
        let both = |told: &Option<Told<Transcript>>| {
            told.as_ref()
                .is_some_and(|told| has_both_sides(&told.value))
        };
        // A whole telling that knows when each turn began is more than the same in lines.
        let is_timed = |told: &Told<Transcript>| {
            let mut segments = told.value.segments.iter();
            segments.any(|segment| segment.start_ms.is_some())
        };
        if both(&lines) && !(both(&told) && told.as_ref().is_some_and(is_timed)) {
            return lines;
        }
        told.or(texts).or(lines)
    }

    fn lines(&self, root: Option<&LegId>, is_final: bool) -> Option<Told<Transcript>> {
        let last = self.assembly.lines.last()?;
        let recorded_from = self
            .recordings
            .values()
            .filter_map(|recording| Some(recording.started_at.as_ref()?.value))
            .min();
        let answered = || Some(self.fields.answered_at.as_ref()?.value);
        let began = recorded_from.or_else(answered);
        let segments = self.assembly.lines.iter().map(|line| {
            // Whoever is at the far end of the root is the person; a further leg leads to somebody
            // on our side.
            let is_root = root == Some(&line.leg);
            let is_person = is_root == (line.voice == Voice::OfTheParty);
            Segment {
                speaker: if is_person {
                    Speaker::Caller
                } else {
                    Speaker::Agent
                },
                start_ms: None,
                end_ms: began.and_then(|began| milliseconds(line.at.duration_since(began))),
                text: line.text.clone(),
                words: Vec::new(),
            }
        });
        Some(Told {
            value: Transcript {
                is_final,
                segments: segments.collect(),
            },
            stamp: Stamp {
                as_of: last.at,
                source: Source::Webhook,
            },
        })
    }

    fn transcriptions(&self) -> Option<Told<Transcript>> {
        let told = self.assembly.transcriptions.values();
        let stamp = told.clone().map(|told| told.stamp).max()?;
        let segments = told.map(|told| Segment {
            // Nobody says who speaks; it is the sound of the call as a whole.
            speaker: Speaker::Named("recording".into()),
            start_ms: None,
            end_ms: None,
            text: told.value.clone(),
            words: Vec::new(),
        });
        Some(Told {
            value: Transcript {
                is_final: true,
                segments: segments.collect(),
            },
            stamp,
        })
    }
}

impl Assembly {
    /// The leg that began first. Of legs whose begin is not known, and of those that began together,
    /// the one with the smallest id.
    fn root<'a>(&self, visible: &BTreeSet<&'a LegId>) -> Option<&'a LegId> {
        visible.iter().copied().min_by_key(|id| {
            let began = self.legs.get(*id).and_then(|leg| leg.started_at.as_ref());
            let began = began.map(|told| told.value);
            (began.is_none(), began, *id)
        })
    }

    /// The legs that count.
    fn visible(&self) -> BTreeSet<&LegId> {
        let is_real = |leg: &LegFields| leg.billed_only.as_ref().is_none_or(|told| !told.value);
        let any_real = self.legs.values().any(is_real);
        self.legs
            .iter()
            .filter(|(_, leg)| is_real(leg) || !any_real)
            .map(|(id, _)| id)
            .collect()
    }

    fn is_other_id(&self, leg: &LegId, id: &LegId) -> bool {
        let other = self.legs.get(leg).and_then(|leg| leg.other_id.as_ref());
        other.is_some_and(|told| told.value == id.as_str())
    }

    /// Whether a charge for this leg is one that no leg which counts can be found for.
    fn is_orphan(&self, leg: &LegId, visible: &BTreeSet<&LegId>) -> bool {
        !visible.contains(leg) && !visible.iter().any(|known| self.is_other_id(known, leg))
    }

    /// A leg with what follows from its pieces.
    fn leg(&self, id: &LegId, visible: &BTreeSet<&LegId>, is_root: bool) -> LegFields {
        let mut leg = self.legs.get(id).cloned().unwrap_or_default();
        if let (Some(status), Some(_)) = (&mut leg.status, &leg.answered_at)
            && status.value == Status::NotConnected
        {
            status.value = Status::Ended;
        }
        if let (Some(answered), Some(ended)) = (&leg.answered_at, &leg.ended_at)
            && let Some(length) = milliseconds(ended.value.duration_since(answered.value))
        {
            leg.duration_ms = Some(Told {
                value: length,
                stamp: answered.stamp.max(ended.stamp),
            });
        }
        leg.ended_reason = ended_reason(&leg);
        let adopts = is_root && leg.cost.is_none();
        let charges = self.charges.iter().filter(|(of, _)| {
            let is_its = *of == id || self.is_other_id(id, of);
            is_its || adopts && self.is_orphan(of, visible)
        });
        let charges = added_up(charges.flat_map(|(_, products)| products));
        leg.cost = cost(leg.cost.take(), &charges);
        leg
    }
}

/// The charges by product. Amounts of different currencies are not added up.
fn added_up<'a>(
    charges: impl Iterator<Item = (&'a String, &'a Told<Cost>)>,
) -> BTreeMap<&'a str, Told<Cost>> {
    let mut by_product: BTreeMap<&str, Told<Cost>> = BTreeMap::new();
    let mut currency = None;
    for (product, told) in charges {
        if *currency.get_or_insert(&told.value.currency) != &told.value.currency {
            continue;
        }
        match by_product.get_mut(product.as_str()) {
            Some(sum) => {
                sum.value.amount = sum.value.amount.saturating_add(told.value.amount);
                sum.value.provisional |= told.value.provisional;
                sum.stamp = sum.stamp.max(told.stamp);
            }
            None => {
                by_product.insert(product, told.clone());
            }
        }
    }
    by_product
}

/// What a leg cost by its bill and the charges.
fn cost(bill: Option<Told<Cost>>, charges: &BTreeMap<&str, Told<Cost>>) -> Option<Told<Cost>> {
    let Some(mut bill) = bill else {
        let any = charges.values().next()?;
        let parts = charges.iter().map(|(product, told)| CostPart {
            name: (*product).to_owned(),
            amount: told.value.amount,
        });
        return Some(Told {
            value: Cost {
                amount: total(charges.values().map(|told| told.value.amount)),
                currency: any.value.currency.clone(),
                provisional: charges.values().any(|told| told.value.provisional),
                parts: parts.collect(),
            },
            stamp: charges.values().map(|told| told.stamp).max()?,
        });
    };
    for part in &mut bill.value.parts {
        if let Some(charge) = charges.get(part.name.as_str())
            && charge.stamp > bill.stamp
            && charge.value.currency == bill.value.currency
        {
            let difference = charge.value.amount.saturating_sub(part.amount);
            bill.value.amount = bill.value.amount.saturating_add(difference);
            part.amount = charge.value.amount;
        }
    }
    Some(bill)
}

/// Why a leg ended. Nothing while it goes on, whatever is known already.
fn ended_reason(leg: &LegFields) -> Option<Told<EndedReason>> {
    let status = leg.status.as_ref()?.value;
    if !status.is_terminal() {
        return None;
    }
    if let Some(outcome) = leg.outcome.as_ref().filter(|_| status == Status::Ended) {
        return Some(outcome.clone());
    }
    let mut reason = leg.ended_reason.clone()?;
    let direction = leg.direction.as_ref().map(|told| told.value);
    let side = leg.hung_up.as_ref().map(|told| told.value);
    if reason.value.code == EndedCode::Unknown
        && let (Some(direction), Some(side)) = (direction, side)
    {
        reason.value.code = match (direction, side) {
            (Direction::Inbound, Side::Calling) | (Direction::Outbound, Side::Called) => {
                EndedCode::CallerHangup
            }
            (Direction::Inbound, Side::Called) | (Direction::Outbound, Side::Calling) => {
                EndedCode::AgentHangup
            }
            _ => EndedCode::Unknown,
        };
    }
    Some(reason)
}

fn has_both_sides(transcript: &Transcript) -> bool {
    let speaks = |speaker| {
        transcript
            .segments
            .iter()
            .any(|segment| segment.speaker == speaker)
    };
    speaks(Speaker::Agent) && speaks(Speaker::Caller)
}

fn milliseconds(span: SignedDuration) -> Option<u64> {
    u64::try_from(span.as_millis()).ok()
}

fn differs<T: PartialEq>(one: &Option<Told<T>>, other: &Option<Told<T>>) -> bool {
    one.as_ref().map(|told| &told.value) != other.as_ref().map(|told| &told.value)
}
