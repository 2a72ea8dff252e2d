//! Notifications of the desktop, shown one after the other by a task of their own: a service that hangs
//! holds up nothing else.
//! <https://specifications.freedesktop.org/notification-spec/1.3/> (read 2026-11-21)

use std::collections::{BTreeMap, HashMap};

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::{Connection, Message, zvariant::Value};

use super::{Heard, bus::patiently};
use crate::{
    policy::{Action, Note},
    words::Words,
};

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;
}

/// The menu's entry that the package installs, without its ending (`assets/linux`).
const ENTRY: &str = "ringback-desktop";

/// The icon in that entry.
const ICON: &str = "ringback";

/// A person has put it away; the other reasons are the service's own.
const PUT_AWAY: u32 = 2;

/// What the service tells.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// Somebody pressed this on the notification with this number.
    Pressed(u32, String),
    /// The notification with this number is gone: put away by a person, or not.
    Gone(u32, bool),
    /// The service has ended, and all notifications with it.
    Ended,
}

/// What is to become of the notification of a group: shown, or taken back.
type Order = (String, Option<(Note, Words)>);

/// Who carries out what is to be shown.
pub(crate) struct Notices(UnboundedSender<Order>);

impl Notices {
    /// Listens to what people do with notifications.
    pub(crate) async fn listen(
        bus: &Connection,
        heard: UnboundedSender<Heard>,
    ) -> zbus::Result<Self> {
        let service = NotificationsProxy::builder(bus)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()
            .await?;
        // All in one stream: what was pressed comes before what went away by that, and has to stay so.
        let done = service.inner().receive_all_signals().await?;
        let done = done.filter_map(async |signal| told(&signal));
        let owners = service.inner().receive_owner_changed().await?;
        let ended = owners.filter_map(async |owner| owner.is_none().then_some(Told::Ended));
        let news = stream::select(Box::pin(done), Box::pin(ended));
        let (orders, ordered) = unbounded_channel();
        let wall = Wall {
            service,
            shown: BTreeMap::new(),
            heard,
        };
        tokio::spawn(wall.keep(ordered, news));
        Ok(Self(orders))
    }

    /// Shows a notification, in place of the last of its group.
    pub(crate) fn show(&self, note: Note, words: Words) {
        // Nobody carries it out any more: the program is ending, or the bus is gone.
        let _ = self.0.send((note.group.clone(), Some((note, words))));
    }

    /// Takes a notification back.
    pub(crate) fn withdraw(&self, group: String) {
        let _ = self.0.send((group, None));
    }
}

/// Our notifications that are shown now.
struct Wall {
    service: NotificationsProxy<'static>,
    shown: BTreeMap<String, u32>,
    heard: UnboundedSender<Heard>,
}

impl Wall {
    async fn keep(
        mut self,
        mut ordered: UnboundedReceiver<Order>,
        mut news: impl Stream<Item = Told> + Unpin,
    ) {
        loop {
            tokio::select! {
                order = ordered.recv() => {
                    let Some(order) = order else { return };
                    // Of what has waited for a slow service, the last of each group counts.
                    let mut due = BTreeMap::from([order]);
                    while let Ok(order) = ordered.try_recv() {
                        due.extend([order]);
                    }
                    for (group, order) in due {
                        self.carry_out(group, order).await;
                    }
                }
                told = news.next() => match told {
                    Some(told) => self.hear(told),
                    None => return,
                },
            }
        }
    }

    async fn carry_out(&mut self, group: String, order: Option<(Note, Words)>) {
        match order {
            Some((note, words)) => {
                let replaces = self.shown.get(&group).copied().unwrap_or(0);
                let shown = self.show(&note, words, replaces);
                if let Some(id) = patiently("notifications", shown).await {
                    self.shown.insert(group, id);
                }
            }
            None => {
                if let Some(id) = self.shown.remove(&group) {
                    patiently("notifications", self.service.close_notification(id)).await;
                }
            }
        }
    }

    fn hear(&mut self, told: Told) {
        let group_of = |id: u32| {
            let ours = self.shown.iter().find(|(_, shown)| **shown == id);
            ours.map(|(group, _)| group.clone())
        };
        match told {
            Told::Pressed(id, key) => {
                if let Some(group) = group_of(id) {
                    let _ = self.heard.send(Heard::Pressed(group, key));
                }
            }
            Told::Gone(id, put_away) => {
                if let Some(group) = group_of(id) {
                    self.shown.remove(&group);
                    if put_away {
                        let _ = self.heard.send(Heard::PutAway(group));
                    }
                }
            }
            Told::Ended => self.shown.clear(),
        }
    }

    async fn show(&self, note: &Note, words: Words, replaces: u32) -> zbus::Result<u32> {
        let able = self.service.get_capabilities().await?;
        let can = |what: &str| able.iter().any(|ability| ability == what);
        let mut body = note.lines.join("\n");
        if can("body-markup") {
            body = escaped(&body);
        }
        let labels = note
            .actions
            .iter()
            .map(|action| (action.key(), label(*action, words)));
        let labels: Vec<_> = labels.filter(|_| can("actions")).collect();
        let actions: Vec<&str> = labels
            .iter()
            .flat_map(|(key, label)| [*key, &**label])
            .collect();
        let hints = HashMap::from([
            ("urgency", Value::U8(1)),
            ("desktop-entry", Value::from(ENTRY)),
        ]);
        self.service
            .notify(
                "Ringback",
                replaces,
                ICON,
                &note.title,
                &body,
                &actions,
                hints,
                -1,
            )
            .await
    }
}

/// What a signal of the service says.
fn told(signal: &Message) -> Option<Told> {
    let (header, body) = (signal.header(), signal.body());
    match header.member()?.as_str() {
        "ActionInvoked" => {
            let (id, key) = body.deserialize().ok()?;
            Some(Told::Pressed(id, key))
        }
        "NotificationClosed" => {
            let (id, reason): (u32, u32) = body.deserialize().ok()?;
            Some(Told::Gone(id, reason == PUT_AWAY))
        }
        _ => None,
    }
}

fn label(action: Action, words: Words) -> String {
    match action {
        Action::Open => words.action_open(),
        Action::Retry => words.action_retry(),
        Action::Acknowledge => words.action_acknowledge(),
    }
}

/// As it stands where a few tags are understood.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use zbus::zvariant::DynamicType;

    use super::*;

    #[test]
    fn a_name_cannot_become_markup() {
        assert_eq!(
            escaped("<b>Desk & Co</b>"),
            "&lt;b&gt;Desk &amp; Co&lt;/b&gt;"
        );
    }

    #[test]
    fn entry_and_icon_are_those_that_the_package_installs() {
        let entry = include_str!("../../../../assets/linux/ringback-desktop.desktop");
        assert_eq!(ENTRY, "ringback-desktop");
        assert!(entry.lines().any(|line| line == format!("Icon={ICON}")));
    }

    /// What is heard when the service says this.
    fn said(name: &str, body: &(impl Serialize + DynamicType)) -> Option<Told> {
        let (place, service) = (
            "/org/freedesktop/Notifications",
            "org.freedesktop.Notifications",
        );
        let signal = Message::signal(place, service, name).expect("a name");
        told(&signal.build(body).expect("a body"))
    }

    #[test]
    fn a_press_and_a_goodbye_are_understood_and_what_else_is_said_is_not_ours() {
        let pressed = Some(Told::Pressed(7, "retry".into()));
        assert_eq!(said("ActionInvoked", &(7_u32, "retry")), pressed);
        for (reason, put_away) in [(1_u32, false), (PUT_AWAY, true), (3, false)] {
            let gone = Some(Told::Gone(7, put_away));
            assert_eq!(said("NotificationClosed", &(7_u32, reason)), gone);
        }
        assert_eq!(said("ActivationToken", &(7_u32, "x")), None);
        assert_eq!(said("ActionInvoked", &"retry"), None);
    }
}
