//! The report for those who help has nothing that is nobody's business, however much of it there is.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    sync::Arc,
};

use ringback_api::Api;
use ringback_journeys::{
    setting::{CUSTOM, RETELL, Setting, TWILIO},
    signing,
};
use ringback_simulator::{CallScript, Direction};
use serde_json::{Value, json};

use crate::{bulk::NoShell, refused::forged};

/// Numbers that occur nowhere else.
const CALLER: &str = "+15005558642";
const CALLED: &str = "+15005559753";

/// Somebody's words that end up in a log against all rules.
const LEAKED: &str = "my test results came back";

/// The files in the report.
fn unpacked(file: &Path) -> Vec<(String, String)> {
    let open = File::open(file).expect("it is there");
    let mut zip = zip::ZipArchive::new(open).expect("a zip");
    (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).expect("an entry");
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("a text");
            (entry.name().expect("a name").into_owned(), text)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_the_logs_and_health_say_how_it_is_and_nothing_about_anybody() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let script = CallScript {
        from: Some(CALLER.into()),
        to: Some(CALLED.into()),
        direction: Direction::Outbound,
        ..CallScript::default()
    };
    let ids = [RETELL, TWILIO].map(|account| {
        let placed = setting.simulator.place(account, script.clone());
        placed.expect("one of ours")
    });
    for (webhook, _) in setting.live_through().await {
        assert_eq!(setting.post(&forged(&webhook)).await.status, 401);
    }
    let broken =
        format!("{{\"event\":\"call_ended\",\"call\":{{\"call_id\":7,\"from_number\":\"{CALLER}\"");
    signing::post_to_retell(&setting, broken.into_bytes()).await;
    for id in &ids {
        house.recording_is(id, "ready").await;
    }

    let mut planted: Vec<(&str, String)> = vec![
        ("the caller's number", CALLER[1..].into()),
        ("the called number", CALLED[1..].into()),
        ("words in a log", LEAKED.into()),
    ];
    for (_, value) in setting.simulator.environment() {
        planted.push(("a key", value));
    }
    for id in &ids {
        planted.push(("a call's id", id.clone()));
        let truth = setting.simulator.truth(id).expect("the call");
        let said = truth.transcript.into_iter().map(|turn| turn.text);
        planted.extend(said.map(|text| ("what was said", text)));
        planted.extend(truth.summary.map(|summary| ("the summary", summary)));
    }
    let key = planted
        .iter()
        .find_map(|(what, text)| (*what == "a key").then(|| text.clone()))
        .expect("there are keys");
    assert!(planted.len() > 12, "{}", planted.len());

    // Health and what stands around it, as the window asks for them, have no business with it either.
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    for command in [
        "health.get",
        "app.info",
        "accounts.list",
        "checks.get",
        "drift.get",
        "settings.get",
        "alerts.list",
        "ledger.get",
        "resync.list",
        "player.state",
    ] {
        let answer = api.call(command, Value::Null).await.expect("an answer");
        clean(command, &answer.to_string(), &planted);
    }

    // The worst that a log could hold.
    let logs = setting.home().logs();
    fs::create_dir_all(&logs).expect("the home can be written");
    let at = "2026-03-01T10:00:00.000001Z";
    let lines = [
        format!("{at}  INFO ringback_engine::fetch: kept line attempt=3"),
        format!("{at}  WARN ringback_engine::fetch: of {CALLER} at https://cdn.example/{key} \"{LEAKED}\""),
        format!("{at}  WARN hyper::proto: {LEAKED}"),
        format!("{at} DEBUG ringback_engine::apply: {LEAKED}"),
        format!("{LEAKED}, on a line of its own"),
        json!({ "timestamp": at, "level": "ERROR", "target": "ringback_store", "message": "kept document",
            "error": format!("{CALLED} {key} \"{LEAKED}\"") })
        .to_string(),
    ];
    fs::write(logs.join("ringback.2026-03-01.log"), lines.join("\n")).expect("written");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.zip");
    let bundle = file.display().to_string();
    let said = setting
        .program()
        .run(&["doctor", "--bundle", &bundle])
        .await;
    assert!(said.stderr.contains("report.zip"), "{said:?}");
    clean(
        "the doctor",
        &format!("{}{}", said.stdout, said.stderr),
        &planted,
    );
    let again = setting
        .program()
        .run(&["doctor", "--bundle", &bundle])
        .await;
    assert_eq!(again.code, Some(2), "nothing is written over: {again:?}");

    let report = unpacked(&file);
    for (name, text) in &report {
        clean(name, text, &planted);
        for account in [RETELL, TWILIO, CUSTOM] {
            assert!(!text.contains(account), "the name {account} is in {name}");
        }
        let home = setting.folder().display().to_string();
        assert!(!text.contains(&home), "the folder is in {name}");
    }
    let text = |name: &str| {
        let found = report.iter().find(|(own, _)| own == name);
        found.map(|(_, text)| text.clone()).expect(name)
    };
    let json = |name: &str| serde_json::from_str::<Value>(&text(name)).expect("JSON");
    assert!(
        text("log.txt").contains("kept line attempt=3"),
        "{}",
        text("log.txt")
    );
    assert!(text("log.txt").contains("kept document"));
    assert_eq!(json("tables.json")["rows"]["calls"], 2);
    assert_eq!(json("about.json")["system"], std::env::consts::OS);
    assert_eq!(json("config.json")["accounts"][0]["provider"], "retell");
    assert!(
        json("doctor.json")["checks"]
            .as_array()
            .is_some_and(|checks| checks.len() > 8)
    );
    let refused = json("refused.json");
    assert!(
        refused.as_array().is_some_and(|refused| !refused.is_empty()
            && refused.iter().all(|one| one["account"]
                .as_str()
                .is_some_and(|name| name.starts_with("account-")))),
        "{refused}"
    );
    house.engine.shutdown().await;
}

fn clean(place: &str, text: &str, planted: &[(&str, String)]) {
    for (what, secret) in planted {
        let found = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(found, None, "{what} is in {place}");
    }
}
