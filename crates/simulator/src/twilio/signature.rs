//! `X-Twilio-Signature`: base64 of HMAC-SHA1 with the auth token over the configured address and, for forms, all
//! parameters (twilio.com/docs/usage/webhooks/webhooks-security).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The header's value for a form posted to `url`. Names in byte order; a repeated name stands once per different value,
/// values in order.
pub(super) fn of_form(token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in params {
        sorted.entry(name).or_default().insert(value);
    }
    let mut signed = configured(url);
    for (name, values) in sorted {
        for value in values {
            signed.push_str(name);
            signed.push_str(value);
        }
    }
    of(token, &signed)
}

fn of(token: &str, signed: &str) -> String {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of any size");
    mac.update(signed.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The address as Twilio signs it: over HTTPS without user, password and port; the fragment, which carries connection
/// settings, is never sent or signed.
fn configured(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let Some(rest) = url.strip_prefix("https://") else {
        return url.into();
    };
    let (authority, path) = rest
        .find(['/', '?'])
        .map_or((rest, ""), |at| rest.split_at(at));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let bare = match host.rsplit_once(':') {
        Some((bare, port))
            if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) =>
        {
            bare
        }
        _ => host,
    };
    format!("https://{bare}{path}")
}

#[cfg(test)]
mod tests {
    use hmac::KeyInit;
    use sha2::{Digest, Sha256};

    use super::*;

    const A: &str = "12345";
    const B: &str = "earshot-test-token-0001";

    #[track_caller]
    fn check(token: &str, url: &str, params: &[(&str, &str)], expected: &str) {
        let params: Vec<_> = params
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        assert_eq!(of_form(token, url, &params), expected, "{url}");
    }

    const RECORDING: [(&str, &str); 8] = [
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("CallSid", "CA00000000000000000000000000000001"),
        ("RecordingSid", "RE00000000000000000000000000000001"),
        (
            "RecordingUrl",
            "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Recordings/RE00000000000000000000000000000001",
        ),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "42"),
        ("RecordingChannels", "2"),
        ("RecordingSource", "OutboundAPI"),
    ];

    const STATUS: [(&str, &str); 6] = [
        ("CallSid", "CA00000000000000000000000000000002"),
        ("CallStatus", "completed"),
        ("CallDuration", "7"),
        ("CallerName", "Zoë & Co"),
        ("From", "+15550100001"),
        ("To", "+15550100002"),
    ];

    #[test]
    fn the_published_example_is_matched() {
        check(
            A,
            "https://example.com/myapp.php?foo=1&bar=2",
            &[
                ("CallSid", "CA1234567890ABCDE"),
                ("Caller", "+14158675310"),
                ("Digits", "1234"),
                ("From", "+14158675310"),
                ("To", "+18005551212"),
            ],
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        );
    }

    #[test]
    fn forms_are_signed_as_the_official_signer_does() {
        check(
            B,
            "https://calls.example.com/hooks/twilio/recording",
            &RECORDING,
            "AiiAxNj+0HhvjB+7ndCkxGELi0U=",
        );
        let dup = "https://calls.example.com/hooks/twilio/dup";
        let tags = [
            ("Tag", "b"),
            ("Tag", "a"),
            ("Tag", "b"),
            ("To", "+15550100002"),
        ];
        check(B, dup, &tags, "IMvi0/oWrpcZAdiCyTNe+RRFFco=");
        check(
            B,
            dup,
            &[("b", "2"), ("B", "1"), ("a", ""), ("A", "0")],
            "HL83Q+JPmo+ueHoXQ8VQnqeJUiI=",
        );
    }

    #[test]
    fn a_port_is_left_out_over_https() {
        let status = "https://calls.example.com:8443/hooks/twilio/status?src=a";
        check(B, status, &STATUS, "pG/noLLWYG1ulJ/EU3Kj+wc0LHs=");
        check(
            B,
            "https://u:p@calls.example.com/hooks/twilio/status?src=a#rc=5",
            &STATUS,
            "pG/noLLWYG1ulJ/EU3Kj+wc0LHs=",
        );
    }

    #[test]
    fn a_port_that_is_part_of_the_signed_address_counts() {
        let mut signed = "https://calls.example.com:8443/hooks/twilio/status?src=a".to_owned();
        let sorted: BTreeMap<_, _> = STATUS.into_iter().collect();
        signed.extend(sorted.into_iter().flat_map(|(name, value)| [name, value]));
        assert_eq!(of(B, &signed), "7xxuWk9KPiHLW3QUpM1fCfdoCCQ=");
        assert_eq!(
            configured("http://127.0.0.1:7480/webhooks/a"),
            "http://127.0.0.1:7480/webhooks/a"
        );
    }

    #[test]
    fn json_and_get_requests_are_signed_over_the_address_alone() {
        let body =
            r#"{"RecordingStatus":"completed","CallSid":"CA00000000000000000000000000000003"}"#;
        let hash = hex::encode(Sha256::digest(body));
        let json = "https://calls.example.com/hooks/twilio/json";
        check(
            B,
            &format!("{json}?bodySHA256={hash}"),
            &[],
            "A50NlyxiIZlXLU1R0U3zEAOdxKo=",
        );
        check(
            B,
            &format!("{json}?src=a&bodySHA256={hash}"),
            &[],
            "clDTwrZbhqLjwtQHM0gwfUl8A9o=",
        );
        check(
            B,
            "https://calls.example.com/hooks/twilio/voice?CallSid=CA1&From=%2B15550100001",
            &[],
            "mRcvioGodNrgw3ldd0fV2rFeALw=",
        );
    }

    #[test]
    fn the_shared_key_form_signs_the_same_text() {
        let mut mac = Hmac::<Sha256>::new_from_slice(B.as_bytes()).unwrap();
        mac.update(b"https://calls.example.com/hooks/twilio/recording");
        let sorted: BTreeMap<_, _> = RECORDING.into_iter().collect();
        sorted.into_iter().for_each(|(name, value)| {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        });
        assert_eq!(
            STANDARD.encode(mac.finalize().into_bytes()),
            "woDDGTcAEEPGQKqv4IKy2NW4Uy7/KI64Vt+FsNd1z7g="
        );
    }

    #[test]
    fn a_changed_value_token_or_path_changes_the_signature() {
        let url = "https://calls.example.com/hooks/twilio/recording";
        let params: Vec<(String, String)> = RECORDING
            .map(|(name, value)| (name.into(), value.into()))
            .into();
        let right = of_form(B, url, &params);
        assert_ne!(of_form(A, url, &params), right);
        assert_ne!(of_form(B, &format!("{url}/"), &params), right);
        assert_ne!(of_form(B, url, &params[1..]), right);
    }
}
