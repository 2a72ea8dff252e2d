//! Retell's signatures: the vectors of the official SDKs and everything that must fail.

use jiff::Timestamp;
use ringback_providers::{Account, RawRequest, Refusal, Standing, VerifiedEvent};

use crate::accounts::{account, at, provider, request};

const KEY: &str = "key_earshot_test_0123456789abcdef";
const HEADER: &str = "x-retell-signature";

const V1: (&str, i64, &str) = (
    r#"{"event":"call_ended","call":{"call_id":"call_0001","call_status":"ended"}}"#,
    1_760_000_000_000,
    "v=1760000000000,d=165d7227053717eeec9c4710e04a37e7d2204f9605b5c6ee499df594913a758e",
);
const V2: (&str, i64, &str) = (
    r#"{"event":"call_analyzed","call":{"call_id":"call_0002","transcript":"Agent: héllo ☎\n"}}"#,
    1_760_000_123_456,
    "v=1760000123456,d=214b91c39337143541c1e00c3418d7f85cb0190da9b251a22938a7919678de95",
);
const V3: (&str, i64, &str) = (
    "",
    1_760_000_000_000,
    "v=1760000000000,d=82cd4b3d270409855f101827fcfb2c555962230955e42ed923d44e0732337031",
);

fn retell(keys: &str) -> Account {
    account("retell", &[("api_key", keys)])
}

fn verify(
    account: &Account,
    request: RawRequest,
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    provider("retell").verify(account, request, now)
}

fn check(body: &str, header: &str, now: i64) -> Result<Standing, Refusal> {
    let request = request(body, &[(HEADER, header)]);
    verify(&retell(KEY), request, at(now)).map(|event| event.standing)
}

#[test]
fn what_the_official_sdk_signed_is_accepted() {
    for (body, now, header) in [V1, V2, V3] {
        assert_eq!(check(body, header, now), Ok(Standing::Signed), "{body}");
    }
}

#[test]
fn the_digest_may_be_in_capitals_and_the_parts_may_be_spaced() {
    let (body, now, header) = V1;
    let (timestamp, digest) = header.split_once(",d=").expect("two parts");
    let capitals = format!("{timestamp},d={}", digest.to_uppercase());
    assert_eq!(check(body, &capitals, now), Ok(Standing::Signed));
    let spaced = format!("{timestamp}, d={digest}");
    assert_eq!(check(body, &spaced, now), Ok(Standing::Signed));
}

#[test]
fn a_signature_is_good_for_five_minutes_in_both_directions_inclusive() {
    let (body, now, header) = V1;
    for (offset, standing) in [
        (300_000, Ok(Standing::Signed)),
        (300_001, Err(Refusal::TooOld)),
        (-300_000, Ok(Standing::Signed)),
        (-300_001, Err(Refusal::FromTheFuture)),
    ] {
        assert_eq!(check(body, header, now + offset), standing, "{offset}");
    }
}

#[test]
fn a_changed_body_timestamp_or_key_is_refused() {
    let (body, now, header) = V1;
    assert_eq!(check(&format!("{body} "), header, now), Err(Refusal::Wrong));
    let later = header.replace("v=1760000000000", "v=1760000000001");
    assert_eq!(check(body, &later, now), Err(Refusal::Wrong));
    let padded = header.replace("v=1760000000000", "v=01760000000000");
    assert_eq!(
        check(body, &padded, now),
        Err(Refusal::Wrong),
        "the digits are signed"
    );
    let other = verify(
        &retell("another_key"),
        request(body, &[(HEADER, header)]),
        at(now),
    );
    assert_eq!(other.map(|_| ()), Err(Refusal::Wrong));
}

#[test]
fn while_keys_are_rotated_any_of_them_will_do() {
    let (body, now, header) = V1;
    let keys = retell(&format!("new_key {KEY}"));
    assert!(verify(&keys, request(body, &[(HEADER, header)]), at(now)).is_ok());
}

#[test]
fn what_is_no_signature_is_unreadable() {
    let (body, now, header) = V1;
    let digest = &header[header.len() - 64..];
    for odd in [
        String::new(),
        "v=,d=".into(),
        digest.to_owned(),
        format!("d={digest}"),
        format!("d={digest},v=1760000000000"),
        format!("v=1760000000000;d={digest}"),
        format!("v=+1760000000000,d={digest}"),
        format!("v=-1,d={digest}"),
        format!("v=1.76e12,d={digest}"),
        format!("v=99999999999999999999,d={digest}"),
        format!("v=1760000000000,d={}", &digest[2..]),
        format!("v=1760000000000,d={digest}00"),
        format!("v=1760000000000,d={}", digest.replace('1', "g")),
        format!("t=1760000000000,v1={digest}"),
    ] {
        assert_eq!(check(body, &odd, now), Err(Refusal::Unreadable), "{odd}");
    }
}

#[test]
fn without_a_signature_or_without_a_key_nothing_is_believed() {
    let (body, now, header) = V1;
    let refusal = |account: &Account, request| verify(account, request, at(now)).map(|_| ());
    assert_eq!(
        refusal(&retell(KEY), request(body, &[])),
        Err(Refusal::Missing)
    );
    assert_eq!(
        refusal(&retell(""), request(body, &[(HEADER, header)])),
        Err(Refusal::NoSecret)
    );
}

#[test]
fn an_account_that_takes_unsigned_events_takes_them_as_hints_and_still_refuses_wrong_signatures() {
    let (body, now, header) = V1;
    let mut account = retell(KEY);
    account.accept_unsigned = true;
    let signed = verify(&account, request(body, &[(HEADER, header)]), at(now)).expect("signed");
    let hint = verify(&account, request(body, &[]), at(now)).expect("taken");
    assert_eq!(signed.standing, Standing::Signed);
    assert_eq!(hint.standing, Standing::Hint);
    assert_ne!(
        hint.key, signed.key,
        "a stranger must not occupy the real event's name"
    );
    let forged = verify(&account, request("{}", &[(HEADER, header)]), at(now));
    assert_eq!(forged.map(|_| ()), Err(Refusal::Wrong));
}

/// The name of a signed body, without the signature in the way.
fn name(body: &str) -> (String, String) {
    let mut account = retell("");
    account.accept_unsigned = true;
    let event = verify(&account, request(body, &[]), at(0)).expect("taken");
    (event.kind, event.key)
}

#[test]
fn a_repetition_has_the_same_name_even_if_it_was_serialised_anew() {
    let one = name(r#"{"event":"call_ended","call":{"call_id":"call_1","call_status":"ended"}}"#);
    let again =
        name(r#"{ "call": {"call_status": "ended", "call_id": "call_1"}, "event": "call_ended" }"#);
    assert_eq!(one, again);
    assert_eq!(one.0, "call_ended");
}

#[test]
fn other_events_have_other_names() {
    let bodies = [
        r#"{"event":"call_analyzed","call":{"call_id":"call_1","call_analysis":{"call_summary":"One"}}}"#,
        r#"{"event":"call_analyzed","call":{"call_id":"call_1","call_analysis":{"call_summary":"Run again"}}}"#,
        r#"{"event":"call_analyzed","call":{"call_id":"call_2","call_analysis":{"call_summary":"One"}}}"#,
        r#"{"event":"call_ended","call":{"call_id":"call_1","call_analysis":{"call_summary":"One"}}}"#,
        "not json",
        "not json either",
        "",
    ];
    let keys: std::collections::BTreeSet<_> = bodies.iter().map(|body| name(body).1).collect();
    assert_eq!(keys.len(), bodies.len());
    assert_eq!(name("not json").0, "unreadable");
}
