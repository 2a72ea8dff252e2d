//! What all clients share on the way to a provider.
//!
//! One [`Http`] per account is the only way out of the program for it. A request leaves only for
//! the account's `base_url` and, for recordings, the provider's storage hosts and `media_hosts`;
//! by https only, to public addresses only, looked at after the name is resolved and on every
//! redirect; credentials go to the API's own host and nowhere else.
//!
//! * `destinations` says which hosts, `guard` which addresses;
//! * `pace` keeps requests apart, `retry` decides what is tried again and when;
//! * `client` carries requests to the API, `media` opens the sound;
//! * `answer` turns statuses into [`ApiError`](crate::ApiError).
//!
//! What is logged or said in errors is the host, the method, the status and the path's template
//! ("/v2/get-call/{call_id}"): never a whole URL, a query, a header or a body.

mod answer;
mod client;
mod destinations;
mod guard;
mod media;
mod pace;
mod retry;

pub use client::Http;
pub use destinations::is_media_host_entry;
pub use guard::{Looking, Lookup, is_public};
pub use pace::Urgency;

pub(crate) use answer::{Answer, authorization_basic, authorization_bearer, authorization_token};
pub(crate) use client::{Ask, path};
pub(crate) use destinations::{Storage, is_at_media_host};
pub(crate) use media::{MediaAsk, Opened};
