//! What the contract asks of the desktop: open a file or a folder with the system's own program, ask
//! the person where a file is to go, and change over to the demo. The page cannot name a path: the
//! engine decides which file it is, and the person where it goes.

use std::path::Path;

use ringback_api::{ErrorCode, ErrorJson, Place, Shell, Wanted};
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_opener::OpenerExt;

use crate::{
    launch::{self, Launch},
    place,
};

/// The desktop as the contract sees it.
pub(crate) struct Desktop<R: Runtime> {
    app: AppHandle<R>,
}

impl<R: Runtime> Desktop<R> {
    pub(crate) fn new(app: AppHandle<R>) -> Self {
        Self { app }
    }
}

impl<R: Runtime> Shell for Desktop<R> {
    fn start_demo(&self) -> Result<(), ErrorJson> {
        launch::change_to_demo(&self.app)
    }

    fn reveal(&self, path: &Path) -> Result<(), ErrorJson> {
        self.app
            .opener()
            .reveal_item_in_dir(path)
            .map_err(|error| cannot_open(&error))
    }

    fn open(&self, path: &Path) -> Result<(), ErrorJson> {
        open(&self.app, path)
    }

    fn place(&self, wanted: Wanted) -> Result<Place, ErrorJson> {
        Ok(place::ask(&self.app, wanted))
    }
}

/// Opens `config.toml` in the program that the system has for such files.
pub(crate) fn open_config<R: Runtime>(app: &AppHandle<R>) -> Result<(), ErrorJson> {
    open(app, &app.state::<Launch>().home.config_file())
}

fn open<R: Runtime>(app: &AppHandle<R>, path: &Path) -> Result<(), ErrorJson> {
    app.opener()
        .open_path(path.to_string_lossy(), None::<&str>)
        .map_err(|error| cannot_open(&error))
}

fn cannot_open(error: &tauri_plugin_opener::Error) -> ErrorJson {
    ErrorJson::new(
        ErrorCode::NotNow,
        format!("the system has no program that opens this: {error}"),
    )
}
