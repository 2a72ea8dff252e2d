//! Where everything of one installation lies.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

/// The folders and files of one installation.
///
/// With `--home DIR` or `RINGBACK_HOME` everything is in that folder. Without, configuration and
/// data are where the platform keeps such things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
}

impl Home {
    /// Everything in one folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            config: folder.clone(),
            data: folder,
        }
    }

    /// The folder that was asked for, else `RINGBACK_HOME`, else the platform's usual folders.
    pub fn find(asked: Option<&Path>) -> io::Result<Self> {
        match Self::named(asked)? {
            Some(folder) => Ok(Self::at(folder)),
            None => Self::of_platform("ringback"),
        }
    }

    /// The folder that was asked for, else `RINGBACK_HOME`, from the root on. `None` if neither names
    /// one; an empty variable is none.
    pub fn named(asked: Option<&Path>) -> io::Result<Option<PathBuf>> {
        let variable = || env::var_os("RINGBACK_HOME").filter(|text| !text.is_empty());
        let named = asked
            .map(Path::to_owned)
            .or_else(|| variable().map(PathBuf::from));
        named.as_deref().map(absolute).transpose()
    }

    /// The home of the demo: the folder that was asked for, else one beside the usual data, so that
    /// trying it never touches real calls. `RINGBACK_HOME` is where the real ones are.
    pub fn demo(asked: Option<&Path>) -> io::Result<Self> {
        match asked {
            Some(folder) => Ok(Self::at(absolute(folder)?)),
            None => Ok(Self::at(Self::of_platform("ringback-demo")?.data)),
        }
    }

    fn of_platform(app_name: &str) -> io::Result<Self> {
        let strategy = choose_app_strategy(AppStrategyArgs {
            top_level_domain: "dev".into(),
            author: "Ringback".into(),
            app_name: app_name.into(),
        })
        .map_err(io::Error::other)?;
        Ok(Self {
            config: strategy.config_dir(),
            data: strategy.data_dir(),
        })
    }

    /// Makes the folders, readable for this user only.
    pub fn prepare(&self) -> io::Result<()> {
        for folder in [&self.config, &self.data, &self.recordings(), &self.logs()] {
            fs::create_dir_all(folder)?;
        }
        restrict(&self.data)
    }

    /// `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file whose lock says which process writes `config.toml`.
    pub(crate) fn config_lock(&self) -> PathBuf {
        self.data.join("config.lock")
    }

    /// `ringback.db`.
    pub fn database(&self) -> PathBuf {
        self.data.join("ringback.db")
    }

    /// The folder of the sound files and their sidecars.
    pub fn recordings(&self) -> PathBuf {
        self.data.join("recordings")
    }

    /// Waveforms and pauses, computed once from each recording. Can be deleted at any time.
    pub fn analysis(&self) -> PathBuf {
        self.data.join("analysis")
    }

    /// The keys of the accounts, sealed with a passphrase, where there is no key store.
    pub fn sealed_keys(&self) -> PathBuf {
        self.data.join("keys.age")
    }

    /// The name of this home in the system's key store. Homes of their own keep keys of their own.
    pub fn key_service(&self) -> String {
        match Self::of_platform("ringback") {
            Ok(usual) if usual == *self => "Ringback".to_owned(),
            _ => format!("Ringback ({})", self.data.display()),
        }
    }

    /// The folder of the logs.
    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// Where files go that belong to nothing.
    pub fn quarantine(&self) -> PathBuf {
        self.data.join("quarantine")
    }

    /// The file whose lock says which process does the background work.
    pub fn role_file(&self) -> PathBuf {
        self.data.join("background.lock")
    }

    /// The file whose lock says which process works on resyncs of many calls.
    pub(crate) fn sweep_file(&self) -> PathBuf {
        self.data.join("resync.lock")
    }

    /// The folder of the data, for showing.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

fn absolute(folder: &Path) -> io::Result<PathBuf> {
    std::path::absolute(folder)
}

/// Only this user may look into the folder.
#[cfg(unix)]
pub(crate) fn restrict(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
pub(crate) fn restrict(_folder: &Path) -> io::Result<()> {
    Ok(())
}
