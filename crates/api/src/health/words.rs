//! The findings in English: for `ringback doctor` and for scripts.

use crate::dto::*;

/// Where to look when the database is damaged.
const REBUILD: &str = "`ringback rebuild` makes a new one from the journal and the files.";

impl Finding {
    /// What was found.
    pub fn message(&self) -> String {
        match self {
            Self::NoAccount => "no account is configured".into(),
            Self::Accounts { count: 1 } => "1 account is configured".into(),
            Self::Accounts { count } => format!("{count} accounts are configured"),
            Self::ConfigRefused {
                file, line, error, ..
            } => {
                let line = line.map_or_else(String::new, |line| format!(", line {line}"));
                format!("{file}{line}: {error}; what ran before goes on")
            }
            Self::DiskRoom(disk) | Self::DiskFillsSoon(disk) | Self::DiskLow(disk) => free(disk),
            Self::DiskFull(disk) => format!("only {}", free(disk)),
            Self::DiskUnreadable { error } | Self::DatabaseDamaged { error } => error.clone(),
            Self::DatabaseReadable => "readable".into(),
            Self::DoorOpen { address } => format!("open on {address}"),
            Self::DoorClosed { error } => error.clone(),
            Self::DoorStays { address, error } => format!("still open on {address}: {error}"),
            Self::DoorElsewhere => {
                "another process on this home does the background work, or none does at this moment"
                    .into()
            }
            Self::DoorOpening => "is being opened".into(),
            Self::TunnelUp { url, round_trip_ms } => {
                let took = round_trip_ms.map_or_else(String::new, |ms| format!(" in {ms:.0} ms"));
                format!("providers reach the door at {url} (probed{took})")
            }
            Self::TunnelDown { error, .. } | Self::AddressUnreached { error, .. } => error.clone(),
            Self::TunnelStarting => "is being opened and probed".into(),
            Self::TunnelNone => {
                "no tunnel and no public_url is configured, so providers cannot reach the door"
                    .into()
            }
            Self::TunnelIdle => {
                "nothing runs it at this moment; `ringback serve` or the window does".into()
            }
            Self::SoundDevice => "there is a sound device".into(),
            Self::NoSoundDevice => "there is no sound device".into(),
            Self::JournalApplied(journal) => format!(
                "everything that arrived is applied: {} events in {}{}",
                journal.events,
                bytes(journal.bytes),
                journal
                    .per_day_bytes
                    .map_or_else(String::new, |more| format!(
                        ", {} more each day",
                        bytes(more)
                    ))
            ),
            Self::JournalPending { count } => format!("{count} events wait to be applied"),
            Self::JournalStuck { count, oldest_at } => {
                format!("{count} events wait to be applied, the oldest since {oldest_at}")
            }
            Self::JournalUnreadable { count } => {
                format!("{count} events could not be read; they are kept")
            }
            Self::QueueEmpty => "no recording waits to be fetched".into(),
            Self::QueueMoving { waiting, running } => {
                format!("{waiting} recordings wait to be fetched, {running} are coming in")
            }
            Self::QueueFailed { count } => format!("{count} recordings were given up"),
            Self::KeyStoreOpen => "the system's key store answers".into(),
            Self::KeyStoreLocked => "the system's key store is locked or does not answer".into(),
            Self::SealedKeysOpen => "the sealed keys are open".into(),
            Self::SealedKeysLocked => {
                "the sealed keys are locked, because no passphrase was given".into()
            }
            Self::NoKeyStore => {
                "this machine has no key store; keys come from the environment".into()
            }
            Self::CopiesDone(copies) => there(copies),
            Self::CopiesFollow(copies) => format!("{}; the others follow", there(copies)),
            Self::CopiesFailed(copies) => {
                format!("{}; {} could not be copied", there(copies), copies.failed)
            }
            Self::SecretMissing { secret, .. } => format!("{secret} is not set"),
            Self::PollFailed { error } => format!("the last poll failed: {}", error.message),
            Self::WebhooksRefused(refused) => format!(
                "{} webhooks were refused because {}, the last one at {}",
                refused.count,
                because(&refused.reason),
                refused.last_at
            ),
            Self::LastWebhook { at } => format!("the last webhook came {at}"),
            Self::NoWebhookYet { polled_at } => {
                format!("no webhook yet; the last poll was {polled_at}")
            }
            Self::NothingYet => "nothing was received or polled yet".into(),
            Self::Paused => {
                "is paused: its provider is not asked and nothing is fetched; webhooks are still taken in"
                    .into()
            }
            Self::CannotDelete { why } => why.clone(),
            Self::KeyAccepted => "the provider accepts the key".into(),
            Self::SettingsFit { .. } => "the settings fit".into(),
            Self::KeyFailed { error } => error.message.clone(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NoAccount => {
                "Add one in the window, with `ringback accounts add`, or in config.toml as the README shows for each provider."
            }
            Self::ConfigRefused { advice, .. } => return advice.clone(),
            Self::DiskFillsSoon(_) | Self::DiskLow(_) => "Make room soon.",
            Self::DiskFull(_) => "Make room now: recordings cannot be fetched, and links run out.",
            Self::DiskUnreadable { .. } => "Check that the folder is there and writable.",
            Self::DatabaseDamaged { .. } => REBUILD,
            Self::DoorClosed { .. } => {
                "End the other program or choose another port in config.toml. Calls are found by polling meanwhile."
            }
            Self::DoorStays { .. } => "Correct listen under [intake] in config.toml.",
            Self::TunnelDown { advice, .. } | Self::AddressUnreached { advice, .. } => {
                return advice.clone();
            }
            Self::TunnelNone => {
                "Calls are found by polling, minutes later, and calls that are going on may be missed. docs/tunnels.md shows how to change that."
            }
            Self::NoSoundDevice => {
                "Connect headphones or speakers; everything but listening works without."
            }
            Self::JournalStuck { .. } => {
                "Nothing is lost. If no program of Ringback is running, start one; else look into its log for what holds it up."
            }
            Self::JournalUnreadable { .. } => {
                "`ringback events list --state failed` shows them with their reasons; `ringback events replay --failed` reads them again."
            }
            Self::QueueFailed { .. } => {
                "`ringback calls list --state failed` shows which; `ringback resync --all` asks again."
            }
            Self::KeyStoreLocked => {
                "Unlock it; its keys are then used without a new start. Until then only keys of the environment are used, and those that were read before."
            }
            Self::SealedKeysLocked => {
                "Give it in the window, or start with RINGBACK_PASSPHRASE_FD, or as a systemd service with the credential ringback-passphrase."
            }
            Self::NoKeyStore => {
                "`ringback accounts set-secret --sealed` keeps them in a file that a passphrase opens."
            }
            Self::CopiesFailed(_) => {
                "`ringback offsite status` shows why; `ringback offsite push` tries again."
            }
            Self::SecretMissing { variable, .. } => {
                return Some(format!(
                    "Set it in the window or with `ringback accounts set-secret`, or {variable} in the environment (then start again)."
                ));
            }
            Self::PollFailed { error } | Self::KeyFailed { error } => return error.hint.clone(),
            Self::WebhooksRefused(refused) => refusal_advice(&refused.reason),
            Self::Paused => "`ringback accounts resume` lets it go on and catch up.",
            Self::CannotDelete { .. } => {
                "Take delete_at_provider out, and set at the provider how long it keeps recordings."
            }
            Self::SettingsFit { note } => return note.clone(),
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// A reason of the door as the end of a sentence.
fn because(reason: &str) -> &str {
    match reason {
        "signature_missing" => "they carried no signature",
        "signature_unreadable" => "their signature could not be read",
        "signature_wrong" => "their signature was wrong",
        "signature_too_old" => "they were signed too long ago",
        "signature_from_the_future" => "they were signed in the future",
        "no_secret" => "there is no secret here to check them with",
        "no_public_url" => "the signature covers the public address, and that is not configured",
        other => other,
    }
}

fn refusal_advice(reason: &str) -> &'static str {
    match reason {
        "signature_missing" => {
            "Switch signing on at the provider. If you know of no sender, somebody else knocks there; nothing of it is believed."
        }
        "signature_too_old" | "signature_from_the_future" => {
            "Set this machine's clock; something in between may also hold requests back."
        }
        "no_secret" => {
            "Set the webhook secret with `ringback accounts set-secret`, as the provider shows it."
        }
        "no_public_url" => {
            "Set public_url in [intake] to the address that the provider posts to, exactly as it is configured there."
        }
        _ => {
            "Check that the key here is the one the provider signs with, that public_url is exactly what is configured there, and that nothing in between changes the body."
        }
    }
}

fn free(disk: &DiskJson) -> String {
    let free = format!("{} are free", bytes(disk.free_bytes));
    match (disk.per_day_bytes, disk.full_in_days) {
        (Some(per_day), Some(days)) => format!(
            "{free}; at {} a day they are used up in {days} days",
            bytes(per_day)
        ),
        _ => free,
    }
}

fn there(copies: &CopiesJson) -> String {
    format!(
        "{} of {} recordings are also at {}",
        copies.copied, copies.recordings, copies.place
    )
}

/// `12.4 MB`, in steps of 1000 as file managers count.
fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut tenths = u128::from(size) * 10;
    while tenths >= 9_995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    if unit == 0 || tenths >= 1000 || tenths % 10 == 0 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_file_managers_write_them() {
        let written = [
            0,
            999,
            1_000,
            12_400_000,
            250_400_000,
            2_000_000_000_000_000,
        ]
        .map(bytes);
        assert_eq!(
            written,
            [
                "0 bytes",
                "999 bytes",
                "1 kB",
                "12.4 MB",
                "250 MB",
                "2000 TB"
            ]
        );
    }

    #[test]
    fn every_reason_of_the_door_has_words_and_says_what_to_do() {
        for reason in [
            "signature_missing",
            "signature_unreadable",
            "signature_wrong",
            "signature_too_old",
            "signature_from_the_future",
            "no_secret",
            "no_public_url",
        ] {
            assert_ne!(because(reason), reason);
            assert!(refusal_advice(reason).ends_with('.'), "{reason}");
        }
    }
}
