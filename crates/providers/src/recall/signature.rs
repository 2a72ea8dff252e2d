//! Standard Webhooks under two sets of header names
//! (<https://docs.recall.ai/docs/authenticating-requests-from-recallai>, read November 2026).
//!
//! A workspace secret signs everything in `webhook-*`. Workspaces from before December 2025 have a
//! secret for each endpoint of the dashboard, and those sign in `svix-*`; the day of the change is
//! told differently on different pages, so both are looked at always. Until a workspace secret is
//! made by hand, requests are not signed at all.

use http::HeaderMap;
use jiff::Timestamp;

use super::{WEBHOOK_SECRET, payload::Notice};
use crate::{
    Account, RawRequest, Refusal, Standing, VerifiedEvent, fingerprint,
    standard_webhooks::{Family, SVIX, WEBHOOK},
};

pub(super) fn verify(
    account: &Account,
    request: RawRequest,
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    let kind = match Notice::read(&request.body) {
        Ok(notice) => fingerprint::label(&notice.event),
        Err(_) => "unreadable".to_owned(),
    };
    let (standing, key) = match message(account, &request, now)? {
        Some(id) => {
            let id = fingerprint::label(&id);
            (Standing::Signed, format!("{kind}:{id}"))
        }
        // What nobody vouches for must not occupy the name of what somebody will.
        None => {
            let fingerprint = fingerprint::of_json(&request.body);
            (Standing::Hint, format!("hint:{kind}:{fingerprint}"))
        }
    };
    Ok(VerifiedEvent {
        request,
        standing,
        kind,
        key,
    })
}

/// The id of the signed message. `None`: not signed, and the account takes that as a hint.
fn message(
    account: &Account,
    request: &RawRequest,
    now: Timestamp,
) -> Result<Option<String>, Refusal> {
    let secrets = account.secrets.all(WEBHOOK_SECRET);
    let families = families(&request.headers);
    if account.accept_unsigned && (families.is_empty() || secrets.is_empty()) {
        return Ok(None);
    }
    let mut refusal = Refusal::Missing;
    // A request that is signed in both families is genuine if either signature is.
    for family in families {
        match family.verify(secrets, &request.headers, &request.body, now) {
            Ok(id) => return Ok(Some(id)),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

fn families(headers: &HeaderMap) -> Vec<Family> {
    [SVIX, WEBHOOK]
        .into_iter()
        .filter(|family| family.is_in(headers))
        .collect()
}
