//! The three commands a page can call. They carry the contract; what it says is not known here.

use ringback_api::{ErrorJson, Event};
use serde_json::Value;
use tauri::{
    Runtime, State, Webview,
    ipc::{Channel, Invoke, Response},
};

use crate::{host::Host, pump::Pumps};

/// Carries out a command of the contract.
#[tauri::command]
async fn rpc(host: State<'_, Host>, name: String, args: Value) -> Result<Value, ErrorJson> {
    let answer = host.contract().await?.call(&name, args).await;
    if answer.is_ok() {
        tracing::debug!(name, "the page has its answer");
    }
    answer
}

/// Carries out a command whose answer is bytes. They cross as they are, not as JSON.
#[tauri::command]
async fn rpc_bytes(
    host: State<'_, Host>,
    name: String,
    args: Value,
) -> Result<Response, ErrorJson> {
    let bytes = host.contract().await?.bytes(&name, args).await?;
    Ok(Response::new(bytes))
}

/// Sends everything that happens from now on into the channel, in batches. What happened before
/// the answer may not be told: a page subscribes first and reads the state afterwards.
#[tauri::command]
async fn subscribe<R: Runtime>(
    webview: Webview<R>,
    host: State<'_, Host>,
    pumps: State<'_, Pumps>,
    channel: Channel<Vec<Event>>,
) -> Result<(), ErrorJson> {
    let events = host.contract().await?.events();
    pumps.start(webview.label(), events, host.stages(), move |batch| {
        channel.send(batch).is_ok()
    });
    Ok(())
}

/// All of them, for [`tauri::Builder::invoke_handler`].
pub(crate) fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![rpc, rpc_bytes, subscribe]
}
