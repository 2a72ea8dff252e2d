//! The stage below a window test: a screen nobody sees, a session bus, and PulseAudio.
//!
//! `cargo xtask stage` builds it and says in the environment where it is; this only looks.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Where the stage's servers are.
#[derive(Clone, Debug)]
pub struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// The stage that this test runs on.
    ///
    /// # Panics
    ///
    /// The test runs on a person's own desktop: it would take over the screen and the loudspeakers.
    pub fn here() -> Self {
        let folder = env::var_os("RINGBACK_STAGE").expect(
            "a window test needs a stage: run `cargo xtask test --only window`, or \
             `cargo xtask stage -- cargo test -p ringback-journeys --test window`",
        );
        Self {
            folder: folder.into(),
        }
    }

    /// A folder that goes when the stage goes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Where pictures and logs of window tests go: `target/window`.
pub fn pictures() -> PathBuf {
    target_folder()
        .parent()
        .expect("the profile's folder stands in the target folder")
        .join("window")
}

/// `target/debug` or `target/release`, of which this test is a part.
fn target_folder() -> PathBuf {
    let test = env::current_exe().expect("a running program has a path");
    test.ancestors()
        .find(|folder| folder.join("deps").is_dir())
        .expect("cargo puts tests into `deps`")
        .to_owned()
}
