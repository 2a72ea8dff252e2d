//! `calls list` and `calls show`.

use comfy_table::{Table, presets};
use ringback_api::{
    ErrorCode, ErrorJson, cli,
    dto::{CallDetail, CallJson, CallQuery},
};
use ringback_engine::Engine;
use ringback_model::Status;

use super::Done;
use crate::{
    args::{CallsCommand, ListArgs},
    out::{DONE, Out},
};

pub(super) fn run(engine: &Engine, command: CallsCommand, out: Out) -> Done {
    match command {
        CallsCommand::List(args) => {
            let limit = args.limit;
            let calls = cli::calls(engine, &query(args)?, limit)?;
            out.answer(&calls, |calls| table(calls))?;
        }
        CallsCommand::Show { id } => {
            let detail = cli::call(engine, &id)?;
            if out.json {
                out.answer(&detail.call, |_| String::new())?;
            } else {
                out.answer(&detail, page)?;
            }
        }
    }
    Ok(DONE)
}

fn query(args: ListArgs) -> Result<CallQuery, ErrorJson> {
    // "failed" is a word of both; of a list of calls it means the calls.
    let status = args.state.as_deref().and_then(Status::named);
    let of_recording = args.state.filter(|_| status.is_none());
    let status = match (status, args.ongoing) {
        (Some(status), true) if !status.is_live() => {
            return Err(contradiction("--ongoing", status.as_str()));
        }
        (Some(status), _) => vec![status],
        (None, true) => Status::ALL.into_iter().filter(|it| it.is_live()).collect(),
        (None, false) => Vec::new(),
    };
    let recording = match (of_recording, args.recording) {
        (Some(word), Some(_)) => return Err(contradiction("--recording", &word)),
        (one, other) => one.or(other),
    };
    Ok(CallQuery {
        account: args.account,
        since: args.since,
        until: args.until,
        search: args.search,
        status: status.into_iter().map(|it| it.as_str().into()).collect(),
        recording: recording.into_iter().collect(),
        ..CallQuery::default()
    })
}

fn contradiction(option: &str, state: &str) -> ErrorJson {
    let message = format!("{option} and --state {state} cannot both be meant");
    ErrorJson::new(ErrorCode::BadRequest, message).hint("Leave one of the two out.")
}

/// The other side of the conversation, if another account tells of it, too.
fn conversation(call: &CallJson) -> Vec<(&'static str, String)> {
    let Some(conversation) = call.conversation.as_ref().filter(|all| all.calls.len() > 1) else {
        return Vec::new();
    };
    let others = conversation
        .calls
        .iter()
        .filter(|other| other.id != call.id);
    let mut lines: Vec<_> = others
        .map(|other| {
            let about = format!(
                "{} ({}, {})",
                other.id, other.account, other.provider_call_id
            );
            ("With", about)
        })
        .collect();
    let costs = conversation.cost.iter().chain(&conversation.other_costs);
    lines.extend(costs.map(|cost| ("Together", format!("{} {}", cost.amount, cost.currency))));
    let seconds = &conversation.seconds;
    let lengths = [
        ("billed", seconds.billed_ms),
        ("carrier", seconds.carrier_ms),
        ("audible", seconds.audible_ms),
    ];
    let told: Vec<_> = lengths
        .into_iter()
        .filter_map(|(name, ms)| Some(format!("{name} {}", length(ms?))))
        .collect();
    lines.push(("Seconds", told.join(", ")));
    lines
}

fn table(calls: &[CallJson]) -> String {
    if calls.is_empty() {
        return "No calls.".into();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "Started",
        "Account",
        "From",
        "To",
        "Status",
        "Length",
        "Recording",
        "Missing",
        "Id",
    ]);
    for call in calls {
        table.add_row([
            call.started_at.clone().unwrap_or_default(),
            call.account.clone(),
            call.from.clone().unwrap_or_default(),
            call.to.clone().unwrap_or_default(),
            call.status.clone(),
            call.duration_ms.map(length).unwrap_or_default(),
            recording(call),
            call.missing.join(", "),
            call.id.clone(),
        ]);
    }
    table.to_string()
}

fn recording(call: &CallJson) -> String {
    call.recordings
        .iter()
        .map(|recording| match &recording.reason {
            Some(reason) => format!("{} ({reason})", recording.state),
            None => recording.state.clone(),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn length(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1_000 % 60)
}

fn page(detail: &CallDetail) -> String {
    let call = &detail.call;
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push(format!("{name:<11} {value}"));
        }
    };
    line(
        "Call",
        Some(format!("{} ({})", call.id, call.provider_call_id)),
    );
    line(
        "Account",
        Some(format!("{} ({})", call.account, call.provider)),
    );
    line("Status", Some(call.status.clone()));
    line("Direction", Some(call.direction.clone()));
    line("From", call.from.clone());
    line("To", call.to.clone());
    line("Agent", call.agent.name.clone().or(call.agent.id.clone()));
    line("Started", call.started_at.clone());
    line("Ended", call.ended_at.clone());
    line("Length", call.duration_ms.map(length));
    line(
        "Ended by",
        call.ended_reason
            .as_ref()
            .map(|reason| format!("{} ({})", reason.code, reason.raw)),
    );
    line(
        "Cost",
        call.cost.as_ref().map(|cost| {
            let provisional = if cost.provisional {
                ", provisional"
            } else {
                ""
            };
            format!("{} {}{provisional}", cost.amount, cost.currency)
        }),
    );
    line("Summary", call.summary.clone());
    for recording in &call.recordings {
        let reason = recording
            .reason
            .as_ref()
            .map(|reason| format!(" ({reason})"))
            .unwrap_or_default();
        let path = recording.path.clone().unwrap_or_default();
        let doubt = match recording.matched_by {
            Some(_) => " (matched by numbers and time only: it may be of another call)",
            None => "",
        };
        line(
            "Recording",
            Some(format!("{}{reason} {path}{doubt}", recording.state)),
        );
    }
    for (name, value) in conversation(call) {
        line(name, Some(value));
    }
    line(
        "Missing",
        (!call.missing.is_empty()).then(|| call.missing.join(", ")),
    );
    if let ringback_api::dto::Absent::Value(segments) = &call.transcript {
        lines.push(String::new());
        for segment in segments {
            let at = segment.start_ms.map(length).unwrap_or_default();
            lines.push(format!("{at:>6} {:<7} {}", segment.speaker, segment.text));
        }
    }
    if !detail.timeline.is_empty() {
        lines.push(String::new());
        for entry in &detail.timeline {
            let reason = entry
                .reason
                .as_ref()
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            lines.push(format!(
                "{} {:<8} {} {}{reason}",
                entry.at, entry.source, entry.kind, entry.state
            ));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn asked(line: &str) -> Result<CallQuery, ErrorJson> {
        let words = format!("ringback calls list {line}");
        let cli = Cli::try_parse_from(words.split_whitespace()).expect("it can be typed");
        let Command::Calls(CallsCommand::List(args)) = cli.command else {
            panic!("a list was asked for")
        };
        query(args)
    }

    #[test]
    fn a_state_is_one_of_the_call_if_there_is_such_and_else_one_of_its_recording() {
        for (line, status, recording) in [
            ("", &[][..], &[][..]),
            ("--ongoing", &["ringing", "ongoing"], &[]),
            ("--state failed", &["failed"], &[]),
            ("--recording failed", &[], &["failed"]),
            ("--state ready", &[], &["ready"]),
            ("--state ended --recording ready", &["ended"], &["ready"]),
            ("--ongoing --state ringing", &["ringing"], &[]),
            (
                "--ongoing --state available",
                &["ringing", "ongoing"],
                &["available"],
            ),
        ] {
            let query = asked(line).expect("it makes sense");
            assert_eq!(query.status, status, "{line}");
            assert_eq!(query.recording, recording, "{line}");
        }
    }

    #[test]
    fn what_cannot_both_be_meant_is_said_and_nothing_is_dropped() {
        for line in [
            "--ongoing --state ended",
            "--state ready --recording failed",
        ] {
            let error = asked(line).expect_err("it is a contradiction");
            assert_eq!(error.code, ErrorCode::BadRequest, "{line}");
            for option in line
                .split_whitespace()
                .filter(|word| word.starts_with("--"))
            {
                assert!(error.message.contains(option), "{option} in {error:?}");
            }
        }
    }
}
