//! `kill -9` at every step from the door to the file: verify, journal, answer, apply, land.
//!
//! A tracer kills the program at a chosen system call: before the n-th write to a database, the n-th
//! flush, the n-th answer on a socket, the n-th rename. Between two system calls a program leaves
//! nothing behind that its next start could see, so this reaches every step there is.

use std::{collections::BTreeMap, time::Duration};

use ringback_journeys::{
    door::Sender,
    patience::{A_WHILE, SOON, until},
    program::{Ringback, Serving},
    setting::{RETELL, Setting, TWILIO, files_below},
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{CallScript, Delivery};
use serde_json::{Value, json};

/// Where a program's life ends: before this system call, counted in each thread by itself.
const ENDS: [(&str, &[u32]); 5] = [
    // Into the logs of the databases and into the files themselves.
    (
        "pwrite64",
        &[
            1, 2, 4, 6, 8, 10, 12, 15, 18, 22, 26, 30, 35, 40, 46, 52, 60, 70, 80, 95,
        ],
    ),
    // The disk has it; the answer is next.
    ("fsync,fdatasync", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]),
    // Answers and questions on sockets.
    ("sendto,sendmsg,writev", &[1, 2, 3, 4, 5, 7]),
    // Sound, piece by piece.
    ("write", &[5, 10, 20, 35, 50]),
    // The file is whole and gets its name; what was needed on the way goes.
    (
        "rename,renameat,renameat2,link,linkat,unlink,unlinkat",
        &[1, 2, 3, 4],
    ),
];

/// How far things were when the program died. Several may be true of one death.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    /// A webhook was sent and not answered.
    Unanswered,
    /// What was answered waited in the journal.
    Unapplied,
    /// What was applied tells of a recording that is not here.
    Unlanded,
    /// Nothing: it was over.
    Nothing,
}

struct Journey {
    setting: Setting,
    program: Ringback,
    /// Everything sent so far, and whether it was answered.
    sent: Vec<(Delivery, bool)>,
    cuts: BTreeMap<Cut, u32>,
}

impl Journey {
    /// One life: a call's webhooks are posted to a program that dies somewhere.
    async fn live_and_die(&mut self, life: usize, calls: &str, n: u32) {
        let account = [RETELL, TWILIO][life % 2];
        let at = self.setting.now() - Duration::from_secs(300);
        let id = self
            .setting
            .world()
            .place_at(account, CallScript::outbound(), at)
            .expect("one of ours");
        let inject = format!("inject={calls}:signal=KILL:when={n}");
        let strace = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &format!("trace={calls}"),
            "-e",
            &inject,
        ];
        let mut serving = self.program.under(&strace).serve(&[]);
        let sender = self.setting.sender.clone();
        let is_open = is_open_or_dead(&mut serving, &sender).await;
        let mut answered_all = true;
        for delivery in self.setting.world().webhooks_due(self.setting.now()) {
            let answered =
                is_open && matches!(sender.post(&delivery).await, Ok(answer) if answer.is_kept());
            answered_all &= answered;
            self.sent.push((delivery, answered));
        }
        if is_open && answered_all {
            let program = &self.program;
            until(SOON, "it dies or gets the recording", async || {
                let dead = serving.has_ended();
                let landed = files_below(&self.setting.home().recordings())
                    .iter()
                    .any(|file| file.contains(&id) && file.ends_with(".json"));
                (dead || (landed && is_ready(program, &id).await)).then_some(())
            })
            .await;
        }
        serving.kill_traced().await;

        let events = self.webhooks_in_journal().await;
        let kept = self.sent.iter().filter(|(_, answered)| *answered).count();
        assert!(
            events.len() >= kept,
            "{} events are here of {kept} that were answered (life {life}: {calls} {n})",
            events.len()
        );
        assert!(
            events.len() <= self.sent.len(),
            "none is there twice (life {life}: {calls} {n})"
        );
        let is_pending = events.iter().any(|event| event["state"] == "pending");
        let state = recording_state(&self.program, &id).await;
        let is_on_its_way = state.as_deref().is_some_and(|state| state != "ready");
        let cuts = [
            (Cut::Unanswered, !answered_all),
            (Cut::Unapplied, is_pending),
            (Cut::Unlanded, is_on_its_way),
        ];
        let mut found: Vec<Cut> = cuts
            .into_iter()
            .filter(|(_, cut)| *cut)
            .map(|(cut, _)| cut)
            .collect();
        if found.is_empty() {
            found.push(Cut::Nothing);
        }
        for cut in found {
            *self.cuts.entry(cut).or_default() += 1;
        }
    }

    async fn webhooks_in_journal(&self) -> Vec<Value> {
        let events = self
            .program
            .json(&["events", "list", "--limit", "100000"])
            .await;
        let all = events.as_array().expect("a list").iter();
        all.filter(|event| event["source"] == "webhook")
            .cloned()
            .collect()
    }
}

async fn recording_state(program: &Ringback, id: &str) -> Option<String> {
    let said = program.run(&["calls", "show", id, "--json"]).await;
    let call = (said.code == Some(0)).then(|| said.json())?;
    call["recordings"][0]["state"].as_str().map(str::to_owned)
}

async fn is_ready(program: &Ringback, id: &str) -> bool {
    recording_state(program, id).await.as_deref() == Some("ready")
}

async fn is_open_or_dead(serving: &mut Serving, sender: &Sender) -> bool {
    until(SOON, "it opens or dies", async || {
        if serving.has_ended() {
            return Some(false);
        }
        (sender.health().await == 200).then_some(true)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_step_every_answered_event_is_there_once_and_every_call_becomes_whole() {
    let setting = Setting::in_real_time().await;
    let program = setting.program();
    let mut journey = Journey {
        setting,
        program,
        sent: Vec::new(),
        cuts: BTreeMap::new(),
    };
    let mut lives = 0;
    for (calls, places) in ENDS {
        for n in places {
            journey.live_and_die(lives, calls, *n).await;
            lives += 1;
        }
    }
    assert!(lives >= 40);
    for step in [Cut::Unanswered, Cut::Unapplied, Cut::Unlanded] {
        assert!(
            journey.cuts.get(&step).is_some_and(|times| *times >= 2),
            "every step has to be hit for this to prove anything: {:?}",
            journey.cuts
        );
    }

    let Journey {
        setting,
        program,
        sent,
        ..
    } = journey;
    let mut serving = program.serve(&[]);
    serving.open(&setting.sender).await;
    for (delivery, answered) in &sent {
        // The provider does not know whether it was kept, so it tries again.
        let answer = setting.post(&setting.world().signed_again(delivery)).await;
        assert_eq!(answer.status, 200);
        if *answered {
            assert_eq!(answer.word, "duplicate", "what was answered is here");
        }
    }
    let ids = [setting.world().calls(RETELL), setting.world().calls(TWILIO)].concat();
    assert_eq!(ids.len(), lives);
    until(A_WHILE, "everything is caught up on", async || {
        let calls = program.json(&["calls", "list", "--limit", "1000"]).await;
        let calls = calls.as_array().expect("a list");
        let is_whole =
            |call: &Value| call["status"] == "ended" && call["recordings"][0]["state"] == "ready";
        (calls.len() == ids.len() && calls.iter().all(is_whole)).then_some(())
    })
    .await;
    let report = program.json(&["resync", "--all"]).await;
    assert_eq!(report["failed"], json!(0), "{report}");
    for id in &ids {
        let call = program.json(&["calls", "show", id]).await;
        let truth = setting.simulator.truth(id).expect("the call");
        assert_eq!(differences(&call, &truth), [""; 0]);
        assert_eq!(
            wrong_with_sound(&call, &truth, &setting.home().recordings()),
            [""; 0]
        );
        assert_eq!(call["missing"], json!([]));
    }
    serving.signal("TERM").await;
    serving.ended(SOON).await;

    let events = program.json(&["events", "list", "--limit", "100000"]).await;
    let webhooks = events
        .as_array()
        .expect("a list")
        .iter()
        .filter(|event| event["source"] == "webhook");
    let mut by_call: BTreeMap<&str, usize> = BTreeMap::new();
    for event in webhooks {
        assert_eq!(event["state"], "applied", "{event}");
        *by_call
            .entry(event["call"].as_str().expect("it is about a call"))
            .or_default() += 1;
    }
    let mut once: Vec<usize> = by_call.into_values().collect();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for (delivery, _) in &sent {
        *told.entry(&delivery.call_id).or_default() += 1;
    }
    let mut told: Vec<usize> = told.into_values().collect();
    once.sort_unstable();
    told.sort_unstable();
    assert_eq!(once, told, "each event is there once");

    let files = files_below(&setting.home().recordings());
    assert_eq!(
        files.len(),
        2 * ids.len(),
        "a file and its description for each call: {files:?}"
    );
    assert!(
        files_below(&setting.home().quarantine()).is_empty(),
        "nothing had to be set aside"
    );
    for name in ["ringback.db", "journal.db"] {
        let conn = rusqlite::Connection::open(setting.folder().join(name)).expect("a database");
        let found: String = conn
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(found, "ok", "{name}");
    }
}
