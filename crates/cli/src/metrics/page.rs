//! What is on the page, in the order of docs/metrics.md.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet},
    metrics::MetricType,
    registry::Unit,
};
use ringback_api::ledger;
use ringback_engine::{
    Counts, Engine, EngineError, Entered, LAG_BUCKETS_MS, Lag,
    store::{CallFilter, RecordingTotal},
};
use ringback_model::{AccountId, Source};

/// The names and values of labels.
type Labels = Vec<(&'static str, String)>;

/// Reads an engine's figures each time that somebody asks.
#[derive(Debug)]
pub(super) struct Page {
    engine: Engine,
}

impl Page {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

impl Collector for Page {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet { encoder };
        let engine = &self.engine;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        sheet.gauge(
            "build_info",
            "The program's version.",
            None,
            [(vec![("version", version)], 1.0)],
        )?;
        counted(&mut sheet, &engine.counts())?;
        // What cannot be read is left out; the rest is still worth something.
        let read = |what: &str, read: &mut dyn FnMut() -> Result<fmt::Result, EngineError>| {
            read().unwrap_or_else(|error| {
                tracing::warn!(%error, what, "figures are left out");
                Ok(())
            })
        };
        read("jobs", &mut || Ok(jobs(&mut sheet, &job_rows(engine)?)))?;
        tunnel(&mut sheet, engine)?;
        read("accounts", &mut || {
            Ok(accounts(&mut sheet, &account_rows(engine)?))
        })?;
        read("recordings", &mut || {
            let totals = engine.read(|reader| reader.figures().recordings())?;
            Ok(recordings(&mut sheet, &totals))
        })?;
        read("journal", &mut || {
            Ok(journal(&mut sheet, engine, &engine.journal_use()?))
        })?;
        read("disk", &mut || {
            let free = float(engine.free_space()?);
            let help = "Free bytes where the recordings are.";
            Ok(sheet.gauge("disk_free", help, Some(&Unit::Bytes), [(vec![], free)]))
        })?;
        missing(&mut sheet, engine)
    }
}

/// Writes one figure after the other.
struct Sheet<'a> {
    encoder: DescriptorEncoder<'a>,
}

impl Sheet<'_> {
    fn counter(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        rows: impl IntoIterator<Item = (Labels, u64)>,
    ) -> fmt::Result {
        let mut metric = self
            .encoder
            .encode_descriptor(name, help, unit, MetricType::Counter)?;
        for (labels, count) in rows {
            metric
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, u64, u64>(&count, None)?;
        }
        Ok(())
    }

    fn gauge(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<&Unit>,
        rows: impl IntoIterator<Item = (Labels, f64)>,
    ) -> fmt::Result {
        let mut metric = self
            .encoder
            .encode_descriptor(name, help, unit, MetricType::Gauge)?;
        for (labels, value) in rows {
            // Not every reader knows an empty pair of braces.
            if labels.is_empty() {
                metric.encode_gauge(&value)?;
            } else {
                metric.encode_family(&labels)?.encode_gauge(&value)?;
            }
        }
        Ok(())
    }
}

fn counted(sheet: &mut Sheet<'_>, counts: &Counts) -> fmt::Result {
    let events = counts.events.iter().map(|((account, what), count)| {
        let (result, reason) = match what {
            Entered::Accepted => ("accepted", ""),
            Entered::Duplicate => ("duplicate", ""),
            Entered::Rejected(reason) => ("rejected", *reason),
            Entered::NotWritten => ("not_written", ""),
        };
        let mut labels = of(account);
        labels.push(("result", result.to_owned()));
        labels.push(("reason", reason.to_owned()));
        (labels, *count)
    });
    let help = "Webhooks at the door, by what became of them.";
    sheet.counter("events", help, None, events)?;
    lag(sheet, &counts.apply)?;
    let transfers = counts.transfers.iter().map(|((account, what), count)| {
        let mut labels = of(account);
        labels.push(("result", what.as_str().to_owned()));
        (labels, *count)
    });
    let help = "Tries to bring a recording in, by what came of them.";
    sheet.counter("transfers", help, None, transfers)?;
    let bytes = counts.transferred_bytes.iter();
    let help = "Bytes of the recordings that came in.";
    sheet.counter(
        "transferred",
        help,
        Some(&Unit::Bytes),
        bytes.map(|(account, bytes)| (of(account), *bytes)),
    )?;
    let polls = counts.polls.iter().map(|((account, is_complete), count)| {
        let mut labels = of(account);
        let result = if *is_complete { "complete" } else { "failed" };
        labels.push(("result", result.to_owned()));
        (labels, *count)
    });
    let help = "Readings of a provider's list of calls.";
    sheet.counter("polls", help, None, polls)
}

fn lag(sheet: &mut Sheet<'_>, lag: &Lag) -> fmt::Result {
    let help = "From the arrival of an event until the database knew it.";
    let mut metric = sheet.encoder.encode_descriptor(
        "apply_lag",
        help,
        Some(&Unit::Seconds),
        MetricType::Histogram,
    )?;
    // Ours count everything up to their end, the encoder wants what is between two ends.
    let mut before = 0;
    let mut buckets: Vec<(f64, u64)> = LAG_BUCKETS_MS
        .iter()
        .zip(lag.within)
        .map(|(end, within)| {
            let between = within - before;
            before = within;
            (float(*end) / 1000.0, between)
        })
        .collect();
    buckets.push((f64::INFINITY, lag.count - before));
    metric.encode_histogram::<NoLabelSet>(lag.total.as_secs_f64(), lag.count, &buckets, None)
}

fn job_rows(engine: &Engine) -> Result<Vec<(Labels, f64)>, EngineError> {
    let now = engine.clock().now();
    let counts = engine.read(|reader| reader.jobs().counts(now))?;
    let rows = counts.into_iter().flat_map(|count| {
        let states = [
            ("waiting", count.all.saturating_sub(count.leased)),
            ("running", count.leased),
            ("failing", count.failing),
        ];
        states.map(|(state, n)| {
            let labels = vec![("kind", count.kind.clone()), ("state", state.to_owned())];
            (labels, float(n))
        })
    });
    Ok(rows.collect())
}

fn jobs(sheet: &mut Sheet<'_>, rows: &[(Labels, f64)]) -> fmt::Result {
    let help =
        "Work to be done. Those that failed before are counted as failing, and wait or run too.";
    sheet.gauge("jobs", help, None, rows.to_vec())
}

fn tunnel(sheet: &mut Sheet<'_>, engine: &Engine) -> fmt::Result {
    let tunnel = engine.tunnel();
    let up = if tunnel.state == "up" { 1.0 } else { 0.0 };
    let help =
        "Whether providers reach the door, as the last probe through the public address says.";
    sheet.gauge("tunnel_up", help, None, [(vec![], up)])?;
    let help = "How long the last probe took there and back.";
    let took = tunnel.round_trip_ms.map(|ms| (vec![], ms / 1000.0));
    sheet.gauge("tunnel_round_trip", help, Some(&Unit::Seconds), took)
}

/// What is known of one account.
struct AccountRow {
    labels: Labels,
    ongoing: u64,
    last_webhook: Option<i64>,
    last_poll: Option<i64>,
}

fn account_rows(engine: &Engine) -> Result<Vec<AccountRow>, EngineError> {
    let config = engine.config();
    config
        .accounts
        .iter()
        .map(|configured| {
            let id = &configured.account.id;
            let goes_on = CallFilter {
                account: Some(id.clone()),
                ..CallFilter::ongoing()
            };
            let last_poll = engine.poll_of(configured).last_at;
            engine.read(|reader| {
                let heard = reader.events().last_received(id, Source::Webhook)?;
                Ok(AccountRow {
                    labels: of(id),
                    ongoing: reader.calls().count(&goes_on, u64::MAX)?.n,
                    last_webhook: heard.map(|at| at.as_second()),
                    last_poll: last_poll.map(|at| at.as_second()),
                })
            })
        })
        .collect()
}

fn accounts(sheet: &mut Sheet<'_>, rows: &[AccountRow]) -> fmt::Result {
    let ongoing = rows
        .iter()
        .map(|row| (row.labels.clone(), float(row.ongoing)));
    sheet.gauge("calls_ongoing", "Calls that go on now.", None, ongoing)?;
    let moments = |moment: fn(&AccountRow) -> Option<i64>| {
        rows.iter().filter_map(move |row| {
            let at = u64::try_from(moment(row)?).ok()?;
            Some((row.labels.clone(), float(at)))
        })
    };
    let help = "When the last webhook came that was accepted.";
    let unit = Some(&Unit::Seconds);
    sheet.gauge(
        "last_webhook_timestamp",
        help,
        unit,
        moments(|row| row.last_webhook),
    )?;
    let help = "When the provider's list of calls was last read to its end.";
    sheet.gauge(
        "last_poll_timestamp",
        help,
        unit,
        moments(|row| row.last_poll),
    )
}

fn recordings(sheet: &mut Sheet<'_>, totals: &[RecordingTotal]) -> fmt::Result {
    let labels = |total: &RecordingTotal| {
        let mut labels = of(&total.account);
        let word = ringback_api::cli::recording_word(total.state);
        labels.push(("state", word.to_owned()));
        labels
    };
    let counts = totals
        .iter()
        .map(|total| (labels(total), float(total.count)));
    sheet.gauge("recordings", "Recordings by their state.", None, counts)?;
    let bytes = totals
        .iter()
        .map(|total| (labels(total), float(total.bytes)));
    let help = "How large the recordings are.";
    sheet.gauge("recordings_size", help, Some(&Unit::Bytes), bytes)
}

fn journal(
    sheet: &mut Sheet<'_>,
    engine: &Engine,
    journal: &ringback_engine::JournalUse,
) -> fmt::Result {
    let help = "How large the journal's file is, with what waits beside it.";
    let unit = Some(&Unit::Bytes);
    sheet.gauge("journal_size", help, unit, [(vec![], float(journal.bytes))])?;
    let help = "Events in the journal.";
    sheet.gauge(
        "journal_events",
        help,
        None,
        [(vec![], float(journal.events))],
    )?;
    let waits = journal.oldest_pending.map_or(0.0, |at| {
        engine
            .clock()
            .now()
            .duration_since(at)
            .as_secs_f64()
            .max(0.0)
    });
    let help = "How long the oldest event has waited to be applied; 0 if none waits.";
    let unit = Some(&Unit::Seconds);
    sheet.gauge("journal_oldest_pending", help, unit, [(vec![], waits)])
}

fn missing(sheet: &mut Sheet<'_>, engine: &Engine) -> fmt::Result {
    let found = match ledger::completeness(engine) {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "figures are left out");
            return Ok(());
        }
    };
    let rows = |what: fn(&ringback_api::dto::CompletenessJson) -> u64| {
        found
            .iter()
            .map(move |one| (vec![("account", one.account.clone())], float(what(one))))
    };
    let help = "Records, recordings, transcripts, analyses and costs that are expected.";
    sheet.gauge("artifacts_expected", help, None, rows(|one| one.expected))?;
    let help = "Those of them that are here.";
    sheet.gauge("artifacts_held", help, None, rows(|one| one.held))?;
    let holes = found.iter().flat_map(|one| {
        one.holes.iter().map(|(reason, n)| {
            let labels = vec![("account", one.account.clone()), ("reason", reason.clone())];
            (labels, float(*n))
        })
    });
    let help = "Those of them that are not, by the reason.";
    sheet.gauge("artifacts_missing", help, None, holes)
}

fn of(account: &AccountId) -> Labels {
    vec![("account", account.to_string())]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the format has floating numbers; what they lose beyond nine quadrillion nobody misses"
)]
fn float(n: u64) -> f64 {
    n as f64
}
