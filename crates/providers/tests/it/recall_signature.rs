//! Recall.ai's signatures: the vectors of the official packages (`svix` 1.99.1 and
//! `standardwebhooks` 1.1.1 from npm) and everything that must fail.

use ringback_providers::{Account, Refusal, Standing, VerifiedEvent};

use crate::accounts::{account, at, provider, request};

const SECRET: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
const ROTATED: &str = "whsec_cm90YXRlZC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";

/// A body, and what stands in the three headers.
#[derive(Clone, Copy)]
struct Signed {
    body: &'static str,
    id: &'static str,
    at: i64,
    signature: &'static str,
}

const V1: Signed = Signed {
    body: include_str!("../fixtures/recall/recording_done.json"),
    id: "msg_earshot_0001",
    at: 1_760_000_000,
    signature: "v1,72Myxc0wx+rAQ1W+ANW4a+rqWNXeLtl3KgIV/k51Z4U=",
};
const V1_ROTATING: Signed = Signed {
    signature: "v1,9YYpOVT93t8xcg0UTDSsvKYloKzFagfNfE9Y28sfJwE= v1,72Myxc0wx+rAQ1W+ANW4a+rqWNXeLtl3KgIV/k51Z4U=",
    ..V1
};
const V2: Signed = Signed {
    body: "{\"event\":\"bot.fatal\",\"data\":{\"note\":\"h\u{e9}llo \u{260e}\"}}",
    id: "msg_earshot_0002",
    at: 1_760_000_100,
    signature: "v1,IsFfoz9h5NKjPzU7YjZjsoKXA88Eax3bKHhEd+Cz7Q8=",
};
const V3: Signed = Signed {
    body: "",
    id: "msg_earshot_0003",
    at: 1_760_000_200,
    signature: "v1,/GFbzTelnivqWHUaw/7WJVBw5/0Jj5GMsLXDJwVxKQI=",
};

const FAMILIES: [[&str; 3]; 2] = [
    ["svix-id", "svix-timestamp", "svix-signature"],
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
];

fn recall(secrets: &str) -> Account {
    account("recall", &[("webhook_secret", secrets)])
}

/// Sends a request with these headers, `late` seconds after it was signed.
fn sent(
    account: &Account,
    body: &str,
    headers: &[(&'static str, &str)],
    now: i64,
) -> Result<VerifiedEvent, Refusal> {
    provider("recall").verify(account, request(body, headers), at(now * 1000))
}

fn headers(family: [&'static str; 3], signed: &Signed) -> Vec<(&'static str, String)> {
    let values = [
        signed.id.to_owned(),
        signed.at.to_string(),
        signed.signature.to_owned(),
    ];
    family.into_iter().zip(values).collect()
}

fn check(
    account: &Account,
    family: [&'static str; 3],
    signed: &Signed,
) -> Result<VerifiedEvent, Refusal> {
    let headers = headers(family, signed);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    sent(account, signed.body, &headers, signed.at)
}

#[test]
fn what_the_official_packages_signed_is_accepted_in_both_families_of_headers() {
    for family in FAMILIES {
        for (secrets, signed) in [
            (SECRET, V1),
            (SECRET, V1_ROTATING),
            (ROTATED, V1_ROTATING),
            (&format!("{ROTATED} {SECRET}"), V1),
            (SECRET, V2),
            (SECRET, V3),
        ] {
            let event = check(&recall(secrets), family, &signed).expect("genuine");
            assert_eq!(event.standing, Standing::Signed, "{}", signed.id);
        }
    }
    let event = check(&recall(SECRET), FAMILIES[0], &V1).expect("genuine");
    assert_eq!(event.kind, "recording.done");
}

#[test]
fn a_signature_is_good_for_five_minutes_in_both_directions_inclusive() {
    for family in FAMILIES {
        let headers = headers(family, &V1);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        for (offset, refusal) in [
            (300, None),
            (301, Some(Refusal::TooOld)),
            (-300, None),
            (-301, Some(Refusal::FromTheFuture)),
        ] {
            let told = sent(&recall(SECRET), V1.body, &headers, V1.at + offset);
            assert_eq!(told.err(), refusal, "{offset}");
        }
    }
}

#[test]
fn a_changed_body_id_time_or_key_is_refused() {
    for family in FAMILIES {
        for changed in [
            Signed { body: "{}", ..V1 },
            Signed {
                id: "msg_earshot_0009",
                ..V1
            },
            Signed {
                at: V1.at + 1,
                ..V1
            },
            Signed {
                signature: V2.signature,
                ..V1
            },
        ] {
            let told = check(&recall(SECRET), family, &changed);
            assert_eq!(told.map(|_| ()), Err(Refusal::Wrong));
        }
        let told = check(&recall(ROTATED), family, &V1);
        assert_eq!(told.map(|_| ()), Err(Refusal::Wrong), "the other key");
    }
}

#[test]
fn what_is_no_signature_is_unreadable() {
    for family in FAMILIES {
        for signature in ["v1", "v1,???", "v1a,AAAA", "v2,AAAA", "72Myxc0wx", " "] {
            let told = check(&recall(SECRET), family, &Signed { signature, ..V1 });
            assert_eq!(told.map(|_| ()), Err(Refusal::Unreadable), "{signature:?}");
        }
        let headers = [
            (family[0], V1.id),
            (family[1], "soon"),
            (family[2], V1.signature),
        ];
        let told = sent(&recall(SECRET), V1.body, &headers, V1.at);
        assert_eq!(told.map(|_| ()), Err(Refusal::Unreadable));
    }
}

#[test]
fn without_a_part_of_it_or_without_a_secret_nothing_is_believed() {
    for family in FAMILIES {
        let all = headers(family, &V1);
        for left_out in family {
            let some: Vec<_> = all
                .iter()
                .filter(|(name, _)| *name != left_out)
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let told = sent(&recall(SECRET), V1.body, &some, V1.at);
            assert_eq!(
                told.map(|_| ()),
                Err(Refusal::Missing),
                "without {left_out}"
            );
        }
        let told = check(&recall(""), family, &V1);
        assert_eq!(told.map(|_| ()), Err(Refusal::NoSecret));
    }
    let told = sent(&recall(SECRET), V1.body, &[], V1.at);
    assert_eq!(told.map(|_| ()), Err(Refusal::Missing));
}

#[test]
fn the_headers_of_two_families_are_not_mixed_and_one_good_signature_of_two_is_enough() {
    let mixed = [
        ("svix-id", V1.id),
        ("webhook-timestamp", "1760000000"),
        ("svix-signature", V1.signature),
    ];
    let told = sent(&recall(SECRET), V1.body, &mixed, V1.at);
    assert_eq!(told.map(|_| ()), Err(Refusal::Missing));

    for wrong in FAMILIES {
        let mut both = Vec::new();
        for family in FAMILIES {
            let signature = if family == wrong {
                V2.signature
            } else {
                V1.signature
            };
            both.extend(headers(family, &Signed { signature, ..V1 }));
        }
        let both: Vec<_> = both
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert!(sent(&recall(SECRET), V1.body, &both, V1.at).is_ok());
    }
}

#[test]
fn unsigned_requests_are_refused_unless_the_account_takes_them_as_hints() {
    let mut account = recall("");
    let told = sent(&account, V1.body, &[], V1.at);
    assert_eq!(told.map(|_| ()), Err(Refusal::Missing));

    account.accept_unsigned = true;
    let hint = sent(&account, V1.body, &[], V1.at).expect("taken");
    assert_eq!(hint.standing, Standing::Hint);
    assert_eq!(hint.kind, "recording.done");

    let mut account = recall(SECRET);
    account.accept_unsigned = true;
    let signed = check(&account, FAMILIES[1], &V1).expect("signed");
    assert_eq!(signed.standing, Standing::Signed);
    assert_ne!(
        hint.key, signed.key,
        "a stranger must not occupy the real event's name"
    );
    let forged = check(&account, FAMILIES[1], &Signed { body: "{}", ..V1 });
    assert_eq!(
        forged.map(|_| ()),
        Err(Refusal::Wrong),
        "a wrong signature is no missing one"
    );
}

#[test]
fn a_message_keeps_its_name_through_every_attempt_and_other_messages_have_others() {
    let name =
        |family, signed: &Signed| check(&recall(SECRET), family, signed).expect("genuine").key;
    assert_eq!(name(FAMILIES[0], &V1), name(FAMILIES[0], &V1_ROTATING));
    assert_eq!(name(FAMILIES[0], &V1), name(FAMILIES[1], &V1));
    assert_ne!(name(FAMILIES[0], &V1), name(FAMILIES[0], &V2));
    assert_eq!(name(FAMILIES[0], &V3), "unreadable:msg_earshot_0003");
}
