//! The tunnel belongs to the process that does the background work, and ends with it.

use std::fs;

use ringback_engine::EngineOptions;
use ringback_journeys::{
    patience::{SOON, until},
    setting::Setting,
};

use super::{tunnel_that, with_tunnel};

/// A tunnel program that leaves two processes to be found, and says their ids.
fn with_program(setting: &Setting) -> std::path::PathBuf {
    let file = setting.folder().join("ids");
    with_tunnel(
        setting,
        &format!(
            "kind = \"command\"\nurl_pattern = \"open at (http://[0-9.:]+)\"\n\
             command = [\"/bin/sh\", \"-c\", \"sleep 600 & echo $! $$ > '{}'; echo open at http://{{address}}; wait\"]",
            file.display()
        ),
    );
    file
}

fn ids(file: &std::path::Path) -> Option<Vec<u32>> {
    let text = fs::read_to_string(file).ok()?;
    let ids: Vec<u32> = text.split_whitespace().flat_map(str::parse).collect();
    (ids.len() == 2).then_some(ids)
}

fn runs(id: &u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

async fn none_runs(ids: &[u32]) {
    until(SOON, format!("{ids:?} end"), async || {
        (!ids.iter().any(runs)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_status_and_doctor_say_and_a_clean_end_that_leaves_no_process() {
    let setting = Setting::in_real_time().await;
    let file = with_program(&setting);
    let program = setting.program();
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    let status = until(SOON, "the tunnel is up", async || {
        let status = program.json(&["status"]).await;
        (status["tunnel"]["state"] == "up").then_some(status)
    })
    .await;
    let door = setting.sender.door().as_str().trim_end_matches('/');
    assert_eq!(status["tunnel"]["url"], door);
    assert_eq!(status["tunnel"]["kind"], "command");
    assert!(status["tunnel"]["round_trip_ms"].is_number(), "{status}");
    let account = &status["accounts"][0];
    let id = account["id"].as_str().expect("an id");
    assert_eq!(account["webhook_url"], format!("{door}/webhooks/{id}"));
    let text = program.run(&["status"]).await.stdout;
    assert!(text.contains(&format!("tunnel: up as {door}")), "{text}");
    let doctor = program.run(&["doctor"]).await.stdout;
    assert!(
        doctor.contains("tunnel: providers reach the door at"),
        "{doctor}"
    );

    let ids = ids(&file).expect("the program has begun");
    assert!(ids.iter().all(runs));
    serving.signal("TERM").await;
    let ended = serving.ended(SOON).await;
    assert_eq!(ended.code(), Some(0));
    none_runs(&ids).await;
    let status = program.json(&["status"]).await;
    assert_eq!(status["tunnel"]["state"], "off", "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_takes_the_tunnels_program_along() {
    let setting = Setting::in_real_time().await;
    let file = with_program(&setting);
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let ids = until(SOON, "the program has begun", async || ids(&file)).await;
    assert!(ids.iter().all(runs));
    serving.kill().await;
    none_runs(&ids).await;
    let status = setting.program().json(&["status"]).await;
    assert_eq!(
        status["tunnel"]["state"], "off",
        "what a killed process told last is not believed: {status}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_process_runs_it_and_the_other_sees_it_and_takes_over() {
    let setting = Setting::in_real_time().await;
    let file = with_program(&setting);
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let options = EngineOptions {
        door_required: false,
        ..super::options(&setting)
    };
    let engine = ringback_engine::Engine::start(options).await;
    let house = ringback_journeys::setting::House::of(engine.expect("it starts"), &setting);
    tunnel_that(&house, "the other's tunnel", |report| report.state == "up").await;
    assert!(!house.engine.has_role());
    let first = until(SOON, "the program has begun", async || ids(&file)).await;
    let refused = house
        .engine
        .restart_tunnel()
        .expect_err("it runs elsewhere");
    assert!(refused.to_string().contains("another process"), "{refused}");

    fs::remove_file(&file).expect("it was written");
    serving.kill().await;
    let second = until(SOON, "a program of its own", async || ids(&file)).await;
    none_runs(&first).await;
    tunnel_that(&house, "its own tunnel", |report| report.state == "up").await;
    house.engine.shutdown().await;
    none_runs(&second).await;
}
