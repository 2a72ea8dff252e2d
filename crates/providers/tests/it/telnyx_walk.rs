//! The walk through everything since a moment: what is asked, in which order, and what is taken.

use ringback_model::ProviderCallId;
use ringback_providers::{ApiError, Client, Snapshot};
use serde_json::{Value, json as value};

use crate::{
    accounts::{events, snapshot, time},
    stand_in::{StandIn, status},
    telnyx_client::{about, asked, at, call_event, client, page, page_of, parsed, with},
    telnyx_events::{RECORDING, SESSION, fixture},
};

const TODAY: &str = "2026-03-01T09:00:00Z";
const DAYS_AGO: &str = "2026-02-26T09:00:00Z";

async fn walk(client: &dyn Client, since: &str) -> Result<Vec<Snapshot>, ApiError> {
    let mut snapshots = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let listed = client.list(time(since), next.as_deref()).await?;
        snapshots.extend(listed.snapshots);
        next = listed.next;
        if next.is_none() {
            return Ok(snapshots);
        }
    }
}

/// A row of `/webhook_deliveries`.
fn delivery(fixture: &str) -> Value {
    value!({
        "id": "d1", "record_type": "webhook_delivery", "status": "failed",
        "webhook": parsed(fixture)["data"],
        "attempts": [{"status": "failed", "http": {"request": {"url": "https://hooks.example"}}}],
    })
}

fn everything(api: &StandIn) {
    api.on(
        "/v2/webhook_deliveries",
        [
            page_of(
                1,
                2,
                &[delivery(fixture!("hangup.json")), value!({"webhook": 7})],
            ),
            page_of(2, 2, &[delivery(fixture!("initiated.json"))]),
        ],
    )
    .on(
        "/v2/detail_records",
        [page(&[parsed(fixture!("detail_record.json"))]), page(&[])],
    )
    .on(
        "/v2/recordings",
        [page(&[parsed(fixture!("recording.json"))])],
    );
}

#[tokio::test]
async fn webhooks_then_records_then_recordings() {
    let api = StandIn::start().await;
    everything(&api);
    let told = walk(&*client(&api), TODAY).await.expect("to its end");
    assert_eq!(
        about(&told),
        [
            ("event", SESSION),
            ("event", SESSION),
            ("detail_record", SESSION),
            ("recordings", SESSION),
        ]
    );
    let asked = asked(&api);
    assert!(
        asked[0].starts_with(&format!(
            "/v2/webhook_deliveries?filter[started_at][gte]={TODAY}&filter[event_type]=call.initiated,call_initiated,initiated,"
        )),
        "{}",
        asked[0]
    );
    assert!(
        asked[1].ends_with("&page[size]=250&page[number]=2"),
        "{}",
        asked[1]
    );
    assert_eq!(
        asked[2..],
        [
            "/v2/detail_records?filter[record_type]=call-control&filter[date_range]=today&page[number]=1&page[size]=50".to_owned(),
            "/v2/detail_records?filter[record_type]=sip-trunking&filter[date_range]=today&page[number]=1&page[size]=50".into(),
            format!("/v2/recordings?filter[created_at][gte]={TODAY}&page[size]=250"),
        ]
    );
    let mut call = ringback_model::Call::new(ProviderCallId::new(SESSION));
    for told in &told {
        let document = snapshot(told.kind, &told.body, told.at);
        for event in events(&at(&api), document) {
            call.apply(&event);
        }
    }
    let expected = crate::accounts::provider("telnyx").expects(&call);
    let ready = [ringback_model::RecordingState::Ready];
    let missing = ringback_model::missing(&call, &expected, &ready);
    assert!(
        missing.is_empty(),
        "the walk alone completes a call: {missing:?}"
    );
}

#[tokio::test]
async fn days_before_today_are_asked_for_apart() {
    let api = StandIn::start().await;
    everything(&api);
    walk(&*client(&api), DAYS_AGO).await.expect("to its end");
    let ranges: Vec<_> = asked(&api)
        .into_iter()
        .filter(|line| line.contains("detail_records"))
        .map(|line| {
            let (_, rest) = line.split_once("[date_range]=").expect("a range");
            rest.split('&').next().expect("its value").to_owned()
        })
        .collect();
    assert_eq!(ranges, ["today", "last_5_days", "today", "last_5_days"]);
}

#[tokio::test]
async fn records_are_read_until_they_are_too_old_if_they_are_in_order() {
    let record = |started: &str| {
        with(
            parsed(fixture!("detail_record.json")),
            &[("started_at", started.into())],
        )
    };
    let (new, old) = (
        record("2026-03-01T10:00:00Z"),
        record("2026-03-01T08:00:00Z"),
    );
    let without_times = with(
        new.clone(),
        &[("started_at", Value::Null), ("finished_at", Value::Null)],
    );
    for (first, pages) in [
        (vec![new.clone(), old.clone()], 1),
        // One without times is neither new nor old.
        (vec![new.clone(), without_times.clone()], 2),
        (vec![without_times.clone()], 2),
        (vec![new.clone(), without_times, old.clone()], 1),
        (vec![old.clone(), new.clone()], 2),
        (vec![new.clone(), new.clone()], 2),
    ] {
        let api = StandIn::start().await;
        everything(&api);
        // The second product has nothing.
        let replies = match pages {
            1 => vec![page_of(1, 2, &first), page(&[])],
            _ => vec![page_of(1, 2, &first), page_of(2, 2, &[]), page(&[])],
        };
        api.on("/v2/detail_records", replies);
        let told = walk(&*client(&api), TODAY).await.expect("to its end");
        let asked = asked(&api);
        let read = asked
            .iter()
            .filter(|line| line.contains("call-control"))
            .count();
        assert_eq!(read, pages);
        let records = told
            .iter()
            .filter(|told| told.kind == "detail_record")
            .count();
        assert_eq!(
            records,
            first.iter().filter(|record| **record != old).count()
        );
    }
}

#[tokio::test]
async fn where_deliveries_are_closed_the_events_of_the_last_day_are_taken() {
    for refusal in [status(403), status(404)] {
        let api = StandIn::start().await;
        everything(&api);
        api.on("/v2/webhook_deliveries", [refusal])
            .on(
                "/v2/call_events",
                [page(&[call_event(fixture!("hangup.json"))])],
            )
            .on("/v2/detail_records", [status(400)]);
        let told = walk(&*client(&api), TODAY).await.expect("to its end");
        assert_eq!(
            about(&told),
            [("call_event", SESSION), ("recordings", SESSION)]
        );
        assert!(asked(&api).contains(&format!(
            "/v2/call_events?filter[occurred_at][gte]={TODAY}&filter[type]=webhook&page[size]=250"
        )));
    }
}

#[tokio::test]
async fn a_walk_that_cannot_be_ended_says_so() {
    for (path, refusal, error) in [
        ("/v2/recordings", status(401), ApiError::KeyRefused),
        ("/v2/detail_records", status(500), ApiError::Server(500)),
        (
            "/v2/webhook_deliveries",
            status(429).with("retry-after", "90"),
            ApiError::RateLimited(time("2026-03-01T12:01:30Z")),
        ),
    ] {
        let api = StandIn::start().await;
        everything(&api);
        api.on(path, [refusal]);
        let told = walk(&*client(&api), TODAY).await;
        assert_eq!(told.map(|_| ()), Err(error), "{path}");
    }
    let api = StandIn::start().await;
    let told = client(&api).list(time(TODAY), Some("calls@1")).await;
    assert!(matches!(told, Err(ApiError::Unexpected(_))), "{told:?}");
}

fn homeless() -> Value {
    with(
        parsed(fixture!("recording.json")),
        &[
            ("call_session_id", Value::Null),
            ("call_leg_id", Value::Null),
            ("call_control_id", Value::Null),
            ("initiated_by", "Trunking".into()),
        ],
    )
}

async fn owner(recording: Value, records: &[Value], leg: &[Value]) -> (Snapshot, Vec<String>) {
    let api = StandIn::start().await;
    api.on("/v2/recordings", [page(&[recording])])
        .on("/v2/call_events", [page(leg)])
        .on("/v2/detail_records", [page(records), page(&[])]);
    let listed = client(&api)
        .list(time(TODAY), Some("recordings@"))
        .await
        .expect("a page");
    let snapshot = listed.snapshots.into_iter().next().expect("a recording");
    (snapshot, asked(&api))
}

#[tokio::test]
async fn a_recording_without_a_session_is_matched_by_its_leg() {
    let with_leg = with(homeless(), &[("call_leg_id", "leg1".into())]);
    let event = with(
        call_event(fixture!("hangup.json")),
        &[("call_leg_id", "leg1".into())],
    );
    let (told, asked) = owner(with_leg, &[], &[event]).await;
    assert_eq!((told.kind, told.call.as_str()), ("recordings", SESSION));
    assert_eq!(asked.len(), 2, "{asked:?}");
    let report = &events(
        &at(&StandIn::start().await),
        snapshot(told.kind, &told.body, told.at),
    )[0];
    assert_eq!(report.call.as_str(), SESSION);
    let matched = report.recordings[0].facts.matched;
    assert_eq!(matched, Some(ringback_model::Matched::ByIds));
}

#[tokio::test]
async fn as_the_last_resort_numbers_and_time_decide_and_it_is_said() {
    let record = parsed(fixture!("trunk_record.json"));
    let other_number = with(
        record.clone(),
        &[
            ("id", "r2".into()),
            ("telnyx_session_id", "s2".into()),
            ("cld", "+1".into()),
        ],
    );
    let other_time = with(
        record.clone(),
        &[
            ("telnyx_session_id", "s3".into()),
            ("started_at", "2026-03-01T08:00:00Z".into()),
            ("finished_at", "2026-03-01T08:05:00Z".into()),
        ],
    );
    let (told, asked) = owner(homeless(), &[other_number, record.clone(), other_time], &[]).await;
    assert_eq!(told.call.as_str(), SESSION);
    assert_eq!(
        asked[1],
        "/v2/detail_records?filter[record_type]=sip-trunking&filter[date_range]=today&filter[cli]=+15550100001&filter[cld]=+15550100002&page[size]=50"
    );
    let report = &events(
        &at(&StandIn::start().await),
        snapshot(told.kind, &told.body, told.at),
    )[0];
    let matched = report.recordings[0].facts.matched;
    assert_eq!(matched, Some(ringback_model::Matched::ByNumberAndTime));

    let twin = with(record.clone(), &[("telnyx_session_id", "twin".into())]);
    for records in [vec![record, twin], vec![]] {
        let (told, _) = owner(homeless(), &records, &[]).await;
        assert_eq!(
            told.call.as_str(),
            RECORDING,
            "none, or not only one: nobody's"
        );
    }
}
