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
use ringback_simulator::{CallScript, Thing};
use serde_json::{Value, json};

/// Carriers, who tell nothing in words of others: once everything was asked for, their texts are codes they
/// chose themselves, or numbers, of which a page shows a part.
const WORDLESS: [&str; 2] = ["twilio", "telnyx"];

/// Who tells what is entered there.
const WITH_PLACES: [&str; 4] = ["retell", "vapi", "twilio", "telnyx"];

/// Who has a name for whoever asks.
const WITH_NAMES: [&str; 2] = ["retell", "twilio"];

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
        bell(&view).await;
        unharmed(&view, "the bell").await;
        for case in CASES {
            account_page(&view, case).await;
        }
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
    places_full_of_harm(setting);
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
        let text = text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        );
        // Everybody is too slow, so that the bell has something to tell.
        format!("{text}\n[checks]\nlatency_p95 = \"1ms\"\n")
    });
}

/// Addresses of somebody else that would rather be something else.
const ADDRESSES: [&str; 3] = [
    r#"https://evil.example/"><img src=x onerror="window.harmed='address'">"#,
    "https://evil.example/?q='onmouseover='window.harmed=6",
    "javascript:window.harmed='address'",
];

/// What customers have configured at the providers: agents, numbers and applications whose names are markup,
/// and addresses that are.
fn places_full_of_harm(setting: &Setting) {
    for (number, name) in POISONS.iter().enumerate() {
        let (id, url) = (format!("harm{number}"), ADDRESSES[number % ADDRESSES.len()]);
        let agent = json!({
            "agent_id": id, "agent_name": name, "version": 1, "is_published": false, "webhook_url": url,
        });
        let assistant = json!({ "id": id, "name": name, "model": {}, "server": { "url": url } });
        let number = json!({
            "sid": id, "phone_number": name, "friendly_name": name, "voice_url": url,
            "voice_fallback_url": url, "voice_application_sid": "", "trunk_sid": null,
            "status_callback": url, "status_callback_method": "POST",
        });
        let application = json!({
            "id": id, "application_name": name, "webhook_event_url": url,
            "webhook_event_failover_url": url, "webhook_api_version": "2",
        });
        for (provider, kind, document) in [
            ("retell", Thing::Agent, agent),
            ("vapi", Thing::Assistant, assistant),
            ("twilio", Thing::Number, number),
            ("telnyx", Thing::Application, application),
        ] {
            let account = Case::of(provider).account;
            let configured = setting.world().configure(account, kind, document);
            configured.expect("one of ours");
        }
    }
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

/// Opens the bell, and waits until it tells something.
async fn bell(view: &View) {
    view.until_true(
        SOON,
        "the bell tells something",
        "if (document.querySelector('.bell [role=dialog]') === null)
             document.querySelector('.bell button').click();
         return document.querySelector('.bell [role=dialog] li .words') !== null",
    )
    .await;
}

/// Looks at an account's page: what is entered at its provider, and what the provider says to its key.
async fn account_page(view: &View, case: &Case) {
    let place = format!("#/settings/accounts/{}", case.account);
    view.go(&place).await;
    let least = if WITH_PLACES.contains(&case.provider) {
        POISONS.len()
    } else {
        0
    };
    view.until_true(
        SOON,
        format_args!("{place} tells what is entered there"),
        &format!(
            "const card = [...document.querySelectorAll('main section, main [role=region]')]
                 .find((one) => one.querySelector('ol') !== null);
             return location.hash === '{place}' && card !== undefined
                 && card.textContent.split('{MARK}').length > {least}"
        ),
    )
    .await;
    unharmed(view, &place).await;
    view.click(Role::Button, "Check the key").await;
    let told = view
        .until_true(
            SOON,
            format_args!("{} answers", case.provider),
            "return document.querySelector('main .callout .title')?.textContent ?? null",
        )
        .await;
    let told = told.as_str().unwrap_or_default();
    if WITH_NAMES.contains(&case.provider) {
        assert!(told.contains(MARK), "{}: {told}", case.provider);
    }
    unharmed(view, &format!("{place}, its key checked")).await;
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
