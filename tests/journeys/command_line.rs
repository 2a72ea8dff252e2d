//! What scripts rely on: one JSON document, the shape of an error, the exit codes.

use std::{fs, time::Duration};

use ringback_journeys::{
    door::Sender,
    patience::{SOON, until},
    program::Said,
    setting::{RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, Reach};
use serde_json::{Value, json};

/// A home with a call of each account.
async fn lived_in() -> (Setting, [String; 2]) {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let ids = [RETELL, TWILIO].map(|account| {
        setting
            .simulator
            .place(account, CallScript::default())
            .expect("one of ours")
    });
    setting.live_through().await;
    for id in &ids {
        house.recording_is(id, "ready").await;
    }
    house
        .call_that(&ids[0], "the analysis", |call| call["summary"].is_string())
        .await;
    house.engine.shutdown().await;
    (setting, ids)
}

fn is_error(said: &Said, code: &str, exit: i32) {
    assert_eq!(said.code, Some(exit), "{said:?}");
    let document = said.json();
    let error = document["error"]
        .as_object()
        .unwrap_or_else(|| panic!("an error: {document}"));
    assert_eq!(error["code"], code, "{document}");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty()),
        "{document}"
    );
    assert!(
        error["hint"].is_null() || error["hint"].is_string(),
        "{document}"
    );
    assert_eq!(
        error.keys().collect::<Vec<_>>(),
        ["code", "message", "hint"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_gives_one_json_document_and_says_by_its_exit_code_how_it_went() {
    let (setting, [retell, twilio]) = lived_in().await;
    let program = setting.program();
    let commands: [(&[&str], i32); 20] = [
        (&["accounts", "list"], 0),
        (&["accounts", "check"], 0),
        (&["calls", "list"], 0),
        (&["calls", "list", "--ongoing"], 0),
        (&["calls", "list", "--account", RETELL, "--limit", "1"], 0),
        (
            &[
                "calls",
                "list",
                "--since",
                "2026-03-01",
                "--until",
                "2026-03-02T00:00:00Z",
            ],
            0,
        ),
        (&["calls", "list", "--state", "ready"], 0),
        (&["calls", "show", &retell], 0),
        (&["events", "list"], 0),
        (&["events", "list", "--state", "applied", "--limit", "2"], 0),
        (&["events", "drift"], 0),
        (&["alerts", "list"], 0),
        (&["alerts", "list", "--all"], 0),
        (&["alerts", "ack", "no-such"], 1),
        (&["resync", "--call", &twilio], 0),
        (&["resync", "--all", "--dry-run"], 0),
        (&["status"], 0),
        (&["rebuild"], 0),
        (&["calls", "show", "call_nowhere"], 1),
        (&["events", "show", "nothing"], 1),
    ];
    for (words, exit) in commands {
        let mut all = words.to_vec();
        all.push("--json");
        let said = program.run(&all).await;
        assert_eq!(said.code, Some(exit), "{words:?}: {said:?}");
        said.json();
        let text = program.run(words).await;
        assert_eq!(text.code, Some(exit), "{words:?} for people: {text:?}");
        assert!(
            !(text.stdout.is_empty() && text.stderr.is_empty()),
            "{words:?} says something"
        );
    }
    let mistakes: [(&[&str], &str, i32); 13] = [
        (&["calls", "show", "call_nowhere"], "not_found", 1),
        (&["events", "show", "nothing"], "not_found", 1),
        (&["resync", "--all", "--account", "nobody"], "not_found", 1),
        (&["calls", "list", "--account", "nobody"], "not_found", 1),
        (&["calls", "list", "--limit", "many"], "bad_request", 2),
        (&["calls", "lst"], "bad_request", 2),
        (&[], "bad_request", 2),
        (&["resync"], "bad_request", 2),
        (&["resync", "--recent", "0"], "bad_request", 2),
        (&["calls", "list", "--since", "yesterday"], "bad_request", 2),
        (&["calls", "list", "--state", "sleeping"], "bad_request", 2),
        (
            &["calls", "list", "--ongoing", "--state", "ended"],
            "bad_request",
            2,
        ),
        (&["events", "list", "--state", "odd"], "bad_request", 2),
    ];
    for (words, code, exit) in mistakes {
        let mut all = words.to_vec();
        all.push("--json");
        is_error(&program.run(&all).await, code, exit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_has_the_shape_that_was_promised() {
    let (setting, [id, _]) = lived_in().await;
    let program = setting.program();
    let call = program.json(&["calls", "show", &id]).await;
    let names = [
        "id",
        "account",
        "provider",
        "provider_call_id",
        "status",
        "direction",
        "from",
        "to",
        "agent",
        "started_at",
        "answered_at",
        "ended_at",
        "duration_ms",
        "ended_reason",
        "summary",
        "sentiment",
        "successful",
        "cost",
        "latency",
        "transcript",
        "recordings",
        "missing",
    ];
    let object = call.as_object().expect("an object");
    for name in names {
        assert!(
            object.contains_key(name),
            "{name} is always there, null if nobody told it"
        );
    }
    let recording = call["recordings"][0].as_object().expect("an object");
    for name in [
        "id",
        "provider_recording_id",
        "state",
        "reason",
        "channels",
        "duration_ms",
        "format",
        "size_bytes",
        "sha256",
        "path",
        "link_expires_at",
    ] {
        assert!(recording.contains_key(name), "{name}");
    }
    assert!(
        call["cost"]["amount"].is_string(),
        "money is a decimal text"
    );
    assert!(
        call["started_at"]
            .as_str()
            .is_some_and(|at| at.len() == 24 && at.ends_with('Z')),
        "UTC with milliseconds"
    );
    let by_own_id = program
        .json(&["calls", "show", call["id"].as_str().expect("an id")])
        .await;
    assert_eq!(by_own_id, call, "both ids name it");

    let mut listed = program.json(&["calls", "list", "--account", RETELL]).await[0].take();
    assert_eq!(
        listed.get("transcript"),
        None,
        "a list leaves the transcript out"
    );
    listed["transcript"] = call["transcript"].clone();
    assert_eq!(listed, call, "and is the same otherwise");

    let word = call["transcript"][0]["words"][0]["text"]
        .as_str()
        .expect("a word");
    let word: String = word
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect();
    let found = program.json(&["calls", "list", "--search", &word]).await;
    assert_eq!(found[0]["id"], call["id"], "what was said is found");
    let all = program.json(&["calls", "list"]).await;
    let starts: Vec<_> = all
        .as_array()
        .expect("a list")
        .iter()
        .map(|call| call["started_at"].as_str())
        .collect();
    assert!(
        starts.is_sorted_by(|newer, older| newer >= older),
        "newest first: {starts:?}"
    );
    assert_eq!(
        program
            .json(&["calls", "list", "--until", "2026-03-01"])
            .await,
        json!([])
    );
    let events = program.json(&["events", "list", "--limit", "1"]).await;
    let event = program
        .json(&["events", "show", events[0]["id"].as_str().expect("an id")])
        .await;
    assert!(
        event["body"].is_object() || event["body"].is_string(),
        "the body as it came: {event}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn help_is_on_standard_output_and_no_error() {
    let setting = Setting::webhooks_only().await;
    let program = setting.program();
    for words in [
        &["--help"][..],
        &["--version"],
        &["serve", "--help"],
        &["accounts", "--help"],
        &["calls", "list", "--help"],
        &["calls", "show", "--help"],
        &["resync", "--help"],
        &["events", "--help"],
        &["alerts", "--help"],
        &["rebuild", "--help"],
        &["doctor", "--help"],
        &["status", "--help"],
        &["simulate", "--help"],
    ] {
        let said = program.run(words).await;
        assert_eq!(said.code, Some(0), "{words:?}: {said:?}");
        assert!(
            said.stdout
                .lines()
                .next()
                .is_some_and(|line| line.len() > 5),
            "{words:?}: {said:?}"
        );
        assert_eq!(said.stderr, "", "{words:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_the_configuration_name_line_key_and_the_nearest_right_one() {
    let setting = Setting::webhooks_only().await;
    let file = setting.home().config_file();
    let good = fs::read_to_string(&file).expect("it was written");
    let line_of = |text: &str, part: &str| {
        1 + text
            .lines()
            .position(|line| line.contains(part))
            .expect("it is there")
    };
    let mistakes: [(&str, &str, &[&str]); 8] = [
        ("listen = ", "lisen = ", &["lisen", "listen"]),
        (
            "poll_every = ",
            "pol_every = ",
            &["pol_every", "poll_every"],
        ),
        (
            "provider = \"retell\"",
            "provider = \"retel\"",
            &["retel", "retell"],
        ),
        ("[intake]", "[intak]", &["intak", "intake"]),
        (
            "poll_every = \"0s\"",
            "poll_every = \"soon\"",
            &["poll_every"],
        ),
        (
            "allow_private_network = true",
            "allow_private_network = \"yes\"",
            &["allow_private_network"],
        ),
        ("id = \"clinic-retell\"", "id = \"Clinic Retell\"", &["id"]),
        (
            "id = \"bistro-twilio\"",
            "id = \"clinic-retell\"",
            &["clinic-retell"],
        ),
    ];
    for (right, wrong, words) in mistakes {
        let text = good.replacen(right, wrong, 1);
        assert_ne!(text, good);
        fs::write(&file, &text).expect("writable");
        let said = setting.program().run(&["calls", "list", "--json"]).await;
        is_error(&said, "config", 2);
        let error = said.json()["error"].to_string();
        // Two accounts of one name are a mistake of the second account, from its head on.
        let line = if wrong.ends_with("\"clinic-retell\"") {
            text.lines()
                .enumerate()
                .filter(|(_, line)| line.contains(wrong))
                .nth(1)
                .expect("twice")
                .0
        } else {
            line_of(&text, wrong)
        };
        assert!(
            error.contains(&format!("line {line}")) || error.contains(&format!(":{line}")),
            "line {line} in {error}"
        );
        for word in words {
            assert!(error.contains(word), "{word} in {error}");
        }
        assert!(error.contains("config.toml"), "{error}");
        let served = setting.program().run(&["serve"]).await;
        assert_eq!(served.code, Some(2), "nothing starts half configured");
    }
    fs::write(&file, "[intake\nlisten = 1").expect("writable");
    is_error(
        &setting.program().run(&["status", "--json"]).await,
        "config",
        2,
    );
    fs::write(&file, [0xff, 0xfe, 0x00]).expect("writable");
    is_error(
        &setting.program().run(&["status", "--json"]).await,
        "config",
        2,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_ends_with_0_even_in_the_middle_of_a_transfer() {
    let setting = Setting::in_real_time().await;
    setting
        .switches(RETELL)
        // At this pace it would take many minutes.
        .turn(|faults| faults.slow_media = Some(1_000));
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let at = setting.now() - Duration::from_secs(300);
    let id = setting
        .world()
        .place_at(RETELL, CallScript::default(), at)
        .expect("one of ours");
    setting.deliver_due().await;
    until(SOON, "bytes come in", async || {
        let call = program.json(&["calls", "list"]).await;
        (call[0]["recordings"][0]["state"] == "downloading").then_some(())
    })
    .await;
    serving.signal("TERM").await;
    assert_eq!(serving.ended(SOON).await.code(), Some(0));
    assert_eq!(
        program.stdout(),
        "",
        "serve says nothing on standard output"
    );

    setting
        .switches(RETELL)
        .turn(|faults| faults.slow_media = None);
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    until(
        SOON,
        "the transfer goes on after the next start",
        async || {
            let call = program.json(&["calls", "show", &id]).await;
            (call["recordings"][0]["state"] == "ready").then_some(())
        },
    )
    .await;
    serving.signal("INT").await;
    assert_eq!(
        serving.ended(SOON).await.code(),
        Some(0),
        "Ctrl-C is the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_said_with_the_address() {
    let setting = Setting::webhooks_only().await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = setting
        .program()
        .run(&["serve", "--listen", &address, "--json"])
        .await;
    is_error(&said, "locked", 3);
    let error = said.json()["error"].clone();
    let port = taken.local_addr().expect("an address").port().to_string();
    let message = error["message"].as_str().expect("a text");
    assert!(
        message.contains(&port) && message.contains("in use"),
        "{message}"
    );
    assert!(
        message.contains("config.toml"),
        "it says what to do: {message}"
    );
    let nobody = Sender::new(&format!("http://{address}").parse().expect("an address"));
    drop(taken);
    assert_eq!(nobody.health().await, 0, "nothing was left running");
}

#[tokio::test(flavor = "multi_thread")]
async fn some_items_failed_is_1_and_nothing_to_ask_is_told_as_well() {
    let (setting, _) = lived_in().await;
    setting
        .switches(TWILIO)
        .turn(|faults| faults.reach = Reach::HangsUp);
    let program = setting.program();
    let said = program.run(&["accounts", "check", "--json"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    let checks = said.json();
    let of = |id: &str| {
        checks
            .as_array()
            .expect("a list")
            .iter()
            .find(|check| check["id"] == id)
            .cloned()
            .expect("listed")
    };
    assert_eq!(of(RETELL)["ok"], true);
    assert_eq!(of(TWILIO)["ok"], false);
    assert_eq!(of(TWILIO)["error"]["code"], "provider");

    let doctor = program.run(&["doctor", "--json"]).await;
    assert_eq!(doctor.code, Some(1), "a problem was found");
    let checks = doctor.json();
    let problems: Vec<&Value> = checks["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|check| check["state"] == "problem")
        .collect();
    assert!(
        problems
            .iter()
            .any(|check| check["subject"] == format!("account:{TWILIO}")),
        "{problems:?}"
    );

    let nowhere = ringback_journeys::program::Ringback::new(
        std::path::Path::new("/proc/nowhere"),
        Vec::new(),
    );
    let said = nowhere.run(&["status", "--json"]).await;
    assert_eq!(said.code, Some(3), "there is no disk to write on: {said:?}");
}
