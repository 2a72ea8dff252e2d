//! What the ledger says, as the faces show it.

use std::collections::BTreeMap;

use ringback_api::{
    dto::{AccountLedgerJson, HoleJson, HolesArgs, LedgerArgs, RepairScopeJson, ResyncReport},
    ledger,
};

use crate::{
    cases::Case,
    patience::{SOON, until},
    setting::{House, Setting},
    witness::testimony,
};

/// A call's holes: thing and reason of each.
pub type Holes = Vec<(String, String)>;

impl House {
    /// The ledger of an account.
    ///
    /// # Panics
    /// When the engine cannot be asked.
    pub fn ledger(&self, account: &str) -> AccountLedgerJson {
        let args = LedgerArgs {
            account: Some(account.into()),
            ..LedgerArgs::default()
        };
        let mut found = ledger::ledger(&self.engine, &args).expect("the ledger can be read");
        found.accounts.remove(0)
    }

    /// All calls of an account with something lacking, of all its days.
    ///
    /// # Panics
    /// When the engine cannot be asked.
    pub async fn lacking(&self, account: &str) -> Vec<HoleJson> {
        let mut calls = Vec::new();
        for day in self.ledger(account).days {
            let args = HolesArgs {
                account: account.into(),
                day: day.day,
                after: None,
                limit: 500,
            };
            let page = ledger::holes(&self.engine, &args).await;
            calls.extend(page.expect("the holes can be read").rows);
        }
        calls
    }

    /// The holes of an account by the provider's id of the call.
    pub async fn holes(&self, account: &str) -> BTreeMap<String, Holes> {
        let calls = self.lacking(account).await.into_iter();
        calls
            .map(|call| {
                let holes = call.holes.into_iter();
                (
                    call.provider_call_id,
                    holes.map(|hole| (hole.thing, hole.reason)).collect(),
                )
            })
            .collect()
    }

    /// Repairs and waits until it is over.
    ///
    /// # Panics
    /// When it cannot be begun.
    pub async fn repair(&self, scope: RepairScopeJson) -> ResyncReport {
        let mut run = ledger::repair(&self.engine, scope)
            .await
            .expect("it can be begun");
        ringback_api::cli::resync_report(&run.finished().await)
    }

    /// Waits until the account is complete up to now: its list was read, and nothing is lacking but what is
    /// excused.
    ///
    /// # Panics
    /// With what is lacking, if it does not come to that.
    pub async fn becomes_complete(&self, setting: &Setting, case: &Case) -> AccountLedgerJson {
        let limit = tokio::time::Instant::now() + SOON;
        until(SOON * 2, "the ledger to be complete", async || {
            let found = self.ledger(case.account);
            let is_complete = found.complete_through == Some(format!("{:.3}", setting.now()));
            if !is_complete && tokio::time::Instant::now() > limit {
                panic!(
                    "{} is not complete: {:#?}{}",
                    case.account,
                    self.lacking(case.account).await,
                    testimony()
                );
            }
            is_complete.then_some(found)
        })
        .await
    }
}
