//! The real window on a desk of its own, driven as the tests through the window drive it: how soon a
//! call is on the board, how long a start takes with an empty and with a full home, and how much
//! memory all its processes hold.

mod memory;
mod retell;
mod rows;
mod start;
mod watch;

use std::{
    env, fs,
    net::SocketAddr,
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};
use rand::{SeedableRng, rngs::StdRng};
use ringback_journeys::{
    program::built,
    setting::{RETELL, Setting as Desktop},
    signing,
    window::{Desk, journey},
};

use super::{Setting, percentile};
use crate::report::{Figure, Goal, Limit, Report, Series};
use retell::Line;

pub(super) const QUESTION: &str = "How soon is a call on the board, does a full home slow the start down, and how much memory does the window need?";

/// Calls in the full home.
const CALLS: u64 = 100_000;

/// The places of a round's numbers.
const P95: usize = 1;
const EMPTY: usize = 3;
const FULL: usize = 4;
const TRAY: usize = 10;

/// The homes that are used in every round.
struct Homes {
    empty: Desktop,
    full: Desktop,
    long: Desktop,
    /// The call of three hours in `long`.
    call: String,
}

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    if env::var_os("RINGBACK_STAGE").is_none() {
        bail!(
            "the window needs a stage (screen, session bus, sound card); `cargo xtask bench` makes one"
        );
    }
    let mut outcome = None;
    journey("bench", async |desk| {
        outcome = Some(rounds(desk, setting.wish.rounds).await);
    })
    .await;
    let rounds = outcome.context("the rounds were not begun")??;

    let mut report = setting.report("window", QUESTION);
    report.machine.insert(
        "window".to_owned(),
        if built("ringback-desktop")
            .parent()
            .is_some_and(|folder| folder.ends_with("release"))
        {
            "optimised"
        } else {
            "a development build, not optimised"
        }
        .to_owned(),
    );
    report.figures = vec![
        Figure::lower("row p50 ms"),
        Figure::lower("row p95 ms"),
        Figure::lower("row max ms"),
        Figure::lower("start, empty ms"),
        Figure::lower("start, 100,000 calls ms"),
        Figure::lower("list, empty ms"),
        Figure::lower("list, 100,000 calls ms"),
        Figure::lower("idle MB"),
        Figure::lower("under load MB"),
        Figure::lower("playing 3 h MB"),
        Figure::lower("in the tray MB"),
    ];
    let series = Series {
        server: "Ringback".to_owned(),
        rounds,
    };
    let of = |figure| series.column(figure);
    let slower = of(FULL).into_iter().zip(of(EMPTY));
    report.goals = vec![
        Goal::new(
            "From the event to the row on the board, p95 in ms",
            Limit::AtMost(250.0),
            of(P95),
        ),
        Goal::new(
            "Start with 100,000 calls against an empty home",
            Limit::AtMost(1.2),
            slower.map(|(full, empty)| full / empty).collect(),
        ),
        Goal::new(
            "Memory in the tray after the window was closed, in MB",
            Limit::AtMost(60.0),
            of(TRAY),
        ),
    ];
    report.series = vec![series];
    report.how = how();
    Ok(report)
}

fn how() -> Vec<String> {
    vec![
        format!(
            "Row: {} signed call_started events a round, at irregular moments, posted to the door of the open window; from before the first byte is sent until the call's card is in the page, read from the machine's clock by an observer in the page. Every call must have one card, and every card its call.",
            rows::EVENTS
        ),
        "Start: from the beginning of the process (as the kernel tells it, to 10 ms) until the list of calls shows its first rows or says that there are none, empty and full in turns. The window opens on the board and is sent to the list as soon as WebDriver can speak to it; what connecting takes is in both numbers and in the ratio. List: from then on. Nothing empties the system's cache of files between starts.".to_owned(),
        format!(
            "Memory: PSS of all processes of the program, the webview's included. Idle {} s after the start with an empty home; under load the most during {} s of {} events a second; playing the most during {} s at the beginning of a recording of three hours (WAV, 345 MB, fetched from a simulated provider) and after a seek to 2:50:00, both heard at the sound card's monitor. In the tray {} s after the window was closed, with an empty home; what else on the machine uses WebKit shares its pages with the program.",
            memory::SETTLE.as_secs(),
            memory::LOAD.as_secs(),
            memory::RATE,
            memory::LISTEN.as_secs(),
            memory::SETTLE.as_secs(),
        ),
        "The page is drawn by the processor onto a screen that nobody sees (Xvfb, no graphics card).".to_owned(),
    ]
}

async fn rounds(desk: &mut Desk, rounds: usize) -> anyhow::Result<Vec<Vec<f64>>> {
    println!("   a home with {CALLS} calls, and one with a recording of three hours");
    let homes = Homes::prepare(desk).await?;
    let mut dice = StdRng::seed_from_u64(1);
    let mut all = Vec::new();
    for number in 1..=rounds {
        let figures = round(desk, &homes, &mut dice, number)
            .await
            .with_context(|| format!("in round {number}"))?;
        all.push(figures);
    }
    Ok(all)
}

async fn round(
    desk: &mut Desk,
    homes: &Homes,
    dice: &mut StdRng,
    number: usize,
) -> anyhow::Result<Vec<f64>> {
    let fresh = offline().await;
    desk.move_into(&fresh);
    let view = desk.open(&[]).await;
    let program = desk.processes().await;
    let (door, key) = (door_of(&fresh)?, signing::secret(&fresh, RETELL));
    let idle = memory::idle(program).await;
    let rows = rows::measure(&view, &mut Line::open(door, &key).await?, dice).await?;
    let [p50, p95, max] = [0.5, 0.95, 1.0].map(|share| percentile(&rows, share));
    let (p50, p95, max) = (p50?, p95?, max?);
    println!("   round {number}  row p50 {p50:.0}, p95 {p95:.0}, max {max:.0} ms");
    let loaded = memory::under_load(program, door, &key).await?;
    desk.close().await;

    let playing = memory::playing(desk, &homes.long, &homes.call).await?;
    println!(
        "   round {number}  memory {idle:.0} idle, {loaded:.0} under load, {playing:.0} MB playing"
    );
    let left = memory::in_tray(desk, &homes.empty).await?;
    println!("   round {number}  memory {left:.0} MB in the tray");
    let empty = start::measure(desk, &homes.empty, 0).await?;
    let full = start::measure(desk, &homes.full, CALLS).await?;
    println!(
        "   round {number}  start {:.0} ms empty, {:.0} ms full",
        empty.total, full.total
    );
    Ok(vec![
        p50,
        p95,
        max,
        empty.total,
        full.total,
        empty.list,
        full.list,
        idle,
        loaded,
        playing,
        left,
    ])
}

impl Homes {
    async fn prepare(desk: &mut Desk) -> anyhow::Result<Self> {
        let (empty, full) = (offline().await, offline().await);
        fill(&full)?;
        let (long, call) = memory::with_long_recording(desk).await?;
        Ok(Self {
            empty,
            full,
            long,
            call,
        })
    }
}

/// Puts many calls into a home. That takes minutes, so the calls are made once and kept beside the
/// built programs; delete `target/bench` to have them made anew.
fn fill(home: &Desktop) -> anyhow::Result<()> {
    let program = built("ringback");
    let target = program
        .ancestors()
        .nth(2)
        .context("it stands in a target folder")?;
    let kept = target.join("bench").join(format!("home-{CALLS}"));
    let complete = kept.join("complete");
    if !complete.exists() {
        println!("   filling {}", kept.display());
        if kept.exists() {
            fs::remove_dir_all(&kept)?;
        }
        let filled = Command::new(program)
            .arg("--home")
            .arg(&kept)
            .args(["simulate", "--archive", &CALLS.to_string()])
            .stdout(Stdio::null())
            .status()?;
        if !filled.success() {
            bail!("the home was not filled ({filled})");
        }
        fs::write(&complete, "")?;
    }
    fs::copy(home.home().config_file(), kept.join("config.toml"))?;
    fs::remove_dir_all(home.folder())?;
    symlink(&kept, home.folder())?;
    Ok(())
}

/// A home with accounts behind whose APIs nobody listens: what is measured asks them nothing.
async fn offline() -> Desktop {
    let home = Desktop::in_real_time().await;
    home.configure(|usual| {
        let lines = usual.lines().map(|line| match line.split_once('=') {
            Some((name, _)) if name.trim() == "base_url" => "base_url = \"http://127.0.0.1:9\"",
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n").replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"",
        )
    });
    home
}

fn door_of(home: &Desktop) -> anyhow::Result<SocketAddr> {
    let door = home.sender.door();
    let addresses = door.socket_addrs(|| None)?;
    addresses
        .first()
        .copied()
        .context("the door has an address")
}
