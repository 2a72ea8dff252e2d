//! The session bus: one connection for what we ask and what we are told.

use std::{future::Future, time::Duration};

use futures_util::StreamExt;
use tokio::{sync::mpsc::UnboundedSender, time::timeout};
use zbus::{Connection, fdo::DBusProxy};

use super::{Heard, notices::Notices, tray::Tray};
use crate::{policy::Note, sign::Sign, words::Words};

/// Who gives icons a place.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Whoever does not answer for so long is not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tray and notifications, as far as this session has them.
pub(crate) struct Faces {
    tray: Option<Tray>,
    notices: Option<Notices>,
    heard: UnboundedSender<Heard>,
}

impl Faces {
    /// Looks who is there. Whoever comes later is heard of.
    pub(crate) async fn meet(heard: UnboundedSender<Heard>) -> Self {
        let mut faces = Self {
            tray: None,
            notices: None,
            heard: heard.clone(),
        };
        let Some(bus) = patiently(Connection::session()).await else {
            tracing::info!("there is no session bus, so neither tray nor notifications");
            return faces;
        };
        faces.notices = patiently(Notices::listen(&bus, heard.clone())).await;
        patiently(watch_for_tray(bus, heard)).await;
        faces
    }

    /// Puts the icon into the tray. True if it is there now.
    pub(crate) async fn raise_tray(&mut self, sign: &Sign) -> bool {
        // One that was there before comes back by itself when its place does.
        if self.tray.is_none() {
            self.tray = match timeout(PATIENCE, Tray::raise(sign, self.heard.clone())).await {
                Ok(Ok(tray)) => Some(tray),
                Ok(Err(error)) => {
                    tracing::info!(%error, "there is no tray");
                    None
                }
                Err(_elapsed) => {
                    tracing::warn!("the tray does not answer");
                    None
                }
            };
        }
        self.tray.is_some()
    }

    /// Changes what the tray shows.
    pub(crate) async fn show_sign(&mut self, sign: &Sign) {
        if let Some(tray) = &self.tray {
            let _ = timeout(PATIENCE, tray.show(sign)).await;
        }
    }

    /// Shows a notification, in place of the last of its group.
    pub(crate) async fn tell(&mut self, note: &Note, words: Words) {
        if let Some(notices) = &mut self.notices {
            patiently(notices.show(note, words)).await;
        }
    }

    /// Takes a notification back.
    pub(crate) async fn withdraw(&mut self, group: &str) {
        if let Some(notices) = &mut self.notices {
            patiently(notices.withdraw(group)).await;
        }
    }

    /// The group of the notification with this number, if it is one of ours.
    pub(crate) fn group_of(&self, id: u32) -> Option<String> {
        self.notices.as_ref()?.group_of(id)
    }

    /// The notification with this number is gone.
    pub(crate) fn forget(&mut self, id: u32) {
        if let Some(notices) = &mut self.notices {
            notices.forget(id);
        }
    }

    /// All of them are gone.
    pub(crate) fn forget_all(&mut self) {
        if let Some(notices) = &mut self.notices {
            notices.forget_all();
        }
    }
}

/// What the bus answers, if it does in time. Nothing here is worth more than a line in the log.
async fn patiently<T>(asked: impl Future<Output = zbus::Result<T>>) -> Option<T> {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::info!(%error, "the desktop does not do this");
            None
        }
        Err(_elapsed) => {
            tracing::warn!("the desktop does not answer");
            None
        }
    }
}

/// Tells when a place for icons comes and goes, the one that is there already first.
async fn watch_for_tray(bus: Connection, heard: UnboundedSender<Heard>) -> zbus::Result<()> {
    let names = DBusProxy::new(&bus).await?;
    let mut changes = names
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await?;
    let is_there = names.name_has_owner(WATCHER.try_into()?).await?;
    if is_there {
        let _ = heard.send(Heard::TrayCame);
    }
    tokio::spawn(async move {
        while let Some(change) = changes.next().await {
            let Ok(change) = change.args() else { continue };
            let news = if change.new_owner.is_some() {
                Heard::TrayCame
            } else {
                Heard::TrayWent
            };
            if heard.send(news).is_err() {
                return;
            }
        }
    });
    Ok(())
}
