//! The simulator in real time: believable traffic, and webhooks posted as they fall due.
//!
//! This is the only part that waits. Each delivery is on its own, as with the real providers: a slow or repeated one
//! lets later ones overtake it.

use std::time::Duration;

use tokio::task::JoinSet;
use url::Url;

use crate::delivery::{Delivery, DeliveryReport};
use crate::dice::Dice;
use crate::script::{CallScript, Correction, Direction, Ending, RecordingPlan};
use crate::stand_in::{Patience, RepeatAfter};
use crate::world::World;

/// How live traffic goes.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveConfig {
    /// Where webhooks go, without `/webhooks/...`.
    pub door: Url,
    /// On average, over all accounts. Seven keep two to four calls going.
    pub calls_per_minute: f64,
}

/// How often it is looked for webhooks that fell due.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Posts what falls due until dropped.
pub(crate) async fn deliver(world: World, door: Url) {
    // Another crate may have installed its own already; either is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = match reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
    {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "no webhooks will be sent: the HTTP client cannot be made");
            return;
        }
    };
    let mut under_way = JoinSet::new();
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        while under_way.try_join_next().is_some() {}
        for delivery in world.webhooks_due(world.now()) {
            under_way.spawn(post(world.clone(), client.clone(), door.clone(), delivery));
        }
    }
}

/// One delivery with all its attempts.
async fn post(world: World, client: reqwest::Client, door: Url, delivery: Delivery) {
    let Some(Patience {
        connect,
        total,
        repeat,
    }) = world.patience(&delivery.account)
    else {
        return;
    };
    let url = format!(
        "{}{}",
        door.as_str().trim_end_matches('/'),
        delivery.url_path
    );
    let mut attempts = 0;
    let mut signed = delivery.clone();
    let status = loop {
        attempts += 1;
        let mut request = client
            .post(&url)
            .timeout(total.max(connect))
            .body(signed.body.clone());
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        let outcome = request.send().await;
        let refused = outcome.as_ref().is_err_and(reqwest::Error::is_connect);
        let status = outcome.ok().map(|answer| answer.status());
        let pause = match repeat {
            _ if status.is_some_and(|status| status.is_success()) => None,
            RepeatAfter::ConnectFailure if refused && attempts == 1 => Some(Duration::ZERO),
            RepeatAfter::ConnectFailure => None,
            RepeatAfter::AnyFailure(pauses) => pauses.get(attempts as usize - 1).copied(),
        };
        let Some(pause) = pause else { break status };
        tokio::time::sleep(pause).await;
        signed = world.signed_again(&delivery);
    };
    world.report(DeliveryReport {
        number: delivery.number,
        account: delivery.account,
        call_id: delivery.call_id,
        kind: delivery.kind,
        attempts,
        status: status.map(|status| status.as_u16()),
        delivered: status.is_some_and(|status| status.is_success()),
    });
}

/// Places calls until dropped: the first at once, then at chance intervals around the given rate.
pub(crate) async fn traffic(world: World, calls_per_minute: f64) {
    let dice = world.dice();
    let accounts = world.accounts();
    if accounts.is_empty() {
        return;
    }
    let mean = 60.0 / calls_per_minute.clamp(0.01, 6000.0);
    for number in 0.. {
        let account = &accounts[usize::try_from(number).unwrap_or(0) % accounts.len()];
        if world.place(&account.id, script(dice, number)).is_err() {
            return;
        }
        // The second call follows soon, so that a board is never a single line for long.
        let share = if number == 0 {
            0.2
        } else {
            0.4 + dice.below("pause", number, 1200) as f64 / 1000.0
        };
        tokio::time::sleep(Duration::from_secs_f64(mean * share)).await;
    }
}

/// A call as they come in all day: most are answered and come to a good end.
fn script(dice: Dice, number: u64) -> CallScript {
    // The first two shall be good ones that every provider tells about from the start.
    let lot = match number {
        0 => 0,
        1 => 50,
        _ => dice.below("fate", number, 100),
    };
    let (direction, ending) = match lot {
        0..50 => (Direction::Inbound, Ending::CallerHangup),
        50..66 => (Direction::Outbound, Ending::CallerHangup),
        66..74 => (Direction::Outbound, Ending::AgentHangup),
        74..81 => (Direction::Outbound, Ending::Voicemail),
        81..88 => (Direction::Inbound, Ending::Transferred),
        88..93 => (Direction::Outbound, Ending::NoAnswer),
        93..96 => (Direction::Outbound, Ending::Busy),
        96..98 => (Direction::Inbound, Ending::Inactivity),
        _ => (Direction::Inbound, Ending::AgentError),
    };
    let recording = match dice.below("recording", number, 30) {
        0 if number >= 2 => RecordingPlan::Silent,
        _ => RecordingPlan::default(),
    };
    let correction = (dice.below("correction", number, 12) == 0).then(|| Correction {
        after: Duration::from_secs(90),
        extra_cost_micros: 1_500,
        extra_duration: Duration::ZERO,
    });
    CallScript {
        direction,
        ending,
        recording,
        ring: Duration::from_millis(if number == 0 {
            1_500
        } else {
            2_000 + dice.below("ring", number, 4_000)
        }),
        analysis_after: Duration::from_millis(3_000 + dice.below("analysis", number, 5_000)),
        price_after: Duration::from_secs(20 + dice.below("price", number, 25)),
        transcript_updates: true,
        correction,
        ..CallScript::default()
    }
}
