//! What Recall.ai's documents mean in Ringback's words.

use jiff::Timestamp;
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Direction, Field, Link, ProviderCallId,
    Reason, RecordingFacts, RecordingKey, RecordingReport, SecretUrl, Source, Stamp, Status,
    StoragePolicy, TranscriptOutlook, Turn,
};

use super::{
    ending,
    life::{Life, Step},
    links::{self, Sound},
    participants,
    payload::{Bot, Notice, Recording, StatusChange},
    platform, transcript,
};
use crate::{
    Document, Misunderstood, Understood, fingerprint, json::Object, signed_link::signed_until,
};

/// A bot as asked for by its id.
pub(super) const KIND_BOT: &str = "bot";
/// A bot in a list, without the files beside its recordings.
pub(super) const KIND_LISTED_BOT: &str = "listed_bot";
/// A recording as asked for by its id.
pub(super) const KIND_RECORDING: &str = "recording";
/// A recording in a list.
pub(super) const KIND_LISTED_RECORDING: &str = "listed_recording";
/// What was said, from the files beside the recordings of a call.
pub(super) const KIND_TRANSCRIPTS: &str = "transcripts";
/// Who took part, from the same.
pub(super) const KIND_PARTICIPANTS: &str = "participants";

pub(super) fn understand(document: Document<'_>) -> Result<Understood, Misunderstood> {
    match document.source {
        Source::Webhook => webhook(document),
        Source::Snapshot => Ok(Understood::Events(vec![snapshot(document)?])),
    }
}

fn snapshot(document: Document<'_>) -> Result<CallEvent, Misunderstood> {
    let object = Object::parse(document.body, document.kind)?;
    match document.kind {
        KIND_RECORDING | KIND_LISTED_RECORDING => {
            Ok(recording_event(&Recording::read(&object)?, document.at))
        }
        KIND_TRANSCRIPTS => {
            let mut event = asked(call_of(&object)?, document.at);
            match transcript::read(&object)? {
                Ok(words) => event.facts.transcript = Some(words),
                Err(outlook) => event.facts.transcript_outlook = Some(outlook),
            }
            Ok(event)
        }
        KIND_PARTICIPANTS => {
            let mut event = asked(call_of(&object)?, document.at);
            event.facts.from = participants::read(&object)?;
            Ok(event)
        }
        _ => Ok(bot_event(&Bot::read(&object)?, document.at)),
    }
}

/// Our own snapshots, of files that do not say which call they belong to, name it.
fn call_of(object: &Object<'_>) -> Result<String, Misunderstood> {
    object
        .text("call")
        .ok_or_else(|| object.lacks("call", "is missing or no text"))
}

/// A report of the API about a meeting.
fn asked(call: String, at: Timestamp) -> CallEvent {
    report(call, at, Source::Snapshot)
}

fn report(call: String, as_of: Timestamp, source: Source) -> CallEvent {
    let mut event = CallEvent::new(ProviderCallId::new(call), Stamp { as_of, source });
    event.facts.direction = Some(Direction::Meeting);
    event
}

fn bot_event(bot: &Bot, at: Timestamp) -> CallEvent {
    let changes = bot.changes.as_deref().unwrap_or_default();
    let life = Life::of(changes, !bot.recordings.is_empty());
    let is_new = bot.changes.as_ref().is_some_and(Vec::is_empty);
    let status = life.status().or(is_new.then_some(Status::Scheduled));
    let is_over = status.is_some_and(Status::is_terminal);
    let keeps_nothing = is_over && bot.keeps_nothing && !bot.recordings.iter().any(has_sound);
    let mut event = asked(bot.id.clone(), at);
    event.facts = CallFacts {
        status,
        to: bot.platform.as_deref().map(platform::title),
        agent: bot.name.clone().map(|name| Agent {
            id: None,
            name: Some(name),
        }),
        started_at: life.began(),
        answered_at: life.let_in(),
        ended_at: life.ended().filter(|_| is_over),
        duration_ms: between(life.let_in(), life.ended()).filter(|_| is_over),
        ended_reason: life.ended_reason(),
        transcript_outlook: transcript::outlook(&bot.recordings),
        storage_policy: keeps_nothing.then_some(StoragePolicy::BasicsOnly),
        ..event.facts
    };
    event.recordings = bot
        .recordings
        .iter()
        .map(|recording| {
            let mut report = recording_report(recording);
            let availability = &mut report.facts.availability;
            if report.link.is_none() && life.is_expired() {
                *availability = Some(Availability::Deleted);
            } else if report.link.is_none() && keeps_nothing {
                *availability = Some(Availability::Withheld(Reason::Policy));
            }
            report
        })
        .collect();
    event.recordings.extend(video_of_v1_10(bot, &life));
    event
}

fn has_sound(recording: &Recording) -> bool {
    matches!(links::sound(recording), Sound::Here(_))
}

fn between(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<u64> {
    u64::try_from(to?.duration_since(from?).as_millis()).ok()
}

/// Before there were recordings, a bot had one video, without an id.
fn video_of_v1_10(bot: &Bot, life: &Life<'_>) -> Option<RecordingReport> {
    let url = bot
        .video_url
        .clone()
        .filter(|_| bot.recordings.is_empty())?;
    let link = Link {
        expires_at: signed_until(&url),
        url: SecretUrl::new(url),
    };
    Some(RecordingReport {
        key: RecordingKey::only(),
        facts: RecordingFacts {
            availability: Some(if life.is_expired() {
                Availability::Deleted
            } else {
                Availability::Available
            }),
            ..RecordingFacts::default()
        },
        link: (!life.is_expired()).then_some(link),
    })
}

/// A recording by itself: of a bot, or of the Desktop SDK, where it is the whole conversation.
fn recording_event(recording: &Recording, at: Timestamp) -> CallEvent {
    let call = recording.bot.as_ref().unwrap_or(&recording.id);
    let mut event = asked(call.clone(), at);
    event.facts.transcript_outlook = transcript::outlook(std::slice::from_ref(recording));
    if recording.bot.is_none() {
        let status = recording.code.as_deref().and_then(status_of_recording);
        let is_over = status.is_some_and(Status::is_terminal);
        event.facts.status = status;
        event.facts.started_at = recording.started_at;
        event.facts.ended_at = recording.completed_at.filter(|_| is_over);
        event.facts.duration_ms =
            between(recording.started_at, recording.completed_at).filter(|_| is_over);
    }
    event.recordings.push(recording_report(recording));
    event
}

fn status_of_recording(code: &str) -> Option<Status> {
    match code {
        "processing" | "paused" => Some(Status::Ongoing),
        "done" | "deleted" => Some(Status::Ended),
        "failed" => Some(Status::Failed),
        _ => None,
    }
}

fn recording_report(recording: &Recording) -> RecordingReport {
    let availability = match links::sound(recording) {
        Sound::Here(_) => Some(Availability::Available),
        // It is finished, and the sound is not among the files that are told with it: the client
        // looks for it where it may be.
        Sound::Untold => Some(Availability::Available),
        Sound::Coming => Some(Availability::Expected),
        Sound::Deleted => Some(Availability::Deleted),
        Sound::Failed => Some(Availability::Absent(Reason::ProviderError)),
        Sound::Unplayable => Some(Availability::Withheld(Reason::Unsupported)),
        Sound::Unknown => None,
    };
    RecordingReport {
        key: RecordingKey::new(&recording.id),
        facts: RecordingFacts {
            availability,
            channels: None,
            duration_ms: between(recording.started_at, recording.completed_at),
            started_at: recording.started_at,
            ..RecordingFacts::default()
        },
        link: links::link(recording),
    }
}

fn webhook(document: Document<'_>) -> Result<Understood, Misunderstood> {
    let notice = Notice::read(document.body)?;
    let ignored = |reason: &str| Ok(Understood::Ignored(reason.to_owned()));
    let Some((subject, what)) = notice.event.split_once('.') else {
        return not_used(&notice);
    };
    if subject == "calendar" {
        return ignored("a calendar, not a meeting");
    }
    let Some(call) = notice.bot.clone().or_else(|| notice.recording.clone()) else {
        return match subject {
            "sdk_upload" => ignored("names no recording yet"),
            _ => Err(Misunderstood {
                path: "data.bot.id".into(),
                what: "is missing or no text".into(),
            }),
        };
    };
    let as_of = notice.change.as_ref().and_then(|change| change.at);
    let mut event = report(call, as_of.unwrap_or(document.at), Source::Webhook);
    event.is_notice = true;
    match (subject, what) {
        // v1.10 has one event for all of a bot's statuses.
        ("bot", "status_change") => match &notice.change {
            Some(change) if Step::of(&change.code).is_some() => tell_of_bot(&mut event, change),
            _ => return not_used(&notice),
        },
        ("bot", code) if Step::of(code).is_some() => {
            let change = StatusChange {
                code: code.to_owned(),
                sub_code: notice
                    .change
                    .as_ref()
                    .and_then(|change| change.sub_code.clone()),
                at: as_of,
            };
            tell_of_bot(&mut event, &change);
        }
        ("recording", code) if status_of_recording(code).is_some() => {
            tell_of_recording(&mut event, &notice, code);
        }
        ("sdk_upload", "recording_started") => event.facts.status = Some(Status::Ongoing),
        ("sdk_upload", "recording_ended" | "complete") => {
            event.facts.status = Some(Status::Ended);
        }
        ("sdk_upload", "failed") => event.facts.status = Some(Status::Failed),
        ("transcript", "processing") => {
            event.facts.transcript_outlook = Some(TranscriptOutlook::Promised);
            event.is_notice = false;
        }
        ("transcript", "done") => {
            event.facts.transcript_outlook = Some(TranscriptOutlook::Promised);
        }
        ("transcript", "failed" | "deleted") => {
            event.facts.transcript_outlook = Some(TranscriptOutlook::Absent);
        }
        ("transcript", "data") => {
            let turn = transcript::live_turn(document.body);
            event.turns.extend(turn.map(Turn::from));
            event.is_notice = false;
        }
        ("transcript", "partial_data") => return ignored("a turn that is still being said"),
        // Which of several files is gone or could not be made matters; what that leaves, the API says.
        ("audio_mixed" | "video_mixed", "failed" | "deleted") => {}
        ("audio_mixed" | "video_mixed", "processing" | "done")
        | (
            "participant_events" | "meeting_metadata",
            "processing" | "done" | "failed" | "deleted",
        ) => {
            return ignored("told by the recording's own events");
        }
        _ => return not_used(&notice),
    }
    Ok(Understood::Events(vec![event]))
}

fn not_used(notice: &Notice) -> Result<Understood, Misunderstood> {
    Ok(Understood::Ignored(format!(
        "events of the kind {} are not used",
        fingerprint::label(&notice.event)
    )))
}

fn tell_of_bot(event: &mut CallEvent, change: &StatusChange) {
    let Some(step) = Step::of(&change.code) else {
        return;
    };
    let facts = &mut event.facts;
    facts.status = Some(match step {
        Step::Ready => Status::Scheduled,
        Step::Joining => Status::Ringing,
        Step::InCall => Status::Ongoing,
        Step::CallEnded => match change.sub_code.as_deref() {
            Some(code) if ending::was_never_let_in(code) => Status::NotConnected,
            _ => Status::Ended,
        },
        Step::Done => Status::Ended,
        Step::Fatal => Status::Failed,
    });
    match step {
        // Only the first of these is told once in a life.
        Step::Joining if change.code == "joining_call" => facts.started_at = change.at,
        Step::CallEnded | Step::Fatal => {
            facts.ended_at = change.at;
            facts.ended_reason = Some(ending::reason(change));
        }
        // "Done" comes after the end of every bot, also of those that were never let in. It says that
        // it is over; every word on how it went, whenever it was said, stands against it.
        Step::Done => event.stamp.as_of = Timestamp::UNIX_EPOCH,
        _ => {}
    }
}

fn tell_of_recording(event: &mut CallEvent, notice: &Notice, code: &str) {
    if notice.bot.is_none() {
        event.facts.status = status_of_recording(code);
    }
    let Some(id) = &notice.recording else {
        return;
    };
    let availability = match code {
        // All its files are final (<https://docs.recall.ai/docs/recording-webhooks>).
        "done" => Availability::Available,
        "deleted" => Availability::Deleted,
        "failed" => Availability::Absent(Reason::ProviderError),
        _ => Availability::Expected,
    };
    event.recordings.push(RecordingReport {
        key: RecordingKey::new(id),
        facts: RecordingFacts {
            availability: Some(availability),
            ..RecordingFacts::default()
        },
        link: None,
    });
}

/// What Recall.ai can tell of a meeting like this one by now. Nobody may have come, so that there are
/// no names; a bot that was never let in recorded nothing; and a transcript is made only where one was
/// ordered.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    let fields = &call.fields;
    let policy = fields.storage_policy.as_ref().map(|told| told.value);
    let outlook = fields.transcript_outlook.as_ref().map(|told| told.value);
    let mut expected = match call.status() {
        Status::Ended => vec![Field::StartedAt, Field::EndedAt, Field::DurationMs],
        Status::NotConnected | Status::Failed => Vec::new(),
        Status::Scheduled | Status::Ringing | Status::Ongoing => return Vec::new(),
    };
    let is_bot = fields.agent.is_some();
    if is_bot {
        // The Desktop SDK does not say why a recording ended.
        expected.push(Field::EndedReason);
    }
    if policy != Some(StoragePolicy::BasicsOnly) {
        if outlook == Some(TranscriptOutlook::Promised) {
            expected.push(Field::Transcript);
        }
        if !call.recordings.is_empty() {
            expected.push(Field::Recording);
        }
    }
    expected
}
