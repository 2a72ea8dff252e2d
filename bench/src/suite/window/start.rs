//! From starting the program to a list one can use.

use anyhow::{Context, bail};
use ringback_journeys::{setting::Setting as Desktop, window::Desk};
use serde_json::json;

use super::retell::now_ms;

/// What a start took, in ms.
pub(super) struct Start {
    /// From the beginning of the process until the list could be used.
    pub(super) total: f64,
    /// The last part of it: from opening the list until it could be used.
    pub(super) list: f64,
}

/// Opens the list and tells when its first rows (or, if there are none, the words for that) were to
/// be painted.
const LIST: &str = "
    const [calls, done] = arguments;
    const asked = Date.now();
    const usable = () => {
        const grid = document.querySelector('[role=grid][aria-label=Calls]');
        if (grid === null || grid.getAttribute('aria-busy') === 'true') return false;
        if (calls === 0) return document.querySelector('main').innerText.includes('No calls yet');
        return [...grid.querySelectorAll('[data-row]')]
            .some((row) => row.getAttribute('aria-label') !== 'Loading');
    };
    let over = false;
    const look = () => {
        if (over || !usable()) return;
        over = true;
        watch.disconnect();
        requestAnimationFrame(() => done({ asked, usable: Date.now() }));
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { subtree: true, childList: true, attributes: true });
    window.location.hash = '#/calls';
    look();";

/// How many rows the list has.
const ROWS: &str =
    "return Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1";

/// Starts the program on a home with so many calls.
pub(super) async fn measure(desk: &mut Desk, home: &Desktop, calls: u64) -> anyhow::Result<Start> {
    desk.move_into(home);
    let view = desk.open(&[]).await;
    let told = view
        .client()
        .execute_async(LIST, vec![json!(calls)])
        .await
        .context("the list did not come")?;
    let (Some(asked), Some(usable)) = (told["asked"].as_f64(), told["usable"].as_f64()) else {
        bail!("the page told {told}");
    };
    let program = desk.processes().await;
    let age = program.age().context("the program has ended")?;
    let began = now_ms() - age.as_secs_f64() * 1000.0;
    if calls > 0 {
        let rows = view
            .client()
            .execute(ROWS, Vec::new())
            .await
            .context("the list has gone")?;
        if rows.as_u64() != Some(calls) {
            bail!("the list has {rows} rows and not {calls}");
        }
    }
    desk.close().await;
    Ok(Start {
        total: usable - began,
        list: usable - asked,
    })
}
