//! The list of providers.

use std::collections::BTreeSet;

use ringback_providers::{OptionKind, all, find, names};

use crate::accounts::account;

#[test]
fn every_provider_is_found_by_its_name_and_knows_where_its_api_is() {
    assert_eq!(
        names(),
        ["retell", "vapi", "twilio", "telnyx", "recall", "custom"]
    );
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
fn a_person_is_asked_for_each_thing_once_and_offered_what_fits() {
    for provider in all() {
        for names in [provider.secrets(), provider.options()] {
            let single: BTreeSet<_> = names.iter().collect();
            assert_eq!(single.len(), names.len(), "{} asks twice", provider.name());
        }
        let fields = provider.option_fields();
        for field in fields {
            if let OptionKind::Choice(choices) = field.kind {
                let default = field.default.expect("a choice has a usual one");
                assert!(choices.contains(&default), "{}", field.key);
            }
            if let Some((key, values)) = field.only_with {
                let other = fields.iter().find(|it| it.key == key).expect("it exists");
                let OptionKind::Choice(choices) = other.kind else {
                    panic!("{} depends on what is no choice", field.key);
                };
                assert!(values.iter().all(|value| choices.contains(value)));
            }
        }
    }
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
fn a_recall_account_belongs_to_a_region() {
    let recall = find("recall").expect("in the list");
    let base = |region: &'static str| {
        recall.default_base_url(&move |key| (key == "region").then(|| region.to_owned()))
    };
    for region in ["us-west-2", "us-east-1", "eu-central-1", "ap-northeast-1"] {
        assert_eq!(base(region), format!("https://{region}.recall.ai"));
        let mut account = account(
            "recall",
            &[
                ("api_key", "key"),
                ("webhook_secret", "whsec_c2VjcmV0 whsec_b2xk"),
            ],
        );
        account.options.insert("region".into(), region.into());
        assert_eq!(recall.check_options(&account), Ok(()));
    }
    assert_eq!(
        recall.default_base_url(&|_| None),
        "https://us-west-2.recall.ai"
    );
    for odd in ["us-west-1", "EU", "evil.example/#"] {
        assert_eq!(
            base(odd),
            "https://us-west-2.recall.ai",
            "no other host comes of it"
        );
        let mut account = account("recall", &[]);
        account.options.insert("region".into(), odd.into());
        let said = recall.check_options(&account).expect_err("no region");
        assert!(
            said.contains("eu-central-1") && said.contains("base_url"),
            "{said}"
        );
    }
    for odd in ["secret!", "whsec_", "whsec_c2VjcmV0 whsec_???"] {
        let account = account("recall", &[("webhook_secret", odd)]);
        let said = recall.check_options(&account).expect_err("no secret");
        assert!(said.contains("whsec_") && !said.contains("???"), "{said}");
    }
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
