//! What the doctor found, as codes with figures: the window and the command line have words of their
//! own for each.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AccountJson, TunnelJson};
use crate::ErrorJson;

/// One line of the doctor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Check {
    /// What was looked at: `disk`, `database`, `config`, `door`, `sound`, `account:<id>`, ...
    pub subject: String,
    /// `ok | warning | problem`.
    pub state: String,
    /// What was found, for a machine.
    pub finding: Finding,
    /// The same in English.
    pub message: String,
    /// What to do about it, in English.
    pub hint: Option<String>,
    /// What the window offers to do.
    pub remedy: Option<Remedy>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Finding {
    /// No account is configured.
    NoAccount,
    /// So many accounts are configured.
    Accounts {
        /// How many.
        count: u32,
    },
    /// The file was changed and cannot be used; what ran before goes on.
    ConfigRefused {
        /// The file.
        file: String,
        /// The line at fault, counted from 1, if the fault has a place.
        line: Option<u32>,
        /// What is wrong, in English.
        error: String,
        /// What to do, in English.
        advice: Option<String>,
    },
    /// There is room on the disk.
    DiskRoom(DiskJson),
    /// There is room, but not for long at this pace.
    DiskFillsSoon(DiskJson),
    /// There is little room.
    DiskLow(DiskJson),
    /// There is no room for recordings.
    DiskFull(DiskJson),
    /// The disk does not answer.
    DiskUnreadable {
        /// What the system says.
        error: String,
    },
    /// The database can be read.
    DatabaseReadable,
    /// It cannot.
    DatabaseDamaged {
        /// What is wrong.
        error: String,
    },
    /// The door is open.
    DoorOpen {
        /// Where.
        address: String,
    },
    /// The door cannot be opened.
    DoorClosed {
        /// Why.
        error: String,
    },
    /// It stays where it is, because it cannot be opened where the file has it now.
    DoorStays {
        /// Where it is open.
        address: String,
        /// Why it stays.
        error: String,
    },
    /// Another process holds it, or none.
    DoorElsewhere,
    /// It is being opened.
    DoorOpening,
    /// Providers reach the door.
    TunnelUp {
        /// Under this address.
        url: String,
        /// How long the last probe took.
        round_trip_ms: Option<f64>,
    },
    /// Providers do not reach the door through the tunnel.
    TunnelDown {
        /// The word why.
        reason: String,
        /// The same in English.
        error: String,
        /// What to do, in English.
        advice: Option<String>,
    },
    /// The configured address does not lead to the door, as far as can be seen from here.
    AddressUnreached {
        /// The word why.
        reason: String,
        /// The same in English.
        error: String,
        /// What to do, in English.
        advice: Option<String>,
    },
    /// The tunnel is being opened and probed.
    TunnelStarting,
    /// There is no tunnel and no public address.
    TunnelNone,
    /// Nothing runs it at this moment.
    TunnelIdle,
    /// There is a sound device.
    SoundDevice,
    /// There is none.
    NoSoundDevice,
    /// Everything that arrived is applied.
    JournalApplied(JournalJson),
    /// Something is being applied.
    JournalPending {
        /// How many events wait.
        #[ts(type = "number")]
        count: u64,
    },
    /// Something waits for longer than it should.
    JournalStuck {
        /// How many events wait.
        #[ts(type = "number")]
        count: u64,
        /// When the oldest of them came, RFC 3339.
        oldest_at: String,
    },
    /// Some events could not be read.
    JournalUnreadable {
        /// How many.
        #[ts(type = "number")]
        count: u64,
    },
    /// Nothing waits to be fetched.
    QueueEmpty,
    /// Recordings wait or come in.
    QueueMoving {
        /// How many wait.
        #[ts(type = "number")]
        waiting: u64,
        /// How many come in.
        #[ts(type = "number")]
        running: u64,
    },
    /// Recordings were given up.
    QueueFailed {
        /// How many.
        #[ts(type = "number")]
        count: u64,
    },
    /// The system's key store answers.
    KeyStoreOpen,
    /// It is locked.
    KeyStoreLocked,
    /// The sealed keys are open.
    SealedKeysOpen,
    /// They are locked.
    SealedKeysLocked,
    /// There is no key store.
    NoKeyStore,
    /// Every recording is copied.
    CopiesDone(CopiesJson),
    /// The others follow.
    CopiesFollow(CopiesJson),
    /// Some could not be copied.
    CopiesFailed(CopiesJson),
    /// A secret that an account needs is not there.
    SecretMissing {
        /// The account.
        account: String,
        /// The secret.
        secret: String,
        /// The environment variable that it may be in.
        variable: String,
    },
    /// The provider's list could not be read.
    PollFailed {
        /// Why.
        error: ErrorJson,
    },
    /// Webhooks were refused for one reason.
    WebhooksRefused(RefusalJson),
    /// The last webhook came then.
    LastWebhook {
        /// RFC 3339.
        at: String,
    },
    /// There was no webhook, but the provider was asked.
    NoWebhookYet {
        /// The last time, RFC 3339.
        polled_at: String,
    },
    /// Nothing was received or asked for yet.
    NothingYet,
    /// The provider is not asked and nothing is fetched; webhooks are still taken in.
    Paused,
    /// Recordings are to be deleted at a provider that cannot do it.
    CannotDelete {
        /// Why, in English.
        why: String,
    },
    /// The provider accepts the key.
    KeyAccepted,
    /// There is nobody to ask about the key, but the settings fit.
    SettingsFit {
        /// What else to know, in English.
        note: Option<String>,
    },
    /// The provider does not accept the key, or could not be asked.
    KeyFailed {
        /// Why.
        error: ErrorJson,
    },
}

/// What the window offers to do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Open `config.toml`.
    OpenConfig,
    /// Open the settings, where sealed keys are unlocked.
    ShowSettings,
    /// Read the keys again; a key store that is locked then asks for its password.
    ReadKeys,
    /// Set up an account.
    AddAccount,
    /// Open the settings of the account.
    ShowAccount,
    /// Let a paused account go on.
    ResumeAccount,
    /// Ask the providers whether the keys work.
    CheckKeys,
    /// Begin the tunnel anew.
    RestartTunnel,
    /// Show the folder where everything is.
    ShowHome,
    /// Read the events again that could not be read.
    ReplayFailed,
    /// Show the calls whose recording was given up.
    ShowFailed,
    /// Copy again what could not be copied.
    CopyAgain,
    /// Forget what was refused, after it was looked into.
    ForgetRefusals,
}

/// The disk in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiskJson {
    /// Free where the recordings are.
    #[ts(type = "number")]
    pub free_bytes: u64,
    /// All recordings that are here.
    #[ts(type = "number")]
    pub recordings_bytes: u64,
    /// What recordings and journal grow by in a day, over the last 30 days; `null` in the first day.
    #[ts(type = "number | null")]
    pub per_day_bytes: Option<u64>,
    /// After so many days of the same kind it is full.
    #[ts(type = "number | null")]
    pub full_in_days: Option<u64>,
}

/// The journal in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JournalJson {
    /// Its file, with what waits beside it.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many events are in it.
    #[ts(type = "number")]
    pub events: u64,
    /// What it grows by in a day, over the last 30 days; `null` in the first day.
    #[ts(type = "number | null")]
    pub per_day_bytes: Option<u64>,
    /// When the oldest event came that is not applied, RFC 3339.
    pub oldest_pending_at: Option<String>,
}

/// The second copies in figures, as far as a finding needs them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CopiesJson {
    /// Where they are.
    pub place: String,
    /// How many recordings are here.
    #[ts(type = "number")]
    pub recordings: u64,
    /// How many of them are there too.
    #[ts(type = "number")]
    pub copied: u64,
    /// How many could not be copied.
    #[ts(type = "number")]
    pub failed: u64,
}

/// Webhooks of one account that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusalJson {
    /// `signature_missing | signature_unreadable | signature_wrong | signature_too_old |
    /// signature_from_the_future | no_secret | no_public_url`.
    pub reason: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
    /// The last time, RFC 3339.
    pub last_at: String,
}

/// The doctor's findings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Health {
    /// Line by line.
    pub checks: Vec<Check>,
    /// The accounts.
    pub accounts: Vec<AccountJson>,
    /// What waits in the fetch queue.
    pub queue: QueueJson,
    /// The way from outside to the door.
    pub tunnel: TunnelJson,
    /// The disk; `null` if it does not answer.
    pub disk: Option<DiskJson>,
    /// The journal.
    pub journal: JournalJson,
    /// The second copies, if they are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub offsite: Option<crate::dto::OffsiteJson>,
}

/// The fetch queue in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueJson {
    /// Recordings that wait for their turn or their next try.
    #[ts(type = "number")]
    pub waiting: u64,
    /// Recordings that are coming in.
    #[ts(type = "number")]
    pub running: u64,
    /// Recordings that were given up.
    #[ts(type = "number")]
    pub failed: u64,
    /// The nearest moment at which a link dies, RFC 3339.
    pub nearest_deadline: Option<String>,
    /// Events that are not applied yet.
    #[ts(type = "number")]
    pub events_pending: u64,
    /// Events that could not be read.
    #[ts(type = "number")]
    pub events_failed: u64,
}

/// What reading the unreadable events again came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReplayedJson {
    /// Events that were read again.
    #[ts(type = "number")]
    pub replayed: u64,
    /// Those of them that still cannot be read.
    #[ts(type = "number")]
    pub failed: u64,
}

/// Arguments of `refusals.forget`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRef {
    /// The account's id.
    pub account: String,
}
