//! A system on which tray and notifications are not spoken to.

use tokio::sync::mpsc::UnboundedSender;

use super::Heard;
use crate::{policy::Note, sign::Sign, words::Words};

/// Nobody to speak to.
pub(crate) struct Faces;

impl Faces {
    pub(crate) async fn meet(_heard: UnboundedSender<Heard>) -> Self {
        Self
    }

    pub(crate) async fn raise_tray(&mut self, _sign: &Sign) -> bool {
        false
    }

    pub(crate) async fn show_sign(&mut self, _sign: &Sign) {}

    pub(crate) async fn tell(&mut self, _note: &Note, _words: Words) {}

    pub(crate) async fn withdraw(&mut self, _group: &str) {}

    pub(crate) fn group_of(&self, _id: u32) -> Option<String> {
        None
    }

    pub(crate) fn forget(&mut self, _id: u32) {}

    pub(crate) fn forget_all(&mut self) {}
}
