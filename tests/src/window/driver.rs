//! WebKitWebDriver: starts the program and carries commands into its page.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use ringback_peers::free_port;
use serde_json::json;
use tokio::net::TcpStream;

use super::patience::{SOON, until};

/// A running driver. Dropping it ends the driver and the program it has started.
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts a driver and waits until it listens. What the driver and the program say goes into
    /// `log`; `environment` is the program's.
    pub(crate) async fn start(log: &Path, environment: &[(&str, &OsStr)]) -> io::Result<Self> {
        let port = free_port();
        let said = File::options().create(true).append(true).open(log)?;
        // It goes when this test goes, however it goes.
        let process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "WebKitWebDriver"])
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env_remove("RINGBACK_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .process_group(0)
            .spawn()?;
        let driver = Self { process, port };
        until(SOON, "WebKitWebDriver listens", async || {
            TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        Ok(driver)
    }

    /// Starts the program and connects to its page.
    pub(crate) async fn open(&self, program: &Path, arguments: &[&OsStr]) -> Client {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        // Without `browserName`: the driver would look for a browser of that name.
        let mut wanted = Capabilities::new();
        wanted.insert(
            "webkitgtk:browserOptions".into(),
            json!({ "binary": program, "args": arguments }),
        );
        ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .expect("the program starts and lets itself be driven")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The whole group: the program too, and the processes of its webview.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}
