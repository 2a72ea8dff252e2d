//! The contract as those carry it who only pass it on: a window, a tray.

use serde_json::Value;
use tokio::sync::broadcast;

use crate::{Api, ErrorJson, Event};

/// A name and JSON in, JSON out; and everything that happens. The commands and events are listed in
/// `list.rs` and nowhere else.
#[async_trait::async_trait]
pub trait Contract: Send + Sync + 'static {
    /// Carries out a command that answers with JSON.
    async fn call(&self, name: &str, args: Value) -> Result<Value, ErrorJson>;

    /// Carries out a command that answers with bytes.
    async fn bytes(&self, name: &str, args: Value) -> Result<Vec<u8>, ErrorJson>;

    /// Everything that happens from now on.
    fn events(&self) -> broadcast::Receiver<Event>;
}

#[async_trait::async_trait]
impl Contract for Api {
    async fn call(&self, name: &str, args: Value) -> Result<Value, ErrorJson> {
        Self::call(self, name, args).await
    }

    async fn bytes(&self, name: &str, args: Value) -> Result<Vec<u8>, ErrorJson> {
        Self::bytes(self, name, args).await
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        Self::events(self)
    }
}
