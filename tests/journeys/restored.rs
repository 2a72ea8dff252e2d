//! The database is gone, and whoever builds it again from the journal is killed in the middle of it.

use std::fs;

use jiff::SignedDuration;
use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{House, Setting, files_below},
};
use ringback_model::AccountId;
use ringback_simulator::{CallScript, Host, RecordingPlan};
use rusqlite::Connection;

/// Their webhooks are many batches of events.
const CALLS: u64 = 72;

/// Some are recorded.
const RECORDED: u64 = 3;

fn polled(setting: &Setting, every: &str) {
    setting.configure(|text| {
        text.replace(
            "allow_private_network = true",
            &format!("allow_private_network = true\npoll_every = \"{every}\""),
        )
    });
}

fn cursor(house: &House, case: &Case) -> Option<String> {
    let account: AccountId = case.account.parse().expect("an account id");
    let read = |reader: &ringback_engine::store::Reader<'_>| {
        reader.cursors().get(&account, "list_complete_until")
    };
    house.engine.read(read).expect("readable")
}

async fn lived_in(setting: &Setting, case: &Case) -> House {
    let house = setting.start().await;
    let at = setting.now() - SignedDuration::from_mins(20);
    for n in 0..CALLS {
        let script = CallScript {
            talk: Some(std::time::Duration::from_secs(6)),
            transcript_updates: true,
            recording: match n {
                0..RECORDED => CallScript::default().recording,
                _ => RecordingPlan::None,
            },
            ..CallScript::default()
        };
        let placed = setting.world().place_at(case.account, script, at);
        placed.expect("one of ours");
    }
    setting.deliver_due().await;
    until(
        SOON,
        "everything is here and the list was read",
        async || (house.ready() == RECORDED && cursor(&house, case).is_some()).then_some(()),
    )
    .await;
    house.rests().await;
    house
}

/// Whether some of the journal was applied, and some was not.
fn is_half(setting: &Setting) -> Option<bool> {
    let count = |path, sql: &str| {
        let file = Connection::open(path).ok()?;
        let count: rusqlite::Result<i64> = file.query_row(sql, [], |row| row.get(0));
        count.ok()
    };
    let calls = count(setting.home().database(), "SELECT count(*) FROM calls")?;
    let applied = "SELECT count(*) FROM event_states";
    let applied = count(setting.home().database(), applied)?;
    let journal = setting.folder().join("journal.db");
    let all = count(journal, "SELECT count(*) FROM events")?;
    Some(calls > 0 && applied < all)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_lost_database_is_built_again_the_next_start_goes_on_to_the_end() {
    let case = Case::of("retell");
    let setting = Setting::told_in_real_time(&[case]).await;
    polled(&setting, "5m");
    let house = lived_in(&setting, case).await;
    let until_when = cursor(&house, case);
    house.engine.shutdown().await;
    drop(house);

    // From now on only the journal knows how far the list was read.
    polled(&setting, "0s");
    for file in files_below(&setting.folder()) {
        if file.starts_with("ringback.db") {
            fs::remove_file(setting.folder().join(file)).expect("it can be deleted");
        }
    }
    setting.world().forget_seen();
    let program = setting.program();
    let (mut n, mut halves) = (40, 0);
    loop {
        let inject = format!("inject=pwrite64:signal=KILL:when={n}");
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null"];
        let what = ["-e", "trace=pwrite64", "-e", &inject];
        let mut serving = program.under(&[&strace[..], &what[..]].concat()).serve(&[]);
        let is_whole = until(SOON, "it dies or opens its door", async || {
            if serving.has_ended() {
                return Some(false);
            }
            (setting.sender.health().await == 200).then_some(true)
        })
        .await;
        serving.kill_traced().await;
        if is_whole {
            break;
        }
        halves += u32::from(is_half(&setting) == Some(true));
        n = n * 3 / 2;
    }
    assert!(halves >= 1, "it has to be cut off in between");

    let house = setting.start().await;
    house.rests().await;
    assert_eq!(house.ready(), RECORDED);
    assert_eq!(house.calls(&Default::default()).len() as u64, CALLS);
    assert_eq!(cursor(&house, case), until_when);
    let seen = setting.world().seen();
    let media = seen.iter().filter(|seen| seen.host == Host::Storage);
    assert_eq!(media.count(), 0, "what is here is not fetched: {seen:#?}");
    house.engine.shutdown().await;
}
