//! `X-Twilio-Signature`: HMAC-SHA1, keyed with the primary auth token, over the public address and
//! the parameters (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>, read November
//! 2026).
//!
//! The address is the one configured at Twilio, not the one the request arrived at: tunnels change
//! scheme, host, port and path on the way. There is no timestamp in the scheme, so nothing is too
//! old; a replay is recognised by its name.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, Method};
use ringback_model::Secret;
use sha2::{Digest, Sha256};
use url::Url;

use super::{AUTH_TOKEN, payload};
use crate::{
    Account, RawRequest, Refusal, Standing, VerifiedEvent, digest::Algorithm, fingerprint,
    form::Params,
};

const HEADER: &str = "x-twilio-signature";
/// Beta: says that a shared key and HMAC-SHA256 were used.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// The parameter of the query that stands for a body which is no form.
const BODY_HASH: &str = "bodySHA256";

pub(super) fn verify(account: &Account, request: RawRequest) -> Result<VerifiedEvent, Refusal> {
    let standing = standing(account, &request)?;
    let (kind, key) = name(&request, standing);
    Ok(VerifiedEvent {
        request,
        standing,
        kind,
        key,
    })
}

fn standing(account: &Account, request: &RawRequest) -> Result<Standing, Refusal> {
    let tokens = account.secrets.all(AUTH_TOKEN);
    let header = request.headers.get(HEADER);
    let cannot_check = header.is_none() || tokens.is_empty() || account.webhook_url.is_none();
    if account.accept_unsigned && cannot_check {
        return Ok(Standing::Hint);
    }
    let header = header.ok_or(Refusal::Missing)?;
    if tokens.is_empty() {
        return Err(Refusal::NoSecret);
    }
    let address = account.webhook_url.as_ref().ok_or(Refusal::NoPublicUrl)?;
    let digest = BASE64_STANDARD
        .decode(header.as_bytes().trim_ascii())
        .map_err(|_| Refusal::Unreadable)?;
    let algorithm = algorithm(&request.headers);
    if digest.len() != algorithm.digest_length() {
        return Err(Refusal::Unreadable);
    }

    let parameters = signed_parameters(request)?;
    let digests = [digest];
    let fits = addresses(address, request).iter().any(|address| {
        let data = [address.as_bytes(), parameters.as_bytes()];
        tokens
            .iter()
            .any(|token| algorithm.fits(token.reveal().as_bytes(), &data, &digests))
    });
    if fits {
        Ok(Standing::Signed)
    } else {
        Err(Refusal::Wrong)
    }
}

/// The header for a form that is posted to `address`, as Twilio makes it.
pub(super) fn sign(token: &Secret, address: &Url, form: &[u8]) -> String {
    let mut address = address.clone();
    address.set_fragment(None);
    let mut data = address.to_string();
    for (name, values) in sorted_parameters(form) {
        for value in values {
            data.push_str(&name);
            data.push_str(&value);
        }
    }
    let key = token.reveal().as_bytes();
    BASE64_STANDARD.encode(Algorithm::Sha1.sign(key, &[data.as_bytes()]))
}

fn algorithm(headers: &HeaderMap) -> Algorithm {
    let settings = headers.get(SETTINGS).and_then(|value| value.to_str().ok());
    let is_sha256 = settings.is_some_and(|settings| {
        settings
            .split(',')
            .any(|setting| setting.trim().eq_ignore_ascii_case("algorithm=HMAC_SHA256"))
    });
    if is_sha256 {
        Algorithm::Sha256
    } else {
        Algorithm::Sha1
    }
}

/// What stands behind the address in the signed text.
///
/// For a form: every name and value, sorted, names repeated for each different value. With
/// `bodySHA256` in the query: nothing, but the hash has to be that of the body. A body of any other
/// kind is read as a form as well, so that there is no body which nobody signed.
fn signed_parameters(request: &RawRequest) -> Result<String, Refusal> {
    let query = request.query.as_deref().unwrap_or_default();
    let body_hash = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == BODY_HASH);
    if let Some((_, told)) = body_hash {
        let is = hex::encode(Sha256::digest(&request.body));
        return if told == is {
            Ok(String::new())
        } else {
            Err(Refusal::Wrong)
        };
    }
    let sorted = sorted_parameters(&request.body);
    let pairs = sorted.iter().flat_map(|(name, values)| {
        values
            .iter()
            .map(move |value| [name.as_str(), value.as_str()])
    });
    Ok(pairs.flatten().collect())
}

fn sorted_parameters(form: &[u8]) -> BTreeMap<String, BTreeSet<String>> {
    let mut sorted: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        sorted
            .entry(name.into_owned())
            .or_default()
            .insert(value.into_owned());
    }
    sorted
}

/// The forms of the public address that Twilio may have signed.
///
/// Over HTTPS Twilio leaves out user name, password and port; over HTTP, and by the SDKs, the port
/// stays, given or default. The fragment carries connection settings and is never signed. The query
/// is the one that arrived, so that it is covered; only a POST whose query got lost on the way is
/// looked at with the configured one.
fn addresses(configured: &Url, request: &RawRequest) -> Vec<String> {
    let query = match &request.query {
        Some(query) => Some(query.as_str()),
        None if request.method == Method::POST => configured.query(),
        None => None,
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let host = configured.host_str().unwrap_or_default();
    let port = configured.port_or_known_default();
    let ports = [None, port].map(|port| port.map(|port| format!(":{port}")).unwrap_or_default());
    let user = match (configured.username(), configured.password()) {
        ("", None) => None,
        (user, None) => Some(format!("{user}@")),
        (user, Some(password)) => Some(format!("{user}:{password}@")),
    };
    let mut addresses = Vec::new();
    for user in [Some(String::new()), user].into_iter().flatten() {
        for port in &ports {
            let (scheme, path) = (configured.scheme(), configured.path());
            addresses.push(format!("{scheme}://{user}{host}{port}{path}{query}"));
        }
    }
    addresses
}

/// The kind of event and its name. A retry carries the same parameters, so their fingerprint is the
/// base of the name; the ids in front are for people who read the journal.
fn name(request: &RawRequest, standing: Standing) -> (String, String) {
    let content_type = request
        .headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let params = Params::read(content_type, request.query.as_deref(), &request.body);
    let (kind, key) = match &params {
        Ok(params) => {
            let kind = payload::kind(params);
            let ids = ["RecordingSid", "CallSid", "ConferenceSid", "SequenceNumber"];
            let mut key = kind.clone();
            for part in ids.iter().filter_map(|id| params.get(id)) {
                key.push(':');
                key.push_str(&fingerprint::label(part));
            }
            (kind, format!("{key}:{}", params.fingerprint()))
        }
        Err(_) => {
            let fingerprint = fingerprint::of_bytes(&request.body);
            ("unreadable".to_owned(), format!("unreadable:{fingerprint}"))
        }
    };
    match standing {
        Standing::Signed => (kind, key),
        // What nobody vouches for must not occupy the name of what somebody will.
        Standing::Hint => (kind, format!("hint:{key}")),
    }
}
