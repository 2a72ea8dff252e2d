//! The player on a silent device: samples are pulled by hand, counted and compared.

use crate::rig::{PATIENCE, Rig, place_ms, ramp, rig, rig_on};
use crate::sound::{fixture, folder, sweep, sweep_wav, wav};
use ringback_audio::player::{DeviceState, Phase, SilentDevice, Timing};
use ringback_audio::{Lanes, LoadNumber, Player, PlayerCommand, PlayerEvent, SilenceMap, Span};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

#[test]
fn what_is_heard_is_the_recording_frame_for_frame() {
    let folder = folder();
    let (path, samples) = sweep_wav(&folder, 2.0, 2, 8000);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let heard = rig.hear(16_000);
    // The first 25 ms are faded in from silence.
    for (at, (heard, sample)) in heard.iter().zip(&samples).enumerate().skip(400) {
        assert!(
            (heard - f32::from(*sample) / 32_768.0).abs() < 1e-4,
            "sample {at}"
        );
    }
    let ended = rig.until("ended", |snapshot| snapshot.phase == Phase::Ended);
    assert_eq!(
        (ended.position_ms, ended.duration_ms, ended.rate),
        (2000, Some(2000), 0.0)
    );
}

#[test]
fn a_videos_sound_plays_to_its_end_and_from_any_place() {
    // H.264 and AAC, as meetings are recorded.
    let rig = rig_on(SilentDevice::new(16_000, 2));
    rig.load(1, &fixture("meeting.mp4"), 0, true);
    rig.until_moving();
    let heard = rig.hear(64_000);
    let loudest = |span: &[f32]| {
        span.iter()
            .fold(0.0_f32, |most, sample| most.max(sample.abs()))
    };
    // The first voice speaks from 0.2 s, the second from 2.1 s (two channels, 16,000 frames a second).
    assert!(
        loudest(&heard[..4_800]) < 0.02,
        "silence before the first voice"
    );
    assert!(loudest(&heard[6_400..60_000]) > 0.1 && loudest(&heard[70_000..]) > 0.1);
    let ended = rig.until("ended", |snapshot| snapshot.phase == Phase::Ended);
    assert_eq!(ended.duration_ms, Some(4000));

    rig.load(2, &fixture("meeting.mp4"), 3_000, true);
    let moving = rig.until("moving again", |snapshot| {
        snapshot.load == Some(LoadNumber(2)) && snapshot.rate > 0.0
    });
    assert!((2_900..=3_100).contains(&moving.position_ms), "{moving:?}");
}

#[test]
fn a_pause_holds_the_place_to_the_frame() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let before = rig.hear(4000);
    rig.player.send(PlayerCommand::Pause);
    let paused = rig.until("paused", |snapshot| snapshot.phase == Phase::Paused);
    assert!((480..=500).contains(&paused.position_ms), "{paused:?}");
    assert_eq!(paused.rate, 0.0);
    let held = rig.device.pull(800).expect("open");
    assert!(
        held[400..].iter().all(|sample| *sample == 0.0),
        "silence, after a fade of a few milliseconds"
    );
    rig.player.send(PlayerCommand::Play);
    rig.until_moving();
    let after = rig.hear(800);
    // The fade in takes 2 ms to die away; by 40 ms nothing is left of it.
    let (last, later) = (before[before.len() - 2], after[640]);
    assert!(
        (place_ms(later) - place_ms(last) - 40.0).abs() < 1.0,
        "{} then {}",
        place_ms(last),
        place_ms(later)
    );
}

#[test]
fn a_seek_is_heard_from_the_frame_it_asks_for() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    rig.hear(400);
    for target in [1500, 250, 1000, 0, 1999] {
        rig.player.send(PlayerCommand::Pause);
        rig.player.send(PlayerCommand::Seek(target));
        let seeked = rig.until("there", |snapshot| {
            snapshot.phase == Phase::Paused && snapshot.position_ms == target
        });
        assert_eq!(seeked.load, Some(LoadNumber(1)));
        rig.player.send(PlayerCommand::Play);
        rig.until_moving();
        if target < 1900 {
            let heard = rig.hear(640);
            assert!(
                (place_ms(heard[640]) - (target as f32 + 40.0)).abs() < 0.5,
                "after {target}: {}",
                place_ms(heard[640])
            );
        }
    }
}

#[test]
fn the_position_is_told_while_it_plays_and_belongs_to_what_is_heard() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 500, true);
    assert!(rig.until_moving().position_ms >= 500);
    rig.hear(8000);
    let told = rig.until("at 1.5 s", |snapshot| snapshot.position_ms >= 1480);
    assert!(
        told.position_ms <= 1500,
        "never ahead of what was pulled: {told:?}"
    );
    assert_eq!((told.at_unix_ms, told.rate), (1_000_000, 1.0));
}

#[test]
fn the_answer_of_an_overtaken_load_is_dropped() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &fixture("speech.mp3"), 0, true);
    rig.load(2, Path::new("no such file"), 0, true);
    rig.load(3, &path, 0, true);
    rig.load(2, &fixture("speech.mp3"), 0, true);
    let moving = rig.until_moving();
    assert_eq!(moving.load, Some(LoadNumber(3)));
    let heard = rig.hear(400);
    assert!((place_ms(heard[640]) - 40.0).abs() < 0.5);
    while let Ok(snapshot) = rig.told.try_recv() {
        assert_eq!(
            snapshot.load,
            Some(LoadNumber(3)),
            "nothing is told of the others any more"
        );
    }
}

#[test]
fn a_file_that_cannot_be_played_says_why_and_the_next_one_plays() {
    let folder = folder();
    let rig = rig();
    let page = crate::sound::file_of(&folder, b"<html>expired</html>");
    for (number, path, code) in [
        (1, page.as_path(), "not_audio"),
        (2, Path::new("no such file"), "unreadable"),
        (3, &fixture("unsupported-opus.ogg"), "unsupported"),
    ] {
        rig.load(number, path, 0, true);
        let failed = rig.until("failed", |snapshot| {
            matches!(snapshot.phase, Phase::Failed(_)) && snapshot.load == Some(LoadNumber(number))
        });
        assert!(
            matches!(&failed.phase, Phase::Failed(failure) if failure.code == code && !failure.message.contains("html")),
            "{failed:?}"
        );
    }
    let (path, _) = ramp(&folder, 1);
    rig.load(4, &path, 0, true);
    rig.until_moving();
    rig.hear(100);
}

#[test]
fn without_a_device_it_says_so_and_plays_when_there_is_one() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let device = SilentDevice::new(8000, 2);
    device.unplug();
    let rig = rig_on(device);
    rig.load(1, &path, 700, true);
    let waiting = rig.until("wanting to play", |snapshot| {
        snapshot.phase == Phase::Playing && snapshot.device != DeviceState::Ready
    });
    assert_eq!((waiting.rate, waiting.position_ms), (0.0, 700));
    assert!(waiting.wants_play, "the wish is told, though nothing moves");
    assert!(matches!(waiting.device, DeviceState::Missing { message } if !message.is_empty()));
    rig.device.plug();
    let found = rig.until_moving();
    assert_eq!(found.device, DeviceState::Ready);
    let heard = rig.hear(640);
    assert!((place_ms(heard[640]) - 740.0).abs() < 0.5);
}

#[test]
fn a_device_that_comes_back_goes_on_where_it_was_lost_many_times_over() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let mut expected = 0.0;
    for _ in 0..20 {
        let heard = rig.hear(640);
        let place = place_ms(heard[heard.len() - 2]);
        expected += 80.0;
        assert!(
            (place - expected).abs() < 20.0,
            "at {place} ms instead of {expected}"
        );
        expected = place;
        rig.device.unplug();
        rig.until("missing", |snapshot| {
            snapshot.device != DeviceState::Ready && snapshot.rate == 0.0
        });
        rig.device.plug();
        rig.until_moving();
    }
}

#[test]
fn gaps_lead_to_a_larger_buffer_and_a_single_one_does_not() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    rig.device.run_dry();
    rig.until("told twice", |_| true);
    assert_eq!(rig.device.buffers_asked_for(), [480]);
    rig.hear(1600);
    rig.device.run_dry();
    let begun = Instant::now();
    while rig.device.buffers_asked_for() != [480, 960] {
        assert!(
            begun.elapsed() < PATIENCE,
            "asked for {:?}",
            rig.device.buffers_asked_for()
        );
        std::thread::yield_now();
    }
    rig.hear(100);
}

#[test]
fn an_idle_player_lets_go_of_the_device_and_takes_it_again() {
    let folder = folder();
    let (path, _) = ramp(&folder, 1);
    let device = SilentDevice::new(8000, 2);
    let (tell, told) = channel();
    let timing = Timing {
        rest_after: Duration::from_millis(1),
        ..Timing::default()
    };
    let listener = move |PlayerEvent::Snapshot(snapshot): PlayerEvent| {
        // The test may be over already.
        let _ = tell.send(snapshot);
    };
    let player = Player::start_on(
        Box::new(device.clone()),
        timing,
        Box::new(|| 0),
        Box::new(listener),
    )
    .expect("a thread is to be had");
    let rig = Rig {
        player,
        device,
        told,
    };
    rig.load(1, &path, 300, false);
    rig.until("paused", |snapshot| snapshot.phase == Phase::Paused);
    let begun = Instant::now();
    while rig.device.is_open() {
        assert!(begun.elapsed() < PATIENCE, "the device is never closed");
        std::thread::yield_now();
    }
    rig.player.send(PlayerCommand::Play);
    let moving = rig.until_moving();
    assert_eq!(moving.device, DeviceState::Ready);
    assert!((place_ms(rig.hear(400)[640]) - 340.0).abs() < 0.5);
}

#[test]
fn volume_scales_and_zero_is_nothing() {
    let folder = folder();
    let (path, samples) = ramp(&folder, 2);
    let rig = rig();
    rig.player.send(PlayerCommand::SetVolume(0.25));
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let heard = rig.hear(800);
    assert!((heard[1200] - f32::from(samples[600]) / 32_768.0 * 0.25).abs() < 1e-4);
    rig.player.send(PlayerCommand::SetVolume(0.0));
    rig.until("quiet", |snapshot| snapshot.volume == 0.0);
    rig.device.pull(400);
    assert!(
        rig.device
            .pull(400)
            .expect("open")
            .iter()
            .all(|sample| *sample == 0.0)
    );
}

#[test]
fn one_lane_is_heard_in_the_middle() {
    let folder = folder();
    let path = folder.path().join("call.wav");
    // The agent left at a level of 0.5, the caller right at 0.25.
    wav(&path, &[16_384, 8192].repeat(16_000), 2, 8000);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let settled = |rig: &Rig| rig.hear(400)[700..702].to_vec();
    assert_eq!(settled(&rig), [0.5, 0.25]);
    for (lanes, expected) in [
        (Lanes::Only(1), [0.25, 0.25]),
        (Lanes::Only(0), [0.5, 0.5]),
        (Lanes::Only(7), [0.5, 0.25]),
        (Lanes::All, [0.5, 0.25]),
    ] {
        rig.player.send(PlayerCommand::SetLanes(lanes));
        rig.until("other lanes", |snapshot| {
            snapshot.lanes == lanes && snapshot.rate > 0.0
        });
        assert_eq!(settled(&rig), expected, "{lanes:?}");
    }
}

#[test]
fn skipped_silence_is_not_heard_and_the_position_jumps_over_it() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    let silence = SilenceMap::new(vec![vec![Span {
        from_ms: 400,
        to_ms: 1400,
    }]])
    .expect("in order");
    rig.player.send(PlayerCommand::SetSkipSilence(true));
    rig.player.send(PlayerCommand::Load {
        load: LoadNumber(1),
        path,
        at_ms: 0,
        play: true,
        silence: Some(Arc::new(silence)),
    });
    rig.until_moving();
    // 120 ms are kept on each side: 520 ms, then on from 1280 ms to the end: 1240 ms in all.
    let heard = rig.hear(1240 * 8);
    assert!((place_ms(heard[2 * 8 * 500]) - 500.0).abs() < 1.0);
    assert!(
        (place_ms(heard[2 * 8 * 700]) - 1460.0).abs() < 1.0,
        "{}",
        place_ms(heard[2 * 8 * 700])
    );
    let ended = rig.until("ended", |snapshot| snapshot.phase == Phase::Ended);
    assert_eq!(ended.position_ms, 2000);
}

#[test]
fn silence_that_becomes_known_later_is_skipped_from_then_on() {
    let folder = folder();
    let (path, _) = ramp(&folder, 6);
    let rig = rig();
    rig.player.send(PlayerCommand::SetSkipSilence(true));
    rig.load(1, &path, 0, true);
    rig.until_moving();
    rig.hear(800);
    let silence = |from_ms, to_ms| {
        Arc::new(SilenceMap::new(vec![vec![Span { from_ms, to_ms }]]).expect("in order"))
    };
    rig.player.send(PlayerCommand::SetSilence {
        load: LoadNumber(9),
        silence: silence(200, 1900),
    });
    rig.player.send(PlayerCommand::SetSilence {
        load: LoadNumber(1),
        // Far enough from what may be decoded already.
        silence: silence(4400, 5400),
    });
    // Whoever is told twice from now on is told after both were taken in.
    while rig.told.try_recv().is_ok() {}
    rig.until("told", |_| true);
    rig.until("told again", |_| true);
    // What comes next may still be a little of what was under way.
    let heard = rig.hear(5240 * 8 - 900);
    assert!(
        heard[..2 * 8 * 800]
            .iter()
            .step_by(2)
            .any(|sample| (300.0..500.0).contains(&place_ms(*sample))),
        "the other load's silence means nothing"
    );
    let rest = std::cell::RefCell::new(Vec::new());
    let ended = rig.until("ended", |snapshot| {
        snapshot.phase == Phase::Ended || {
            // Never faster than is decoded: a gap is no sound of the recording.
            let ready = rig.device.ready().min(64);
            rest.borrow_mut()
                .extend(rig.device.pull(ready).into_iter().flatten());
            false
        }
    });
    assert_eq!(ended.position_ms, 6000);
    let rest = rest.into_inner();
    assert!(
        heard
            .iter()
            .chain(&rest)
            .step_by(2)
            .any(|sample| (1300.0..1990.0).contains(&place_ms(*sample))),
        "what comes after the silence is heard"
    );
    let in_all = 800 + (heard.len() + rest.len()) / 2;
    assert!(
        in_all < 6000 * 8 - 400,
        "some of it was left out, but {in_all} frames came"
    );
}

#[test]
fn double_speed_takes_half_the_time_and_keeps_the_place() {
    let folder = folder();
    let path = folder.path().join("tone.wav");
    let samples = sweep(4 * 8000, 1, 8000);
    wav(&path, &samples, 1, 8000);
    let rig = rig();
    rig.player.send(PlayerCommand::SetSpeed(2.0));
    rig.load(1, &path, 0, true);
    let moving = rig.until_moving();
    assert_eq!((moving.rate, moving.speed), (2.0, 2.0));
    rig.hear(8000);
    let told = rig.until("half way", |snapshot| snapshot.position_ms >= 1900);
    assert!(
        (1960..=2010).contains(&told.position_ms),
        "one second at double speed is two of the recording: {told:?}"
    );
    let mut more = 0;
    while rig
        .told
        .try_iter()
        .all(|snapshot| snapshot.phase != Phase::Ended)
    {
        // Never faster than is decoded: the fading around a gap would count as sound.
        let ready = rig.device.ready().min(64);
        let heard = rig.device.pull(ready).expect("open");
        more += heard
            .iter()
            .step_by(2)
            .filter(|sample| **sample != 0.0)
            .count();
    }
    assert!(
        (7600..=8800).contains(&more),
        "about another second: {more} frames"
    );
}

#[test]
fn a_mono_device_of_another_rate_hears_both_sides() {
    let folder = folder();
    let path = folder.path().join("call.wav");
    wav(&path, &[16_384, 8192].repeat(16_000), 2, 8000);
    let rig = rig_on(SilentDevice::new(48_000, 1));
    rig.load(1, &path, 0, true);
    rig.until_moving();
    let begun = Instant::now();
    let mut heard: Vec<f32> = Vec::new();
    while heard.len() < 24_000 {
        assert!(begun.elapsed() < PATIENCE);
        heard.extend(
            rig.device
                .pull(480)
                .expect("open")
                .iter()
                .filter(|sample| **sample != 0.0),
        );
    }
    // Whoever pulls faster than is decoded hears the sound fade out and in again now and then.
    let steady = heard
        .iter()
        .filter(|sample| (**sample - 0.375).abs() < 2e-3)
        .count();
    assert!(
        steady > heard.len() / 2,
        "the mean of both sides is heard in {steady} of {} frames",
        heard.len()
    );
}

#[test]
fn unloading_is_silence_and_commands_without_a_recording_do_nothing() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.player.send(PlayerCommand::Play);
    rig.player.send(PlayerCommand::Seek(5));
    rig.load(1, &path, 0, true);
    rig.until_moving();
    rig.hear(100);
    rig.player.send(PlayerCommand::Unload);
    let idle = rig.until("idle", |snapshot| snapshot.phase == Phase::Idle);
    assert_eq!(
        (idle.load, idle.position_ms, idle.duration_ms),
        (None, 0, None)
    );
    rig.device.pull(400);
    assert!(
        rig.device
            .pull(400)
            .expect("open")
            .iter()
            .all(|sample| *sample == 0.0)
    );
}

#[test]
fn a_dropped_player_closes_the_device() {
    let folder = folder();
    let (path, _) = ramp(&folder, 2);
    let rig = rig();
    rig.load(1, &path, 0, true);
    rig.until_moving();
    drop(rig.player);
    assert!(!rig.device.is_open());
}
