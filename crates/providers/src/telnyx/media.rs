//! Opens the sound of a recording: with a fresh link first, because those that were told live ten
//! minutes.

use jiff::Timestamp;
use ringback_model::{LegId, Link, Reason};
use url::Url;

use super::{
    client::{RECORDING, RECORDINGS, TelnyxClient, unexpected},
    links,
    recordings::{RecordingNews, is_same_begin},
};
use crate::{ApiError, MediaRef, MediaStream, json::Object};

impl TelnyxClient {
    pub(super) async fn open_media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let fresh = match (
            media.recording.provider_id(),
            media.recording.unnamed_parts(),
        ) {
            (Some(id), _) => self.recording(id).await,
            (None, Some((leg, began))) => self.recording_of(&leg, began).await,
            (None, None) => Err(ApiError::NotFound),
        };
        let trouble = match fresh.and_then(|news| self.links(&news)) {
            Ok(urls) => {
                for url in urls {
                    match self.open_link(url, from, validator).await {
                        // A link that was given a moment ago is not dead; the file is not there yet.
                        Err(ApiError::LinkDead) => {}
                        opened => return opened,
                    }
                }
                ApiError::NotReady
            }
            Err(trouble) => trouble,
        };
        // A link that was told does not need the API to be well.
        match media.link.filter(|link| self.lives(link)) {
            Some(link) => {
                let url = link.url.reveal().clone();
                match self.open_link(url, from, validator).await {
                    Err(ApiError::LinkDead) => Err(trouble),
                    opened => opened,
                }
            }
            None => Err(trouble),
        }
    }

    fn lives(&self, link: &Link) -> bool {
        link.expires_at.is_none_or(|end| self.http.now() < end)
    }

    /// The links of a recording that can be tried.
    fn links(&self, news: &RecordingNews) -> Result<Vec<Url>, ApiError> {
        let in_reach: Vec<_> = news
            .urls
            .iter()
            .filter(|url| links::is_in_reach(&self.account, url))
            .cloned()
            .collect();
        if in_reach.is_empty() && !news.urls.is_empty() {
            return Err(ApiError::Withheld(Reason::ExternalStorage));
        }
        Ok(in_reach)
    }

    pub(super) async fn recording(&self, id: &str) -> Result<RecordingNews, ApiError> {
        let answer = self.get(RECORDING, &["recordings", id], &[]).await?;
        let news = Object::parse(&answer.body, "").and_then(|answer| {
            let data = answer.object("data").unwrap_or(answer);
            RecordingNews::of_api(&data)
        });
        news.map_err(|error| unexpected(RECORDING, &error))
    }

    /// The recording of a leg that began then. There may be several of one leg: it was stopped and
    /// started again.
    async fn recording_of(&self, leg: &LegId, began: Timestamp) -> Result<RecordingNews, ApiError> {
        let query = [("filter[call_leg_id]", leg.as_str())];
        let pages = self.pages(RECORDINGS, &["recordings"], &query).await?;
        let mut nearest: Option<(jiff::SignedDuration, RecordingNews)> = None;
        for (raw, _) in pages.items()? {
            let news =
                Object::of(raw, "recording").and_then(|object| RecordingNews::of_api(&object).ok());
            let Some(news) = news.filter(|news| news.ids.leg.as_deref() == Some(leg.as_str()))
            else {
                continue;
            };
            let Some(its) = news.began.filter(|its| is_same_begin(*its, began)) else {
                continue;
            };
            let apart = its.duration_since(began).abs();
            if nearest.as_ref().is_none_or(|(known, _)| apart < *known) {
                nearest = Some((apart, news));
            }
        }
        nearest
            .map(|(_, news)| news)
            // The event that told of it is quicker than the list.
            .ok_or(ApiError::NotReady)
    }

    async fn open_link(
        &self,
        url: Url,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        self.http
            .open_signed(url, links::STORAGE, from, validator)
            .await
    }
}
