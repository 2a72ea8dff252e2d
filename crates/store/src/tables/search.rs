//! Finding calls by words: the full-text index, and how what a person typed becomes a question to it.
//!
//! The index keeps words only, not the texts (they are in the calls and transcripts), and its rows
//! are the positions of the calls, so that hits come newest first by themselves. Whatever a person
//! types is a valid question: words are quoted, never passed on as the index's own syntax.

use std::ops::Range;

use ringback_model::{Segment, Transcript};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::calls::CallRecord;
use crate::{error::Result, sql};

pub(crate) const V1: &str = "
CREATE VIRTUAL TABLE call_words USING fts5 (
    spoken, summary, names, numbers, reversed,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
";

/// What a call can be found by.
#[derive(Debug, Default)]
pub(crate) struct SearchText {
    /// What was said.
    spoken: String,
    /// The summary.
    summary: String,
    /// Agent, account, ids, reasons.
    names: String,
    /// The digits of phone numbers.
    numbers: String,
    /// The same from behind: who knows the last digits finds the number.
    reversed: String,
}

impl SearchText {
    pub(crate) fn of(record: &CallRecord, transcript: Option<&Transcript>) -> Self {
        let fields = &record.call.fields;
        let mut text = Self::default();
        for segment in transcript
            .into_iter()
            .flat_map(|transcript| &transcript.segments)
        {
            line(&mut text.spoken, &segment.text);
        }
        if let Some(summary) = &fields.summary {
            line(&mut text.summary, &summary.value);
        }
        line(&mut text.names, record.account.as_str());
        line(&mut text.names, &record.provider);
        line(&mut text.names, &record.id.to_string());
        line(&mut text.names, record.call.provider_call_id.as_str());
        if let Some(agent) = &fields.agent {
            line(
                &mut text.names,
                agent.value.name.as_deref().unwrap_or_default(),
            );
            line(
                &mut text.names,
                agent.value.id.as_deref().unwrap_or_default(),
            );
        }
        if let Some(reason) = &fields.ended_reason {
            line(&mut text.names, &reason.value.raw);
        }
        if let Some(id) = &fields.carrier_call_id {
            line(&mut text.names, &id.value);
        }
        text.party(fields.from.as_ref().map(|told| told.value.as_str()));
        text.party(fields.to.as_ref().map(|told| told.value.as_str()));
        for (id, leg) in &record.call.legs {
            line(&mut text.names, id.as_str());
            text.party(leg.from.as_ref().map(|told| told.value.as_str()));
            text.party(leg.to.as_ref().map(|told| told.value.as_str()));
        }
        text
    }

    fn party(&mut self, party: Option<&str>) {
        let Some(party) = party else { return };
        line(&mut self.names, party);
        let digits: String = party.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= FEW_DIGITS {
            line(&mut self.numbers, &digits);
            line(&mut self.reversed, &backwards(&digits));
        }
    }

    /// Another number whenever the text is another one.
    pub(crate) fn digest(&self) -> i64 {
        let mut hash = Sha256::new();
        for part in [&self.spoken, &self.summary, &self.names, &self.numbers] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash.finalize()[..8]);
        i64::from_be_bytes(bytes)
    }
}

fn line(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

fn backwards(digits: &str) -> String {
    digits.chars().rev().collect()
}

/// A call's words, to be indexed when the transaction ends: the index writes a segment whenever a
/// statement that may fail begins between two calls, so all calls of a transaction go in together.
#[derive(Debug)]
pub(crate) struct Words {
    /// Where the call stood until now.
    pub(crate) was: Option<i64>,
    /// Where it stands.
    pub(crate) position: i64,
    pub(crate) text: SearchText,
}

impl Words {
    /// Adds these to what waits. Only the last words of a call that stays where it is count.
    pub(crate) fn join(self, waiting: &mut Vec<Self>) {
        let stays = self.was == Some(self.position);
        match waiting
            .iter_mut()
            .find(|one| stays && one.position == self.position)
        {
            Some(one) => one.text = self.text,
            None => waiting.push(self),
        }
    }

    /// Writes them into the index.
    pub(crate) fn write(&self, conn: &Connection) -> Result<()> {
        if let Some(position) = self.was {
            remove(conn, position)?;
        }
        insert(conn, self.position, &self.text)
    }
}

fn insert(conn: &Connection, position: i64, text: &SearchText) -> Result<()> {
    sql::run(
        conn,
        "INSERT INTO call_words (rowid, spoken, summary, names, numbers, reversed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            position,
            text.spoken,
            text.summary,
            text.names,
            text.numbers,
            text.reversed
        ],
    )?;
    Ok(())
}

fn remove(conn: &Connection, position: i64) -> Result<()> {
    sql::run(conn, "DELETE FROM call_words WHERE rowid = ?1", [position])?;
    Ok(())
}

/// What a typed text asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Query {
    /// Nothing was typed.
    Everything,
    /// Something was typed that no text contains: only punctuation.
    Nothing,
    /// In the index's own language.
    Words(String),
}

/// So many words of a text count; who types more gets the calls with these.
const MOST_WORDS: usize = 24;
/// So many characters of what was typed count.
const MOST_TYPED: usize = 1000;
/// What people put around words that stand side by side.
const QUOTES: [char; 6] = ['"', '\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}'];
/// From so many digits on a word may be the end of a phone number.
const FEW_DIGITS: usize = 3;

/// What `typed` asks for: every word has to be there, `"words in quotes"` side by side, and the last
/// word may be the beginning of one (from two letters on; a single one does not count yet). Digits also find phone numbers by their end, however they are
/// grouped.
pub(crate) fn query(typed: &str) -> Query {
    if typed.trim().is_empty() {
        return Query::Everything;
    }
    let terms = terms(typed);
    if terms.is_empty() {
        return if has_word(typed) {
            Query::Everything
        } else {
            Query::Nothing
        };
    }
    let asked: Vec<_> = terms.iter().map(Term::asked).collect();
    Query::Words(asked.join(" AND "))
}

/// One thing that has to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// A word, or several side by side.
    text: String,
    /// Whether it may be the beginning of a word.
    is_prefix: bool,
    /// What it is as a phone number, or a part of one.
    digits: Option<String>,
}

impl Term {
    fn word(text: &str) -> Self {
        let is_number = text.len() >= FEW_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
        Self {
            text: text.to_owned(),
            is_prefix: false,
            digits: is_number.then(|| text.to_owned()),
        }
    }

    fn phrase(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_prefix: false,
            digits: None,
        }
    }

    /// In the index's language: as words, or as the beginning or the end of a number.
    fn asked(&self) -> String {
        let words = format!("{{spoken summary names}} : {}", self.spoken());
        let Some(digits) = &self.digits else {
            return words;
        };
        // Written at home with a leading 0, stored with the country's code instead of it.
        let end = backwards(digits.trim_start_matches('0'));
        if end.len() < FEW_DIGITS {
            return format!("({words} OR numbers : \"{digits}\" *)");
        }
        format!("({words} OR numbers : \"{digits}\" * OR reversed : \"{end}\" *)")
    }

    /// In the index's language, for a text of words alone.
    fn spoken(&self) -> String {
        let star = if self.is_prefix { " *" } else { "" };
        format!("\"{}\"{star}", self.text)
    }
}

fn terms(typed: &str) -> Vec<Term> {
    // A NUL would end the question early.
    let typed: String = typed
        .chars()
        .take(MOST_TYPED)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut terms = Vec::new();
    if let Some(digits) = whole_number(&typed) {
        terms.push(Term {
            digits: Some(digits),
            ..Term::phrase(&typed)
        });
    } else {
        for (n, part) in typed.split(QUOTES).enumerate() {
            if n % 2 == 1 {
                terms.extend(has_word(part).then(|| Term::phrase(part)));
            } else {
                let words = part.split_whitespace().filter(|word| has_word(word));
                terms.extend(words.map(Term::word));
            }
        }
    }
    let is_growing = typed.chars().next_back().is_some_and(char::is_alphanumeric);
    if is_growing {
        match terms.pop() {
            // A single letter begins a large part of all words and says nothing yet.
            Some(last) if last.text.len() < 2 => {}
            Some(last) => terms.push(Term {
                is_prefix: true,
                ..last
            }),
            None => {}
        }
    }
    terms.truncate(MOST_WORDS);
    terms
}

fn has_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The digits, if the whole text is one phone number with its usual decoration.
fn whole_number(typed: &str) -> Option<String> {
    let is_number = typed
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()/.".contains(c));
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    (is_number && digits.len() >= FEW_DIGITS).then_some(digits)
}

/// A place in a transcript where a searched word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which segment, from 0.
    pub segment: usize,
    /// The segment's text, for showing the place.
    pub text: String,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
    /// When it is said, in ms from the start of the recording: to the word where words have times,
    /// else when the segment begins. `None` if the provider tells no times.
    pub at_ms: Option<u64>,
}

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// The places of any of the typed words. A small index of this one transcript finds them, so that
/// they are found by exactly the rules by which the call was.
pub(crate) fn hits(segments: &[Segment], typed: &str, limit: usize) -> Result<Vec<Hit>> {
    let terms = terms(typed);
    if terms.is_empty() || segments.is_empty() {
        return Ok(Vec::new());
    }
    let any: Vec<_> = terms.iter().map(Term::spoken).collect();
    let conn = Connection::open_in_memory()?;
    conn.execute_batch(
        "CREATE VIRTUAL TABLE words USING fts5 (
             text, tokenize = 'unicode61 remove_diacritics 2'
         ); BEGIN",
    )?;
    for (n, segment) in segments.iter().enumerate() {
        // The marks must not be in the text already. One byte for one byte: places stay right.
        let text = segment.text.replace([OPEN, CLOSE], " ");
        sql::run(
            &conn,
            "INSERT INTO words (rowid, text) VALUES (?1, ?2)",
            params![sql::size(n), text],
        )?;
    }
    let marked = sql::all(
        &conn,
        "SELECT rowid, highlight(words, 0, ?1, ?2) FROM words WHERE words MATCH ?3
         ORDER BY rowid LIMIT ?4",
        params![
            OPEN.to_string(),
            CLOSE.to_string(),
            any.join(" OR "),
            sql::size(limit)
        ],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
    )?;
    let mut hits = Vec::new();
    for (n, marked) in marked {
        let n = usize::try_from(n).expect("rows are numbered like segments");
        let segment = &segments[n];
        hits.extend(marks(&marked).into_iter().map(|range| Hit {
            segment: n,
            text: segment.text.clone(),
            at_ms: time_of(segment, range.start),
            range,
        }));
    }
    hits.truncate(limit);
    Ok(hits)
}

/// Where the marks are, in bytes of the text without them.
fn marks(marked: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for c in marked.chars() {
        match c {
            OPEN => open = Some(at),
            CLOSE => found.extend(open.take().map(|start| start..at)),
            _ => at += c.len_utf8(),
        }
    }
    found
}

/// When the word at `place` of the segment's text is said.
fn time_of(segment: &Segment, place: usize) -> Option<u64> {
    let mut from = 0;
    let mut time = segment.start_ms;
    for word in &segment.words {
        let text = word.text.trim();
        let Some(start) = segment.text.get(from..).and_then(|rest| rest.find(text)) else {
            continue;
        };
        let start = from + start;
        if start > place {
            break;
        }
        time = Some(word.start_ms);
        from = start + text.len();
    }
    time
}
