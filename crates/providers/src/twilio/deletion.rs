//! Deleting a recording at Twilio: 204, the sound is gone for ever, the call stays
//! (twilio.com/docs/voice/api/recording, "Delete a Recording resource", read August 2026).

use http::Method;
use ringback_model::RecordingKey;

use super::client::{RECORDING, TwilioClient};
use crate::{ApiError, http::Ask};

impl TwilioClient {
    pub(super) async fn delete_recording(&self, recording: &RecordingKey) -> Result<(), ApiError> {
        let id = recording.provider_id().ok_or_else(ApiError::no_id)?;
        let ask = Ask {
            method: Method::DELETE,
            template: RECORDING,
            url: self.url(&["Recordings", &format!("{id}.json")], &[])?,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await.map(drop)
    }
}
