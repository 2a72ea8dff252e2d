//! From a webhook to the row on the board.
//!
//! The page itself writes down when a row came: an observer in it reads the clock that this program
//! reads too, so what WebDriver takes to carry a question and its answer is not counted.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, bail};
use rand::{Rng, rngs::StdRng};
use ringback_journeys::{
    patience::SOON,
    window::{Role, View},
};
use serde_json::{Value, json};

use super::retell::{Event, Line};
use crate::load::Latencies;

/// Calls that begin in a round.
pub(super) const EVENTS: usize = 50;

/// The pause before each, in ms. Never the same, so that no rhythm of the program's own is always
/// met at its best moment.
pub(super) const PAUSE_MS: std::ops::Range<u64> = 60..180;

/// Writes down for every card when it was first there.
const WATCH: &str = "
    const seen = window.rowsSeen = {};
    const board = document.querySelector('section[aria-label=\"Ongoing calls\"]');
    new MutationObserver(() => {
        const now = Date.now();
        for (const card of board.querySelectorAll('[data-call]')) seen[card.dataset.call] ??= now;
    }).observe(board, { subtree: true, childList: true });
    return board.getAttribute('aria-busy') === 'false';";

/// Lets calls begin and gives the time from sending the event of each until its row stood in the
/// page. Every call must have exactly one.
pub(super) async fn measure(
    view: &View,
    line: &mut Line,
    dice: &mut StdRng,
) -> anyhow::Result<Latencies> {
    view.find(Role::Region, "Ongoing calls").await;
    view.until_true(SOON, "the board has loaded", WATCH).await;

    let mut sent = HashMap::new();
    for number in 0..EVENTS {
        tokio::time::sleep(Duration::from_millis(dice.random_range(PAUSE_MS))).await;
        let call = format!("call_row_{number:04}");
        let at = line.post(Event::Started, &call).await?;
        sent.insert(call, at);
    }

    let seen = view
        .until_true(
            SOON,
            "every call has a row",
            &format!("return Object.keys(rowsSeen).length >= {EVENTS} && rowsSeen"),
        )
        .await;
    let seen = seen.as_object().context("rows with their times")?;
    if seen.len() != EVENTS {
        bail!("{} rows for {EVENTS} calls", seen.len());
    }
    let mut latencies = Latencies::default();
    for (row, at) in seen {
        let call = view.call("calls.get", json!({ "id": row })).await;
        let id = call["call"]["provider_call_id"].as_str();
        let begin = id
            .and_then(|id| sent.remove(id))
            .with_context(|| format!("a row of a call that never began: {id:?}"))?;
        latencies.add(between(begin, at)?);
    }
    Ok(latencies)
}

fn between(begin: f64, row: &Value) -> anyhow::Result<Duration> {
    let row = row.as_f64().context("a time in ms")?;
    // The page's clock has whole milliseconds, always rounded down.
    let took = row - begin;
    if took < -1.0 {
        bail!("a row was there {took} ms before its event");
    }
    Ok(Duration::from_secs_f64(took.max(0.0) / 1000.0))
}
