//! The other ends of a tunnel, real and on this machine: OpenSSH's server and its agent, nginx as a proxy with a
//! certificate, a bore server, an SSH
//! server that wants more than it is given, and a wire that can be cut or go silent.
//!
//! Only tests and measurements use them. Each has ports and folders of its own and leaves nothing
//! behind. What is not installed is said with what to do.

#[cfg(unix)]
mod agent;
mod bore;
mod curious;
mod nginx;
mod ports;
mod programs;
mod sshd;
mod wire;

#[cfg(unix)]
pub use agent::SshAgent;
pub use bore::BoreServer;
pub use curious::CuriousSshd;
pub use nginx::Nginx;
pub use ports::free_port;
pub use programs::{descendants, kill, run};
pub use sshd::Sshd;
pub use wire::Wire;
