//! How server messages prove where they come from: the plans of custom credentials (types `BearerAuthenticationPlan` and
//! `HMACAuthenticationPlan` of the OpenAPI description; docs.vapi.ai/server-url/server-authentication). Which plan an
//! account uses stands in its options, by Vapi's own words in snake case; without any it is the shared secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::account::Account;

use super::WEBHOOK_SECRET;

/// What a message carries to be believed.
pub(super) fn headers(
    account: &Account,
    url: &str,
    body: &[u8],
    number: u64,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let secret = account
        .credentials
        .secret(WEBHOOK_SECRET)
        .unwrap_or_default();
    let option = |key: &str| account.credentials.option(key);
    match option("webhook_auth").unwrap_or("secret") {
        "none" => Vec::new(),
        "bearer" => vec![("authorization", format!("Bearer {secret}"))],
        "hmac" => {
            let signed = Signed {
                secret,
                url,
                body,
                timestamp: now.as_second().to_string(),
                id: format!("msg_{}_{number}", account.id),
            };
            signed.by(&option)
        }
        _ => vec![("x-vapi-secret", secret.into())],
    }
}

/// A message that is about to be signed.
struct Signed<'a> {
    secret: &'a str,
    url: &'a str,
    body: &'a [u8],
    timestamp: String,
    id: String,
}

impl Signed<'_> {
    fn by<'o>(&self, option: &dyn Fn(&str) -> Option<&'o str>) -> Vec<(&'static str, String)> {
        let is = |key: &str, usual: bool| option(key).map_or(usual, |word| word == "true");
        let format = option("payload_format").unwrap_or("{timestamp}.{body}");
        let payload = self.payload(format);
        let key = if is("secret_is_base64", false) {
            let text = self.secret.strip_prefix("whsec_").unwrap_or(self.secret);
            STANDARD.decode(text).unwrap_or_default()
        } else {
            self.secret.as_bytes().to_vec()
        };
        let digest = match option("algorithm").unwrap_or("sha256") {
            "sha512" => digest::<Sha512>(&key, &payload),
            "sha1" => digest::<Sha1>(&key, &payload),
            _ => digest::<Sha256>(&key, &payload),
        };
        let digest = match option("signature_encoding") {
            Some("base64") => STANDARD.encode(digest),
            _ => hex::encode(digest),
        };
        let prefix = option("signature_prefix").unwrap_or_default();
        let signature = format!("{prefix}{digest}");
        let mut headers = vec![(header(option("signature_header"), "x-signature"), signature)];
        if is("include_timestamp", true) {
            let name = header(option("timestamp_header"), "x-timestamp");
            headers.push((name, self.timestamp.clone()));
        }
        if format.contains("{svix-id}") {
            let name = header(option("message_id_header"), "svix-id");
            headers.push((name, self.id.clone()));
        }
        headers
    }

    /// The format with each placeholder replaced, once, from left to right.
    fn payload(&self, format: &str) -> Vec<u8> {
        let known: [(&str, &[u8]); 5] = [
            ("{body}", self.body),
            ("{timestamp}", self.timestamp.as_bytes()),
            ("{method}", b"POST"),
            ("{url}", self.url.as_bytes()),
            ("{svix-id}", self.id.as_bytes()),
        ];
        let mut payload = Vec::new();
        let mut rest = format;
        while let Some(letter) = rest.chars().next() {
            let found = known
                .iter()
                .find_map(|(name, value)| Some((rest.strip_prefix(name)?, value)));
            if let Some((after, value)) = found {
                payload.extend_from_slice(value);
                rest = after;
            } else {
                payload.extend_from_slice(letter.to_string().as_bytes());
                rest = &rest[letter.len_utf8()..];
            }
        }
        payload
    }
}

fn digest<H: EagerHash>(key: &[u8], payload: &[u8]) -> Vec<u8>
where
    Hmac<H>: KeyInit + Mac,
{
    let mut mac = <Hmac<H> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any size");
    mac.update(payload);
    mac.finalize().into_bytes().to_vec()
}

/// One of the names that people choose; any other is the usual one here.
fn header(chosen: Option<&str>, usual: &'static str) -> &'static str {
    const KNOWN: [&str; 8] = [
        "x-signature",
        "x-timestamp",
        "x-vapi-signature",
        "x-vapi-timestamp",
        "x-hub-signature-256",
        "svix-id",
        "svix-timestamp",
        "svix-signature",
    ];
    let chosen = chosen.unwrap_or(usual);
    KNOWN
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(chosen))
        .unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"message":{"type":"status-update","status":"ended","call":{"id":"33333333-3333-4333-8333-333333333333"}}}"#;

    /// The signature of the body by a plan.
    fn signature(secret: &str, timestamp: &str, plan: &[(&str, &str)]) -> String {
        let signed = Signed {
            secret,
            url: "https://hooks.example/webhooks/sales-vapi",
            body: BODY.as_bytes(),
            timestamp: timestamp.into(),
            id: "msg_earshot_vapi_1".into(),
        };
        let option = |key: &str| {
            plan.iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| *value)
        };
        signed.by(&option).remove(0).1
    }

    #[test]
    fn each_plan_gives_what_was_computed_from_the_documents() {
        let secret = "earshot-vapi-hmac-secret";
        for (timestamp, plan, expected) in [
            (
                "1760000000",
                &[][..],
                "43b02fffe816cfea0e02ab594f3b36e7b5906c18f91ceda3f6a1faf87f3ee832",
            ),
            (
                "1760000000000",
                &[],
                "ba1bf7e29e2b9f4defe99847e907a494e7d1970c559d3968dff27e88444c922c",
            ),
            (
                "1760000000",
                &[
                    ("payload_format", "{body}"),
                    ("signature_prefix", "sha256="),
                ],
                "sha256=77b885af7f58106c17201d12eaaefc0ef36e6ef22f6ad123479e7bf789c1cb1f",
            ),
            (
                "1760000000",
                &[("algorithm", "sha512")],
                "9b65bd0e1b68b3b61f47041f1da3dc86808b484cf856083eee86203b7edd6eeb4c3ec2946e9a0f81a6ecd01d33f68adfbfdc4ad5840b125537e045c9560cfdd4",
            ),
            (
                "1760000000",
                &[("algorithm", "sha1"), ("signature_encoding", "base64")],
                "3WXzaS3wGKbG970pESXFfIgPmdE=",
            ),
        ] {
            assert_eq!(signature(secret, timestamp, plan), expected, "{plan:?}");
        }
        let svix = [
            ("payload_format", "{svix-id}.{timestamp}.{body}"),
            ("signature_prefix", "v1,"),
            ("signature_encoding", "base64"),
            ("secret_is_base64", "true"),
        ];
        assert_eq!(
            signature(
                "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=",
                "1760000000",
                &svix
            ),
            "v1,4PBDEAV/UujZeSWIK3CT209X9sSc2UjJ2T/PYlW6toM="
        );
    }

    #[test]
    fn a_placeholder_in_the_body_is_part_of_the_body() {
        let signed = Signed {
            secret: "",
            url: "",
            body: b"{timestamp}",
            timestamp: "7".into(),
            id: String::new(),
        };
        assert_eq!(
            signed.payload("{method} {body}.{timestamp}"),
            b"POST {timestamp}.7"
        );
    }
}
