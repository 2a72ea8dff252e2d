//! Why there is no tunnel, as a closed list with what to do.

use std::fmt;

/// What is wrong, as a word that scripts and the window know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// The server's name leads nowhere.
    NameUnknown,
    /// Nobody answers at the server's address.
    Unreachable,
    /// The server's key is not configured.
    HostKeyUnknown,
    /// The server's key is another than the configured one.
    HostKeyChanged,
    /// The key file cannot be read.
    KeyUnreadable,
    /// The key file is encrypted and its passphrase is missing or wrong.
    Passphrase,
    /// There is no ssh-agent, or it does not answer.
    AgentMissing,
    /// The server does not let this user in.
    Refused,
    /// The server lets the user in, but does not forward the port.
    ForwardRefused,
    /// The other side does not speak the protocol.
    Protocol,
    /// The program is not installed or may not be started.
    ProgramMissing,
    /// The program ended.
    ProgramEnded,
    /// The program or service did not tell its address in time.
    NoUrl,
    /// The connection to the server was closed or broke off.
    LinkClosed,
    /// The connection stands, but the other side has gone silent.
    LinkSilent,
    /// The public address is not answered.
    NoAnswer,
    /// The public address has no valid certificate.
    Tls,
    /// The public address is answered, but not by this door.
    AnswersElsewhere,
    /// A person asked for a new beginning.
    Restarted,
}

impl ReasonCode {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NameUnknown => "name_unknown",
            Self::Unreachable => "unreachable",
            Self::HostKeyUnknown => "host_key_unknown",
            Self::HostKeyChanged => "host_key_changed",
            Self::KeyUnreadable => "key_unreadable",
            Self::Passphrase => "passphrase",
            Self::AgentMissing => "agent_missing",
            Self::Refused => "refused",
            Self::ForwardRefused => "forward_refused",
            Self::Protocol => "protocol",
            Self::ProgramMissing => "program_missing",
            Self::ProgramEnded => "program_ended",
            Self::NoUrl => "no_url",
            Self::LinkClosed => "link_closed",
            Self::LinkSilent => "link_silent",
            Self::NoAnswer => "no_answer",
            Self::Tls => "tls",
            Self::AnswersElsewhere => "answers_elsewhere",
            Self::Restarted => "restarted",
        }
    }

    /// Whether waiting will not help: a person has to change something.
    pub fn needs_a_person(self) -> bool {
        matches!(
            self,
            Self::HostKeyUnknown
                | Self::HostKeyChanged
                | Self::KeyUnreadable
                | Self::Passphrase
                | Self::Refused
                | Self::ProgramMissing
        )
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NameUnknown => {
                "Check the network and the name under [tunnel] in config.toml. It is tried again by itself."
            }
            Self::Unreachable => {
                "Check the network, the server and its firewall, and `host` and `port` under [tunnel]. It is tried again by itself."
            }
            Self::HostKeyUnknown => {
                "On the server, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` shows its fingerprint. If it is the one above, add it as `host_key` under [tunnel]."
            }
            Self::HostKeyChanged => {
                "Somebody may be listening in, or the server was set up anew. Ask whoever runs it; only if the new fingerprint is theirs, put it into `host_key` under [tunnel]."
            }
            Self::KeyUnreadable => {
                "Correct `key_file` under [tunnel] so that it names a private key that this user can read."
            }
            Self::Passphrase => {
                "Give it with `ringback accounts set-secret tunnel passphrase`, in the window's settings, or as RINGBACK_TUNNEL_PASSPHRASE in the environment; or leave `key_file` out and let ssh-agent hold the key."
            }
            Self::AgentMissing => {
                "Name a `key_file` under [tunnel], or start ssh-agent and `ssh-add` the key."
            }
            Self::Refused => {
                "Check `user`, and that the public key stands in that user's authorized_keys; for bore, check its secret: `ringback accounts set-secret tunnel secret`, or RINGBACK_TUNNEL_SECRET in the environment."
            }
            Self::ForwardRefused => {
                "The port may still be held by an earlier connection, or the server forbids it: for sshd see AllowTcpForwarding and PermitListen, for bore its port range."
            }
            Self::Protocol => {
                "Check that `host` and `port` under [tunnel] belong to such a server."
            }
            Self::ProgramMissing => "Install the program, or correct `command` under [tunnel].",
            Self::ProgramEnded => {
                "The log has what it said. Run the same command in a terminal to see what it needs. It is tried again by itself."
            }
            Self::NoUrl => {
                "Check with the log what the program says, and correct `url_pattern` under [tunnel]."
            }
            Self::LinkClosed | Self::LinkSilent => "It is opened anew by itself.",
            Self::NoAnswer => {
                "Check that the proxy in front leads to the forwarded port, and that the name of `public_url` leads to it."
            }
            Self::Tls => {
                "Mend the certificate of the public address. If it is signed by a CA of your own, name that with `ca_file` under [tunnel]."
            }
            Self::AnswersElsewhere => {
                "Something else answers there, or the path is changed on the way: `public_url` + /webhooks/... has to arrive at the door as /webhooks/... unchanged, with method and body."
            }
            Self::Restarted => "Nothing.",
        }
    }
}

/// Why there is no tunnel. Holds no secret; may hold addresses and fingerprints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The word.
    pub code: ReasonCode,
    /// What happened, for a person.
    pub what: String,
}

impl Reason {
    /// A reason with what happened.
    pub fn new(code: ReasonCode, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Reason {}
