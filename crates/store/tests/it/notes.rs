//! Alerts, settings and who listened.

use jiff::SignedDuration;
use ringback_model::RecordingState;
use ringback_store::{Listen, NewAlert, Raised};
use serde_json::json;

use crate::home::{Home, START, Told, recording};

fn raise(home: &Home, subject: &str) -> Raised {
    let alert = NewAlert {
        kind: "recording_failed".into(),
        subject: subject.into(),
        params: json!({ "reason": "network" }),
    };
    home.store
        .write(move |writer| writer.alerts_mut().raise(&alert))
        .expect("raised")
}

#[test]
fn an_alert_that_stands_is_not_raised_again_seen_or_not_until_its_cause_was_gone() {
    let home = Home::new();
    let gap = |amount: &str| NewAlert {
        kind: "cost_gap".into(),
        subject: "call".into(),
        params: serde_json::json!({ "gap": amount }),
    };
    let raise = |amount: &str| {
        let alert = gap(amount);
        let done = home
            .store
            .write(move |writer| writer.alerts_mut().raise_once(&alert));
        done.expect("written")
    };
    let standing = || {
        let read = home
            .store
            .read(|reader| reader.alerts().standing_of("call"));
        read.expect("reads")
    };
    assert!(raise("1"));
    assert!(!raise("2"), "it stands");
    let [alert] = &standing()[..] else {
        panic!("one stands")
    };
    assert_eq!(
        (alert.times, &alert.what),
        (1, &gap("2")),
        "with what is true now"
    );
    let id = alert.id;
    let seen = home
        .store
        .write(move |writer| writer.alerts_mut().acknowledge(id));
    assert_eq!(seen, Ok(true));
    assert!(!raise("3"), "a person knows");

    let other = Home::new();
    let known = standing().remove(0);
    let kept = known.clone();
    let taken = other.store.write(move |writer| {
        writer.alerts_mut().raise_once(&kept.what)?;
        writer.alerts_mut().take_over(&kept)
    });
    taken.expect("written");
    let there = other
        .store
        .read(|reader| reader.alerts().all_standing(9))
        .expect("reads");
    assert_eq!(there.len(), 1, "it is the same one");
    assert_eq!(there[0].acknowledged_at, known.acknowledged_at);
    assert_eq!(there[0].raised_at, known.raised_at);

    let resolved = || {
        let done = home
            .store
            .write(|writer| writer.alerts_mut().close("cost_gap", "call"));
        done.expect("written")
    };
    assert!(resolved() && !resolved());
    assert!(standing().is_empty());
    assert!(raise("4"), "it is another time");
}

#[test]
fn an_alert_is_raised_once_until_somebody_has_seen_it() {
    let home = Home::new();
    let Raised::New(id) = raise(&home, "r1") else {
        panic!("the first is new")
    };
    let later = home.pass(SignedDuration::from_secs(9));
    assert_eq!(raise(&home, "r1"), Raised::Again(id));
    assert!(matches!(raise(&home, "r2"), Raised::New(_)));
    let alert = home
        .store
        .read(|reader| reader.alerts().get(id))
        .expect("reads")
        .expect("there");
    assert_eq!((alert.times, alert.last_at), (2, later));

    assert_eq!(
        home.store
            .write(move |writer| writer.alerts_mut().acknowledge(id)),
        Ok(true)
    );
    assert_eq!(
        home.store
            .write(move |writer| writer.alerts_mut().acknowledge(id)),
        Ok(false)
    );
    assert!(
        matches!(raise(&home, "r1"), Raised::New(_)),
        "it happened again since"
    );
    let resolved = |subject: &'static str| {
        home.store
            .write(move |writer| writer.alerts_mut().resolve("recording_failed", subject))
    };
    assert_eq!(resolved("r2"), Ok(true));
    assert_eq!(resolved("r2"), Ok(false));
    let open = home
        .store
        .read(|reader| reader.alerts().open())
        .expect("reads");
    assert_eq!(
        open.iter()
            .map(|alert| alert.what.subject.as_str())
            .collect::<Vec<_>>(),
        ["r1"]
    );
    let all = home
        .store
        .read(|reader| reader.alerts().list(None, 10))
        .expect("reads");
    assert_eq!(all.len(), 3);
}

#[test]
fn a_setting_is_any_value_and_an_unknown_one_is_none() {
    let home = Home::new();
    home.store
        .write(|writer| {
            writer.settings_mut().set("language", &"de")?;
            writer
                .settings_mut()
                .set("player", &json!({ "speed": 1.5 }))?;
            writer.settings_mut().set("language", &"en")
        })
        .expect("written");
    let language = home
        .store
        .read(|reader| reader.settings().get::<String>("language"));
    assert_eq!(language, Ok(Some("en".into())));
    assert_eq!(
        home.store
            .read(|reader| reader.settings().get::<String>("theme")),
        Ok(None)
    );
    assert!(
        home.store
            .read(|reader| reader.settings().get::<u8>("language"))
            .is_err()
    );
}

#[test]
fn who_listened_to_what_is_kept_and_grows_while_it_plays() {
    let home = Home::new();
    let call = Told::new("clinic", "call_1", START);
    call.put(&home.store);
    let one = recording(&call.0, "", RecordingState::Ready);
    let listen = Listen {
        recording: one.id,
        call: call.0.id,
        who: "anna".into(),
        from_ms: 1500,
        to_ms: 1500,
        at: home.now(),
    };
    let line = listen.clone();
    let row = || {
        let row = home.store.read(|reader| reader.calls().row(call.0.id));
        row.expect("reads").expect("there")
    };
    let before = row();
    assert!(!before.heard);
    let id = home
        .store
        .write(move |writer| writer.listens_mut().add(&line))
        .expect("written");
    let after = row();
    assert!(after.heard, "the list shows that somebody listened");
    assert!(after.rev > before.rev, "and that is a change of the call");
    home.store
        .write(move |writer| writer.listens_mut().reach(id, 8000))
        .expect("written");
    let expected = vec![(
        id,
        Listen {
            to_ms: 8000,
            ..listen
        },
    )];
    let of_call = home
        .store
        .read(|reader| reader.listens().of_call(call.0.id));
    assert_eq!(of_call.as_ref(), Ok(&expected));
    assert_eq!(
        home.store.read(|reader| reader.listens().list(None, 5)),
        Ok(expected)
    );
    assert_eq!(
        home.store.read(|reader| reader.listens().list(Some(id), 5)),
        Ok(vec![])
    );
    call.put(&home.store);
    assert!(row().heard, "whatever is learned of the call later");
}
