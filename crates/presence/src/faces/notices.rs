//! Notifications of the desktop.
//! <https://specifications.freedesktop.org/notification-spec/1.3/> (read 2026-11-21)

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc::UnboundedSender;
use zbus::{Connection, Message, zvariant::Value};

use super::Heard;
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

/// A person has put it away; the other reasons are the service's own.
const PUT_AWAY: u32 = 2;

/// Our notifications that are shown now.
pub(crate) struct Notices {
    service: NotificationsProxy<'static>,
    shown: BTreeMap<String, u32>,
}

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
        let ended = owners.filter_map(async |owner| owner.is_none().then_some(Heard::NobodyShows));
        let mut all = stream::select(Box::pin(done), Box::pin(ended));
        tokio::spawn(async move {
            while let Some(news) = all.next().await {
                if heard.send(news).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            service,
            shown: BTreeMap::new(),
        })
    }

    /// Shows a notification, in place of the last of its group.
    pub(crate) async fn show(&mut self, note: &Note, words: Words) -> zbus::Result<()> {
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
            ("desktop-entry", Value::from("Ringback")),
        ]);
        let replaces = self.shown.get(&note.group).copied().unwrap_or(0);
        let id = self
            .service
            .notify(
                "Ringback",
                replaces,
                "ringback-desktop",
                &note.title,
                &body,
                &actions,
                hints,
                -1,
            )
            .await?;
        self.shown.insert(note.group.clone(), id);
        Ok(())
    }

    /// Takes a notification back.
    pub(crate) async fn withdraw(&mut self, group: &str) -> zbus::Result<()> {
        match self.shown.remove(group) {
            Some(id) => self.service.close_notification(id).await,
            None => Ok(()),
        }
    }

    /// The group of the notification with this number, if it is one of ours.
    pub(crate) fn group_of(&self, id: u32) -> Option<String> {
        let ours = self.shown.iter().find(|(_, shown)| **shown == id);
        ours.map(|(group, _)| group.clone())
    }

    /// The notification with this number is gone.
    pub(crate) fn forget(&mut self, id: u32) {
        self.shown.retain(|_, shown| *shown != id);
    }

    /// All of them are gone.
    pub(crate) fn forget_all(&mut self) {
        self.shown.clear();
    }
}

/// What a signal of the service says.
fn told(signal: &Message) -> Option<Heard> {
    let (header, body) = (signal.header(), signal.body());
    match header.member()?.as_str() {
        "ActionInvoked" => {
            let (id, key) = body.deserialize().ok()?;
            Some(Heard::Pressed(id, key))
        }
        "NotificationClosed" => {
            let (id, reason): (u32, u32) = body.deserialize().ok()?;
            Some(Heard::Gone(id, reason == PUT_AWAY))
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

    /// What is heard when the service says this.
    fn said(name: &str, body: &(impl Serialize + DynamicType)) -> Option<Heard> {
        let (place, service) = (
            "/org/freedesktop/Notifications",
            "org.freedesktop.Notifications",
        );
        let signal = Message::signal(place, service, name).expect("a name");
        told(&signal.build(body).expect("a body"))
    }

    #[test]
    fn a_press_and_a_goodbye_are_understood_and_what_else_is_said_is_not_ours() {
        let pressed = Some(Heard::Pressed(7, "retry".into()));
        assert_eq!(said("ActionInvoked", &(7_u32, "retry")), pressed);
        for (reason, put_away) in [(1_u32, false), (PUT_AWAY, true), (3, false)] {
            let gone = Some(Heard::Gone(7, put_away));
            assert_eq!(said("NotificationClosed", &(7_u32, reason)), gone);
        }
        assert_eq!(said("ActivationToken", &(7_u32, "x")), None);
        assert_eq!(said("ActionInvoked", &"retry"), None);
    }
}
