//! The simulated accounts on which the journeys of every provider are made, one line a provider: what
//! a provider can do stands in this table, and no journey asks for a provider's name.
//!
//! A journey that needs something that not every provider has asks the table for it and finds out
//! that way who takes part.

use ringback_simulator::AccountSetup;

/// A simulated account and what its provider can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// The account's id.
    pub account: &'static str,
    /// As in `config.toml`.
    pub provider: &'static str,
    /// Whether the provider can be asked about calls. Otherwise everything that is known was told.
    pub has_api: bool,
    /// The reason with which a recording is withheld that the customer does not let the provider
    /// keep, if there is such a policy.
    pub withholds: Option<&'static str>,
    /// Whether an account can be told to take what is not signed as a hint to ask the provider.
    pub takes_hints: bool,
    /// Where a webhook says what kind of event it is: a JSON pointer, in a form `/` and the name.
    pub kind_at: &'static str,
    /// Where a webhook tells why a call ended, in the provider's word, if that is all there is to
    /// know about it. Recall.ai is asked at once and answers itself; the own backend chooses from
    /// Ringback's words.
    pub reason_at: Option<&'static str>,
}

/// Every provider. A new one is a line.
#[rustfmt::skip]
pub const CASES: &[Case] = &[
    Case { account: "clinic-retell", provider: "retell", has_api: true, withholds: Some("policy"), takes_hints: true, kind_at: "/event", reason_at: Some("/call/disconnection_reason") },
    Case { account: "bistro-twilio", provider: "twilio", has_api: true, withholds: None, takes_hints: false, kind_at: "/CallStatus", reason_at: None },
    Case { account: "sales-vapi", provider: "vapi", has_api: true, withholds: Some("policy"), takes_hints: true, kind_at: "/message/type", reason_at: Some("/message/endedReason") },
    Case { account: "courier-telnyx", provider: "telnyx", has_api: true, withholds: Some("external_storage"), takes_hints: true, kind_at: "/data/event_type", reason_at: Some("/data/payload/hangup_cause") },
    Case { account: "team-recall", provider: "recall", has_api: true, withholds: Some("policy"), takes_hints: true, kind_at: "/event", reason_at: None },
    Case { account: "shop-custom", provider: "custom", has_api: false, withholds: Some("policy"), takes_hints: false, kind_at: "/type", reason_at: None },
];

impl Case {
    /// The case of that provider.
    ///
    /// # Panics
    /// When there is none.
    pub fn of(provider: &str) -> &'static Self {
        let found = CASES.iter().find(|case| case.provider == provider);
        found.unwrap_or_else(|| panic!("the table has no line for {provider}"))
    }

    /// Everybody who can.
    pub fn who(can: impl Fn(&Self) -> bool) -> Vec<&'static Self> {
        CASES.iter().filter(|case| can(case)).collect()
    }

    /// The account as the simulator wants to be told of it.
    pub fn setup(&self) -> AccountSetup {
        AccountSetup::new(self.account, self.provider)
    }
}
