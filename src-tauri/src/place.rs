//! Asks the person where something is to be written, with the system's own dialog. Where this program
//! has none, the folder for downloads is taken, and whoever asked says so.

use ringback_api::{Place, Wanted};
use tauri::{AppHandle, Runtime};

#[cfg(target_os = "linux")]
pub(crate) fn ask<R: Runtime>(app: &AppHandle<R>, wanted: Wanted) -> Place {
    use std::sync::mpsc;

    let (answer, answered) = mpsc::channel();
    let shown = app.clone();
    let begun = app.run_on_main_thread(move || dialog::show(&shown, &wanted, answer));
    match begun.map(|()| answered.recv()) {
        Ok(Ok(Some(path))) => Place::Chosen(path),
        // Without a main thread nobody answers either: the program is about to end.
        _ => Place::Declined,
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn ask<R: Runtime>(app: &AppHandle<R>, _: Wanted) -> Place {
    use tauri::Manager;

    Place::NobodyToAsk(app.path().download_dir().ok())
}

#[cfg(target_os = "linux")]
mod dialog {
    use std::{cell::RefCell, path::PathBuf, rc::Rc, sync::mpsc::Sender};

    use gtk::{
        FileChooserAction, FileChooserNative, ResponseType,
        prelude::{FileChooserExt, NativeDialogExt},
    };
    use ringback_api::Wanted;
    use tauri::{AppHandle, Manager, Runtime};

    /// What the dialog's title says; its buttons speak the system's language.
    const TITLE: &str = "Ringback";

    /// Shows the dialog and sends what is chosen, without holding up the window meanwhile.
    pub(super) fn show<R: Runtime>(
        app: &AppHandle<R>,
        wanted: &Wanted,
        answer: Sender<Option<PathBuf>>,
    ) {
        let mut windows = app.webview_windows().into_values();
        let parent = windows.find_map(|window| window.gtk_window().ok());
        let action = match wanted {
            Wanted::File(_) => FileChooserAction::Save,
            Wanted::Folder => FileChooserAction::SelectFolder,
        };
        let dialog = FileChooserNative::new(Some(TITLE), parent.as_ref(), action, None, None);
        if let Some(folder) = app.path().download_dir().ok().filter(|it| it.is_dir()) {
            dialog.set_current_folder(folder);
        }
        if let Wanted::File(name) = wanted {
            dialog.set_do_overwrite_confirmation(true);
            dialog.set_current_name(name);
        }
        dialog.set_modal(true);
        // Nothing else holds it until somebody answers.
        let held = Rc::new(RefCell::new(Some(dialog.clone())));
        dialog.connect_response(move |dialog, response| {
            let chosen = dialog
                .filename()
                .filter(|_| response == ResponseType::Accept);
            // Whoever asked may be gone.
            let _ = answer.send(chosen);
            held.borrow_mut().take();
        });
        dialog.show();
    }
}
