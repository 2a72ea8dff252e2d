//! Taking jobs of a kind: what is due, within what the accounts may have in work.

use jiff::{SignedDuration, Timestamp};
use ringback_store::{Budgets, ClaimLimits, Job, StoreError, Writer};

use crate::{
    accounts::Party,
    core::{Core, NOT_CONFIGURED},
    lease::LEASE,
};

/// What is to be taken. Made outside of the transaction that takes it, so that it can be the one in which
/// the job before ends: a row of jobs then costs one transaction for each.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    kind: &'static str,
    now: Timestamp,
    owner: String,
    limits: ClaimLimits,
    budgets: Budgets,
}

impl Claim {
    /// Up to `most` jobs of a kind, of the backlog no more than `backlog`. `per_account` says how many an
    /// account may have in work at the same time.
    pub(crate) fn new(
        core: &Core,
        kind: &'static str,
        (most, backlog): (usize, usize),
        per_account: impl Fn(&Party) -> usize,
    ) -> Self {
        Self {
            kind,
            now: core.clock.now(),
            owner: core.takers.next(),
            limits: ClaimLimits {
                jobs: most,
                per_account: NOT_CONFIGURED,
                lease: LEASE,
            },
            budgets: Budgets {
                dying_within: SignedDuration::ZERO,
                per_account: core.budgets(per_account),
                backlog,
            },
        }
    }

    /// What dies within this time goes first, whatever else it is.
    #[must_use]
    pub(crate) fn dying_within(mut self, time: SignedDuration) -> Self {
        self.budgets.dying_within = time;
        self
    }

    /// Takes them.
    pub(crate) fn take(&self, writer: &mut Writer<'_>) -> Result<Vec<Job>, StoreError> {
        writer.jobs_mut().claim_within(
            &[self.kind],
            self.now,
            &self.owner,
            self.limits,
            &self.budgets,
        )
    }
}
