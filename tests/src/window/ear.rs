//! A loudspeaker that only one test hears, and an ear before it.
//!
//! The loudspeaker is a null sink of PulseAudio. Its monitor carries exactly what a person would
//! hear: everything that the program does to the sound has happened, and so has ALSA's path.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    patience::{SOON, until},
    sound::Sound,
    stage,
};

/// The rate of the loudspeaker and of all ears; the usual one of desktops.
pub const RATE: u32 = 48_000;

/// A sink of PulseAudio. Dropping it takes it away.
#[derive(Debug)]
pub struct Loudspeaker {
    sink: String,
    module: String,
}

impl Loudspeaker {
    /// Puts up a loudspeaker of that name.
    pub fn new(name: &str) -> Self {
        let sink = format!("speaker_{name}");
        let answer = Command::new("pactl")
            .args(["load-module", "module-null-sink"])
            .arg(format!("sink_name={sink}"))
            .arg(format!("rate={RATE}"))
            .args(["channels=2", "format=float32le"])
            .output()
            .expect("pactl is part of pulseaudio-utils");
        assert!(
            answer.status.success(),
            "no loudspeaker: {}",
            String::from_utf8_lossy(&answer.stderr)
        );
        let module = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        Self { sink, module }
    }

    /// The name of the sink, for `PULSE_SINK`.
    pub fn sink(&self) -> &str {
        &self.sink
    }

    /// Begins to listen, and is ready to hear the next thing that sounds. What it hears stays as
    /// `target/window/{sink}.f32`: raw, two channels.
    pub async fn listen(&self) -> Ear {
        let path = stage::pictures().join(format!("{}.f32", self.sink));
        let file = File::create(&path).expect("the target folder can be written");
        let recorder = Command::new("parec")
            .args(["--raw", "--format=float32le", "--latency-msec=20"])
            .args(["--channels=2", "--device"])
            .arg(format!("{}.monitor", self.sink))
            .arg(format!("--rate={RATE}"))
            .stdin(Stdio::null())
            .stdout(file)
            .spawn()
            .expect("parec is part of pulseaudio-utils");
        let ear = Ear { recorder, path };
        until(SOON, "the ear hears silence", async || {
            (!ear.heard().is_empty()).then_some(())
        })
        .await;
        ear
    }
}

impl Drop for Loudspeaker {
    fn drop(&mut self) {
        let _ = Command::new("pactl")
            .args(["unload-module", &self.module])
            .status();
    }
}

/// Records what comes out of a loudspeaker.
#[derive(Debug)]
pub struct Ear {
    recorder: Child,
    path: PathBuf,
}

impl Ear {
    /// Everything that was heard until now.
    pub fn heard(&self) -> Sound {
        let bytes = std::fs::read(&self.path).expect("the recorder's file is there");
        Sound::from_interleaved_bytes(&bytes, RATE)
    }

    /// Waits until something sounds.
    pub async fn until_sound(&self) {
        until(SOON, "something sounds", async || {
            self.heard().is_audible().then_some(())
        })
        .await;
    }

    /// Waits until nothing has sounded for so long.
    pub async fn until_silence(&self, limit: Duration, quiet: Duration) {
        until(limit, format_args!("{quiet:?} of silence"), async || {
            let heard = self.heard();
            (heard.duration() >= quiet && !heard.last(quiet).is_audible()).then_some(())
        })
        .await;
    }

    /// Listens on until there is that much more than now.
    pub async fn listen_on(&self, more: Duration) -> Sound {
        let begin = self.heard().duration();
        until(
            SOON + more,
            format_args!("{more:?} more to hear"),
            async || {
                let heard = self.heard();
                (heard.duration() >= begin + more).then(|| heard.last(more))
            },
        )
        .await
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let _ = self.recorder.kill();
        let _ = self.recorder.wait();
    }
}
