//! German and English say the same things.

use serde_json::Value;

use super::{Finding, tree::Tree};

const ENGLISH: &str = "ui/messages/en.json";
const GERMAN: &str = "ui/messages/de.json";

pub(crate) fn same_keys(tree: &Tree) -> Vec<Finding> {
    let (english, german) = match (keys(tree, ENGLISH), keys(tree, GERMAN)) {
        (Ok(english), Ok(german)) => (english, german),
        (english, german) => {
            return [english.err(), german.err()]
                .into_iter()
                .flatten()
                .collect();
        }
    };
    let mut findings = Vec::new();
    for (path, here, there) in [(GERMAN, &german, &english), (ENGLISH, &english, &german)] {
        for key in there.iter().filter(|key| !here.contains(key)) {
            findings.push(Finding::new(path, format!("lacks {key:?}")));
        }
    }
    findings
}

/// The keys of a table, those of nested tables with dots between.
fn keys(tree: &Tree, path: &str) -> Result<Vec<String>, Finding> {
    let file = tree
        .file(path)
        .ok_or_else(|| Finding::new(path, "the table of strings is missing"))?;
    let table: Value = serde_json::from_str(&file.text)
        .map_err(|error| Finding::new(path, format!("is not JSON: {error}")))?;
    let mut keys = Vec::new();
    collect(&table, "", &mut keys);
    keys.sort_unstable();
    Ok(keys)
}

fn collect(value: &Value, above: &str, keys: &mut Vec<String>) {
    match value {
        Value::Object(table) => {
            for (key, value) in table.iter().filter(|(key, _)| *key != "$schema") {
                let name = if above.is_empty() {
                    key.clone()
                } else {
                    format!("{above}.{key}")
                };
                collect(value, &name, keys);
            }
        }
        _ => keys.push(above.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_one_language_lacks_is_found_on_either_side() {
        let findings = same_keys(&Tree::of(&[
            (ENGLISH, r#"{"play": "Play", "state": {"ready": "Ready"}}"#),
            (
                GERMAN,
                r#"{"play": "Abspielen", "state": {"absent": "Fehlt"}}"#,
            ),
        ]));
        assert_eq!(
            findings,
            [
                Finding::new(GERMAN, "lacks \"state.ready\""),
                Finding::new(ENGLISH, "lacks \"state.absent\""),
            ]
        );
    }

    #[test]
    fn a_missing_table_is_found() {
        assert_eq!(same_keys(&Tree::of(&[(ENGLISH, "{}")])).len(), 1);
    }
}
