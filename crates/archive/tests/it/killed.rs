//! `kill -9` at every step. The process that is killed is this test program once more; it says each
//! step that it comes to and goes on when it is told to.

use std::{
    fs,
    future::pending,
    io::{self, BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use bytes::Bytes;
use futures_util::stream;
use ringback_archive::{Archive, copy};

use crate::support::{Home, NO_LIMIT, accept, arriving, copy_all, describe, finish, plan, sound};

const HOME: &str = "RINGBACK_TEST_KILLED_HOME";
/// Long enough for several marks behind which nothing is lost.
const LENGTH: usize = 4_000_000;
const PIECE: usize = 500_000;

/// What the process says before each step, and before it ends.
const STEP: &str = "at step ";
const DONE: &str = "done";

#[tokio::test]
async fn kill_9_at_any_step_loses_nothing_and_leaves_nothing() {
    let content = sound(LENGTH);
    let mut resumed = 0;
    for steps in 0.. {
        let home = Home::new();
        let is_done = run_and_kill(&home, steps);
        for landed in ["call_1.wav", "call_1.json"] {
            let path = home.day().join(landed);
            if let Ok(found) = fs::read(&path) {
                let is_whole = found == content || found.ends_with(b"}\n");
                assert!(
                    is_whole,
                    "{landed} is there but not complete after {steps} steps"
                );
            }
        }
        let landing = home.land();
        resumed += usize::from(landing.resume_point().from > 0);
        let landing = copy_all(landing, &content).await.expect("copied");
        let landed = finish(landing).expect("finished");
        assert_eq!(fs::read(&landed.file).expect("there"), content);
        assert_eq!(
            home.files(),
            [
                "recordings/clinic/2026-03-01/call_1.json",
                "recordings/clinic/2026-03-01/call_1.wav"
            ],
            "after {steps} steps"
        );
        if is_done {
            assert!(steps > LENGTH / PIECE + 3, "only {steps} steps were taken");
            assert!(
                resumed > LENGTH / PIECE / 2,
                "only {resumed} tries went on from a part"
            );
            return;
        }
    }
}

/// The other process. It does not outlive this.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        // On Unix this is `kill -9`. It fails only if the process is gone already.
        let _ = self.0.kill();
        self.0.wait().expect("it ends");
    }
}

/// Lets the other process take so many steps and kills it. Says whether it had come to its end.
fn run_and_kill(home: &Home, steps: usize) -> bool {
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args([
            "--exact",
            "killed::landing_step_by_step",
            "--ignored",
            "--nocapture",
        ])
        .env(HOME, home.dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut other = Other(child.expect("started"));
    let mut go = other.0.stdin.take().expect("piped");
    let said = BufReader::new(other.0.stdout.take().expect("piped"));
    let mut taken = 0;
    for line in said.lines() {
        let line = line.expect("text");
        if line.contains(DONE) {
            return true;
        }
        if !line.contains(STEP) {
            continue;
        }
        if taken == steps {
            return false;
        }
        taken += 1;
        writeln!(go, "go").expect("it listens");
    }
    panic!("the process ended by itself after {taken} steps");
}

#[expect(clippy::print_stdout, reason = "the other process listens to it")]
fn step(what: &str) {
    println!("{STEP}{what}");
    let mut line = String::new();
    while line.is_empty() {
        // Nothing more is said to a process that is about to be killed; it stays where it is.
        io::stdin().read_line(&mut line).expect("the test answers");
        std::thread::yield_now();
    }
}

#[tokio::test]
#[ignore = "the process that the test above kills"]
#[expect(clippy::print_stdout, reason = "the other process listens to it")]
async fn landing_step_by_step() {
    let home = PathBuf::from(std::env::var_os(HOME).expect("set by the test above"));
    step("open");
    let archive = Archive::open(&home).expect("opened");
    step("land");
    let landing = archive.land(plan("call_1")).expect("begun");
    let content = sound(LENGTH);
    let pieces: Vec<_> = content.chunks(PIECE).map(Bytes::copy_from_slice).collect();
    // One piece at a time: the next one is asked for only after this one is written.
    let stream = stream::unfold(pieces.into_iter(), |mut pieces| async {
        tokio::task::yield_now().await;
        step("piece");
        let piece = pieces.next()?;
        Some((Ok::<_, ()>(piece), pieces))
    });
    let arriving = arriving(&content, 0);
    let landing = copy(landing, arriving, stream, NO_LIMIT, pending(), |_| {}).await;
    step("finish");
    let check = |path: &_| {
        step("check");
        accept(path)
    };
    landing
        .expect("copied")
        .finish(check, |landed| {
            step("describe");
            describe(landed)
        })
        .expect("finished");
    println!("{DONE}");
    step("end");
}
