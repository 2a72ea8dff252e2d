//! What stands in the file, for people who change it elsewhere than in the file.

use indexmap::IndexMap;
use toml::Value;

use super::Config;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// True or false.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Setting {
    /// As it is written in the file.
    pub(crate) fn value(&self) -> Value {
        /// Whole numbers up to here are exact.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Flag(flag) => Value::Boolean(*flag),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is whole and within the bounds of exact numbers"
            )]
            Self::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => {
                Value::Integer(*number as i64)
            }
            Self::Number(number) => Value::Float(*number),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(texts) => Value::Array(texts.iter().cloned().map(Value::String).collect()),
        }
    }

    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Boolean(flag) => Some(Self::Flag(*flag)),
            #[expect(
                clippy::cast_precision_loss,
                reason = "no setting takes a number that large"
            )]
            Value::Integer(number) => Some(Self::Number(*number as f64)),
            Value::Float(number) => Some(Self::Number(*number)),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Array(items) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map(Self::List)
            }
            Value::Table(_) | Value::Datetime(_) => None,
        }
    }
}

/// A key of `[checks]` or `[accounts.checks]` as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRule {
    /// Of this account only.
    pub account: Option<String>,
    /// Its key.
    pub key: String,
    /// Its value, as a text.
    pub value: String,
}

/// Keys of an account that are no settings of it.
const NO_SETTINGS: [&str; 3] = ["id", "provider", "paused"];

impl Config {
    /// The settings of an account that stand in the file.
    pub fn settings_of(&self, account: &str) -> IndexMap<String, Setting> {
        let mut settings = IndexMap::new();
        let table = self
            .tables()
            .find(|table| table.get("id").and_then(Value::as_str) == Some(account));
        for (key, value) in table.into_iter().flatten() {
            if !NO_SETTINGS.contains(&key.as_str())
                && let Some(setting) = Setting::of(value)
            {
                settings.insert(key.clone(), setting);
            }
        }
        settings
    }

    /// The rules of checks that stand in the file.
    pub fn written_rules(&self) -> Vec<WrittenRule> {
        let mut rules = Vec::new();
        let mut take = |account: Option<&str>, checks: Option<&Value>| {
            for (key, value) in checks.and_then(Value::as_table).into_iter().flatten() {
                rules.push(WrittenRule {
                    account: account.map(str::to_owned),
                    key: key.clone(),
                    value: match value {
                        Value::String(text) => text.clone(),
                        Value::Boolean(false) => "off".to_owned(),
                        other => other.to_string(),
                    },
                });
            }
        };
        take(None, self.written.get("checks"));
        for table in self.tables() {
            let id = table.get("id").and_then(Value::as_str);
            take(id, table.get("checks"));
        }
        rules
    }

    fn tables(&self) -> impl Iterator<Item = &toml::Table> {
        let accounts = self.written.get("accounts").and_then(Value::as_array);
        accounts.into_iter().flatten().filter_map(Value::as_table)
    }
}
