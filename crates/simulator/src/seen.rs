//! What the stand-ins were asked, for assertions about politeness and care.

use jiff::Timestamp;
use serde::Serialize;

/// One HTTP request that reached a stand-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenRequest {
    /// When, by the world's clock.
    pub at: Timestamp,
    /// The account whose API was asked; `None` at the storage host, which serves all.
    pub account: Option<String>,
    /// Which of the two hosts.
    pub host: Host,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query without `?`.
    pub query: Option<String>,
    /// Whether an `Authorization` header came along.
    pub authorization_present: bool,
    /// The `Range` header.
    pub range: Option<String>,
    /// The answer's status; `None` when the connection was closed instead.
    pub status: Option<u16>,
}

/// Which host was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// The account's own API.
    Api,
    /// The storage that links and redirects lead to.
    Storage,
}
