//! A call as a row.

use ringback_engine::{
    STUCK,
    store::{CallRow, Reader, RecordingSummary, Result},
};
use ringback_model::CallId;

use super::{micros, time};
use crate::dto::{self, CostJson, RecordingMark};

/// How many characters stand around a word that was found.
const AROUND: usize = 60;

/// The rows of these calls, those that are still there.
pub(crate) fn rows_json(reader: &Reader<'_>, calls: &[CallId]) -> Result<Vec<dto::CallRow>> {
    let mut rows = Vec::with_capacity(calls.len());
    for call in calls {
        if let Some(row) = reader.calls().row(*call)? {
            rows.push(row_json(reader, row)?);
        }
    }
    Ok(rows)
}

/// The rows that a search for `text` found, each with the place where.
pub(crate) fn found_json(
    reader: &Reader<'_>,
    rows: Vec<CallRow>,
    text: &str,
) -> Result<Vec<dto::CallRow>> {
    rows.into_iter()
        .map(|row| {
            let snippet = snippet(reader, row.id, text)?;
            Ok(dto::CallRow {
                snippet,
                ..row_json(reader, row)?
            })
        })
        .collect()
}

/// One row.
pub(crate) fn row_json(reader: &Reader<'_>, row: CallRow) -> Result<dto::CallRow> {
    let stuck = if row.status.is_live() {
        stuck(reader, row.id)?
    } else {
        None
    };
    Ok(dto::CallRow {
        id: row.id.to_string(),
        rev: row.rev,
        account: row.account.to_string(),
        provider: row.provider,
        provider_call_id: row.provider_call_id.to_string(),
        status: row.status.as_str().to_owned(),
        direction: row.direction.as_str().to_owned(),
        from: row.from,
        to: row.to,
        agent: row.agent,
        started_at: row.started_at.map(time),
        ended_at: row.ended_at.map(time),
        duration_ms: row.duration_ms,
        cost: row.cost.map(|cost| CostJson {
            amount: micros(cost.micros),
            currency: cost.currency,
            provisional: cost.provisional,
            parts: Vec::new(),
        }),
        line: row.line,
        sentiment: row.sentiment,
        successful: row.successful,
        recording: row.recording.map(mark),
        has_transcript: row.has_transcript,
        heard: row.heard,
        missing: row
            .missing
            .iter()
            .map(|field| field.as_str().to_owned())
            .collect(),
        stuck,
        snippet: None,
    })
}

/// Why a call counts as hanging, if it does.
fn stuck(reader: &Reader<'_>, call: CallId) -> Result<Option<String>> {
    let standing = reader.alerts().standing(STUCK, &call.to_string())?;
    let because = standing.and_then(|alert| {
        let because = alert.what.params.get("because")?.as_str()?;
        Some(because.to_owned())
    });
    Ok(because)
}

/// The recording to play first.
fn mark(recording: RecordingSummary) -> RecordingMark {
    RecordingMark {
        id: recording.id.to_string(),
        state: recording.state.as_str().to_owned(),
        reason: recording
            .state
            .reason()
            .map(|reason| reason.as_str().to_owned()),
        count: recording.count,
        link_expires_at: recording.link_expires_at.map(time),
    }
}

/// The first place that was found, with the hit between U+0001 and U+0002.
fn snippet(reader: &Reader<'_>, call: CallId, text: &str) -> Result<Option<String>> {
    let Some(hit) = reader.calls().hits(call, text, 1)?.into_iter().next() else {
        return Ok(None);
    };
    let Some(record) = reader.calls().by_id(call)? else {
        return Ok(None);
    };
    let Some(transcript) = record.call.transcript() else {
        return Ok(None);
    };
    let Some(segment) = transcript.segments.get(hit.segment) else {
        return Ok(None);
    };
    let (Some(before), Some(found), Some(after)) = (
        segment.text.get(..hit.range.start),
        segment.text.get(hit.range.clone()),
        segment.text.get(hit.range.end..),
    ) else {
        return Ok(None);
    };
    let skip = before.chars().count().saturating_sub(AROUND);
    let lead: String = before.chars().skip(skip).collect();
    let tail: String = after.chars().take(AROUND).collect();
    Ok(Some(format!("{lead}\u{1}{found}\u{2}{tail}")))
}
