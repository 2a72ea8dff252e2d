//! The doctor: what was looked at, what was found, what to do.

use jiff::Timestamp;
use ringback_engine::{
    Engine, EngineError,
    audio::player::DefaultDevice,
    keys::{KeysState, Kind},
    store::{EventFilter, EventState, RecordingWord},
};

use super::{Answer, offsite_json, tunnel_check};
use crate::{
    Api,
    convert::{account_json, time, tunnel_json},
    dto::*,
};

/// Below this the disk is nearly full.
const LITTLE_SPACE: u64 = 2 << 30;

/// Below this nothing more should be fetched.
const NO_SPACE: u64 = 200 << 20;

pub(crate) async fn health_get(api: &Api, _: Nothing) -> Answer<Health> {
    health(&api.engine)
}

/// The doctor's findings. Asks no provider; `accounts.check` does that.
pub(crate) fn health(engine: &Engine) -> Answer<Health> {
    // First, so that where it is up the accounts have their addresses.
    let tunnel = tunnel_json(engine.tunnel());
    let accounts: Vec<AccountJson> = engine
        .config()
        .accounts
        .iter()
        .map(|configured| account_json(engine, configured))
        .collect::<Result<_, EngineError>>()?;
    let queue = queue(engine)?;
    let mut checks = vec![
        config(engine),
        disk(engine),
        database(engine),
        door(engine),
        tunnel_check(engine, &tunnel),
        sound(),
        journal(&queue),
        keys(engine),
    ];
    let offsite = offsite_json(engine)?;
    checks.extend(offsite.as_ref().map(second_copies));
    checks.extend(accounts.iter().flat_map(account));
    for configured in &engine.config().accounts {
        if let Some(note) = configured.cannot_delete() {
            checks.push(check(
                &format!("account:{}", configured.account.id),
                "warning",
                note,
                Some("Take delete_at_provider out, and set at the provider how long it keeps recordings."),
            ));
        }
    }
    Ok(Health {
        checks,
        accounts,
        queue,
        offsite,
        tunnel,
    })
}

fn check(subject: &str, state: &str, message: impl Into<String>, hint: Option<&str>) -> Check {
    Check {
        subject: subject.into(),
        state: state.into(),
        message: message.into(),
        hint: hint.map(str::to_owned),
    }
}

fn config(engine: &Engine) -> Check {
    if let Some(refused) = engine.config_state().refused {
        return check(
            "config",
            "problem",
            format!("{}; what ran before goes on", refused.error),
            refused.error.hint.as_deref(),
        );
    }
    match engine.config().accounts.len() {
        0 => check(
            "config",
            "warning",
            "no account is configured",
            Some("Add one to config.toml; the README shows how for each provider."),
        ),
        1 => check("config", "ok", "1 account is configured", None),
        many => check(
            "config",
            "ok",
            format!("{many} accounts are configured"),
            None,
        ),
    }
}

fn disk(engine: &Engine) -> Check {
    match engine.free_space() {
        Ok(free) if free < NO_SPACE => check(
            "disk",
            "problem",
            format!("only {} MB are free", free >> 20),
            Some("Make room now: recordings cannot be fetched, and links run out."),
        ),
        Ok(free) if free < LITTLE_SPACE => check(
            "disk",
            "warning",
            format!("{} MB are free", free >> 20),
            Some("Make room soon."),
        ),
        Ok(free) => check("disk", "ok", format!("{} GB are free", free >> 30), None),
        Err(error) => check(
            "disk",
            "problem",
            error.to_string(),
            Some("Check that the folder is there and writable."),
        ),
    }
}

fn database(engine: &Engine) -> Check {
    match engine.read(|reader| reader.events().last_seq()) {
        Ok(events) => check(
            "database",
            "ok",
            format!("readable; {events} events in the journal"),
            None,
        ),
        Err(error) => check(
            "database",
            "problem",
            error.to_string(),
            Some("`ringback rebuild` makes a new one from the journal and the files."),
        ),
    }
}

fn door(engine: &Engine) -> Check {
    match (engine.door(), engine.door_problem()) {
        (Some(address), None) => check("door", "ok", format!("open on {address}"), None),
        (Some(address), Some(problem)) => check(
            "door",
            "problem",
            format!("still open on {address}: {problem}"),
            Some("Correct listen under [intake] in config.toml."),
        ),
        (None, Some(problem)) => check(
            "door",
            "problem",
            problem,
            Some(
                "End the other program or choose another port in config.toml. Calls are found by polling meanwhile.",
            ),
        ),
        (None, None) if !engine.has_role() => check(
            "door",
            "ok",
            "another process on this home does the background work, or none does at this moment",
            None,
        ),
        (None, None) => check("door", "warning", "is being opened", None),
    }
}

fn sound() -> Check {
    if DefaultDevice::is_there() {
        return check("sound", "ok", "there is a sound device", None);
    }
    check(
        "sound",
        "warning",
        "there is no sound device",
        Some("Connect headphones or speakers; everything but listening works without."),
    )
}

fn journal(queue: &QueueJson) -> Check {
    match (queue.events_failed, queue.events_pending) {
        (0, 0) => check("journal", "ok", "everything that arrived is applied", None),
        (0, pending) => check(
            "journal",
            "ok",
            format!("{pending} events wait to be applied"),
            None,
        ),
        (failed, _) => check(
            "journal",
            "warning",
            format!("{failed} events could not be read; they are kept"),
            Some("`ringback events list --state failed` shows them with their reasons."),
        ),
    }
}

fn second_copies(offsite: &OffsiteJson) -> Check {
    let there = format!("{} of {} recordings", offsite.copied, offsite.recordings);
    match (offsite.failed, offsite.waiting) {
        (0, 0) => check(
            "offsite",
            "ok",
            format!("{there} are also at {}", offsite.place),
            None,
        ),
        (0, _) => check(
            "offsite",
            "ok",
            format!("{there} are also at {}; the others follow", offsite.place),
            None,
        ),
        (failed, _) => check(
            "offsite",
            "problem",
            format!(
                "{there} are also at {}; {failed} could not be copied",
                offsite.place
            ),
            Some("`ringback offsite status` shows why; `ringback offsite push` tries again."),
        ),
    }
}

fn keys(engine: &Engine) -> Check {
    let KeysState { kind, is_open } = engine.keys_state();
    match (kind, is_open) {
        (Kind::System, true) => check("keys", "ok", "the system's key store answers", None),
        (Kind::SealedFile, true) => check("keys", "ok", "the sealed keys are open", None),
        (Kind::None, _) => check(
            "keys",
            "ok",
            "this machine has no key store; keys come from the environment",
            Some(
                "`ringback accounts set-secret --sealed` keeps them in a file that a passphrase opens.",
            ),
        ),
        (Kind::System, false) => check(
            "keys",
            "warning",
            "the system's key store is locked",
            Some(
                "Unlock it; until then only keys of the environment are used, and those that were read before.",
            ),
        ),
        (Kind::SealedFile, false) => check(
            "keys",
            "warning",
            "the sealed keys are locked, because no passphrase was given",
            Some(
                "Give it in the window, or start with RINGBACK_PASSPHRASE_FD, or as a systemd service with the credential ringback-passphrase.",
            ),
        ),
    }
}

fn account(account: &AccountJson) -> Vec<Check> {
    let subject = format!("account:{}", account.id);
    let mut checks = Vec::new();
    for secret in &account.missing_secrets {
        let name = format!("RINGBACK_{}_{secret}", account.id)
            .replace('-', "_")
            .to_uppercase();
        checks.push(check(
            &subject,
            "problem",
            format!("{secret} is not set"),
            Some(&format!("Set it in the window or with `ringback accounts set-secret`, or {name} in the environment (then start again).")),
        ));
    }
    if let Some(error) = &account.last_poll_error {
        checks.push(check(
            &subject,
            "problem",
            format!("the last poll failed: {}", error.message),
            error.hint.as_deref(),
        ));
    }
    if let Some(reason) = account
        .last_refusal
        .as_ref()
        .filter(|_| account.refused > 0)
    {
        checks.push(check(
            &subject,
            "warning",
            format!("{} webhooks were refused, the last one because: {reason}", account.refused),
            Some("Check that the key here is the one the provider signs with, and that public_url is exactly what is configured there."),
        ));
    }
    if account.paused {
        checks.push(check(
            &subject,
            "ok",
            "is paused: its provider is not asked and nothing is fetched; webhooks are still taken in",
            Some("`ringback accounts resume` lets it go on and catch up."),
        ));
    }
    if checks.is_empty() {
        let message = match (&account.last_webhook_at, &account.last_poll_at) {
            (Some(at), _) => format!("the last webhook came {at}"),
            (None, Some(at)) => format!("no webhook yet; the last poll was {at}"),
            (None, None) => "nothing was received or polled yet".into(),
        };
        checks.push(check(&subject, "ok", message, None));
    }
    checks
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
        Ok(QueueJson {
            waiting: all.saturating_sub(running),
            running,
            failed,
            nearest_deadline: nearest.map(time),
            events_pending: reader.events().count_pending(10_000)?,
            events_failed: reader
                .events()
                .list(
                    &EventFilter {
                        state: Some(EventState::Failed),
                        ..Default::default()
                    },
                    None,
                    1_000,
                )?
                .len() as u64,
        })
    })
}
