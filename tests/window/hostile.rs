//! Callers, customers and providers who would like their words to become part of the page: markup in
//! every text that any provider can send, seen in every view of the real window.

use std::{collections::BTreeSet, time::Duration};

use ringback_api::{cli, dto::CallQuery};
use ringback_journeys::{
    cases::{CASES, Case},
    edited,
    patience::SOON,
    poison::{MARK, POISONS, Poisoner, poison, poisoned},
    setting::{House, Setting},
    window::{Role, View, journey},
};
use ringback_simulator::CallScript;
use serde_json::{Value, json};

/// Carriers, who tell nothing in words of others: once everything was asked for, their texts are codes they
/// chose themselves, or numbers, of which a page shows a part.
const WORDLESS: [&str; 2] = ["twilio", "telnyx"];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_providers_send_is_text_in_every_view_and_nothing_but_text() {
    journey("hostile", async |desk| {
        let setting = Setting::told(&Case::who(|_| true)).await;
        let calls = a_home_full_of_harm(&setting).await;
        desk.move_into(&setting);
        let view = desk.open(&[]).await;
        view.find(Role::Region, "Ongoing calls").await;
        watch(&view).await;

        for place in [
            "#/live",
            "#/calls",
            "#/insights",
            "#/health",
            "#/health/ledger",
            "#/settings",
        ] {
            view.go(place).await;
            settled(&view, place).await;
            unharmed(&view, place).await;
        }
        view.picture("settings").await;
        let mut shown = BTreeSet::new();
        for (id, account) in &calls {
            let place = format!("#/calls/{id}");
            view.go(&place).await;
            let words = view
                .until_true(
                    SOON,
                    format_args!("the page of {place}"),
                    &format!(
                        "const words = document.querySelector('main').textContent;
                         return words.includes('{id}') ? words : null"
                    ),
                )
                .await;
            // Numbers are shown in part only, so not every page shows what it was sent.
            if words.as_str().is_some_and(|words| words.contains(MARK)) {
                shown.insert(account.as_str());
            }
            unharmed(&view, &place).await;
        }
        for case in CASES {
            assert!(
                WORDLESS.contains(&case.provider) || shown.contains(case.account),
                "no page of {} shows what was sent",
                case.provider
            );
        }
        view.picture("call").await;

        // Where a hit stands is marked inside the words that were found.
        view.go(&format!("#/calls?q={}", MARK.to_lowercase())).await;
        view.until_true(
            SOON,
            "the search finds what was said",
            &format!(
                "return [...document.querySelectorAll('[role=grid] [data-row]')]
                     .filter((row) => row.textContent.includes('{MARK}')).length > 2"
            ),
        )
        .await;
        unharmed(&view, "the search").await;
        view.picture("search").await;
    })
    .await;
}

/// Fills the setting's home with finished and ongoing calls of all providers, told and answered with
/// markup in every text, and gives the ids of the calls with
/// their accounts.
async fn a_home_full_of_harm(setting: &Setting) -> Vec<(String, String)> {
    lead_through_poisoners(setting).await;
    let house = setting.start().await;
    for (number, case) in CASES.iter().enumerate() {
        setting.place(case, script(number));
    }
    for webhook in setting.hold_everything() {
        tell(setting, &poisoned(setting.world(), &webhook)).await;
    }
    why_it_ended(setting).await;
    ids_that_are_markup(setting).await;

    for (number, case) in CASES.iter().enumerate() {
        let id = setting.place(case, script(number + CASES.len()));
        let answered = setting.timeline(&id).answered.expect("it is answered");
        setting.clock.set(answered.max(setting.now()));
        for webhook in setting.world().webhooks_due(setting.now()) {
            tell(setting, &poisoned(setting.world(), &webhook)).await;
        }
    }
    house.applied().await;
    // A quarter of an hour after its end a call is asked for what is still missing.
    setting.pass(Duration::from_secs(16 * 60));
    house.look();
    house.rests().await;
    let calls = arrived(&house);
    house.engine.shutdown().await;
    calls
}

/// Everything that is asked of a provider's API comes back with markup in it.
async fn lead_through_poisoners(setting: &Setting) {
    let mut replaced = Vec::new();
    for account in setting.simulator.accounts() {
        let behind = account
            .base_url
            .trim_start_matches("http://")
            .split('/')
            .next()
            .and_then(|address| address.parse().ok());
        if let Some(behind) = behind {
            let poisoner = Poisoner::before(behind).await;
            replaced.push((behind.to_string(), poisoner.address().to_string()));
        }
    }
    setting.configure(|mut text| {
        for (behind, before) in &replaced {
            let base = |address| format!("base_url = \"http://{address}");
            text = text.replace(&base(behind), &base(before));
        }
        text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        )
    });
}

fn script(number: usize) -> CallScript {
    CallScript {
        from: Some(poison(number).to_owned()),
        to: Some(poison(number + 5).to_owned()),
        ..CallScript::default()
    }
}

async fn tell(setting: &Setting, webhook: &ringback_simulator::Delivery) {
    let answer = setting.post(webhook).await;
    assert_eq!(answer.status, 200, "it is signed: {answer:?}");
}

/// The word for why a call ended is the provider's, and is shown.
async fn why_it_ended(setting: &Setting) {
    for (number, case) in CASES.iter().enumerate() {
        let Some(place) = case.reason_at else {
            continue;
        };
        setting.place(case, script(number));
        for webhook in setting.hold_everything() {
            let edited = match edited::word_at(&webhook, place) {
                Some(_) => edited::with_word(setting.world(), &webhook, place, poison(number)),
                None => webhook,
            };
            tell(setting, &edited).await;
        }
    }
}

/// A backend of one's own chooses its ids, and everything else.
async fn ids_that_are_markup(setting: &Setting) {
    let case = Case::of("custom");
    setting.place(case, CallScript::default());
    let held = setting.hold_everything();
    let webhook = held.last().expect("a backend tells of its calls");
    for (number, markup) in POISONS.iter().enumerate() {
        let edited = edited::changed(setting.world(), webhook, |body| {
            body["data"] = json!({"call": {
                "provider_call_id": format!("{markup}{number}"),
                "status": "ended", "direction": "inbound",
                "from": markup, "to": markup,
                "agent": {"id": markup, "name": markup},
                "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:01:00Z",
                "ended_reason": {"code": "unknown", "raw": markup},
                "summary": markup, "sentiment": markup,
                "cost": {"amount": "0.5", "currency": "USD", "parts": [{"name": markup, "amount": "0.5"}]},
            }, "transcript": [{"speaker": markup, "start_ms": 0, "end_ms": 900, "text": markup,
                "words": [{"text": markup, "start_ms": 0, "end_ms": 900}]}]});
        });
        let mut edited = edited;
        edited.number += number as u64;
        tell(setting, &setting.world().signed_again(&edited)).await;
    }
}

/// The ids of all calls with their accounts, and a check that every provider's harm came as far as the database.
fn arrived(house: &House) -> Vec<(String, String)> {
    let calls = house.calls(&CallQuery::default());
    for case in CASES {
        let harmed = calls.iter().any(|call| {
            let id = call["id"].as_str().unwrap_or_default();
            let whole = cli::call(&house.engine, id).map(|call| serde_json::to_string(&call.call));
            call["account"] == case.account && matches!(whole, Ok(Ok(text)) if text.contains(MARK))
        });
        assert!(harmed, "nothing of {} shows markup", case.provider);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    calls
        .iter()
        .map(|call| (text(&call["id"]), text(&call["account"])))
        .collect()
}

/// Notes what the content security policy refuses, from this moment on.
async fn watch(view: &View) {
    let script = "window.refused = [];
        document.addEventListener('securitypolicyviolation', (event) =>
            window.refused.push(event.violatedDirective + ' ' + event.blockedURI));";
    let watched = view.client().execute(script, Vec::new()).await;
    watched.expect("the page runs scripts of the driver");
}

/// Waits until a view has loaded what it shows.
async fn settled(view: &View, place: &str) {
    view.until_true(
        SOON,
        format_args!("{place} is there"),
        &format!(
            "return location.hash === '{place}' && document.querySelector('main') !== null
                 && document.querySelector('main [aria-busy=true]') === null
                 && document.querySelector('main').textContent.trim() !== ''"
        ),
    )
    .await;
}

/// Nothing ran, nothing was refused, no dialog is open, and no element came out of a text.
async fn unharmed(view: &View, place: &str) {
    let script = "
        const strange = 'iframe, object, embed, base, meta[http-equiv], link[href*=evil], math, '
            + 'style:not([data-vite-dev-id]):empty, img[src=x], #harmed, script:not([src]), '
            + '[onerror], [onload], [onclick], [onfocus], [onmouseover], a[href^=\"javascript:\" i], '
            + 'a[href*=evil]';
        return {
            ran: window.harmed ?? null,
            refused: window.refused,
            strange: [...document.querySelectorAll(strange)].map((one) => one.outerHTML.slice(0, 200)),
            scripts: document.querySelectorAll('script').length,
        };";
    let found = view.client().execute(script, Vec::new()).await;
    let found = found.unwrap_or_else(|error| panic!("{place}: {error}"));
    assert_eq!(found["ran"], Value::Null, "{place}: a text ran as a script");
    assert_eq!(
        found["refused"],
        json!([]),
        "{place}: the policy had to step in"
    );
    assert_eq!(
        found["strange"],
        json!([]),
        "{place}: a text became an element"
    );
    assert_eq!(
        found["scripts"], 1,
        "{place}: the page has its own script and no other"
    );
    let dialog = view.client().get_alert_text().await;
    assert!(
        matches!(&dialog, Err(error) if error.is_no_such_alert()),
        "{place}: a dialog is open: {dialog:?}"
    );
}
