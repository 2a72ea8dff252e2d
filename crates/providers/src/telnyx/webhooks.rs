//! Where Telnyx sends its events: to the webhook URL of a Voice API application, or to the status
//! callback of a TeXML application (<https://developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks>,
//! read November 2026).
//!
//! Who has the webhook URL of a Voice API application answers its calls, so an address is exchanged there
//! only where a person put one of ours before. Failovers are sent back as they are.

use http::Method;
use serde_json::{Map, Value, json};

use super::client::{APPLICATIONS, TEXML_APPLICATIONS, TelnyxClient, unexpected};
use crate::{
    ApiError, Misunderstood, NotSet, WebhookChange, WebhookStep, WebhookTarget,
    http::Ask,
    json::Object,
    webhook::{Advice, May, TargetKind},
};

const APPLICATION: &str = "/call_control_applications/{id}";
const TEXML_APPLICATION: &str = "/texml_applications/{id}";

const ANSWERS_CALLS: May = May::No(Advice {
    code: "telnyx_answers_calls",
    text: "whoever stands here has to answer the calls of this application, and Ringback only listens; enter the address in Mission Control if no server is meant to answer them",
});
const VOICE_URL: May = May::No(Advice {
    code: "telnyx_call_flow",
    text: "this address is the flow of the call; whoever stands here answers it, and Ringback only listens",
});
const NEEDS_ADDRESS: Advice = Advice {
    code: "telnyx_needs_address",
    text: "Telnyx wants an address in this place, so it cannot be taken away from here",
};
/// Only Telnyx has the key.
pub(super) const TELNYX_SIGNS: Advice = Advice {
    code: "telnyx_signs",
    text: "Telnyx signs with a key that only Telnyx has; call a number of the application, or send an event again in Mission Control under Debugging, Webhook Deliveries, and watch it arrive here",
};

pub(super) const STEPS: &[WebhookStep] = &[
    WebhookStep {
        what: Advice {
            code: "telnyx_open",
            text: "In Mission Control open Voice, then Programmable Voice, and the application. If a server of yours answers its calls, leave its webhook URL alone: Ringback then finds the calls by polling.",
        },
        pastes_address: false,
    },
    WebhookStep {
        what: Advice {
            code: "telnyx_paste",
            text: "Otherwise paste this address as its webhook URL, with API version 2; in a TeXML application as the status callback, method POST. The failover URL hears only of what your server did not take, so it is no way to listen along.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "telnyx_key",
            text: "Under API Keys copy the public key into public_key of the account; without it every event is refused.",
        },
        pastes_address: false,
    },
];

/// A kind of application.
#[derive(Clone, Copy)]
struct Place {
    prefix: &'static str,
    list: &'static str,
    one: &'static str,
    segment: &'static str,
    field: &'static str,
    name: &'static str,
    /// What has to be said again with every change, besides the field.
    said_again: &'static [&'static str],
    failover: Option<&'static str>,
    is_voice_api: bool,
}

const VOICE_API: Place = Place {
    prefix: "application:",
    list: APPLICATIONS,
    one: APPLICATION,
    segment: "call_control_applications",
    field: "webhook_event_url",
    name: "application_name",
    said_again: &["application_name", "webhook_event_failover_url"],
    failover: Some("webhook_event_failover_url"),
    is_voice_api: true,
};
const TEXML: Place = Place {
    prefix: "texml:",
    list: TEXML_APPLICATIONS,
    one: TEXML_APPLICATION,
    segment: "texml_applications",
    field: "status_callback",
    name: "friendly_name",
    said_again: &["friendly_name", "voice_url", "voice_fallback_url"],
    failover: None,
    is_voice_api: false,
};

impl Place {
    fn target(self, object: &Object<'_>) -> Option<WebhookTarget> {
        let id = object.text("id")?;
        Some(WebhookTarget {
            id: format!("{}{id}", self.prefix),
            kind: TargetKind::Application,
            name: object.text(self.name),
            field: self.field,
            value: object.text(self.field),
            failover: self.failover.and_then(|name| object.text(name)),
            drives_calls: self.is_voice_api,
            when_empty: if self.is_voice_api {
                ANSWERS_CALLS
            } else {
                May::Yes
            },
            when_ours: May::Yes,
            afterwards: None,
            draft: None,
        })
    }

    /// The voice URL of a TeXML application, for showing.
    fn flow(self, object: &Object<'_>) -> Option<WebhookTarget> {
        if self.is_voice_api {
            return None;
        }
        Some(WebhookTarget {
            id: format!("{}{}/voice", self.prefix, object.text("id")?),
            kind: TargetKind::Application,
            name: object.text(self.name),
            field: "voice_url",
            value: Some(object.text("voice_url")?),
            failover: object.text("voice_fallback_url"),
            drives_calls: true,
            when_empty: VOICE_URL,
            when_ours: VOICE_URL,
            afterwards: None,
            draft: None,
        })
    }
}

impl TelnyxClient {
    pub(super) async fn callbacks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        let mut targets = Vec::new();
        for place in [VOICE_API, TEXML] {
            let pages = self.pages(place.list, &[place.segment], &[]).await?;
            for (raw, _) in pages.items()? {
                if let Some(object) = Object::of(raw, "application") {
                    targets.extend(place.target(&object));
                    targets.extend(place.flow(&object));
                }
            }
        }
        Ok(targets)
    }

    pub(super) async fn set_callback(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        let found = [VOICE_API, TEXML].into_iter().find_map(|place| {
            let id = change.target.strip_prefix(place.prefix)?;
            (!id.contains('/')).then_some((place, id))
        });
        let (place, id) = found.ok_or(ApiError::NotFound)?;
        let answer = self.get(place.one, &[place.segment, id], &[]).await?;
        let document: Value = serde_json::from_slice(&answer.body).map_err(|_| {
            unexpected(
                place.one,
                &Misunderstood {
                    path: "body".into(),
                    what: "is not JSON".into(),
                },
            )
        })?;
        let raw = serde_json::value::to_raw_value(&document["data"])
            .map_err(|error| ApiError::Unexpected(error.to_string()))?;
        let target = Object::of(&raw, "application").and_then(|object| place.target(&object));
        change.check(&target.ok_or(ApiError::NotFound)?)?;
        let mut body = Map::new();
        for name in place.said_again {
            let value = &document["data"][*name];
            if !value.is_null() {
                body.insert((*name).to_owned(), value.clone());
            }
        }
        match change.to {
            Some(to) => {
                body.insert(place.field.to_owned(), to.into());
                if !place.is_voice_api {
                    body.insert("status_callback_method".into(), json!("post"));
                }
            }
            None if place.is_voice_api => return Err(NotSet::ByHand(NEEDS_ADDRESS)),
            None => {
                body.insert(place.field.to_owned(), Value::Null);
            }
        }
        let ask = Ask {
            method: Method::PATCH,
            template: place.one,
            url: self.url(&[place.segment, id], &[])?,
            authorizations: self.authorizations()?,
            json: Some(body.into()),
        };
        self.http.ask(&ask).await?;
        Ok(())
    }
}
