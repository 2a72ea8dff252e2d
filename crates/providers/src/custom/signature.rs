//! Events are signed as Standard Webhooks, in its own headers or in Svix's, whose packages sign the
//! same way. The message's id names the event: a backend that repeats an event repeats its id.

use jiff::Timestamp;

use super::{WEBHOOK_SECRET, events};
use crate::{
    Account, RawRequest, Refusal, Standing, VerifiedEvent,
    standard_webhooks::{SVIX, WEBHOOK},
};

pub(super) fn verify(
    account: &Account,
    request: RawRequest,
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    let headers = &request.headers;
    let family = if SVIX.is_in(headers) && !WEBHOOK.is_in(headers) {
        SVIX
    } else {
        WEBHOOK
    };
    let secrets = account.secrets.all(WEBHOOK_SECRET);
    let key = family.verify(secrets, headers, &request.body, now)?;
    Ok(VerifiedEvent {
        kind: events::kind(&request.body),
        key,
        standing: Standing::Signed,
        request,
    })
}
