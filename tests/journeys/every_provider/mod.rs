//! The same journeys with every provider's simulated account. What a provider can do stands in
//! `ringback_journeys::cases`; here is who takes part in what, and nothing asks for a name.

/// Makes a test of each journey for each provider of a group: `journey::provider`.
///
/// A macro and not a loop, so that each has its name, runs beside the others and can be run alone. That
/// a group is exactly who the table says can take part is a test below.
macro_rules! travelled_by {
    ($group:ident: $($journey:ident),+ $(,)?) => {
        $(mod $journey { $group! { travelled_by; $journey } })+
    };
    ($journey:ident; $($provider:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $provider() {
                super::$journey(ringback_journeys::cases::Case::of(stringify!($provider))).await;
            }
        )+
    };
}

/// Everybody.
macro_rules! everybody {
    ($what:ident; $($with:tt)*) => { $what! { $($with)*; retell twilio vapi telnyx recall custom } };
}

/// Who can be asked about calls.
macro_rules! who_can_be_asked {
    ($what:ident; $($with:tt)*) => { $what! { $($with)*; retell twilio vapi telnyx recall } };
}

/// Who has a policy that withholds recordings.
macro_rules! who_withholds {
    ($what:ident; $($with:tt)*) => { $what! { $($with)*; retell vapi telnyx recall custom } };
}

/// Who can be told to take hints.
macro_rules! who_takes_hints {
    ($what:ident; $($with:tt)*) => { $what! { $($with)*; retell vapi telnyx recall } };
}

/// Who tells in a word of its own why a call ended, and nothing else about it.
macro_rules! who_gives_reasons {
    ($what:ident; $($with:tt)*) => { $what! { $($with)*; retell vapi telnyx } };
}

mod arriving;
mod crowd;
mod lost;
mod memory;
mod merging;
mod order;
mod rebuilt;
mod recordings;
mod trouble;
mod unheard_of;
mod unsigned;

use ringback_journeys::cases::{CASES, Case};

macro_rules! names {
    (; $($provider:ident)+) => { [$(stringify!($provider)),+].as_slice() };
}

#[test]
fn every_group_is_who_the_table_says_can_take_part() {
    fn providers(can: impl Fn(&Case) -> bool) -> Vec<&'static str> {
        let who = Case::who(can);
        who.iter().map(|case| case.provider).collect()
    }
    assert_eq!(CASES.len(), everybody!(names;).len());
    assert_eq!(providers(|_| true), everybody!(names;));
    assert_eq!(providers(|case| case.has_api), who_can_be_asked!(names;));
    assert_eq!(
        providers(|case| case.withholds.is_some()),
        who_withholds!(names;)
    );
    assert_eq!(providers(|case| case.takes_hints), who_takes_hints!(names;));
    assert_eq!(
        providers(|case| case.reason_at.is_some()),
        who_gives_reasons!(names;)
    );
}
