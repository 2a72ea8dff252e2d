//! What is known of calls without anything to fold: that a list shows one, that asking about one is
//! over, and what the journal said of one that is gone from the database.

use std::sync::Arc;

use ringback_model::{HoleReason, ProviderCallId};
use ringback_providers::Snapshot;
use ringback_store::StoreError;

use super::{
    Applier, Heard, entry,
    reading::{self, Reading, Said, take_in},
};
use crate::{EngineError, accounts::Party, ledger};

impl Applier {
    /// Applies events once more that were applied before, in the journal's order and all or none, so that
    /// what they tell of gets its old id.
    pub(crate) fn read_again(&self, seqs: Vec<i64>) -> Result<(), StoreError> {
        let mut readings = Vec::with_capacity(seqs.len());
        for seq in seqs {
            let event = self.store.read(|reader| reader.events().by_seq(seq))?;
            readings.extend(event.map(|event| Reading::of(event, &self.accounts)));
        }
        let due = self.store.write_soon(move |writer| {
            let mut due = false;
            for reading in &readings {
                due |= take_in(writer, reading)?;
            }
            Ok(due)
        })?;
        if due {
            self.work.notify_waiters();
        }
        Ok(())
    }

    /// Keeps an item of a list that cannot be understood, once, and notes that its call exists.
    pub(super) async fn take_unreadable(
        &self,
        party: &Arc<Party>,
        snapshot: &Snapshot,
        error: &EngineError,
    ) -> Result<(), EngineError> {
        let call = &snapshot.call;
        let is_known = self.store.read(|reader| {
            Ok(reader.calls().id_of(party.id(), call)?.is_some()
                || reader.ledger().ask(party.id(), call)?.is_some())
        })?;
        if is_known {
            return Ok(());
        }
        tracing::warn!(account = %party.id(), %error, "an item of the provider's list is kept unread");
        let heard_at = self.clock.now();
        let appended = self.append(entry(party, snapshot, heard_at)).await?;
        let reading = Reading {
            seq: appended.seq(),
            heard_at,
            heard: Heard::Listed,
            party: Some(party.clone()),
            said: Said::Unreadable(error.to_string()),
            shown: Some(call.clone()),
        };
        if self.write(move |writer| take_in(writer, &reading)).await? {
            self.work.notify_waiters();
        }
        Ok(())
    }

    /// The provider told no more of a call than is known: then what is known is all.
    pub(super) async fn asked_in_full(
        &self,
        party: &Arc<Party>,
        call: &ProviderCallId,
    ) -> Result<(), StoreError> {
        let ask = self
            .store
            .read(|reader| reader.ledger().ask(party.id(), call))?;
        if ask.is_none_or(|ask| ask.listed_at.is_none()) {
            return Ok(());
        }
        let (party, call) = (party.clone(), call.clone());
        self.write(move |writer| {
            writer.ledger_mut().told_in_full(party.id(), &call)?;
            ledger::remark(writer, &party, &call)
        })
        .await
    }

    /// Asking about a call is over and brought nothing more. That goes through the journal, so that a
    /// rebuilt database knows it too.
    pub(crate) async fn take_unanswered(
        &self,
        party: &Arc<Party>,
        call: &ProviderCallId,
        reason: HoleReason,
    ) -> Result<(), EngineError> {
        let heard_at = self.clock.now();
        let appended = self
            .append(reading::unanswered(party, call, reason, heard_at))
            .await?;
        let reading = Reading {
            seq: appended.seq(),
            heard_at,
            heard: Heard::InFull,
            party: Some(party.clone()),
            said: Said::Unanswered {
                call: call.clone(),
                reason,
            },
            shown: None,
        };
        self.write(move |writer| take_in(writer, &reading)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ringback_model::{Clock, Marks};

    use super::*;
    use crate::{Engine, EngineOptions, Home};

    const CONFIG: &str = "[[accounts]]\nid = \"clinic\"\nprovider = \"retell\"\n";

    async fn start(folder: &std::path::Path) -> Engine {
        let home = Home::at(folder.to_owned());
        std::fs::write(home.config_file(), CONFIG).expect("is written");
        let now = "2026-03-01T10:00:00Z".parse().expect("a time");
        let options = EngineOptions {
            environment: Arc::new(|_| Some("key".into())),
            background: false,
            ..EngineOptions::new(home, Clock::from_fn(move || now))
        };
        Engine::start(options).await.expect("starts")
    }

    fn listed(call: &str, body: &str) -> Snapshot {
        Snapshot {
            kind: "listed",
            call: ProviderCallId::new(call),
            body: body.to_owned().into(),
            at: "2026-03-01T09:00:00Z".parse().expect("a time"),
        }
    }

    fn marks(engine: &Engine, call: &str) -> Option<Marks> {
        let party = engine.core().party("clinic").expect("configured");
        let call = ProviderCallId::new(call);
        engine
            .read(|reader| reader.ledger().marks_of(party.id(), &call))
            .expect("reads")
    }

    #[tokio::test]
    async fn an_item_of_a_list_that_cannot_be_read_is_a_hole_and_no_reason_to_leave_out_the_next() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine = start(folder.path()).await;
        let party = engine.core().party("clinic").expect("configured");
        let page = || {
            vec![
                listed("call_bad", "[]"),
                listed(
                    "call_good",
                    r#"{"call_id": "call_good", "call_status": "ongoing"}"#,
                ),
            ]
        };
        let applier = &engine.core().applier;
        let news = applier.take_listed(&party, page()).await.expect("goes on");
        assert_eq!(news, 1);
        let unreadable = Marks::unknown(HoleReason::Unreadable);
        assert_eq!(marks(&engine, "call_bad"), Some(unreadable));
        assert!(marks(&engine, "call_good").is_some());
        let journal = |engine: &Engine| {
            let events = engine.read(|reader| reader.events().last_seq());
            events.expect("reads")
        };
        let kept = journal(&engine);
        assert_eq!(kept, 2, "the item is kept as it came");
        let job = engine.read(|reader| reader.jobs().get("resync", "clinic/call_bad"));
        assert!(
            job.expect("reads").is_some(),
            "the call is asked for by itself"
        );
        // The next walk shows it again.
        applier.take_listed(&party, page()).await.expect("goes on");
        assert_eq!(journal(&engine), kept);
        let day = |engine: &Engine| {
            let account = Some(party.id());
            let all = (jiff::civil::Date::ZERO, jiff::civil::Date::MAX);
            let days = engine.read(|reader| reader.ledger().days(account, all.0, all.1));
            days.expect("reads")
                .into_iter()
                .map(|day| (day.day, day.tally))
                .collect::<BTreeMap<_, _>>()
        };
        let before = day(&engine);
        engine.shutdown().await;
        drop(engine);

        // A database built again from the journal knows the same.
        for file in ["ringback.db", "ringback.db-wal", "ringback.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(file));
        }
        let engine = start(folder.path()).await;
        engine.apply_pending().expect("applies");
        assert_eq!(marks(&engine, "call_bad"), Some(unreadable));
        assert_eq!(day(&engine), before);
        engine.shutdown().await;
    }
}
