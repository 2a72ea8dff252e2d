//! Changes to the text of the file that leave every other byte of it as it is: comments, order, blank
//! lines, line ends.
//!
//! A change is an insertion, a deletion or a replacement at places that the parser names. What comes out is
//! read again and held against what was meant, so a text that is written in a way that is not foreseen here
//! is left alone instead of being spoiled.

use std::ops::Range;

use toml::{
    Spanned, Table as Plain, Value,
    de::{DeTable, DeValue},
};

use super::Setting;

/// A change that a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    /// A new account.
    Add {
        id: String,
        provider: String,
        settings: Vec<(String, Setting)>,
    },
    /// Keys of an account; `None` takes one out.
    Set {
        id: String,
        settings: Vec<(String, Option<Setting>)>,
    },
    /// An account goes.
    Remove { id: String },
    /// Rules of the checks, of one account or of all; `None` takes one out.
    Checks {
        account: Option<String>,
        rules: Vec<(String, Option<String>)>,
    },
}

/// Why a text is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CannotEdit {
    /// There is an account of that id already.
    AlreadyThere,
    /// There is no account of that id.
    NoSuchAccount,
    /// The text is written in a way that this program does not change.
    ByHand,
}

/// The text after the change.
pub(crate) fn edited(text: &str, edit: &Edit) -> Result<String, CannotEdit> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let changed = Draft::of(text)?.changed(edit)?;
    let meant = meant(text, edit)?;
    match toml::from_str::<Plain>(&changed) {
        Ok(read) if read == meant => Ok(format!("{mark}{changed}")),
        _ => Err(CannotEdit::ByHand),
    }
}

/// What the file says after the change.
fn meant(text: &str, edit: &Edit) -> Result<Plain, CannotEdit> {
    let mut file: Plain = toml::from_str(text).map_err(|_| CannotEdit::ByHand)?;
    let has_id = |id: &str, table: &Value| table.get("id").and_then(Value::as_str) == Some(id);
    let change = |table: &mut Plain, key: &str, value: Option<Value>| match value {
        Some(value) => drop(table.insert(key.to_owned(), value)),
        None => drop(table.remove(key)),
    };
    let accounts = file
        .entry("accounts")
        .or_insert_with(|| Value::Array(Vec::new()))
        .as_array_mut()
        .ok_or(CannotEdit::ByHand)?;
    match edit {
        Edit::Add {
            id,
            provider,
            settings,
        } => {
            let mut table = Plain::new();
            table.insert("id".into(), id.clone().into());
            table.insert("provider".into(), provider.clone().into());
            for (key, setting) in settings {
                table.insert(key.clone(), setting.value());
            }
            accounts.push(Value::Table(table));
        }
        Edit::Set { id, settings } => {
            let table = accounts.iter_mut().find(|table| has_id(id, table));
            let table = table.and_then(Value::as_table_mut);
            let table = table.ok_or(CannotEdit::NoSuchAccount)?;
            for (key, setting) in settings {
                change(table, key, setting.as_ref().map(Setting::value));
            }
        }
        Edit::Remove { id } => accounts.retain(|table| !has_id(id, table)),
        Edit::Checks { account, rules } => {
            let owner = match account {
                Some(id) => {
                    let table = accounts.iter_mut().find(|table| has_id(id, table));
                    table.and_then(Value::as_table_mut)
                }
                None => Some(&mut file),
            };
            let owner = owner.ok_or(CannotEdit::NoSuchAccount)?;
            let were_there = owner.contains_key("checks");
            let checks = owner
                .entry("checks")
                .or_insert_with(|| Value::Table(Plain::new()));
            let checks = checks.as_table_mut().ok_or(CannotEdit::ByHand)?;
            for (key, rule) in rules {
                change(checks, key, rule.clone().map(Value::String));
            }
            if checks.is_empty() && !were_there {
                owner.remove("checks");
            }
        }
    }
    let accounts = file.get("accounts").and_then(Value::as_array);
    if accounts.is_some_and(Vec::is_empty) {
        file.remove("accounts");
    }
    Ok(file)
}

/// A text with the places of what is in it.
struct Draft<'t> {
    text: &'t str,
    root: DeTable<'t>,
    /// Where the lines with `[header]` and `[[header]]` begin.
    headers: Vec<usize>,
}

impl<'t> Draft<'t> {
    fn of(text: &'t str) -> Result<Self, CannotEdit> {
        let root = DeTable::parse(text).map_err(|_| CannotEdit::ByHand)?;
        let root = root.into_inner();
        let mut values = Vec::new();
        leaves(&root, &mut values);
        let headers = line_starts(text)
            .filter(|at| text[*at..].trim_start_matches([' ', '\t']).starts_with('['))
            .filter(|at| !values.iter().any(|value| value.contains(at)))
            .collect();
        Ok(Self {
            text,
            root,
            headers,
        })
    }

    fn changed(&self, edit: &Edit) -> Result<String, CannotEdit> {
        match edit {
            Edit::Add {
                id,
                provider,
                settings,
            } => {
                if self.account(id).is_ok() {
                    return Err(CannotEdit::AlreadyThere);
                }
                let named = [("id", id), ("provider", provider)];
                let mut lines = vec!["[[accounts]]".to_owned()];
                lines.extend(named.map(|(key, value)| line(key, &Value::String(value.clone()))));
                lines.extend(settings.iter().map(|(key, set)| line(key, &set.value())));
                Ok(self.with_block(self.end_of_accounts(), &lines))
            }
            Edit::Set { id, settings } => {
                let (at, table) = self.account(id)?;
                let changes = settings
                    .iter()
                    .map(|(key, setting)| (key.as_str(), setting.as_ref().map(Setting::value)));
                self.with_keys(table, self.body(at)?, changes)
            }
            Edit::Remove { id } => {
                let (at, _) = self.account(id)?;
                let range = self.whole(at)?;
                Ok(replaced(self.text, [(range, String::new())]))
            }
            Edit::Checks { account, rules } => {
                let (owner, header, end) = match account {
                    Some(id) => {
                        let (at, table) = self.account(id)?;
                        let body = self.body(at)?;
                        (table, "[accounts.checks]", self.last_line(table, &body))
                    }
                    None => (&self.root, "[checks]", self.text.len()),
                };
                let changes = rules
                    .iter()
                    .map(|(key, rule)| (key.as_str(), rule.clone().map(Value::String)));
                match owner.get("checks").map(Spanned::get_ref) {
                    Some(DeValue::Table(table)) => {
                        let at = owner.get("checks").map_or(0, |checks| checks.span().start);
                        self.with_keys(table, self.body(at)?, changes)
                    }
                    Some(_) => Err(CannotEdit::ByHand),
                    None => {
                        let mut lines = vec![header.to_owned()];
                        lines.extend(changes.filter_map(|(key, rule)| Some(line(key, &rule?))));
                        Ok(if lines.len() > 1 {
                            self.with_block(end, &lines)
                        } else {
                            self.text.to_owned()
                        })
                    }
                }
            }
        }
    }

    /// The account of that id, and where its header is.
    fn account(&self, id: &str) -> Result<(usize, &DeTable<'t>), CannotEdit> {
        let accounts = match self.root.get("accounts").map(Spanned::get_ref) {
            Some(DeValue::Array(accounts)) => accounts,
            Some(_) => return Err(CannotEdit::ByHand),
            None => return Err(CannotEdit::NoSuchAccount),
        };
        accounts
            .iter()
            .find_map(|item| {
                let DeValue::Table(table) = item.get_ref() else {
                    return None;
                };
                match table.get("id")?.get_ref() {
                    DeValue::String(text) if text == id => Some((item.span().start, table)),
                    _ => None,
                }
            })
            .ok_or(CannotEdit::NoSuchAccount)
    }

    /// The place among the headers of the header at `at`.
    fn header(&self, at: usize) -> Result<usize, CannotEdit> {
        let line = start_of_line(self.text, at);
        let place = self.headers.binary_search(&line);
        place.map_err(|_| CannotEdit::ByHand)
    }

    /// From a header to the next one.
    fn body(&self, at: usize) -> Result<Range<usize>, CannotEdit> {
        let place = self.header(at)?;
        let end = self.headers.get(place + 1).copied();
        Ok(self.headers[place]..end.unwrap_or(self.text.len()))
    }

    /// Where the last key of a table ends that stands in `body`, or the header.
    fn last_line(&self, table: &DeTable<'_>, body: &Range<usize>) -> usize {
        let mut values = Vec::new();
        leaves(table, &mut values);
        let last = values
            .into_iter()
            .filter(|value| body.contains(&value.start))
            .map(|value| value.end)
            .max();
        end_of_line(self.text, last.unwrap_or(body.start))
    }

    fn with_keys<'k>(
        &self,
        table: &DeTable<'_>,
        body: Range<usize>,
        changes: impl Iterator<Item = (&'k str, Option<Value>)>,
    ) -> Result<String, CannotEdit> {
        let end = self.last_line(table, &body);
        let mut new = String::new();
        let mut edits = Vec::new();
        for (key, value) in changes {
            match (table.get_key_value(key), value) {
                (Some((_, old)), Some(value)) => edits.push((old.span(), value.to_string())),
                (Some((name, old)), None) => {
                    edits.push((self.lines_of(name.span(), old.span())?, String::new()))
                }
                (None, Some(value)) => {
                    new.push_str(&line(key, &value));
                    new.push_str(self.line_end());
                }
                (None, None) => {}
            }
        }
        if !new.is_empty() {
            edits.push((end..end, self.after_line_end(end) + &new));
        }
        Ok(replaced(self.text, edits))
    }

    /// The whole lines of a key with its value, if nothing else stands there.
    fn lines_of(&self, key: Range<usize>, value: Range<usize>) -> Result<Range<usize>, CannotEdit> {
        let start = start_of_line(self.text, key.start);
        let end = end_of_line(self.text, value.end);
        let rest = self.text[value.end..end].trim();
        let is_alone = self.text[start..key.start].trim().is_empty()
            && (rest.is_empty() || rest.starts_with('#'));
        is_alone.then_some(start..end).ok_or(CannotEdit::ByHand)
    }

    /// Everything of an account: its header, its keys, its own tables, the comments right above and
    /// below. What is set apart by a blank line stays.
    fn whole(&self, at: usize) -> Result<Range<usize>, CannotEdit> {
        let first = self.header(at)?;
        let is_own = |header: &&usize| {
            let name = self.text[**header..].trim_start_matches([' ', '\t', '[']);
            name.starts_with("accounts.")
        };
        let own = self.headers[first + 1..].iter().take_while(is_own).count();
        let next = self.headers.get(first + 1 + own).copied();
        let limit = next.unwrap_or(self.text.len());

        let mut values = Vec::new();
        leaves(&self.root, &mut values);
        let block = self.headers[first]..limit;
        let ends = values.iter().filter(|value| block.contains(&value.start));
        let last = ends.map(|value| value.end).max();
        // An empty table of its own may come after the last key.
        let last = last.max(self.headers.get(first + own).copied());
        let mut end = end_of_line(self.text, last.unwrap_or(block.start));
        let is_blank = |line: &str| line.trim().is_empty();
        while end < limit && !is_blank(line_at(self.text, end)) {
            end = end_of_line(self.text, end);
        }
        while end < limit && is_blank(line_at(self.text, end)) {
            end = end_of_line(self.text, end);
        }

        let mut start = block.start;
        while start > 0 {
            let above = start_of_line(self.text, start - 1);
            if !line_at(self.text, above).trim_start().starts_with('#') {
                break;
            }
            start = above;
        }
        // What stands at the very top is about the whole file.
        Ok(if start == 0 { block.start } else { start }..end)
    }

    /// Where the last account ends; without accounts, the end of the text.
    fn end_of_accounts(&self) -> usize {
        let accounts = match self.root.get("accounts").map(Spanned::get_ref) {
            Some(DeValue::Array(accounts)) => accounts.iter().last(),
            _ => None,
        };
        let end = accounts.and_then(|last| {
            let DeValue::Table(table) = last.get_ref() else {
                return None;
            };
            let body = last.span().start..self.text.len();
            self.header(last.span().start).ok()?;
            Some(self.last_line(table, &body))
        });
        end.unwrap_or(self.text.len())
    }

    /// Lines of their own at `at`, which is the end of a line, apart from what is above and below.
    fn with_block(&self, at: usize, lines: &[String]) -> String {
        let line_end = self.line_end();
        let before = &self.text[..at];
        let mut block = self.after_line_end(at);
        let above = before.trim_end_matches([' ', '\t']);
        if !above.trim().is_empty() && !above.ends_with("\n\n") && !above.ends_with("\n\r\n") {
            block.push_str(line_end);
        }
        for line in lines {
            block.push_str(line);
            block.push_str(line_end);
        }
        replaced(self.text, [(at..at, block)])
    }

    /// A last line may lack its end.
    fn after_line_end(&self, at: usize) -> String {
        let before = &self.text[..at];
        if before.is_empty() || before.ends_with('\n') {
            String::new()
        } else {
            self.line_end().to_owned()
        }
    }

    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }
}

/// A key with its value, as a line.
fn line(key: &str, value: &Value) -> String {
    format!("{key} = {value}")
}

/// The places of everything that is no table.
fn leaves(table: &DeTable<'_>, found: &mut Vec<Range<usize>>) {
    for (_, value) in table.iter() {
        match value.get_ref() {
            DeValue::Table(table) => leaves(table, found),
            DeValue::Array(items) if items.iter().any(is_headed) => {
                for item in items.iter() {
                    if let DeValue::Table(table) = item.get_ref() {
                        leaves(table, found);
                    }
                }
            }
            _ => found.push(value.span()),
        }
    }
}

fn is_headed(item: &Spanned<DeValue<'_>>) -> bool {
    matches!(item.get_ref(), DeValue::Table(_))
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let after_ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(after_ends)
}

fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// After the end of the line in which `at` is.
fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

fn line_at(text: &str, at: usize) -> &str {
    &text[at..end_of_line(text, at)]
}

/// The text with other texts at these places, which do not overlap.
fn replaced(text: &str, edits: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let mut edits: Vec<_> = edits.into_iter().collect();
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        out.replace_range(range, &new);
    }
    out
}

#[cfg(test)]
mod tests;
