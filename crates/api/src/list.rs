//! The one list of commands and the one list of events. Handlers, TypeScript types and the fake
//! host in the window's tests follow from them.

/// Calls `$callback!` with every command: wire name, handler, arguments, result.
///
/// To add a command, add a line here and the handler; then run `cargo xtask bindings`.
macro_rules! command_list {
    ($callback:ident) => {
        $callback! {
            "app.info" => app_info(Nothing) -> AppInfo;
            "accounts.list" => accounts_list(Nothing) -> Vec<AccountJson>;
            "accounts.check" => accounts_check(Nothing) -> Vec<AccountCheck>;
            "accounts.setup" => accounts_setup(Nothing) -> Setup;
            "accounts.try" => accounts_try(TryAccountArgs) -> AccountCheck;
            "accounts.add" => accounts_add(AddAccountArgs) -> AccountSetup;
            "accounts.edit" => accounts_edit(EditAccountArgs) -> AccountSetup;
            "accounts.pause" => accounts_pause(PauseAccountArgs) -> AccountSetup;
            "accounts.remove" => accounts_remove(RemoveAccountArgs) -> AccountRemoved;
            "accounts.set_secret" => accounts_set_secret(SetSecretArgs) -> AccountSetup;
            "accounts.forget_secret" => accounts_forget_secret(SecretRef) -> AccountSetup;
            "accounts.move_secrets" => accounts_move_secrets(MoveSecretsArgs) -> MovedSecrets;
            "providers.list" => providers_list(Nothing) -> Vec<ProviderForm>;
            "keys.state" => keys_state(Nothing) -> KeysJson;
            "keys.unlock" => keys_unlock(UnlockArgs) -> KeysJson;
            "keys.read" => keys_read(Nothing) -> KeysJson;
            "keys.set_shared" => keys_set_shared(SetSecretArgs) -> Vec<SharedSecretJson>;
            "keys.forget_shared" => keys_forget_shared(SecretRef) -> Vec<SharedSecretJson>;
            "live.list" => live_list(Nothing) -> Vec<CallRow>;
            "calls.page" => calls_page(PageArgs) -> CallPage;
            "calls.get" => calls_get(CallRef) -> CallDetail;
            "calls.hits" => calls_hits(HitsArgs) -> Vec<Hit>;
            "calls.check" => calls_check(CallRef) -> CallStanding;
            "calls.mark_ended" => calls_mark_ended(CallRef) -> CallStanding;
            "resync.start" => resync_start(ResyncArgs) -> ResyncProgress;
            "resync.pause" => resync_pause(ResyncRef) -> Nothing;
            "resync.resume" => resync_resume(ResyncRef) -> Nothing;
            "resync.cancel" => resync_cancel(ResyncRef) -> Nothing;
            "resync.list" => resync_list(Nothing) -> Vec<ResyncProgress>;
            "export.start" => export_start(ExportArgs) -> Option<ExportProgress>;
            "export.stop" => export_stop(ExportRef) -> Nothing;
            "export.reveal" => export_reveal(ExportRef) -> Nothing;
            "recordings.retry" => recordings_retry(RecordingRef) -> Nothing;
            "offsite.push" => offsite_push(Nothing) -> OffsiteQueued;
            "player.state" => player_state(Nothing) -> PlayerState;
            "player.load" => player_load(LoadArgs) -> PlayerState;
            "player.play" => player_play(Nothing) -> Nothing;
            "player.pause" => player_pause(Nothing) -> Nothing;
            "player.seek" => player_seek(SeekArgs) -> Nothing;
            "player.set" => player_set(PlayerSettings) -> Nothing;
            "insights.get" => insights_get(InsightsArgs) -> Insights;
            "ledger.get" => ledger_get(LedgerArgs) -> LedgerJson;
            "ledger.holes" => ledger_holes(HolesArgs) -> HolesPage;
            "ledger.repair" => ledger_repair(RepairScopeJson) -> ResyncProgress;
            "ledger.export" => ledger_export(LedgerArgs) -> WrittenFile;
            "health.get" => health_get(Nothing) -> Health;
            "health.report" => health_report(Nothing) -> Option<WrittenFile>;
            "events.replay_failed" => events_replay_failed(Nothing) -> ReplayedJson;
            "refusals.forget" => refusals_forget(AccountRef) -> Nothing;
            "home.reveal" => home_reveal(Nothing) -> Nothing;
            "webhook.look" => webhook_look(WebhookRef) -> WebhookLook;
            "webhook.register" => webhook_register(WebhookRegisterArgs) -> WebhookSet;
            "webhook.restore" => webhook_restore(WebhookTargetRef) -> WebhookSet;
            "webhook.test" => webhook_test(WebhookRef) -> WebhookTrial;
            "webhook.consent" => webhook_consent(WebhookConsentArgs) -> Nothing;
            "tunnel.get" => tunnel_get(Nothing) -> TunnelJson;
            "tunnel.restart" => tunnel_restart(Nothing) -> Nothing;
            "settings.get" => settings_get(Nothing) -> Settings;
            "settings.set" => settings_set(Settings) -> Settings;
            "alerts.list" => alerts_list(Nothing) -> Vec<AlertJson>;
            "alerts.acknowledge" => alerts_acknowledge(AlertRef) -> Nothing;
            "checks.get" => checks_get(Nothing) -> ChecksJson;
            "checks.set" => checks_set(SetChecksArgs) -> ChecksJson;
            "drift.get" => drift_get(Nothing) -> Vec<DriftJson>;
            "demo.start" => demo_start(Nothing) -> Nothing;
            "recordings.reveal" => recordings_reveal(RecordingRef) -> Nothing;
            "config.open" => config_open(Nothing) -> Nothing;
            "config.state" => config_state(Nothing) -> ConfigState;
        }
    };
}
pub(crate) use command_list;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::{
    AlertJson, CallRow, ConfigState, ExportProgress, PlayerState, ResyncProgress, Settings,
};

/// What the engine tells the window by itself. Each carries enough to be folded into what is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "type", content = "data")]
pub enum Event {
    /// These calls are new or changed.
    Calls(Vec<CallRow>),
    /// So much changed that what is shown should be read anew.
    Stale,
    /// The player.
    Player(PlayerState),
    /// A resync.
    Resync(ResyncProgress),
    /// An export.
    Export(ExportProgress),
    /// An alert is new or changed.
    Alert(AlertJson),
    /// A person changed the settings, here or in another window.
    Settings(Settings),
    /// An account, the door or the queue is in another state; read `health.get` again.
    Health,
    /// `config.toml` or a key changed and is in force, or is refused; read `accounts.setup` again.
    Config(ConfigState),
}
