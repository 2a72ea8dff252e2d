//! Deleting a recording at Recall.ai: that recording with its media; the bot stays
//! (docs.recall.ai/reference, `DELETE /api/v1/recording/{id}/`, read August 2026).

use http::Method;
use ringback_model::RecordingKey;

use super::client::{RECORDING, RecallClient};
use crate::{
    ApiError,
    http::{Ask, path},
};

impl RecallClient {
    pub(super) async fn delete_recording(&self, recording: &RecordingKey) -> Result<(), ApiError> {
        let id = recording.provider_id().ok_or_else(ApiError::no_id)?;
        let mut url = path(self.http.base(), &["api", "v1", "recording", id])?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("");
        }
        let ask = Ask {
            method: Method::DELETE,
            template: RECORDING,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await.map(drop)
    }
}
