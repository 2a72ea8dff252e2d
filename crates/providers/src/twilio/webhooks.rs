//! Where Twilio sends status callbacks: to the `StatusCallback` of a number, or of the application that
//! the number is bound to (<https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>,
//! read November 2026).
//!
//! The voice URL beside it is the flow of the call and is only shown. Recordings have no callback per
//! number: it is named where a recording is started, so that is a step for a person.

use http::{HeaderName, Method};
use jiff::Timestamp;

use super::{
    AUTH_TOKEN,
    client::TwilioClient,
    payload::{Page, TEST_PARAMETER},
    signature,
};
use crate::{
    Account, ApiError, NotSet, TestEvent, WebhookChange, WebhookStep, WebhookTarget,
    http::Ask,
    json::Object,
    webhook::{Advice, May, NO_ADDRESS, NO_SECRET, TEST_KIND, TargetKind},
};

const NUMBERS: &str = "/IncomingPhoneNumbers.json";
const NUMBER: &str = "/IncomingPhoneNumbers/{PhoneNumberSid}.json";
const APPLICATIONS: &str = "/Applications.json";
const APPLICATION: &str = "/Applications/{ApplicationSid}.json";
const PAGE_SIZE: &str = "1000";

const CALL_FLOW: Advice = Advice {
    code: "twilio_call_flow",
    text: "this address is the flow of the call; whoever stands here answers it, and Ringback only listens",
};
const OVERRIDDEN: May = May::No(Advice {
    code: "twilio_overridden",
    text: "the number is bound to a TwiML application or a SIP trunk, whose settings count instead of this one",
});

pub(super) const STEPS: &[WebhookStep] = &[
    WebhookStep {
        what: Advice {
            code: "twilio_number",
            text: "In the Twilio console open Phone Numbers, the number, Voice Configuration, and paste this address as the call status changes URL (method HTTP POST). Leave \"A call comes in\" as it is: that is the flow of the call.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "twilio_recording",
            text: "For recordings, name the same address as recordingStatusCallback in the TwiML, or as RecordingStatusCallback in the API call that starts the recording. Without it recordings are found by polling.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "twilio_outbound",
            text: "For calls that you make through the API, name it as StatusCallback there, with the events initiated, ringing, answered and completed.",
        },
        pastes_address: true,
    },
];

/// A form with a signature over the account's address.
pub(super) fn test_event(
    account: &Account,
    nonce: &str,
    now: Timestamp,
) -> Result<TestEvent, Advice> {
    let token = account.secrets.first(AUTH_TOKEN).ok_or(NO_SECRET)?;
    let address = account.webhook_url.as_ref().ok_or(NO_ADDRESS)?;
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair(TEST_PARAMETER, TEST_KIND)
        .append_pair("Nonce", nonce)
        .append_pair("Timestamp", &now.to_string())
        .finish();
    let mut event = TestEvent::of(AUTH_TOKEN, "application/x-www-form-urlencoded", body);
    let digest = signature::sign(token, address, &event.body);
    event.show(HeaderName::from_static("x-twilio-signature"), &digest)?;
    Ok(event)
}

/// A kind of thing with a status callback.
#[derive(Clone, Copy)]
struct Place {
    prefix: &'static str,
    list: &'static str,
    one: &'static str,
    segment: &'static str,
    items: &'static str,
    kind: TargetKind,
}

const PLACES: [Place; 2] = [
    Place {
        prefix: "number:",
        list: NUMBERS,
        one: NUMBER,
        segment: "IncomingPhoneNumbers",
        items: "incoming_phone_numbers",
        kind: TargetKind::PhoneNumber,
    },
    Place {
        prefix: "application:",
        list: APPLICATIONS,
        one: APPLICATION,
        segment: "Applications",
        items: "applications",
        kind: TargetKind::Application,
    },
];

impl Place {
    fn target(self, object: &Object<'_>) -> Option<WebhookTarget> {
        let sid = object.text("sid")?;
        let is_number = self.kind == TargetKind::PhoneNumber;
        let is_overridden = is_number
            && ["voice_application_sid", "trunk_sid"]
                .iter()
                .any(|name| object.text(name).is_some());
        let may = if is_overridden { OVERRIDDEN } else { May::Yes };
        Some(WebhookTarget {
            id: format!("{}{sid}", self.prefix),
            kind: self.kind,
            name: name(object),
            field: "StatusCallback",
            value: object.text("status_callback"),
            failover: None,
            drives_calls: false,
            when_empty: may,
            when_ours: may,
            afterwards: None,
            draft: None,
        })
    }

    /// The voice URL, for showing.
    fn flow(self, object: &Object<'_>) -> Option<WebhookTarget> {
        let sid = object.text("sid")?;
        Some(WebhookTarget {
            id: format!("{}{sid}/voice", self.prefix),
            kind: self.kind,
            name: name(object),
            field: "VoiceUrl",
            value: Some(object.text("voice_url")?),
            failover: object.text("voice_fallback_url"),
            drives_calls: true,
            when_empty: May::No(CALL_FLOW),
            when_ours: May::No(CALL_FLOW),
            afterwards: None,
            draft: None,
        })
    }
}

fn name(object: &Object<'_>) -> Option<String> {
    object
        .text("phone_number")
        .or_else(|| object.text("friendly_name"))
}

impl TwilioClient {
    pub(super) async fn callbacks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        let mut targets = Vec::new();
        for place in PLACES {
            let file = format!("{}.json", place.segment);
            let url = self.url(&[&file], &[("PageSize", PAGE_SIZE)])?;
            for answer in self.pages_of(place.list, place.items, url).await? {
                let page = Page::read(&answer.body, place.items)
                    .map_err(|error| super::client::wrong(place.list, &error))?;
                for raw in page.items {
                    if let Some(object) = Object::of(raw, place.items) {
                        targets.extend(place.target(&object));
                        targets.extend(place.flow(&object));
                    }
                }
            }
        }
        Ok(targets)
    }

    pub(super) async fn set_callback(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        let found = PLACES.into_iter().find_map(|place| {
            let sid = change.target.strip_prefix(place.prefix)?;
            (!sid.contains('/')).then_some((place, sid))
        });
        let Some((place, sid)) = found else {
            return Err(match change.target.ends_with("/voice") {
                true => NotSet::ByHand(CALL_FLOW),
                false => ApiError::NotFound.into(),
            });
        };
        let url = self.url(&[place.segment, &format!("{sid}.json")], &[])?;
        let answer = self.get(place.one, url.clone()).await?;
        let target = Object::parse(&answer.body, place.items)
            .map_err(|error| super::client::wrong(place.one, &error))
            .map(|object| place.target(&object))?;
        change.check(&target.ok_or(ApiError::NotFound)?)?;
        let ask = Ask {
            method: Method::POST,
            template: place.one,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        let mut form = vec![("StatusCallback", change.to.unwrap_or_default())];
        if change.to.is_some() {
            form.push(("StatusCallbackMethod", "POST"));
        }
        self.http.ask_with_form(&ask, &form).await?;
        Ok(())
    }
}
