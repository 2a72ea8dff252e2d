//! `[checks]`: what is looked at in every call and every account, and from when on a person is told.
//!
//! The same keys may stand in `[accounts.checks]` below an account; there they count instead.

use std::str::FromStr;

use jiff::{SignedDuration, tz::TimeZone};
use rust_decimal::Decimal;
use toml::de::DeValue;

use super::{ConfigError, file::Table, hours::BusinessHours};

/// The keys of the table.
const KEYS: [&str; 8] = [
    "cost_gap",
    "latency_p95",
    "cost_per_call",
    "success_rate",
    "success_over",
    "quiet_after",
    "business_hours",
    "time_zone",
];

/// From when on a person is told. `None` is never.
#[derive(Clone, Debug, PartialEq)]
pub struct Checks {
    /// How far the parts of a cost may be from the total, in units of its currency.
    pub cost_gap: Option<Decimal>,
    /// How long the agent may take to answer, at the 95th percentile of the whole way.
    pub latency_p95: Option<SignedDuration>,
    /// What one call may cost, in units of its currency.
    pub cost_per_call: Option<Decimal>,
    /// How many of the calls should reach their purpose, from 0 to 1.
    pub success_rate: Option<Decimal>,
    /// Of which calls.
    pub success_over: Over,
    /// How long nothing may be heard within business hours.
    pub quiet_after: Option<SignedDuration>,
    /// When calls are expected.
    pub business_hours: BusinessHours,
    /// By the clock of which place.
    pub time_zone: TimeZone,
}

/// Of which calls a rate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The newest so many.
    Calls(u32),
    /// Those of the last so long.
    Time(SignedDuration),
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            cost_gap: Some(Decimal::new(1, 2)),
            latency_p95: Some(SignedDuration::from_secs(5)),
            cost_per_call: None,
            success_rate: None,
            success_over: Over::Calls(20),
            quiet_after: None,
            business_hours: BusinessHours::always(),
            time_zone: TimeZone::UTC,
        }
    }
}

impl Checks {
    /// What stands in `table`, and for the rest what `self` says.
    pub(super) fn changed_by(&self, table: &Table<'_>) -> Result<Self, ConfigError> {
        table.only(&KEYS)?;
        let mut checks = self.clone();
        set(table, "cost_gap", amount, &mut checks.cost_gap)?;
        set(table, "latency_p95", pause, &mut checks.latency_p95)?;
        set(table, "cost_per_call", amount, &mut checks.cost_per_call)?;
        set(table, "success_rate", share, &mut checks.success_rate)?;
        set(table, "quiet_after", pause, &mut checks.quiet_after)?;
        if let Some(over) = table.with("success_over", over)? {
            checks.success_over = over;
        }
        if let Some(hours) = table.with("business_hours", BusinessHours::parse)? {
            checks.business_hours = hours;
        }
        if let Some(zone) = table.with("time_zone", zone)? {
            checks.time_zone = zone;
        }
        Ok(checks)
    }
}

/// Takes a limit, written as a text or a number; `false` or `"off"` is none.
fn set<T>(
    table: &Table<'_>,
    key: &str,
    read: fn(&str) -> Result<T, String>,
    limit: &mut Option<T>,
) -> Result<(), ConfigError> {
    let Some(value) = table.get(key) else {
        return Ok(());
    };
    let text = match value.get_ref() {
        DeValue::String(text) => text.as_ref(),
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        DeValue::Boolean(false) => "off",
        _ => "",
    };
    *limit = match text {
        "off" => None,
        text => Some(read(text).map_err(|what| table.wrong(key, value, what))?),
    };
    Ok(())
}

fn amount(text: &str) -> Result<Decimal, String> {
    Decimal::from_str(text)
        .ok()
        .filter(|amount| !amount.is_sign_negative())
        .ok_or_else(|| "is no amount such as \"0.01\", or \"off\"".into())
}

fn share(text: &str) -> Result<Decimal, String> {
    let (number, of) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), Decimal::ONE_HUNDRED),
        None => (text, Decimal::ONE),
    };
    Decimal::from_str(number)
        .ok()
        .filter(|share| (Decimal::ZERO..=of).contains(share))
        .map(|share| share / of)
        .ok_or_else(|| "is no share such as \"80%\" or 0.8, or \"off\"".into())
}

fn pause(text: &str) -> Result<SignedDuration, String> {
    text.parse()
        .ok()
        .filter(SignedDuration::is_positive)
        .ok_or_else(|| "is no length of time such as \"5s\" or \"30m\", or \"off\"".into())
}

fn over(text: &str) -> Result<Over, String> {
    let wrong = || "has to be \"20 calls\" or a length of time such as \"24h\"".to_owned();
    let is_some = |over: &Over| match over {
        Over::Calls(count) => (1..=10_000).contains(count),
        Over::Time(time) => time.is_positive(),
    };
    let found = match text.trim().strip_suffix("calls") {
        Some(count) => count.trim().parse().ok().map(Over::Calls),
        None => text.parse().ok().map(Over::Time),
    };
    found.filter(is_some).ok_or_else(wrong)
}

fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text)
        .map_err(|_| "is no time zone that this machine knows, such as \"Europe/Berlin\"".into())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    use super::*;

    fn of_accounts(text: &str) -> Vec<Checks> {
        let config = Config::parse(text, &|_| None).expect("understood");
        let accounts = config.accounts.into_iter();
        accounts.map(|account| account.checks).collect()
    }

    fn complaint(text: &str) -> String {
        let error = Config::parse(text, &|_| None).expect_err("it is wrong");
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn without_a_table_costs_and_latency_are_looked_at_and_nothing_else() {
        let checks = of_accounts("[[accounts]]\nid = \"a\"\nprovider = \"retell\"\n");
        assert_eq!(checks, [Checks::default()]);
        assert_eq!(checks[0].cost_gap, Some(Decimal::new(1, 2)));
        assert_eq!(checks[0].latency_p95, Some(SignedDuration::from_secs(5)));
        assert_eq!(
            (checks[0].success_rate, checks[0].quiet_after),
            (None, None)
        );
    }

    #[test]
    fn an_account_says_otherwise_for_itself_only() {
        let checks = of_accounts(
            r#"
            [[accounts]]
            id = "a"
            provider = "retell"
            [accounts.checks]
            latency_p95 = "off"
            cost_per_call = 2.5

            [[accounts]]
            id = "b"
            provider = "twilio"
            account_sid = "AC00000000000000000000000000000001"

            [checks]
            latency_p95 = "2500ms"
            success_rate = "80%"
            success_over = "24h"
            quiet_after = "30m"
            business_hours = "Mon-Fri 08:00-18:00"
            time_zone = "Europe/Berlin"
            cost_gap = false
            "#,
        );
        assert_eq!(checks[0].latency_p95, None);
        assert_eq!(checks[0].cost_per_call, Some(Decimal::new(25, 1)));
        assert_eq!(checks[1].cost_per_call, None);
        assert_eq!(
            checks[1].latency_p95,
            Some(SignedDuration::from_millis(2500))
        );
        for checks in &checks {
            assert_eq!(checks.cost_gap, None);
            assert_eq!(checks.success_rate, Some(Decimal::new(8, 1)));
            assert_eq!(
                checks.success_over,
                Over::Time(SignedDuration::from_hours(24))
            );
            assert_eq!(checks.quiet_after, Some(SignedDuration::from_mins(30)));
            assert_eq!(checks.business_hours.to_string(), "Mon-Fri 08:00-18:00");
            assert_eq!(checks.time_zone.iana_name(), Some("Europe/Berlin"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line() {
        let cases = [
            (
                "latency_p95 = 5",
                "line 2: latency_p95 in checks is no length of time",
            ),
            (
                "success_rate = 80",
                "line 2: success_rate in checks is no share",
            ),
            (
                "success_over = \"0 calls\"",
                "line 2: success_over in checks has to be \"20 calls\"",
            ),
            (
                "cost_gap = \"-1\"",
                "line 2: cost_gap in checks is no amount",
            ),
            ("cost_gap = true", "line 2: cost_gap in checks is no amount"),
            (
                "business_hours = \"always\"",
                "line 2: business_hours in checks is not understood",
            ),
            (
                "time_zone = \"Mars/Olympus\"",
                "line 2: time_zone in checks is no time zone",
            ),
            (
                "latency = \"5s\"",
                "line 2: unknown key \"latency\" in checks / Did you mean \"latency_p95\"",
            ),
        ];
        for (line, said) in cases {
            let complaint = complaint(&format!("[checks]\n{line}\n"));
            assert!(complaint.contains(said), "{complaint}");
        }
    }
}
