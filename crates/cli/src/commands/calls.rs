//! `calls list` and `calls show`.

use comfy_table::{Table, presets};
use ringback_api::{
    cli,
    dto::{CallDetail, CallJson, CallQuery},
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::{CallsCommand, ListArgs},
    out::{DONE, Out},
};

/// The statuses; every other word of `--state` is one of a recording.
const STATUSES: [&str; 6] = [
    "scheduled",
    "ringing",
    "ongoing",
    "ended",
    "not_connected",
    "failed",
];

pub(super) fn run(engine: &Engine, command: CallsCommand, out: Out) -> Done {
    match command {
        CallsCommand::List(args) => {
            let limit = args.limit;
            let calls = cli::calls(engine, &query(args), limit)?;
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

fn query(args: ListArgs) -> CallQuery {
    let mut query = CallQuery {
        account: args.account,
        since: args.since,
        until: args.until,
        search: args.search,
        ..CallQuery::default()
    };
    if args.ongoing {
        query.status = vec!["ringing".into(), "ongoing".into()];
    }
    match args.state {
        // "failed" is a word of both; of a list of calls it means the calls.
        Some(state) if STATUSES.contains(&state.as_str()) => query.status = vec![state],
        Some(state) => query.recording = vec![state],
        None => {}
    }
    query
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
