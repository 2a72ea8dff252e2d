//! Keys, numbers, links and words stay out of logs and error messages; keys stay out of everything.

mod everywhere;
mod planted;

use std::{fs, time::Duration};

use ringback_journeys::{
    patience::{SOON, until},
    setting::{RETELL, Setting, TWILIO, files_below},
    signing,
};
use ringback_simulator::{CallScript, Direction, Times};

use planted::{Planted, bucket_and_tunnel, in_home};

/// Numbers that occur nowhere else.
const CALLER: &str = "+15005558642";
const CALLED: &str = "+15005559753";

#[tokio::test(flavor = "multi_thread")]
async fn after_a_busy_and_troubled_run_nothing_confidential_is_in_any_log() {
    let setting = Setting::in_real_time().await;
    let (bucket, mut environment) = bucket_and_tunnel(&setting).await;
    let keys: Vec<Planted> = environment.clone();
    environment.push(("RINGBACK_LOG".into(), "trace".into()));
    let program = ringback_journeys::program::Ringback::new(&setting.folder(), environment);
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    for account in [RETELL, TWILIO] {
        setting.switches(account).turn(|faults| {
            faults.links_expire_after = Some(Duration::from_secs(600));
            // One of each: a third failure in a row would be waited for five minutes.
            faults.break_media = Times::Next(1);
            faults.break_media_after = 50_000;
        });
    }
    let script = CallScript {
        from: Some(CALLER.into()),
        to: Some(CALLED.into()),
        direction: Direction::Outbound,
        ..CallScript::default()
    };
    let at = setting.now() - Duration::from_secs(300);
    let ids = [RETELL, TWILIO].map(|account| {
        setting
            .world()
            .place_at(account, script.clone(), at)
            .expect("one of ours")
    });
    let webhooks = setting.world().webhooks_due(setting.now());
    for webhook in &webhooks {
        // The door is shown the real thing with a wrong signature, broken, and as it should be.
        let mut wrong = webhook.clone();
        for (name, value) in &mut wrong.headers {
            if name.contains("signature") {
                value.replace_range(value.len() - 4.., "AAA=");
            }
        }
        assert_eq!(setting.post(&wrong).await.status, 401);
        assert_eq!(setting.post(webhook).await.status, 200);
    }
    let broken = format!(
        "{{\"event\":\"call_ended\",\"call\":{{\"call_id\":7,\"from_number\":\"{CALLER}\",\"transcript\":{{}}"
    );
    assert_eq!(
        signing::post_to_retell(&setting, broken.into_bytes())
            .await
            .status,
        200
    );
    let mut said = Vec::new();
    until(SOON, "both recordings are here", async || {
        let calls = program.run(&["calls", "list", "--json"]).await;
        said.push(calls.stderr.clone());
        let calls = calls.json();
        let ready = |index: usize| calls[index]["recordings"][0]["state"] == "ready";
        (ready(0) && ready(1)).then_some(())
    })
    .await;
    setting
        .switches(RETELL)
        .turn(|faults| faults.key_revoked = true);
    for words in [
        &["resync", "--recent", "1"][..],
        &["accounts", "check"],
        &["doctor"],
        &["status"],
        &["events", "list"],
    ] {
        let answer = program.run(words).await;
        said.push(answer.stderr);
        if words[0] != "resync" {
            said.push(answer.stdout);
        }
    }
    // While it runs, what is new stands beside the databases.
    assert_eq!(
        in_home(&setting.folder(), &keys),
        None,
        "no key is in any file"
    );
    serving.signal("TERM").await;
    serving.ended(SOON).await;
    assert_eq!(in_home(&setting.folder(), &keys), None, "nor after the end");
    drop(bucket);

    let mut planted: Vec<Planted> = vec![
        ("the caller's number".into(), CALLER[1..].into()),
        ("the called number".into(), CALLED[1..].into()),
    ];
    planted.extend(keys);
    for seen in setting.world().seen() {
        let token = seen.path.split('/').find(|part| part.len() == 64);
        planted.extend(token.map(|token| ("a link's unguessable part".into(), token.to_owned())));
        let signature = seen
            .query
            .as_deref()
            .and_then(|query| query.split_once("Signature="));
        planted.extend(signature.map(|(_, text)| ("a link's signature".into(), text.to_owned())));
    }
    for id in &ids {
        let truth = setting.simulator.truth(id).expect("the call");
        planted.extend(
            truth
                .transcript
                .into_iter()
                .map(|turn| ("what was said".into(), turn.text)),
        );
        planted.extend(truth.summary.map(|summary| ("the summary".into(), summary)));
    }
    assert!(
        planted.len() > 12,
        "there is something to look for: {}",
        planted.len()
    );

    let logs = setting.home().logs();
    let mut texts: Vec<(String, String)> = files_below(&logs)
        .into_iter()
        .map(|name| {
            (
                name.clone(),
                fs::read_to_string(logs.join(name)).expect("a text"),
            )
        })
        .collect();
    let lines: usize = texts.iter().map(|(_, text)| text.lines().count()).sum();
    assert!(lines > 20, "something was logged: {lines} lines");
    texts.push(("standard error".into(), program.stderr()));
    texts.push(("standard output".into(), program.stdout()));
    texts.extend(said.into_iter().map(|text| ("a command".into(), text)));
    for (place, text) in &texts {
        for (what, secret) in &planted {
            let found = text.lines().find(|line| line.contains(secret.as_str()));
            assert_eq!(found, None, "{what} is in {place}");
        }
    }
}
