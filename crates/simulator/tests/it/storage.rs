//! Files at the storage host.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use ringback_simulator::{CallScript, StoragePolicy, speech::Format};

use crate::setting::{RETELL, Setting};

/// A finished Retell call and the link to its two-channel recording.
async fn recorded(setting: &Setting) -> (String, String) {
    let id = setting
        .simulator
        .place(
            RETELL,
            CallScript {
                conversation: Some(5),
                ..CallScript::default()
            },
        )
        .unwrap();
    setting.later(60);
    let link = link(setting, &id).await;
    (id, link)
}

async fn link(setting: &Setting, id: &str) -> String {
    let (_, call) = setting.get(RETELL, &format!("/v2/get-call/{id}")).await;
    call["recording_multi_channel_url"].as_str().unwrap().into()
}

#[tokio::test]
async fn a_recording_is_the_file_that_the_truth_describes() {
    let setting = Setting::start().await;
    let (id, link) = recorded(&setting).await;
    let response = setting.client.get(&link).send().await.unwrap();
    assert_eq!(response.headers()[header::ACCEPT_RANGES], "bytes");
    let bytes = response.bytes().await.unwrap();
    let file = setting.simulator.truth(&id).unwrap().recordings[0].files[0].clone();
    assert_eq!(
        (file.channels, file.format.as_str(), file.size_bytes),
        (2, "wav", bytes.len() as u64)
    );
    assert_eq!(
        setting
            .simulator
            .world()
            .recording_bytes(&id, Format::Wav, 2),
        Some(bytes)
    );
}

#[tokio::test]
async fn ranges_and_heads_are_answered() {
    let setting = Setting::start().await;
    let (_, link) = recorded(&setting).await;
    let whole = setting.client.get(&link).send().await.unwrap();
    let etag = whole.headers()[header::ETAG].clone();
    let whole = whole.bytes().await.unwrap();

    let part = setting
        .client
        .get(&link)
        .header(header::RANGE, "bytes=1000-1999")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()[header::CONTENT_RANGE],
        format!("bytes 1000-1999/{}", whole.len())
    );
    assert_eq!(part.bytes().await.unwrap(), whole[1000..2000]);

    let rest = setting
        .client
        .get(&link)
        .header(header::RANGE, "bytes=1000-")
        .header(header::IF_RANGE, etag);
    assert_eq!(
        rest.send().await.unwrap().bytes().await.unwrap(),
        whole[1000..]
    );
    let other = setting
        .client
        .get(&link)
        .header(header::RANGE, "bytes=1000-")
        .header(header::IF_RANGE, "\"another\"");
    assert_eq!(other.send().await.unwrap().status(), StatusCode::OK);
    let behind = setting
        .client
        .get(&link)
        .header(header::RANGE, format!("bytes={}-", whole.len()))
        .send()
        .await
        .unwrap();
    assert_eq!(behind.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let head = setting.client.head(&link).send().await.unwrap();
    assert_eq!(
        head.headers()[header::CONTENT_LENGTH],
        whole.len().to_string()
    );
    assert!(head.bytes().await.unwrap().is_empty());
    let ranges: Vec<_> = setting
        .simulator
        .world()
        .seen()
        .into_iter()
        .filter_map(|seen| seen.range)
        .collect();
    assert_eq!(ranges[0], "bytes=1000-1999");
}

#[tokio::test]
async fn a_signed_link_dies_and_asking_again_gives_a_fresh_one() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    switches.turn(|faults| faults.links_expire_after = Some(Duration::from_secs(10)));
    let (id, first) = recorded(&setting).await;
    let status = async |link: &str| setting.client.get(link).send().await.unwrap().status();
    assert_eq!(status(&first).await, StatusCode::OK);
    assert_eq!(
        status(&first.replace("Signature=", "Signature=0")).await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        status(first.split('?').next().unwrap()).await,
        StatusCode::FORBIDDEN
    );
    setting.later(10);
    assert_eq!(status(&first).await, StatusCode::FORBIDDEN);
    assert_eq!(status(&link(&setting, &id).await).await, StatusCode::OK);
}

#[tokio::test]
async fn a_recording_that_comes_late_is_not_found_until_then() {
    let setting = Setting::start().await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    switches.turn(|faults| faults.recordings_late_by = Duration::from_secs(120));
    let (id, link) = recorded(&setting).await;
    assert_eq!(
        setting.client.get(&link).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        setting.simulator.truth(&id).unwrap().recordings[0].state,
        "expected"
    );
    setting.later(120);
    assert_eq!(
        setting.client.get(&link).send().await.unwrap().status(),
        StatusCode::OK
    );
    assert_eq!(
        setting.simulator.truth(&id).unwrap().recordings[0].state,
        "available"
    );
}

#[tokio::test]
async fn a_withheld_recording_can_be_fetched_for_ten_minutes_after_its_webhook() {
    let setting = Setting::start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(60);
    let ended = setting
        .simulator
        .world()
        .webhooks_due(setting.now())
        .into_iter()
        .find(|it| it.kind == "call_ended")
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&ended.body).unwrap();
    let link = body["call"]["recording_multi_channel_url"]
        .as_str()
        .unwrap();
    assert_eq!(
        setting.client.get(link).send().await.unwrap().status(),
        StatusCode::OK
    );
    setting.later(600);
    assert_eq!(
        setting.client.get(link).send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    setting.later(60);
    let recording = &setting.simulator.truth(&id).unwrap().recordings[0];
    assert_eq!(
        (recording.state.as_str(), recording.reason.as_deref()),
        ("withheld", Some("policy"))
    );
}

#[tokio::test]
async fn a_transfer_breaks_off_where_it_is_told_to() {
    let setting = Setting::start().await;
    let (id, link) = recorded(&setting).await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    switches.turn(|faults| {
        faults.break_media = ringback_simulator::Times::Next(1);
        faults.break_media_after = 5000;
    });
    let mut broken = setting.client.get(&link).send().await.unwrap();
    let mut arrived = Vec::new();
    let end = loop {
        match broken.chunk().await {
            Ok(Some(chunk)) => arrived.extend_from_slice(&chunk),
            end => break end,
        }
    };
    assert!(
        end.is_err(),
        "the file is cut, which must not look like its end"
    );
    assert_eq!(arrived.len(), 5000);
    let rest = setting
        .client
        .get(&link)
        .header(header::RANGE, "bytes=5000-")
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    arrived.extend_from_slice(&rest);
    assert_eq!(
        Some(arrived.into()),
        setting
            .simulator
            .world()
            .recording_bytes(&id, Format::Wav, 2)
    );
}

#[tokio::test]
async fn a_slow_transfer_is_whole_in_the_end() {
    let setting = Setting::start().await;
    let (id, link) = recorded(&setting).await;
    let switches = setting.simulator.switches(RETELL).unwrap();
    switches.turn(|faults| faults.slow_media = Some(100_000_000));
    let bytes = setting
        .client
        .get(&link)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(
        setting
            .simulator
            .world()
            .recording_bytes(&id, Format::Wav, 2),
        Some(bytes)
    );
}

#[tokio::test]
async fn strange_paths_and_methods_are_refused() {
    let setting = Setting::start().await;
    let (_, link) = recorded(&setting).await;
    let status = async |method: Method, link: String| {
        setting
            .client
            .request(method, link)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(
        status(Method::GET, link.replace("recording_multichannel", "other")).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(Method::GET, format!("{link}/more")).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(Method::DELETE, link).await,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_very_long_recording_is_served_in_ranges() {
    let setting = Setting::start().await;
    let script = CallScript {
        talk: Some(Duration::from_secs(7200)),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, script).unwrap();
    setting.later(7300);
    let link = link(&setting, &id).await;
    let end = 44 + 7200 * 8000 * 4;
    let tail = setting
        .client
        .get(&link)
        .header(header::RANGE, format!("bytes={}-", end - 10))
        .send()
        .await
        .unwrap();
    assert_eq!(
        tail.headers()[header::CONTENT_RANGE],
        format!("bytes {}-{}/{end}", end - 10, end - 1)
    );
    assert_eq!(tail.bytes().await.unwrap().len(), 10);
}
