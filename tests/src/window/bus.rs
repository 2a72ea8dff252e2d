//! A session bus that only one desk has, and who lives on it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use zbus::connection::Builder;

/// A session bus. Dropping it ends it.
#[derive(Debug)]
pub struct Bus {
    process: Child,
    address: String,
}

impl Bus {
    /// Starts a bus and waits until it listens.
    ///
    /// # Panics
    ///
    /// `dbus-daemon` is missing.
    pub fn start() -> Self {
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "dbus-daemon"])
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv is part of util-linux");
        let mut address = String::new();
        let stdout = process.stdout.take().expect("piped a few lines above");
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("the bus says where it is");
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "dbus-daemon does not start");
        Self { process, address }
    }

    /// Where it is, for `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Somebody on the bus.
    pub(crate) fn guest(&self) -> Builder<'static> {
        Builder::address(self.address.as_str()).expect("the daemon's own address")
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
