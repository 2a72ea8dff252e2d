//! The list of providers.

use ringback_providers::{find, names};

use crate::accounts::account;

#[test]
fn every_provider_is_found_by_its_name_and_knows_where_its_api_is() {
    assert_eq!(names(), ["retell", "telnyx", "twilio"]);
    for name in names() {
        let provider = find(name).expect("in the list");
        assert_eq!(provider.name(), name);
        let base = provider.default_base_url(&|_| None);
        assert!(
            base.starts_with("https://") && !base.ends_with('/'),
            "{base}"
        );
        assert!(!provider.secrets().is_empty());
    }
    assert!(find("Retell").is_none());
}

#[test]
fn a_twilio_account_says_what_its_configuration_lacks() {
    let twilio = find("twilio").expect("in the list");
    let complete = account("twilio", &[("auth_token", "12345")]);
    assert_eq!(twilio.check_options(&complete), Ok(()));

    let mut without_sid = complete.clone();
    without_sid.options.clear();
    let said = twilio.check_options(&without_sid).expect_err("lacks it");
    assert!(said.contains("account_sid"), "{said}");

    for odd in ["SK123", "AC", "AC1/../2", "AC 1"] {
        let mut account = complete.clone();
        account.options.insert("account_sid".into(), odd.into());
        assert!(twilio.check_options(&account).is_err(), "{odd}");
    }

    let half = account("twilio", &[("api_key_sid", "SK1")]);
    let said = twilio.check_options(&half).expect_err("half a key");
    assert!(said.contains("api_key_secret"), "{said}");
}

#[test]
fn a_telnyx_account_says_what_is_wrong_with_its_public_key() {
    let telnyx = find("telnyx").expect("in the list");
    let mut account = account("telnyx", &[("api_key", "KEY1")]);
    assert_eq!(telnyx.check_options(&account), Ok(()), "it may be left out");
    for (key, said) in [
        ("ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=", None),
        ("KEY0123456789", Some("Mission Control")),
        ("", Some("leave it out")),
    ] {
        account.options.insert("public_key".into(), key.into());
        let checked = telnyx.check_options(&account);
        match said {
            None => assert_eq!(checked, Ok(())),
            Some(said) => {
                let sentence = checked.expect_err("no key");
                assert!(sentence.contains(said), "{sentence}");
            }
        }
    }
    assert_eq!(
        telnyx.default_base_url(&|_| None),
        "https://api.telnyx.com/v2"
    );
}
