//! The disk is full: a home on a disk of a few megabytes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
    truth::wrong_with_sound,
};
use ringback_simulator::CallScript;

/// A disk of its own that lies in memory, unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounting needs a user who may; this test proves nothing without, so it fails loudly.
    fn mount(at: &Path, megabytes: u32) -> Self {
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(at)
            .output()
            .expect("`mount` is part of every Linux");
        assert!(
            done.status.success(),
            "A FULL DISK CANNOT BE TRIED HERE: mounting a small disk needs root, or `unshare -rm` \
             around the test. {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Self(at.to_owned())
    }

    /// Fills it to the last byte, again if something made room meanwhile. Dropping the file's name makes
    /// room again.
    fn fill(&self) -> PathBuf {
        use std::io::Write;
        let ballast = self.0.join("ballast");
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&ballast)
            .expect("a file on the small disk");
        for piece in [1 << 16, 1 << 12, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: something may still have a file open on it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn on_a_small_disk(megabytes: u32) -> (SmallDisk, Setting, House) {
    let setting = Setting::webhooks_only().await;
    let disk = SmallDisk::mount(&setting.folder(), megabytes);
    setting.configure(|text| {
        text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        )
    });
    let house = setting.start().await;
    (disk, setting, house)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_disk_is_full_senders_are_asked_to_come_back_and_nothing_is_lost() {
    let (disk, setting, house) = on_a_small_disk(48).await;
    let before = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house.recording_is(&before, "ready").await;
    assert_eq!(setting.sender.health().await, 200);

    let ballast = disk.fill();
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting
        .clock
        .set(setting.world().timeline(&id).expect("the call").settled());
    let webhooks = setting.world().webhooks_due(setting.now());
    let mut refused = Vec::new();
    for webhook in &webhooks {
        // What still fits is taken; from some point on nothing does.
        let answer = setting.post(webhook).await;
        assert!(answer.status == 200 || answer.status == 503, "{answer:?}");
        if answer.status == 503 {
            refused.push(webhook);
        }
    }
    for n in 0..200 {
        if !refused.is_empty() {
            break;
        }
        let body = format!(
            "{{\"event\":\"unused_{n}\",\"call\":{{\"call_id\":\"x\",\"metadata\":\"{}\"}}}}",
            "m".repeat(4000)
        );
        let answer = ringback_journeys::signing::post_to_retell(&setting, body.into_bytes()).await;
        if answer.status == 503 {
            break;
        }
    }
    let full = ringback_journeys::signing::post_to_retell(
        &setting,
        b"{\"event\":\"one_more\",\"call\":{\"call_id\":\"x\"}}".to_vec(),
    )
    .await;
    assert_eq!(
        (full.status, full.word.as_str()),
        (503, "unavailable"),
        "nothing is promised that cannot be kept"
    );
    // The log may just have been copied, which makes room.
    disk.fill();
    assert_eq!(
        setting.sender.health().await,
        503,
        "and whoever watches sees it"
    );
    assert!(house.call(&before).is_some(), "what is here can be read");

    fs::remove_file(ballast).expect("it is there");
    for webhook in &webhooks {
        let answer = setting.post(&setting.world().signed_again(webhook)).await;
        let expected = if refused.iter().any(|other| other.number == webhook.number) {
            "accepted"
        } else {
            "duplicate"
        };
        assert_eq!(answer.word, expected, "{}", webhook.kind);
    }
    assert_eq!(setting.sender.health().await, 200, "it goes on by itself");
    setting.pass(Duration::from_secs(31));
    house.look();
    let call = house.recording_is(&id, "ready").await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    house.engine.check_database().expect("sound");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_how_the_door_is_sees_the_disk_fill_up_and_empty_though_nobody_posts() {
    let (disk, setting, house) = on_a_small_disk(48).await;
    assert_eq!(setting.sender.health().await, 200);
    let ballast = until(SOON, "a full disk is seen", async || {
        // The log of the databases may have given some back.
        let ballast = disk.fill();
        setting.pass(Duration::from_secs(31));
        (setting.sender.health().await == 503).then_some(ballast)
    })
    .await;
    assert!(house.events(None).is_empty(), "nobody posted");

    fs::remove_file(ballast).expect("it is there");
    until(SOON, "room is seen", async || {
        setting.pass(Duration::from_secs(1));
        (setting.sender.health().await == 200).then_some(())
    })
    .await;
    let body = b"{\"event\":\"one_more\",\"call\":{\"call_id\":\"x\"}}".to_vec();
    let kept = ringback_journeys::signing::post_to_retell(&setting, body).await;
    assert_eq!(kept.status, 200, "and it is true");
    house.engine.check_database().expect("sound");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_does_not_fit_waits_for_room_and_a_person_is_told() {
    let (disk, setting, house) = on_a_small_disk(40).await;
    // Room for the databases and some sound, not for all of it.
    let script = CallScript {
        talk: Some(Duration::from_secs(3600)),
        ..CallScript::default()
    };
    let id = setting
        .simulator
        .place(TWILIO, script)
        .expect("one of ours");
    setting.live_through().await;
    let call = house
        .call_that(&id, "a wait for room", |call| {
            call["recordings"][0]["reason"] == "disk_full"
        })
        .await;
    assert_eq!(
        call["recordings"][0]["state"], "available",
        "it is still to be had"
    );
    until(SOON, "somebody is told", async || {
        house
            .alerts()
            .iter()
            .any(|(kind, _)| kind == "disk_full")
            .then_some(())
    })
    .await;

    let next = setting
        .simulator
        .place(
            RETELL,
            CallScript::unanswered(ringback_simulator::Ending::Busy),
        )
        .expect("one of ours");
    for (webhook, answer) in setting.live_through().await {
        assert_eq!(
            answer.word, "accepted",
            "sound leaves room for news: {}",
            webhook.kind
        );
    }
    house
        .call_that(&next, "its end", |call| call["status"] == "not_connected")
        .await;

    let grown = Command::new("mount")
        .args(["-o", "remount,size=96m"])
        .arg(&disk.0)
        .status()
        .expect("`mount` is part of every Linux");
    assert!(grown.success());
    setting.pass(Duration::from_secs(31));
    house.look();
    let call = house.recording_is(&id, "ready").await;
    let truth = setting.simulator.truth(&id).expect("the call");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    until(SOON, "the alert goes", async || {
        house.alerts().is_empty().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}
