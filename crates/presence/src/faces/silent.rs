//! A system on which tray and notifications are not spoken to.

use tokio::sync::mpsc::UnboundedSender;

use super::Heard;
use crate::{policy::Note, sign::Sign, words::Words};

/// Nobody to speak to.
pub(crate) struct Faces;

impl Faces {
    pub(crate) async fn meet(heard: UnboundedSender<Heard>) -> Self {
        let _ = heard.send(Heard::TrayWent);
        Self
    }

    pub(crate) async fn raise_tray(&mut self, _sign: &Sign) -> bool {
        false
    }

    pub(crate) async fn show_sign(&mut self, _sign: &Sign) {}

    pub(crate) fn tell(&self, _note: Note, _words: Words) {}

    pub(crate) fn withdraw(&self, _group: String) {}
}
