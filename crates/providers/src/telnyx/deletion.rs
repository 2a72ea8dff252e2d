//! Deleting a recording at Telnyx: 200 with what was deleted, for ever; the call stays
//! (developers.telnyx.com/api/call-recordings, `DELETE /recordings/{recording_id}`, read August 2026).

use http::Method;
use ringback_model::RecordingKey;

use super::client::{RECORDING, TelnyxClient};
use crate::{ApiError, http::Ask};

impl TelnyxClient {
    pub(super) async fn delete_recording(&self, recording: &RecordingKey) -> Result<(), ApiError> {
        let id = recording.provider_id().ok_or_else(ApiError::no_id)?;
        let ask = Ask {
            method: Method::DELETE,
            template: RECORDING,
            url: self.url(&["recordings", id], &[])?,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await.map(drop)
    }
}
