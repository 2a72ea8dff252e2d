//! How a call is put together from pieces.
//!
//! Everything here is a function of pieces that are already joined, so it does not matter in which
//! order they came. Before new ones are taken in, the call is taken apart again: what the pieces gave
//! leaves its fields, what was told of the call as a whole comes back.
//!
//! The rules:
//! - The leg that began first is the root; what is known of it is known of the call. When the call is
//!   over is a matter of all legs (`ending`).
//! - A leg of which only a bill tells counts while no other leg is known. After that only its charges
//!   do: with the leg that has its id as another id, else with the root, unless that has a bill.
//! - Who hung up is told as the calling or the called side. Which of them is the person and which is
//!   our agent follows from the direction.
//! - A leg's cost is what its bill says; charges that were filed since for the same products replace
//!   those on the bill. Without a bill it is the sum of the charges.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    mem,
};

use crate::{
    Call, Changes, Cost, CostPart, Direction, EndedCode, EndedReason, LegFields, LegId, Side,
    Status, Told, Transcript,
    money::total,
    pieces::{Assembly, Own},
    spoken::milliseconds,
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
    transcript: Option<Transcript>,
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
            transcript: self.transcript().map(Cow::into_owned),
        }
    }

    /// Puts into `changes` what is shown otherwise now than before.
    pub(crate) fn compare(&self, before: &Shown, changes: &mut Changes) {
        let mut other = Vec::new();
        let mut hidden = false;
        let mut note = |name: &'static str, is_other: bool| {
            let told = changes.fields.len();
            changes.fields.retain(|known| *known != name);
            if is_other {
                other.push(name);
            } else {
                // It was told otherwise than before and is not what is shown. It has to be kept.
                hidden |= changes.fields.len() < told;
            }
        };
        macro_rules! compare {
            ($field:ident) => {
                note(
                    stringify!($field),
                    differs(&before.shared.$field, &self.fields.$field),
                );
            };
        }
        for_shared_fields!(compare);
        let transcript = self.transcript();
        note(
            "transcript",
            before.transcript.as_ref() != transcript.as_deref(),
        );
        changes.fields.extend(other);
        let legs = self.legs.iter();
        let legs = legs.filter(|(id, leg)| before.legs.get(*id) != Some(*leg));
        let legs: Vec<_> = legs.map(|(id, _)| id.clone()).collect();
        hidden |= changes.legs.iter().any(|leg| !legs.contains(leg));
        changes.legs = legs;
        changes.pieces |= hidden;
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
        conversation.status = self.assembly.status(root.as_ref());
        let status = conversation.status.as_ref().map(|told| told.value);
        if status.is_some_and(|status| !status.is_terminal()) {
            // The root's end is not that of the call.
            conversation.ended_at = None;
            conversation.duration_ms = None;
            conversation.ended_reason = None;
        }
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
        self.assembly.own = own;
    }
}

impl Assembly {
    /// The leg that began first. Of legs whose begin is not known, and of those that began together,
    /// the one with the smallest id.
    pub(crate) fn root<'a>(&self, visible: &BTreeSet<&'a LegId>) -> Option<&'a LegId> {
        visible.iter().copied().min_by_key(|id| {
            let began = self.legs.get(*id).and_then(|leg| leg.started_at.as_ref());
            let began = began.map(|told| told.value);
            (began.is_none(), began, *id)
        })
    }

    /// The legs that count.
    pub(crate) fn visible(&self) -> BTreeSet<&LegId> {
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
        leg.status = self.standing(&leg);
        // Only the end of the call follows from it; nobody is shown it.
        leg.alive_at = None;
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

fn differs<T: PartialEq>(one: &Option<Told<T>>, other: &Option<Told<T>>) -> bool {
    one.as_ref().map(|told| &told.value) != other.as_ref().map(|told| &told.value)
}
