//! What can be typed.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// Review the calls of your voice agents: the engine for terminals, servers and scripts.
#[derive(Debug, Parser)]
#[command(
    name = "ringback",
    version,
    about,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// Keep everything in this folder; without it the variable RINGBACK_HOME names one, if it is set
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receive webhooks, poll, fetch recordings; until Ctrl-C
    Serve(ServeArgs),
    /// The configured accounts
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// The calls
    #[command(subcommand)]
    Calls(CallsCommand),
    /// Fetch what is missing
    Resync(ResyncArgs),
    /// What is expected of each account and day, what is held, and why the rest is not here
    Ledger(LedgerArgs),
    /// The journal: everything that arrived
    #[command(subcommand)]
    Events(EventsCommand),
    /// What a person should know
    #[command(subcommand)]
    Alerts(AlertsCommand),
    /// The files of the recordings
    #[command(subcommand)]
    Recordings(RecordingsCommand),
    /// The second copy of the recordings, in a bucket or a folder elsewhere
    #[command(subcommand)]
    Offsite(OffsiteCommand),
    /// Copy the journal, the database and config.toml into a new folder, while everything goes on
    Backup {
        /// The folder: it must not exist yet, the one around it must
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// A new database from the journal and the files; the old one is kept beside it
    Rebuild,
    /// Look at disk, database, sound device and accounts, and say what to do
    Doctor(DoctorArgs),
    /// What the running programs log
    #[command(subcommand)]
    Log(LogCommand),
    /// Accounts, queue and completeness at a glance
    Status,
    /// Stand-ins for the providers, for trying without an account
    Simulate(SimulateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where the webhook door listens, instead of what config.toml says
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where figures are given to a monitoring system (Prometheus), on this machine only
    #[arg(long, value_name = "ADDR")]
    pub(crate) metrics: Option<SocketAddr>,
    /// With simulated providers, on a home of its own, whatever RINGBACK_HOME says
    #[arg(long)]
    pub(crate) demo: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Also write a report for those who help: a new file, or a folder to put it in
    #[arg(long, value_name = "PATH")]
    pub(crate) bundle: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Show it, or have all programs on this home log more or less for a while
    Level {
        /// off, error, warn, info, debug, trace; or for parts, as in info,ringback_engine=debug
        level: Option<String>,
        /// For how long
        #[arg(long = "for", value_name = "TIME", default_value = "1h")]
        lasts: String,
        /// As configured, from now on
        #[arg(long, conflicts_with = "level")]
        usual: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// All accounts and how they are
    List,
    /// Ask each provider whether the key works
    Check,
    /// Add an account to config.toml; a running program takes it up at once
    Add {
        /// Its id: small letters, digits and -; part of addresses and file names
        id: String,
        /// retell, vapi, twilio, telnyx, recall or custom
        #[arg(long, value_name = "P")]
        provider: String,
        /// A setting, as in config.toml: --set poll_every=1m
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
        settings: Vec<(String, String)>,
        /// A secret to be typed, or from standard input, one a line in this order
        #[arg(long = "secret", value_name = "NAME")]
        secrets: Vec<String>,
        /// Keep the secrets in a file that a passphrase opens, for machines without a key store
        #[arg(long)]
        sealed: bool,
    },
    /// Change settings of an account in config.toml
    Edit {
        /// The account
        id: String,
        /// A setting, as in config.toml: --set poll_every=1m
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
        settings: Vec<(String, String)>,
        /// A setting that goes
        #[arg(long, value_name = "KEY")]
        unset: Vec<String>,
    },
    /// Leave an account's provider alone; webhooks are still taken in
    Pause {
        /// The account
        id: String,
    },
    /// Let a paused account go on; what was missed is caught up on
    Resume {
        /// The account
        id: String,
    },
    /// Take an account out of config.toml; nothing of its data is deleted
    Remove {
        /// The account
        id: String,
        /// What happens to its recordings
        #[arg(long, value_enum, default_value_t = Data::Keep)]
        data: Data,
        /// Forget its kept keys, too
        #[arg(long)]
        forget_secrets: bool,
    },
    /// Keep a key in the system's key store; it is typed, or comes on standard input
    SetSecret {
        /// The account; or `tunnel` or `offsite` for the keys of the tunnel and of the second copies
        id: String,
        /// `api_key`, `webhook_secret`, ...; a wrong name shows the right ones
        name: String,
        /// Keep it in a file that a passphrase opens, for machines without a key store
        #[arg(long)]
        sealed: bool,
    },
    /// Where the provider sends what happens: look, enter the address, put back what was there, try it
    Webhook(WebhookArgs),
    /// Take a key out of the key store
    ForgetSecret {
        /// The account; or `tunnel` or `offsite`
        id: String,
        /// The key's name
        name: String,
    },
    /// Keep all keys that the environment gives now, so that they can be taken out of it
    MoveSecrets {
        /// Keep them in a file that a passphrase opens, for machines without a key store
        #[arg(long)]
        sealed: bool,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what"))]
pub(crate) struct WebhookArgs {
    /// The account
    pub(crate) id: String,
    /// Enter the account's address wherever that does no harm; nobody else's address is overwritten
    #[arg(long, group = "what")]
    pub(crate) register: bool,
    /// Only in this place (repeatable); also says that its caution was read
    #[arg(long, value_name = "T", requires = "register")]
    pub(crate) target: Vec<String>,
    /// Put back what stood in this place before
    #[arg(long, value_name = "T", group = "what")]
    pub(crate) restore: Option<String>,
    /// Send a signed test event through the public address
    #[arg(long, group = "what")]
    pub(crate) test: bool,
    /// Enter a changed address by itself from now on, or not any more
    #[arg(long, value_name = "yes|no", group = "what", value_parser = ["yes", "no"])]
    pub(crate) keep_current: Option<String>,
}

/// What happens to the recordings of an account that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Data {
    /// They stay and can be heard
    Keep,
    /// They go to quarantine/, from where they can be put back
    Quarantine,
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| "has to be written as key=value".into())
}

#[derive(Debug, Subcommand)]
pub(crate) enum CallsCommand {
    /// Newest first
    List(ListArgs),
    /// Everything known about one call
    Show {
        /// Ringback's id or the provider's
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only calls that go on now
    #[arg(long)]
    pub(crate) ongoing: bool,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Words of the transcript, names, numbers, ids
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Began at or after: 2026-03-01 or 2026-03-01T10:00:00Z
    #[arg(long, value_name = "T")]
    pub(crate) since: Option<String>,
    /// Began before
    #[arg(long, value_name = "T")]
    pub(crate) until: Option<String>,
    /// A status: scheduled, ringing, ongoing, ended, not_connected or failed (the call, not its
    /// recording); any other word is taken as for --recording
    #[arg(long, value_name = "S")]
    pub(crate) state: Option<String>,
    /// The state of a recording: none, expected, available, downloading, ready, absent, failed,
    /// expired, withheld or deleted
    #[arg(long, value_name = "S")]
    pub(crate) recording: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("scope").required(true))]
pub(crate) struct ResyncArgs {
    /// One call, by Ringback's id or the provider's
    #[arg(long, value_name = "ID", group = "scope")]
    pub(crate) call: Option<String>,
    /// Every call with missing data
    #[arg(long, group = "scope")]
    pub(crate) all: bool,
    /// All calls of the last days, also those that are not here yet
    #[arg(long, value_name = "DAYS", group = "scope")]
    pub(crate) recent: Option<u32>,
    /// Go on with the resync of many calls that was paused or interrupted
    #[arg(long, group = "scope", conflicts_with_all = ["account", "dry_run"])]
    pub(crate) resume: bool,
    /// End the resync of many calls that is under way or paused; what it did stays
    #[arg(long, group = "scope", conflicts_with_all = ["account", "dry_run"])]
    pub(crate) cancel: bool,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Ask the provider, show what would change, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: Option<LedgerCommand>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// The first day (UTC), like 2026-03-01; a year back if not given
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<String>,
    /// The last day (UTC); today if not given
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    /// One line per account and day, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// The calls of a day with something lacking, and why
    Holes {
        /// The account
        #[arg(long, value_name = "ID")]
        account: String,
        /// The day (UTC), like 2026-03-01
        #[arg(long, value_name = "DAY")]
        day: String,
        /// One line per hole, for spreadsheets
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
    /// Find again what is here, and ask the provider for the rest
    #[command(group = clap::ArgGroup::new("scope").required(true))]
    Repair {
        /// One call, by Ringback's id or the provider's
        #[arg(long, value_name = "ID", group = "scope")]
        call: Option<String>,
        /// Everything that may be filled of one day (UTC) of an account
        #[arg(long, value_name = "DAY", group = "scope", requires = "account")]
        day: Option<String>,
        /// Everything that may be filled
        #[arg(long, group = "scope")]
        all: bool,
        /// The account; with --all, only this one
        #[arg(long, value_name = "ID")]
        account: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Newest first
    List {
        /// pending, applied, ignored, failed or rejected
        #[arg(long, value_name = "S")]
        state: Option<String>,
        /// At most this many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// One event with its body, or what was refused with the reason
    Show {
        /// The event's id, as `events list` shows it
        id: String,
    },
    /// Read an event again, as if it had just arrived
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Replay {
        /// The event's id
        #[arg(group = "which")]
        id: Option<String>,
        /// Every event that could not be read
        #[arg(long, group = "which")]
        failed: bool,
    },
    /// Fields that are new, of another kind or gone since the provider's documents became known
    Drift,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// Those whose cause is not gone, newest first
    List {
        /// Also those whose cause is gone
        #[arg(long)]
        all: bool,
    },
    /// Say that you have seen it
    Ack {
        /// The alert's id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecordingsCommand {
    /// Read every file again and compare it with what landed
    Verify {
        /// Set aside what is wrong and fetch it again from the provider
        #[arg(long)]
        mend: bool,
    },
    /// Files that belong to no call, calls without their file, leftovers
    Orphans {
        /// Move files that belong to no call to quarantine/
        #[arg(long)]
        set_aside: bool,
    },
    /// Put a file of the quarantine back
    Restore {
        /// Its name there, as `orphans` shows it
        id: String,
    },
    /// Write a recording to a file of its own
    Export {
        /// The recording's id, or that of a call with one recording
        id: String,
        /// The new file
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
        /// The form of the new file; by its name if not given. In its own form it is copied byte for byte
        #[arg(long, value_name = "F", value_parser = ["mp3", "wav", "flac"])]
        format: Option<String>,
        /// Replace the file if it is there already
        #[arg(long)]
        force: bool,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum OffsiteCommand {
    /// What is there, and whether it is as it was sent
    Status {
        /// Read every copy to its end, also those that nobody has written since
        #[arg(long)]
        read_all: bool,
    },
    /// Copy now what is missing or damaged there
    Push,
    /// Bring back what is missing or damaged here
    Pull,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SimulateArgs {
    /// Where the stand-ins listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7490")]
    pub(crate) listen: SocketAddr,
    /// How many new calls a minute
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) calls_per_minute: u32,
    /// The same number gives the same calls
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the webhooks go
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7480")]
    pub(crate) door: String,
    /// Fill the home with this many finished calls instead, for trying and measuring
    #[arg(long, value_name = "N")]
    pub(crate) archive: Option<u64>,
}
