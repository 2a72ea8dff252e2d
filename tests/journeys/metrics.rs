//! The page for a monitoring system, read as Prometheus reads it.

use std::{net::SocketAddr, time::Duration};

use prometheus_parse::{Sample, Scrape, Value};
use ringback_journeys::{
    door,
    patience::{SOON, until},
    setting::{RETELL, Setting},
};
use ringback_simulator::CallScript;

use crate::refused::forged;

async fn page(address: SocketAddr) -> Option<String> {
    let answer = reqwest::get(format!("http://{address}/metrics"))
        .await
        .ok()?;
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"]
        .to_str()
        .expect("words")
        .to_owned();
    assert!(
        kind.starts_with("application/openmetrics-text; version=1.0.0"),
        "{kind}"
    );
    Some(answer.text().await.expect("a text"))
}

async fn scrape(address: SocketAddr) -> Option<Scrape> {
    let text = page(address).await?;
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    Some(Scrape::parse(lines).expect("the format of Prometheus"))
}

/// The one figure of this name with these labels.
fn figure(scrape: &Scrape, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let fits = |sample: &&Sample| {
        let has = |(name, value): &(&str, &str)| sample.labels.get(name) == Some(*value);
        sample.metric == name && labels.iter().all(has)
    };
    scrape
        .samples
        .iter()
        .find(fits)
        .map(|sample| match &sample.value {
            Value::Counter(n) | Value::Gauge(n) | Value::Untyped(n) => *n,
            other => panic!("{name} is {other:?}"),
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_tells_what_came_in_and_what_was_refused_while_it_comes_in() {
    let setting = Setting::in_real_time().await;
    let address = door::address();
    let program = setting.program();
    let mut serving = program.serve(&["--metrics", &address.to_string()]);
    serving.open(&setting.sender).await;
    let at = setting.now() - Duration::from_secs(300);
    setting
        .world()
        .place_at(RETELL, CallScript::outbound(), at)
        .expect("one of ours");
    let webhooks = setting.world().webhooks_due(setting.now());
    for webhook in &webhooks {
        assert_eq!(setting.post(&forged(webhook)).await.status, 401);
        assert_eq!(setting.post(webhook).await.status, 200);
        assert_eq!(setting.post(webhook).await.word, "duplicate");
    }
    let count = f64::from(u32::try_from(webhooks.len()).expect("a few"));
    assert!(count > 0.0);
    let events = |scrape: &Scrape, result: &str| {
        let labels = [("account", RETELL), ("result", result)];
        figure(scrape, "ringback_events_total", &labels)
    };
    let held = until(
        SOON,
        "everything is counted and the recording is here",
        async || {
            let scrape = scrape(address).await?;
            let landed = [("account", RETELL), ("result", "landed")];
            figure(&scrape, "ringback_transfers_total", &landed)?;
            // Counted by the transfer, and read from the database when it is written down.
            let ready = [("account", RETELL), ("state", "ready")];
            figure(&scrape, "ringback_recordings_size_bytes", &ready).filter(|size| *size > 0.0)?;
            (events(&scrape, "accepted") == Some(count)).then_some(scrape)
        },
    )
    .await;
    assert_eq!(events(&held, "duplicate"), Some(count));
    assert_eq!(events(&held, "rejected"), Some(count));
    let reasons: Vec<_> = held
        .samples
        .iter()
        .filter(|sample| sample.labels.get("result") == Some("rejected"))
        .filter_map(|sample| sample.labels.get("reason"))
        .collect();
    assert!(
        reasons
            .iter()
            .all(|reason| reason.starts_with("signature_")),
        "{reasons:?}"
    );

    let lag = held
        .samples
        .iter()
        .find(|sample| sample.metric == "ringback_apply_lag_seconds")
        .expect("a histogram");
    let Value::Histogram(buckets) = &lag.value else {
        panic!("{lag:?}");
    };
    let last = buckets.last().expect("the last bucket has all");
    assert!(
        last.less_than.is_infinite() && last.count >= count,
        "{buckets:?}"
    );
    assert!(
        buckets
            .windows(2)
            .all(|pair| pair[0].count <= pair[1].count),
        "{buckets:?}"
    );
    let bytes = figure(
        &held,
        "ringback_transferred_bytes_total",
        &[("account", RETELL)],
    );
    let size = figure(
        &held,
        "ringback_recordings_size_bytes",
        &[("account", RETELL), ("state", "ready")],
    );
    assert_eq!(bytes, size);
    for name in [
        "ringback_journal_size_bytes",
        "ringback_disk_free_bytes",
        "ringback_journal_events",
        "ringback_build_info",
    ] {
        assert!(figure(&held, name, &[]).is_some_and(|n| n > 0.0), "{name}");
    }
    for name in [
        "ringback_tunnel_up",
        "ringback_calls_ongoing",
        "ringback_journal_oldest_pending_seconds",
        "ringback_artifacts_held",
    ] {
        assert!(figure(&held, name, &[]).is_some(), "{name}");
    }
    let text = page(address).await.expect("it answers");
    assert!(text.ends_with("# EOF\n"), "it is whole");
    let rebound = reqwest::Client::new()
        .get(format!("http://{address}/metrics"))
        .header("host", "rebound.example")
        .send()
        .await
        .expect("an answer");
    assert_eq!(rebound.status(), 403);
    serving.signal("TERM").await;
    serving.ended(SOON).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reads_the_figures_unless_that_is_said() {
    let setting = Setting::in_real_time().await;
    let said = setting
        .program()
        .run(&["serve", "--metrics", "0.0.0.0:0", "--json"])
        .await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(
        said.stdout.contains("public = true"),
        "it says how: {said:?}"
    );
}
