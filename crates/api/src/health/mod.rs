//! The doctor: what was looked at and what was found. One source of facts for both faces; what to
//! make of a finding stands in `verdict`, its English words in `words`, the window's in its own table.

mod account;
mod verdict;
mod words;

use jiff::{SignedDuration, Timestamp};
use ringback_engine::{
    DiskUse, Engine, EngineError, JournalUse, Refused,
    audio::player::DefaultDevice,
    keys::{KeysState, Kind},
    store::{EventFilter, EventState, RecordingWord},
};

use crate::{
    ErrorJson,
    convert::{account_json, time, tunnel_json},
    dto::*,
    handlers::offsite_json,
};

/// Below this the disk is nearly full.
const LITTLE_SPACE: u64 = 2 << 30;

/// Below this nothing more should be fetched.
const NO_SPACE: u64 = 200 << 20;

/// A disk that is full sooner than this is worth a look.
const SOON_FULL_DAYS: u64 = 14;

/// An event that waits longer than this waits for something that does not come by itself.
const STUCK: SignedDuration = SignedDuration::from_mins(1);

/// So many waiting or unreadable events are counted.
const MOST_EVENTS: usize = 10_000;

/// The doctor's findings. Asks no provider; `accounts.check` does that.
pub fn health(engine: &Engine) -> Result<Health, ErrorJson> {
    // First, so that where it is up the accounts have their addresses.
    let tunnel = tunnel_json(engine.tunnel());
    let config = engine.config();
    let accounts: Vec<AccountJson> = config
        .accounts
        .iter()
        .map(|configured| account_json(engine, configured))
        .collect::<Result<_, EngineError>>()?;
    let queue = queue(engine)?;
    let journal = engine.journal_use()?;
    let disk = engine.disk_use(&journal);
    let mut checks = vec![
        Check::new("config", configured(engine, &accounts)),
        Check::new("disk", room(&disk)),
        Check::new("database", database(engine)),
        Check::new("door", door(engine)),
        Check::new("tunnel", way_in(engine, &tunnel)),
        Check::new("sound", sound()),
        Check::new("journal", applied(&journal, &queue, engine.clock().now())),
        Check::new("queue", fetched(&queue)),
        Check::new("keys", keys(engine)),
    ];
    let offsite = offsite_json(engine)?;
    checks.extend(
        offsite
            .as_ref()
            .map(|offsite| Check::new("offsite", copies(offsite))),
    );
    for account in &accounts {
        let configured = config.account(&account.id);
        checks.extend(account::checks(account, configured));
    }
    Ok(Health {
        checks,
        accounts,
        queue,
        tunnel,
        disk: disk.ok().map(|disk| disk_json(&disk)),
        journal: journal_json(&journal),
        offsite,
    })
}

fn configured(engine: &Engine, accounts: &[AccountJson]) -> Finding {
    if let Some(Refused { error, .. }) = engine.config_state().refused {
        return Finding::ConfigRefused {
            file: engine.home().config_file().display().to_string(),
            line: error.line.and_then(|line| u32::try_from(line).ok()),
            error: error.what,
            advice: error.hint,
        };
    }
    match u32::try_from(accounts.len()) {
        Ok(0) => Finding::NoAccount,
        count => Finding::Accounts {
            count: count.unwrap_or(u32::MAX),
        },
    }
}

fn room(disk: &Result<DiskUse, EngineError>) -> Finding {
    let disk = match disk {
        Ok(disk) => disk_json(disk),
        Err(error) => {
            return Finding::DiskUnreadable {
                error: error.to_string(),
            };
        }
    };
    match (disk.free_bytes, disk.full_in_days) {
        (free, _) if free < NO_SPACE => Finding::DiskFull(disk),
        (free, _) if free < LITTLE_SPACE => Finding::DiskLow(disk),
        (_, Some(days)) if days < SOON_FULL_DAYS => Finding::DiskFillsSoon(disk),
        _ => Finding::DiskRoom(disk),
    }
}

fn disk_json(disk: &DiskUse) -> DiskJson {
    DiskJson {
        free_bytes: disk.free,
        recordings_bytes: disk.recordings,
        per_day_bytes: disk.per_day,
        full_in_days: disk.full_in_days(),
    }
}

fn journal_json(journal: &JournalUse) -> JournalJson {
    JournalJson {
        bytes: journal.bytes,
        events: journal.events,
        per_day_bytes: journal.per_day,
        oldest_pending_at: journal.oldest_pending.map(time),
    }
}

fn database(engine: &Engine) -> Finding {
    match engine.read(|reader| reader.last_change()) {
        Ok(_) => Finding::DatabaseReadable,
        Err(error) => Finding::DatabaseDamaged {
            error: error.to_string(),
        },
    }
}

fn door(engine: &Engine) -> Finding {
    match (engine.door(), engine.door_problem()) {
        (Some(address), None) => Finding::DoorOpen {
            address: address.to_string(),
        },
        (Some(address), Some(error)) => Finding::DoorStays {
            address: address.to_string(),
            error,
        },
        (None, Some(error)) => Finding::DoorClosed { error },
        (None, None) if !engine.has_role() => Finding::DoorElsewhere,
        (None, None) => Finding::DoorOpening,
    }
}

fn way_in(engine: &Engine, tunnel: &TunnelJson) -> Finding {
    match tunnel.state.as_str() {
        "up" => Finding::TunnelUp {
            url: tunnel.url.clone().unwrap_or_default(),
            round_trip_ms: tunnel.round_trip_ms,
        },
        "down" => {
            let reason = tunnel.reason.clone().unwrap_or_default();
            let error = tunnel.message.clone().unwrap_or_default();
            let advice = tunnel.hint.clone();
            // Somebody else's address may be out of reach from inside only.
            if tunnel.kind == "none" {
                Finding::AddressUnreached {
                    reason,
                    error,
                    advice,
                }
            } else {
                Finding::TunnelDown {
                    reason,
                    error,
                    advice,
                }
            }
        }
        "starting" => Finding::TunnelStarting,
        _ if tunnel.kind == "none" && engine.config().public_url.is_none() => Finding::TunnelNone,
        _ => Finding::TunnelIdle,
    }
}

fn sound() -> Finding {
    if DefaultDevice::is_there() {
        Finding::SoundDevice
    } else {
        Finding::NoSoundDevice
    }
}

fn applied(journal: &JournalUse, queue: &QueueJson, now: Timestamp) -> Finding {
    let stuck = journal
        .oldest_pending
        .filter(|oldest| now.duration_since(*oldest) > STUCK);
    match (stuck, queue.events_failed, queue.events_pending) {
        (Some(oldest), _, count) => Finding::JournalStuck {
            count,
            oldest_at: time(oldest),
        },
        (None, 0, 0) => Finding::JournalApplied(journal_json(journal)),
        (None, 0, count) => Finding::JournalPending { count },
        (None, count, _) => Finding::JournalUnreadable { count },
    }
}

fn fetched(queue: &QueueJson) -> Finding {
    match queue {
        QueueJson { failed: 1.., .. } => Finding::QueueFailed {
            count: queue.failed,
        },
        QueueJson {
            waiting: 0,
            running: 0,
            ..
        } => Finding::QueueEmpty,
        _ => Finding::QueueMoving {
            waiting: queue.waiting,
            running: queue.running,
        },
    }
}

fn keys(engine: &Engine) -> Finding {
    let KeysState { kind, is_open } = engine.keys_state();
    match (kind, is_open) {
        (Kind::System, true) => Finding::KeyStoreOpen,
        (Kind::System, false) => Finding::KeyStoreLocked,
        (Kind::SealedFile, true) => Finding::SealedKeysOpen,
        (Kind::SealedFile, false) => Finding::SealedKeysLocked,
        (Kind::None, _) => Finding::NoKeyStore,
    }
}

fn copies(offsite: &OffsiteJson) -> Finding {
    let figures = CopiesJson {
        place: offsite.place.clone(),
        recordings: offsite.recordings,
        copied: offsite.copied,
        failed: offsite.failed,
    };
    match (offsite.failed, offsite.waiting) {
        (0, 0) => Finding::CopiesDone(figures),
        (0, _) => Finding::CopiesFollow(figures),
        _ => Finding::CopiesFailed(figures),
    }
}

fn queue(engine: &Engine) -> Result<QueueJson, EngineError> {
    let now = engine.clock().now();
    engine.read(|reader| {
        let fetches = reader
            .jobs()
            .counts(now)?
            .into_iter()
            .find(|count| count.kind == "fetch");
        let (all, running) = fetches.map_or((0, 0), |count| (count.all, count.leased));
        let totals = reader.figures().recordings()?;
        let failed = totals
            .iter()
            .filter(|total| total.state == RecordingWord::Failed)
            .map(|total| total.count)
            .sum();
        let expiring = reader.recordings().expiring(Timestamp::MAX, 1)?;
        let nearest = expiring
            .first()
            .and_then(|recording| recording.link.as_ref()?.expires_at);
        let unreadable = EventFilter {
            state: Some(EventState::Failed),
            ..Default::default()
        };
        Ok(QueueJson {
            waiting: all.saturating_sub(running),
            running,
            failed,
            nearest_deadline: nearest.map(time),
            events_pending: reader.events().count_pending(MOST_EVENTS)?,
            events_failed: reader.events().list(&unreadable, None, 1_000)?.len() as u64,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(free: u64, per_day: Option<u64>) -> Finding {
        room(&Ok(DiskUse {
            free,
            recordings: 0,
            per_day,
        }))
    }

    #[test]
    fn a_disk_that_will_be_full_within_two_weeks_is_worth_a_look_however_much_is_free_today() {
        const GB: u64 = 1_000_000_000;
        let well = disk(100 * GB, Some(GB));
        assert_eq!((well.state(), well.remedy()), ("ok", None));
        assert!(matches!(
            well,
            Finding::DiskRoom(DiskJson {
                full_in_days: Some(100),
                ..
            })
        ));
        let soon = disk(100 * GB, Some(10 * GB));
        assert_eq!(
            (soon.state(), soon.remedy()),
            ("warning", Some(Remedy::ShowHome))
        );
        assert!(soon.message().contains("10 days"), "{}", soon.message());
        assert_eq!(disk(GB, None).state(), "warning");
        assert_eq!(disk(1 << 20, None).state(), "problem");
    }

    #[test]
    fn an_event_that_waits_for_longer_than_a_minute_is_told_before_one_that_cannot_be_read() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().expect("a time");
        let journal = |ago: Option<i64>| JournalUse {
            bytes: 1,
            events: 5,
            per_day: None,
            oldest_pending: ago.map(|ago| now - SignedDuration::from_secs(ago)),
        };
        let queue = |events_pending, events_failed| QueueJson {
            events_pending,
            events_failed,
            ..QueueJson::default()
        };
        let code = |finding: Finding| match finding {
            Finding::JournalApplied(_) => "applied",
            Finding::JournalPending { .. } => "pending",
            Finding::JournalStuck { .. } => "stuck",
            Finding::JournalUnreadable { .. } => "unreadable",
            _ => "another",
        };
        assert_eq!(code(applied(&journal(None), &queue(0, 0), now)), "applied");
        assert_eq!(
            code(applied(&journal(Some(5)), &queue(2, 0), now)),
            "pending"
        );
        assert_eq!(
            code(applied(&journal(Some(5)), &queue(2, 1), now)),
            "unreadable"
        );
        assert_eq!(
            code(applied(&journal(Some(90)), &queue(2, 1), now)),
            "stuck"
        );
    }
}
