//! How bad a finding is, and what the window offers to do about it.

use crate::{ErrorCode, dto::*};

impl Check {
    /// A line about `subject`.
    pub fn new(subject: &str, finding: Finding) -> Self {
        Self {
            subject: subject.to_owned(),
            state: finding.state().to_owned(),
            message: finding.message(),
            hint: finding.hint(),
            remedy: finding.remedy(),
            finding,
        }
    }
}

impl Finding {
    /// `ok | warning | problem`.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Accounts { .. }
            | Self::DiskRoom(_)
            | Self::DatabaseReadable
            | Self::DoorOpen { .. }
            | Self::DoorElsewhere
            | Self::TunnelUp { .. }
            | Self::TunnelStarting
            | Self::TunnelIdle
            | Self::SoundDevice
            | Self::JournalApplied(_)
            | Self::JournalPending { .. }
            | Self::QueueEmpty
            | Self::QueueMoving { .. }
            | Self::KeyStoreOpen
            | Self::SealedKeysOpen
            | Self::NoKeyStore
            | Self::CopiesDone(_)
            | Self::CopiesFollow(_)
            | Self::LastWebhook { .. }
            | Self::Paused
            | Self::NoWebhookYet { .. }
            | Self::NothingYet
            | Self::KeyAccepted
            | Self::SettingsFit { .. } => "ok",
            Self::NoAccount
            | Self::DiskFillsSoon(_)
            | Self::DiskLow(_)
            | Self::DoorOpening
            | Self::AddressUnreached { .. }
            | Self::TunnelNone
            | Self::NoSoundDevice
            | Self::JournalStuck { .. }
            | Self::JournalUnreadable { .. }
            | Self::QueueFailed { .. }
            | Self::KeyStoreLocked
            | Self::SealedKeysLocked
            | Self::WebhooksRefused(_)
            | Self::CannotDelete { .. } => "warning",
            Self::ConfigRefused { .. }
            | Self::DiskFull(_)
            | Self::DiskUnreadable { .. }
            | Self::DatabaseDamaged { .. }
            | Self::DoorClosed { .. }
            | Self::DoorStays { .. }
            | Self::TunnelDown { .. }
            | Self::CopiesFailed(_)
            | Self::SecretMissing { .. }
            | Self::PollFailed { .. }
            | Self::KeyFailed { .. } => "problem",
        }
    }

    /// What the window offers to do.
    pub fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::NoAccount => Some(Remedy::AddAccount),
            Self::SecretMissing { .. } => Some(Remedy::ShowAccount),
            Self::SealedKeysLocked => Some(Remedy::ShowSettings),
            Self::KeyStoreLocked => Some(Remedy::ReadKeys),
            Self::Paused => Some(Remedy::ResumeAccount),
            Self::ConfigRefused { .. }
            | Self::DoorClosed { .. }
            | Self::DoorStays { .. }
            | Self::TunnelNone
            | Self::CannotDelete { .. } => Some(Remedy::OpenConfig),
            Self::DiskFillsSoon(_)
            | Self::DiskLow(_)
            | Self::DiskFull(_)
            | Self::DiskUnreadable { .. }
            | Self::DatabaseDamaged { .. } => Some(Remedy::ShowHome),
            Self::TunnelDown { .. } | Self::AddressUnreached { .. } => Some(Remedy::RestartTunnel),
            Self::JournalUnreadable { .. } => Some(Remedy::ReplayFailed),
            Self::QueueFailed { .. } => Some(Remedy::ShowFailed),
            Self::CopiesFailed(_) => Some(Remedy::CopyAgain),
            Self::WebhooksRefused(_) => Some(Remedy::ForgetRefusals),
            Self::PollFailed { error } | Self::KeyFailed { error } => match error.code {
                ErrorCode::Config => Some(Remedy::OpenConfig),
                _ => Some(Remedy::CheckKeys),
            },
            _ => None,
        }
    }
}
