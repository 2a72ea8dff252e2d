//! The session bus: one connection for what we ask and what we are told.

use std::{future::Future, time::Duration};

use futures_util::StreamExt;
use tokio::{sync::mpsc::UnboundedSender, time::timeout};
use zbus::{Connection, fdo::DBusProxy};

use super::{Heard, notices::Notices, tray::Tray};
use crate::{policy::Note, sign::Sign, words::Words};

/// Who gives icons a place.
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// Whoever does not answer for so long is not there. A desktop that is just starting is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tray and notifications, as far as this session has them.
pub(crate) struct Faces {
    tray: Option<Tray>,
    notices: Option<Notices>,
    heard: UnboundedSender<Heard>,
}

impl Faces {
    /// Looks who is there. Whoever comes later is heard of; whether there is a tray now, in any case.
    pub(crate) async fn meet(heard: UnboundedSender<Heard>) -> Self {
        let mut faces = Self {
            tray: None,
            notices: None,
            heard: heard.clone(),
        };
        let mut has_tray = false;
        match patiently("session bus", Connection::session()).await {
            Some(bus) => {
                faces.notices =
                    patiently("notifications", Notices::listen(&bus, heard.clone())).await;
                let watched = patiently("tray", watch_for_tray(bus, heard.clone())).await;
                has_tray = watched.unwrap_or(false);
            }
            None => tracing::info!("there is no session bus, so neither tray nor notifications"),
        }
        // Nobody listens any more: the program is ending.
        let _ = heard.send(if has_tray {
            Heard::TrayCame
        } else {
            Heard::TrayWent
        });
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
    pub(crate) fn tell(&self, note: Note, words: Words) {
        if let Some(notices) = &self.notices {
            notices.show(note, words);
        }
    }

    /// Takes a notification back.
    pub(crate) fn withdraw(&self, group: String) {
        if let Some(notices) = &self.notices {
            notices.withdraw(group);
        }
    }
}

/// What the bus answers, if it does in time. Nothing here is worth more than a line in the log.
pub(super) async fn patiently<T>(
    what: &str,
    asked: impl Future<Output = zbus::Result<T>>,
) -> Option<T> {
    match timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::info!(what, %error, "the desktop does not do this");
            None
        }
        Err(_elapsed) => {
            tracing::warn!(what, "the desktop does not answer");
            None
        }
    }
}

/// Whether there is a place for icons; from now on, tells when one comes and goes.
async fn watch_for_tray(bus: Connection, heard: UnboundedSender<Heard>) -> zbus::Result<bool> {
    let names = DBusProxy::new(&bus).await?;
    let mut changes = names
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await?;
    let is_there = names.name_has_owner(WATCHER.try_into()?).await?;
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
    Ok(is_there)
}
