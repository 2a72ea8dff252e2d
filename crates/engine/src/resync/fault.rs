//! What stood in the way of asking about a call, as it is written down with the call's result and
//! read back by whoever looks later.

use jiff::Timestamp;
use ringback_model::Reason;
use ringback_providers::{ApiError, find, names};
use serde::{Deserialize, Serialize};

use crate::EngineError;

/// An error that can be kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    KeyRefused,
    NoKey(String),
    RateLimited(Timestamp),
    NotFound,
    NotReady,
    LinkDead,
    Withheld(Reason),
    Forbidden(String),
    Unexpected(String),
    Server(u16),
    Transport(String),
    NoSuchAccount(String),
    NoSuchCall,
    Ours(String),
}

impl From<&EngineError> for Fault {
    fn from(error: &EngineError) -> Self {
        match error {
            EngineError::Provider(error) => Self::from(error),
            EngineError::NoSuchAccount(account) => Self::NoSuchAccount(account.clone()),
            EngineError::NoSuchCall => Self::NoSuchCall,
            other => Self::Ours(other.to_string()),
        }
    }
}

impl From<&ApiError> for Fault {
    fn from(error: &ApiError) -> Self {
        match error {
            ApiError::KeyRefused => Self::KeyRefused,
            ApiError::NoKey(name) => Self::NoKey((*name).to_owned()),
            ApiError::RateLimited(until) => Self::RateLimited(*until),
            ApiError::NotFound => Self::NotFound,
            ApiError::NotReady => Self::NotReady,
            ApiError::LinkDead => Self::LinkDead,
            ApiError::Withheld(reason) => Self::Withheld(*reason),
            ApiError::Forbidden(what) => Self::Forbidden(what.clone()),
            ApiError::Unexpected(what) => Self::Unexpected(what.clone()),
            ApiError::Server(status) => Self::Server(*status),
            ApiError::Transport(what) => Self::Transport(what.clone()),
        }
    }
}

impl From<Fault> for EngineError {
    fn from(fault: Fault) -> Self {
        Self::Provider(match fault {
            Fault::KeyRefused => ApiError::KeyRefused,
            Fault::NoKey(name) => ApiError::NoKey(secret_named(&name)),
            Fault::RateLimited(until) => ApiError::RateLimited(until),
            Fault::NotFound => ApiError::NotFound,
            Fault::NotReady => ApiError::NotReady,
            Fault::LinkDead => ApiError::LinkDead,
            Fault::Withheld(reason) => ApiError::Withheld(reason),
            Fault::Forbidden(what) => ApiError::Forbidden(what),
            Fault::Unexpected(what) => ApiError::Unexpected(what),
            Fault::Server(status) => ApiError::Server(status),
            Fault::Transport(what) => ApiError::Transport(what),
            Fault::NoSuchAccount(account) => return Self::NoSuchAccount(account),
            Fault::NoSuchCall => return Self::NoSuchCall,
            Fault::Ours(what) => return Self::Io(std::io::Error::other(what)),
        })
    }
}

/// The name as the provider's code has it.
fn secret_named(name: &str) -> &'static str {
    names()
        .into_iter()
        .filter_map(find)
        .flat_map(|provider| provider.secrets())
        .find(|known| *known == name)
        .unwrap_or("key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_the_same_after_it_was_kept() {
        let errors = [
            EngineError::Provider(ApiError::KeyRefused),
            EngineError::Provider(ApiError::NoKey("api_key")),
            EngineError::Provider(ApiError::RateLimited(Timestamp::UNIX_EPOCH)),
            EngineError::Provider(ApiError::Withheld(Reason::Retention)),
            EngineError::Provider(ApiError::Server(503)),
            EngineError::NoSuchAccount("gone".into()),
        ];
        for error in errors {
            let kept = serde_json::to_string(&Fault::from(&error)).expect("it is JSON");
            let back: Fault = serde_json::from_str(&kept).expect("it is ours");
            assert_eq!(EngineError::from(back).to_string(), error.to_string());
        }
    }
}
