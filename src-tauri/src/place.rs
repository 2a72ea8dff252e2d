//! Asks the person where something is to be written, with the system's own dialog.

use std::sync::mpsc;

use ringback_api::{Place, Wanted};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::DialogExt;

/// What the dialog's title says; its buttons speak the system's language.
const TITLE: &str = "Ringback";

/// Waits for the answer. The main thread shows the dialog, so it must not be the one that waits.
pub(crate) fn ask<R: Runtime>(app: &AppHandle<R>, wanted: Wanted) -> Place {
    let mut dialog = app.dialog().file().set_title(TITLE);
    if let Some(window) = app.webview_windows().into_values().next() {
        dialog = dialog.set_parent(&window);
    }
    if let Ok(folder) = app.path().download_dir()
        && folder.is_dir()
    {
        dialog = dialog.set_directory(folder);
    }
    let (answer, answered) = mpsc::channel();
    // Whoever asked may be gone when the answer comes.
    let answer = move |chosen| drop(answer.send(chosen));
    match wanted {
        Wanted::File(name) => dialog.set_file_name(name).save_file(answer),
        Wanted::Folder => dialog.pick_folder(answer),
    }
    // Without an answer the program is about to end.
    let chosen = answered.recv().ok().flatten();
    match chosen.and_then(|chosen| chosen.into_path().ok()) {
        Some(path) => Place::Chosen(path),
        None => Place::Declined,
    }
}
