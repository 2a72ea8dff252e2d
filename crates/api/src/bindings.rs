//! The TypeScript side of the contract, made from the same lists.

use ts_rs::{Config, TS};

use crate::{
    ErrorCode, ErrorJson,
    dto::*,
    list::{Event, command_list},
};

/// The whole file `ui/src/lib/host/bindings.ts`.
pub fn typescript() -> String {
    let config = Config::default();
    let mut out =
        String::from("// Made by `cargo xtask bindings` from crates/api. Do not edit.\n\n");
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {
            $( out.push_str(&format!("export {}\n\n", <$type>::decl(&config))); )*
        };
    }
    declare!(
        ErrorCode,
        ErrorJson,
        CallJson,
        AgentJson,
        EndedReasonJson,
        CostJson,
        CostPartJson,
        PercentilesJson,
        SegmentJson,
        WordJson,
        LegJson,
        RecordingJson,
        ConversationJson,
        ConversationCall,
        ConversationRecording,
        SecondsJson,
        CallDetail,
        CopyJson,
        DeletionJson,
        TimelineEntry,
        ListenJson,
        CallQuery,
        PageArgs,
        CallPage,
        CallRow,
        RecordingMark,
        CallRef,
        HitsArgs,
        Hit,
        RecordingRef,
        LoadArgs,
        SeekArgs,
        PlayerSettings,
        PlayerState,
        PlayerPhase,
        PeaksArgs,
        CallStanding,
        ResyncScope,
        ResyncArgs,
        ResyncRef,
        ResyncProgress,
        ResyncReport,
        ResyncItem,
        AppInfo,
        AccountJson,
        AccountCheck,
        Check,
        Health,
        QueueJson,
        OffsiteJson,
        OffsiteQueued,
        TunnelJson,
        Settings,
        DesktopSettings,
        AlertJson,
        AlertRef,
        ChecksJson,
        AccountRules,
        CheckRule,
        DriftJson,
        Nothing,
        InsightsArgs,
        Insights,
        DayFigures,
        LedgerArgs,
        LedgerJson,
        AccountLedgerJson,
        LedgerDayJson,
        LedgerSums,
        HolesArgs,
        HolesPage,
        HoleJson,
        HoleThing,
        RepairScopeJson,
        WrittenFile,
        Event,
    );
    out.push_str(
        "/** Every command: its arguments and its result. */\nexport interface Commands {\n",
    );
    macro_rules! map {
        ($($name:literal => $handler:ident($args:ty) -> $result:ty;)*) => {
            $( out.push_str(&format!(
                "  {:?}: {{ args: {}; result: {} }};\n",
                $name,
                <$args>::name(&config),
                <$result>::name(&config),
            )); )*
        };
    }
    command_list!(map);
    out.push_str("}\n");
    out
}
