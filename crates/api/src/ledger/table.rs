//! The ledger as CSV (RFC 4180), with a header, for spreadsheets.

use ringback_model::Thing;

use crate::{
    ErrorCode, ErrorJson,
    dto::{HoleJson, LedgerJson},
};

/// One line per account and day.
pub fn days_csv(ledger: &LedgerJson) -> Result<String, ErrorJson> {
    let mut header: Vec<String> = ["account", "provider", "day", "calls"]
        .map(str::to_owned)
        .into();
    for thing in Thing::ALL {
        header.push(format!("{}_expected", thing.as_str()));
        header.push(format!("{}_held", thing.as_str()));
    }
    header.extend(
        [
            "expected",
            "held",
            "excused",
            "open",
            "holes",
            "complete_through",
        ]
        .map(str::to_owned),
    );
    let mut rows = vec![header];
    for account in &ledger.accounts {
        for day in &account.days {
            let sums = &day.sums;
            let mut row = vec![
                account.account.clone(),
                account.provider.clone(),
                day.day.clone(),
                sums.calls.to_string(),
            ];
            for thing in Thing::ALL {
                let [expected, held] = sums.things.get(thing.as_str()).copied().unwrap_or_default();
                row.extend([expected.to_string(), held.to_string()]);
            }
            let holes = sums.holes.iter().map(|(reason, n)| format!("{reason}={n}"));
            row.extend([
                sums.expected.to_string(),
                sums.held.to_string(),
                sums.excused.to_string(),
                sums.open.to_string(),
                holes.collect::<Vec<_>>().join(" "),
                account.complete_through.clone().unwrap_or_default(),
            ]);
            rows.push(row);
        }
    }
    written(&rows)
}

/// One line per hole.
pub fn holes_csv(calls: &[HoleJson]) -> Result<String, ErrorJson> {
    let header = [
        "account",
        "provider_call_id",
        "call",
        "began",
        "since",
        "thing",
        "reason",
        "class",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for call in calls {
        for hole in &call.holes {
            rows.push(vec![
                call.account.clone(),
                call.provider_call_id.clone(),
                call.call.clone().unwrap_or_default(),
                call.began.clone(),
                call.since.clone(),
                hole.thing.clone(),
                hole.reason.clone(),
                hole.class.clone(),
            ]);
        }
    }
    written(&rows)
}

fn written(rows: &[Vec<String>]) -> Result<String, ErrorJson> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let cells = row.iter().map(|cell| harmless(cell).into_owned());
        writer.write_record(cells).map_err(internal)?;
    }
    let bytes = writer.into_inner().map_err(internal)?;
    String::from_utf8(bytes).map_err(internal)
}

/// A cell that no spreadsheet takes for a formula: providers and people choose ids, and a text that
/// begins like a formula would be computed when the file is opened.
fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

fn internal(error: impl std::fmt::Display) -> ErrorJson {
    ErrorJson::new(ErrorCode::Internal, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::HoleThing;

    fn call(provider_call_id: &str) -> HoleJson {
        HoleJson {
            call: None,
            account: "clinic".into(),
            provider_call_id: provider_call_id.into(),
            began: "2026-03-01T10:00:00.000Z".into(),
            since: "2026-03-01T10:01:00.000Z".into(),
            age_ms: 0,
            holes: vec![HoleThing {
                thing: "record".into(),
                reason: "not_found".into(),
                class: "gone".into(),
            }],
            repairable: true,
        }
    }

    #[test]
    fn a_text_that_begins_like_a_formula_is_no_formula_in_a_spreadsheet() {
        for id in ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(harmless(id), format!("'{id}"));
        }
        for id in ["call_1", "a=b", "2026-03-01", ""] {
            assert_eq!(harmless(id), id);
        }
    }

    #[test]
    fn quotes_commas_and_line_ends_stay_in_their_cell() {
        let text = holes_csv(&[call("a,\"b\"\nc"), call("=x")]).expect("is written");
        let mut read = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> = read
            .headers()
            .expect("a header")
            .iter()
            .map(Into::into)
            .collect();
        assert_eq!(header[1], "provider_call_id");
        let ids: Vec<String> = read
            .records()
            .map(|row| row.expect("a row")[1].to_owned())
            .collect();
        assert_eq!(ids, ["a,\"b\"\nc", "'=x"]);
        assert!(text.ends_with("gone\r\n"), "lines end as RFC 4180 says");
    }
}
