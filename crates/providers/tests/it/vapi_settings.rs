//! What Vapi's accounts may say in `config.toml`, and how they are told what does not fit.

use crate::accounts::{account, provider};

/// What is said of an account with these settings; empty if all is well.
fn said(options: &[(&str, &str)], secret: &str) -> String {
    let mut account = account("vapi", &[("api_key", "key"), ("webhook_secret", secret)]);
    for (key, value) in options {
        account.options.insert((*key).into(), (*value).into());
    }
    let checked = provider("vapi").check_options(&account);
    checked.err().unwrap_or_default()
}

#[test]
fn settings_that_fit_are_taken() {
    for options in [
        &[][..],
        &[("webhook_auth", "secret")],
        &[("webhook_auth", "secret"), ("header_name", "x-my-token")],
        &[("webhook_auth", "bearer")],
        &[("webhook_auth", "none")],
        &[("webhook_auth", "hmac")],
        &[
            ("webhook_auth", "hmac"),
            ("signature_header", "X-Hub-Signature-256"),
            ("timestamp_header", "x-time"),
            ("message_id_header", "x-id"),
            ("signature_prefix", "sha256="),
            (
                "payload_format",
                "{method}:{url}:{svix-id}:{timestamp}:{body}",
            ),
            ("algorithm", "sha512"),
            ("signature_encoding", "base64"),
            ("secret_is_base64", "false"),
            ("include_timestamp", "true"),
        ],
        // Braces that are none of Vapi's words are text.
        &[
            ("webhook_auth", "hmac"),
            ("payload_format", "{ \"t\": {timestamp}, \"b\": {body} }{}"),
        ],
    ] {
        assert_eq!(said(options, "s"), "", "{options:?}");
    }
}

#[test]
fn what_does_not_fit_is_told_with_what_would() {
    let hmac = |key, value| [("webhook_auth", "hmac"), (key, value)];
    for (options, words) in [
        (
            vec![("webhook_auth", "oauth")],
            ["webhook_auth is \"oauth\"", "\"hmac\""],
        ),
        (
            vec![("signature_header", "x-signature")],
            ["signature_header belongs to", "webhook_auth = \"hmac\""],
        ),
        (
            vec![("webhook_auth", "none"), ("header_name", "x")],
            ["header_name belongs to", "\"secret\" or \"bearer\""],
        ),
        (
            vec![("webhook_auth", "hmac"), ("header_name", "x")],
            ["header_name belongs to", "with \"hmac\""],
        ),
        (
            vec![("webhook_auth", "bearer"), ("header_name", "two words")],
            ["header_name is no name of a header", "authorization"],
        ),
        (
            hmac("signature_header", "a:b").to_vec(),
            ["signature_header is no name of a header", "x-signature"],
        ),
        (
            hmac("algorithm", "md5").to_vec(),
            ["algorithm is \"md5\"", "\"sha256\""],
        ),
        (
            hmac("signature_encoding", "base32").to_vec(),
            ["signature_encoding is \"base32\"", "\"hex\""],
        ),
        (
            hmac("secret_is_base64", "yes").to_vec(),
            ["secret_is_base64 is \"yes\"", "true or false"],
        ),
        (
            hmac("include_timestamp", "no").to_vec(),
            ["include_timestamp is \"no\"", "true or false"],
        ),
        (
            hmac("payload_format", "{timestamp}").to_vec(),
            ["payload_format has no {body}", "anybody could change"],
        ),
        (
            hmac("payload_format", "{time}.{body}").to_vec(),
            ["\"{time}\"", "{timestamp}"],
        ),
        (
            vec![
                ("webhook_auth", "hmac"),
                ("include_timestamp", "false"),
                ("payload_format", "{timestamp}.{body}"),
            ],
            [
                "payload_format has {timestamp}",
                "include_timestamp is false",
            ],
        ),
        (
            hmac("secret_is_base64", "true").to_vec(),
            ["webhook_secret is not base64", "leave secret_is_base64 out"],
        ),
    ] {
        let said = said(&options, "no base64!");
        for word in words {
            assert!(said.contains(word), "{options:?}: {said}");
        }
        assert!(!said.contains("no base64!"), "the secret stays out of it");
    }
}

#[test]
fn a_key_is_needed_and_a_webhook_secret_is_not() {
    let vapi = provider("vapi");
    assert_eq!(vapi.secrets(), ["api_key", "webhook_secret"]);
    assert_eq!(
        vapi.check_options(&account("vapi", &[])),
        Ok(()),
        "polling works without webhooks"
    );
    for key in ["webhook_auth", "signature_header", "include_timestamp"] {
        assert!(vapi.options().contains(&key), "{key}");
    }
}
