//! Carries out what was decided: follows the contract, keeps tray and notifications true, and does
//! what people choose there. One task owns all of it and waits on everything that can wake it.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use ringback_api::{Contract, ErrorJson, Event, dto::AlertJson};
use ringback_model::Clock;
use serde_json::json;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc, oneshot, watch,
    },
    time::{Instant, sleep_until, timeout},
};

use crate::{
    contact,
    entries::Entry,
    faces::{Faces, Heard},
    policy::{Action, Note, Step, Teller},
    sign::{Sign, Wish, sign},
    standing::{Reread, Standing},
    stay::{self, Known},
    words::Words,
};

/// The tray is not changed more often: people read it, and every change costs the shell a turn.
const PACE: Duration = Duration::from_millis(500);

/// So many events are folded before anything is shown of them.
const AT_ONCE: usize = 256;

/// Where the start of the engine stands.
#[derive(Clone)]
pub enum Stage {
    /// On its way.
    Starting,
    /// It runs and answers.
    Running(Arc<dyn Contract>),
    /// It could not start; a person has to do something.
    Failed(ErrorJson),
}

/// What the program does when somebody chooses it outside of the window.
pub trait Desk: Send + Sync + 'static {
    /// Brings the window to the front, at this place (`#/calls/…`) if there is one; opens it if it is
    /// closed.
    fn show(&self, place: Option<&str>);

    /// Ends the program in good order.
    fn quit(&self);
}

/// What a presence needs.
pub struct Options {
    /// What runs behind the window, and everything that takes its place.
    pub stages: watch::Receiver<Stage>,
    /// The program.
    pub desk: Arc<dyn Desk>,
    /// The time.
    pub clock: Clock,
    /// The clock on the wall.
    pub zone: TimeZone,
    /// The system's language.
    pub locale: String,
    /// What starts this program with the session, where there is a place for it.
    pub autostart: Option<Entry>,
}

/// The program as the desktop sees it. Clones are the same.
#[derive(Clone)]
pub struct Presence {
    known: watch::Receiver<Known>,
    heard: mpsc::UnboundedSender<Heard>,
}

impl Presence {
    /// Begins to attend. Has to be called within a tokio runtime.
    pub fn begin(options: Options) -> Self {
        let (heard, hears) = mpsc::unbounded_channel();
        let (known, knows) = watch::channel(Known::default());
        // From here on, not from when the desktop has answered: the engine is starting meanwhile.
        let teller = Teller::new(options.clock.now());
        tokio::spawn(attend(options, teller, heard.clone(), hears, known));
        Self {
            known: knows,
            heard,
        }
    }

    /// Whether the program goes on now that its window is closed: a person can get it back, and wants to.
    /// What plays is held, since nobody can stop it any more.
    /// Asked in the first second, it waits until both are known.
    pub async fn goes_on(&self) -> bool {
        let begin = Instant::now();
        let (asked, answered) = oneshot::channel();
        let _ = self.heard.send(Heard::WindowCloses(asked));
        // What was set a moment ago counts. If nobody answers, what was known before does.
        let _ = timeout(stay::LIMIT, answered).await;
        let rest = stay::LIMIT.saturating_sub(begin.elapsed());
        stay::goes_on(self.known.clone(), rest).await
    }

    /// The window was closed, and the program goes on. The first time, a person is told.
    pub fn window_closed(&self) {
        let _ = self.heard.send(Heard::WindowClosed);
    }

    /// Waits until there is a tray. False if there is none after so long.
    pub async fn has_tray_within(&self, limit: Duration) -> bool {
        let mut known = self.known.clone();
        timeout(limit, known.wait_for(|known| known.tray == Some(true)))
            .await
            .is_ok_and(|seen| seen.is_ok())
    }
}

async fn attend(
    options: Options,
    teller: Teller,
    heard: mpsc::UnboundedSender<Heard>,
    mut hears: mpsc::UnboundedReceiver<Heard>,
    known: watch::Sender<Known>,
) {
    let mut stages = options.stages.clone();
    stages.mark_changed();
    let mut attendant = Attendant {
        faces: Faces::meet(heard).await,
        teller,
        standing: Standing::default(),
        contract: None,
        events: None,
        shown: None,
        shown_at: None,
        known,
        options,
    };
    loop {
        let wake = attendant.wakes_at();
        tokio::select! {
            changed = stages.changed() => {
                if changed.is_err() {
                    return;
                }
                let stage = stages.borrow_and_update().clone();
                attendant.enter(stage).await;
            }
            news = next(&mut attendant.events) => attendant.fold(news).await,
            news = hears.recv() => match news {
                Some(news) => attendant.hear(news).await,
                None => return,
            },
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
        attendant.show().await;
    }
}

/// What happens next, if anybody tells.
async fn next(events: &mut Option<broadcast::Receiver<Event>>) -> Result<Event, RecvError> {
    match events {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}

struct Attendant {
    options: Options,
    faces: Faces,
    teller: Teller,
    standing: Standing,
    contract: Option<Arc<dyn Contract>>,
    events: Option<broadcast::Receiver<Event>>,
    shown: Option<Sign>,
    shown_at: Option<Instant>,
    known: watch::Sender<Known>,
}

impl Attendant {
    fn words(&self) -> Words {
        Words::of(
            self.standing.settings.language.as_deref(),
            &self.options.locale,
        )
    }

    fn sign(&self) -> Sign {
        sign(&self.standing, self.words(), &self.options.zone)
    }

    async fn enter(&mut self, stage: Stage) {
        match stage {
            Stage::Starting => {}
            Stage::Failed(_) => {
                self.contract = None;
                self.events = None;
                self.standing = Standing {
                    failed: true,
                    settings: self.standing.settings.clone(),
                    ..Standing::default()
                };
            }
            Stage::Running(contract) => {
                // Listen first, read then: nothing falls in between.
                self.events = Some(contract.events());
                self.contract = Some(contract);
                self.read().await;
                if self.standing.settings.desktop.autostart == Some(true) {
                    self.start_with_session().await;
                }
            }
        }
    }

    async fn read(&mut self) {
        let Some(contract) = &self.contract else {
            return;
        };
        match contact::read(&**contract).await {
            Ok(standing) => self.standing = standing,
            Err(error) => tracing::warn!(code = ?error.code, "what the tray shows cannot be read"),
        }
        self.heed_settings();
    }

    async fn fold(&mut self, first: Result<Event, RecvError>) {
        let mut news = vec![first];
        let events = self.events.iter_mut();
        for events in events {
            news.extend(
                std::iter::from_fn(|| events.try_recv().ok())
                    .take(AT_ONCE)
                    .map(Ok),
            );
        }
        let autostart = self.standing.settings.desktop.autostart;
        let mut reread = Vec::new();
        for event in news {
            match event {
                Ok(event) => reread.push(self.standing.fold(event)),
                Err(RecvError::Lagged(_)) => reread.push(Reread::All),
                Err(RecvError::Closed) => self.events = None,
            }
        }
        if reread.contains(&Reread::All) {
            self.read().await;
        } else if reread.contains(&Reread::Tunnel)
            && let Some(contract) = &self.contract
            && let Ok(tunnel) = contact::tunnel(&**contract).await
        {
            self.standing.tunnel = Some(tunnel);
        }
        self.heed_settings();
        if self.standing.settings.desktop.autostart != autostart {
            self.start_with_session().await;
        }
    }

    fn heed_settings(&self) {
        let keep = self.standing.settings.desktop.keep_running != Some(false);
        self.learn(|known| known.keep = Some(keep));
    }

    /// What stands in the settings at this moment: the news of them may still be on its way.
    async fn ask_whether_to_keep(&self) {
        if let Some(contract) = &self.contract
            && let Ok(settings) = contact::settings(&**contract).await
        {
            let keep = settings.desktop.keep_running != Some(false);
            self.learn(|known| known.keep = Some(keep));
        }
    }

    fn learn(&self, what: impl FnOnce(&mut Known)) {
        self.known.send_if_modified(|known| {
            let before = *known;
            what(known);
            if *known != before {
                tracing::debug!(?known, "what is known of going on");
            }
            *known != before
        });
    }

    /// Makes the entry for the start with the session what the person set.
    async fn start_with_session(&self) {
        let (Some(contract), Some(entry)) = (&self.contract, &self.options.autostart) else {
            return;
        };
        // A demo is nobody's work.
        if contact::is_demo(&**contract).await != Ok(false) {
            return;
        }
        let done = match self.standing.settings.desktop.autostart {
            Some(true) => entry.put().map(drop),
            Some(false) => entry.remove(),
            None => Ok(()),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the start with the session cannot be changed");
        }
    }

    async fn hear(&mut self, news: Heard) {
        match news {
            Heard::TrayCame => {
                let sign = self.sign();
                let is_there = self.faces.raise_tray(&sign).await;
                self.shown = is_there.then_some(sign);
                self.learn(|known| known.tray = Some(is_there));
            }
            Heard::TrayWent => {
                self.learn(|known| known.tray = Some(false));
            }
            Heard::Wish(wish) => self.fulfil(wish).await,
            Heard::Pressed(group, key) => {
                if let Some(action) = Action::of(&key) {
                    self.act(&group, action).await;
                }
            }
            Heard::PutAway(group) => {
                self.teller.put_away(&group);
            }
            Heard::WindowCloses(asked) => {
                // At once: whether the program goes on may take a while to be known.
                if let Some(contract) = &self.contract {
                    contact::hold_player(&**contract).await;
                }
                self.ask_whether_to_keep().await;
                let _ = asked.send(());
            }
            Heard::WindowClosed => self.tell_of_tray().await,
        }
    }

    async fn fulfil(&self, wish: Wish) {
        let desk = &self.options.desk;
        let done = match (wish, &self.contract) {
            (Wish::Open, _) => {
                desk.show(None);
                return;
            }
            (Wish::Call(id), _) => {
                desk.show(Some(&place_of(&id)));
                return;
            }
            (Wish::Quit, _) => {
                desk.quit();
                return;
            }
            (Wish::Pause(run), Some(contract)) => {
                contract.call("resync.pause", json!({ "run": run })).await
            }
            (Wish::Resume(run), Some(contract)) => {
                contract.call("resync.resume", json!({ "run": run })).await
            }
            (Wish::Pause(_) | Wish::Resume(_), None) => return,
        };
        if let Err(error) = done {
            tracing::warn!(code = ?error.code, "the job cannot be steered from the tray");
        }
    }

    /// What a person pressed on a notification.
    async fn act(&mut self, group: &str, action: Action) {
        let about: Vec<AlertJson> = self
            .teller
            .alerts_of(group)
            .iter()
            .filter_map(|id| self.standing.alerts.get(id).cloned())
            .collect();
        let place = match &about[..] {
            [
                AlertJson {
                    call: Some(call), ..
                },
            ] => place_of(call),
            _ if group == GOES_ON => "#/settings".into(),
            _ => "#/health".into(),
        };
        let Some(contract) = self.contract.clone() else {
            self.options.desk.show(None);
            return;
        };
        match action {
            Action::Open => self.options.desk.show(Some(&place)),
            Action::Acknowledge => {
                let ids = self.teller.put_away(group);
                contact::acknowledge(&*contract, &ids).await;
            }
            Action::Retry => {
                if let Err(error) = contact::retry(&*contract, &about).await {
                    // It takes more than a button: the window says what.
                    tracing::info!(code = ?error.code, "it cannot be tried again from a notification");
                    self.options.desk.show(Some(&place));
                }
            }
        }
    }

    /// Makes tray and notifications what they should be now.
    async fn show(&mut self) {
        let words = self.words();
        let desktop = &self.standing.settings.desktop;
        let now = self.options.clock.now();
        let steps = self.teller.heed(
            &self.standing.alerts,
            desktop,
            words,
            now,
            &self.options.zone,
        );
        for step in steps {
            match step {
                Step::Show(note) => {
                    let note = self.filled(note).await;
                    self.faces.tell(note, words);
                }
                Step::Withdraw(group) => self.faces.withdraw(group),
            }
        }
        if self.shown.is_none() || self.is_too_early() {
            return;
        }
        let sign = self.sign();
        if self.shown.as_ref() != Some(&sign) {
            self.faces.show_sign(&sign).await;
            self.shown = Some(sign);
            self.shown_at = Some(Instant::now());
        }
    }

    /// With who took part, if that may be shown.
    async fn filled(&self, mut note: Note) -> Note {
        let may = self.standing.settings.desktop.show_content == Some(true);
        if let (true, Some(call), Some(contract)) = (may, &note.call, &self.contract) {
            note.lines.extend(contact::who(&**contract, call).await);
        }
        note
    }

    async fn tell_of_tray(&mut self) {
        let Some(contract) = self.contract.clone() else {
            return;
        };
        if self.standing.settings.desktop.knows_tray {
            return;
        }
        self.standing.settings.desktop.knows_tray = true;
        let words = self.words();
        let (title, text) = words.goes_on();
        let note = Note {
            group: GOES_ON.into(),
            title,
            lines: vec![text],
            call: None,
            actions: vec![Action::Open],
        };
        self.faces.tell(note, words);
        if let Err(error) = contact::knows_tray(&*contract).await {
            tracing::warn!(code = ?error.code, "that the person was told of the tray cannot be written down");
        }
    }

    fn is_too_early(&self) -> bool {
        self.shown_at.is_some_and(|at| at.elapsed() < PACE)
    }

    /// When something is to be done even if nothing happens.
    fn wakes_at(&self) -> Option<Instant> {
        let (now, zone) = (self.options.clock.now(), &self.options.zone);
        let quiet_ends = self.teller.next(&self.standing.settings.desktop, now, zone);
        let held = quiet_ends.map(|at| Instant::now() + until(now, at));
        let paced = self
            .shown_at
            .filter(|_| self.is_too_early() && self.shown.as_ref() != Some(&self.sign()));
        [held, paced.map(|at| at + PACE)]
            .into_iter()
            .flatten()
            .min()
    }
}

/// The group of the note that the program goes on.
const GOES_ON: &str = "goes_on";

fn until(now: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(now)).unwrap_or_default()
}

/// The call's place in the window. Ids are letters and digits.
fn place_of(call: &str) -> String {
    format!("#/calls/{call}")
}
