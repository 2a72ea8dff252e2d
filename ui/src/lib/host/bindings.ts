// Made by `cargo xtask bindings` from crates/api. Do not edit.

export type ErrorCode = "bad_request" | "not_found" | "config" | "not_now" | "not_ready" | "no_recording" | "damaged" | "no_device" | "key_refused" | "rate_limited" | "provider" | "disk_full" | "cannot_write" | "locked" | "newer" | "internal";

export type ErrorJson = { 
/**
 * The closed code.
 */
code: ErrorCode, 
/**
 * What happened, for a person.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, };

export type CallJson = { 
/**
 * Ringback's id.
 */
id: string, 
/**
 * The account's id.
 */
account: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's id.
 */
provider_call_id: string, 
/**
 * `scheduled | ringing | ongoing | ended | not_connected | failed`.
 */
status: string, 
/**
 * `inbound | outbound | web | meeting | unknown`.
 */
direction: string, 
/**
 * The calling side. In a meeting: the names of those who took part, in the order in which they
 * came, joined with ", ".
 */
from: string | null, 
/**
 * The called side. In a meeting: the platform, as people call it ("Zoom").
 */
to: string | null, 
/**
 * Who handled it. In a meeting: the bot.
 */
agent: AgentJson, 
/**
 * RFC 3339.
 */
started_at: string | null, 
/**
 * RFC 3339.
 */
answered_at: string | null, 
/**
 * RFC 3339.
 */
ended_at: string | null, 
/**
 * By the provider's word.
 */
duration_ms: number | null, 
/**
 * Why it ended.
 */
ended_reason: EndedReasonJson | null, 
/**
 * The provider's summary.
 */
summary: string | null, 
/**
 * The provider's word for the caller's mood.
 */
sentiment: string | null, 
/**
 * Whether it reached its purpose.
 */
successful: boolean | null, 
/**
 * What it cost.
 */
cost: CostJson | null, 
/**
 * Latencies by what was measured, in ms.
 */
latency: Record<string, PercentilesJson> | null, 
/**
 * What was said. Not there in lists; `null` when nobody told.
 */
transcript?: Array<SegmentJson> | null, 
/**
 * Further legs of the same conversation.
 */
legs?: Array<LegJson>, 
/**
 * Its recordings.
 */
recordings: Array<RecordingJson>, 
/**
 * The names of fields that should be there by now and are not.
 */
missing: Array<string>, 
/**
 * The conversation that this call is, or is part of.
 */
conversation?: ConversationJson, };

export type AgentJson = { 
/**
 * The provider's id.
 */
id: string | null, 
/**
 * The name.
 */
name: string | null, };

export type EndedReasonJson = { 
/**
 * `caller_hangup | agent_hangup | transferred | voicemail | no_answer | busy | canceled |
 * inactivity | max_duration | error | unknown`.
 */
code: string, 
/**
 * The provider's word.
 */
raw: string, };

export type CostJson = { 
/**
 * Decimal text.
 */
amount: string, 
/**
 * ISO 4217.
 */
currency: string, 
/**
 * True while it may still change.
 */
provisional: boolean, 
/**
 * What it is made of.
 */
parts: Array<CostPartJson>, };

export type CostPartJson = { 
/**
 * The provider's name for it.
 */
name: string, 
/**
 * Decimal text.
 */
amount: string, };

export type PercentilesJson = { 
/**
 * The median.
 */
p50: number | null, 
/**
 * 90th.
 */
p90: number | null, 
/**
 * 95th.
 */
p95: number | null, 
/**
 * 99th.
 */
p99: number | null, };

export type SegmentJson = { 
/**
 * `agent | caller | tool | system`, or a participant's name.
 */
speaker: string, 
/**
 * From the start of the recording.
 */
start_ms: number | null, 
/**
 * From the start of the recording.
 */
end_ms: number | null, 
/**
 * What was said.
 */
text: string, 
/**
 * Word by word, where told.
 */
words: Array<WordJson>, };

export type WordJson = { 
/**
 * The word.
 */
text: string, 
/**
 * From the start of the recording.
 */
start_ms: number, 
/**
 * From the start of the recording.
 */
end_ms: number, };

export type LegJson = { 
/**
 * The provider's id of the leg.
 */
id: string, 
/**
 * As of calls.
 */
status: string | null, 
/**
 * As of calls.
 */
direction: string | null, 
/**
 * The calling side.
 */
from: string | null, 
/**
 * The called side.
 */
to: string | null, 
/**
 * RFC 3339.
 */
started_at: string | null, 
/**
 * RFC 3339.
 */
ended_at: string | null, 
/**
 * By the provider's word.
 */
duration_ms: number | null, 
/**
 * What this leg cost by itself.
 */
cost: CostJson | null, };

export type RecordingJson = { 
/**
 * Ringback's id.
 */
id: string, 
/**
 * The provider's id, where it has one.
 */
provider_recording_id: string | null, 
/**
 * `expected | available | downloading | ready | absent | failed | expired | withheld | deleted`.
 */
state: string, 
/**
 * Why it is not ready, as a closed word.
 */
reason: string | null, 
/**
 * How many channels.
 */
channels: number | null, 
/**
 * How long.
 */
duration_ms: number | null, 
/**
 * How much of the file is not silence.
 */
audible_ms?: number, 
/**
 * The container: `wav`, `mp3`, ...
 */
format: string | null, 
/**
 * Size of the file.
 */
size_bytes: number | null, 
/**
 * Of the file, in lower-case hex.
 */
sha256: string | null, 
/**
 * Relative to the folder `recordings`.
 */
path: string | null, 
/**
 * When the provider's link dies, while it is not fetched yet.
 */
link_expires_at: string | null, 
/**
 * Only where the provider does not say which call it is of: `number_and_time` if the numbers and
 * the time fit to this call and to no other. It may be the wrong one.
 */
matched_by?: string, };

export type ConversationJson = { 
/**
 * The agent's first, then the carrier's.
 */
calls: Array<ConversationCall>, 
/**
 * The recordings of all of them.
 */
recordings: Array<ConversationRecording>, 
/**
 * What all of it cost, with a part for each account; its name is the account's id.
 */
cost: CostJson | null, 
/**
 * What was paid in other currencies than that of `cost`, one sum for each.
 */
other_costs?: Array<CostJson>, 
/**
 * How long it was, by three ways to say so.
 */
seconds: SecondsJson, };

export type ConversationCall = { 
/**
 * Ringback's id.
 */
id: string, 
/**
 * The account's id.
 */
account: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's id.
 */
provider_call_id: string, 
/**
 * `call`, or `carrier` for the call below another one.
 */
role: string, 
/**
 * As of calls.
 */
status: string, 
/**
 * RFC 3339.
 */
started_at: string | null, 
/**
 * By the provider's word.
 */
duration_ms: number | null, 
/**
 * What it cost by itself, in full.
 */
cost: CostJson | null, };

export type ConversationRecording = { 
/**
 * The call that it is of.
 */
call: string, 
/**
 * The account's id.
 */
account: string, 
/**
 * Ringback's id.
 */
id: string, 
/**
 * The provider's id, where it has one.
 */
provider_recording_id: string | null, 
/**
 * `expected | available | downloading | ready | absent | failed | expired | withheld | deleted`.
 */
state: string, 
/**
 * Why it is not ready, as a closed word.
 */
reason: string | null, 
/**
 * How many channels.
 */
channels: number | null, 
/**
 * How long.
 */
duration_ms: number | null, 
/**
 * How much of the file is not silence.
 */
audible_ms?: number, 
/**
 * The container: `wav`, `mp3`, ...
 */
format: string | null, 
/**
 * Size of the file.
 */
size_bytes: number | null, 
/**
 * Of the file, in lower-case hex.
 */
sha256: string | null, 
/**
 * Relative to the folder `recordings`.
 */
path: string | null, 
/**
 * When the provider's link dies, while it is not fetched yet.
 */
link_expires_at: string | null, 
/**
 * Only where the provider does not say which call it is of: `number_and_time` if the numbers and
 * the time fit to this call and to no other. It may be the wrong one.
 */
matched_by?: string, };

export type SecondsJson = { 
/**
 * What the agent's side charges for.
 */
billed_ms: number | null, 
/**
 * How long the carrier's call lasted.
 */
carrier_ms: number | null, 
/**
 * How much of the recording is not silence.
 */
audible_ms: number | null, 
/**
 * `billed_ms - carrier_ms`.
 */
billed_minus_carrier_ms: number | null, 
/**
 * `billed_ms - audible_ms`.
 */
billed_minus_audible_ms: number | null, 
/**
 * `carrier_ms - audible_ms`.
 */
carrier_minus_audible_ms: number | null, };

export type CallDetail = { 
/**
 * The call.
 */
call: CallJson, 
/**
 * What happened, oldest first.
 */
timeline: Array<TimelineEntry>, 
/**
 * Who listened to it, newest first.
 */
listens: Array<ListenJson>, 
/**
 * How many ms after the start of the call each recording begins, by the recording's id.
 */
offsets_ms: Record<string, number>, 
/**
 * The second copies by the recording's id; not there when none are configured.
 */
second_copies?: Record<string, CopyJson>, 
/**
 * What was deleted at the provider after it was copied, by the recording's id.
 */
deletions?: Record<string, DeletionJson>, 
/**
 * Which channel each speaker is on, where that is known: `{"caller": 0, "agent": 1}`.
 */
channel_of: Record<string, number>, 
/**
 * What a person should know about it, seen or not, newest first.
 */
alerts: Array<AlertJson>, };

export type CopyJson = { 
/**
 * `copied | waiting | failed`.
 */
state: string, 
/**
 * Why it is not there: `key_refused | clock | no_bucket | region | too_large | full | unreachable |
 * server | damaged | missing | file_here`. `null` before the first try.
 */
reason: string | null, 
/**
 * When that was found out, RFC 3339.
 */
at: string | null, };

export type DeletionJson = { 
/**
 * `deleted | was_gone | failed`.
 */
outcome: string, 
/**
 * Why it failed: `file_here | copy_missing | no_id | unauthorized | network | provider_error |
 * unreachable`.
 */
reason: string | null, 
/**
 * Who wanted it.
 */
who: string, 
/**
 * RFC 3339.
 */
at: string, };

export type TimelineEntry = { 
/**
 * The id of the journal's entry.
 */
event: string, 
/**
 * RFC 3339.
 */
at: string, 
/**
 * `webhook | snapshot`.
 */
source: string, 
/**
 * The provider's word for the kind.
 */
kind: string, 
/**
 * `pending | applied | ignored | failed`.
 */
state: string, 
/**
 * Why it was ignored or failed.
 */
reason: string | null, };

export type ListenJson = { 
/**
 * Who.
 */
who: string, 
/**
 * RFC 3339.
 */
at: string, 
/**
 * From where in the recording.
 */
from_ms: number, 
/**
 * To where.
 */
to_ms: number, };

export type CallQuery = { 
/**
 * Only this account.
 */
account?: string, 
/**
 * Only calls with one of these statuses; empty is all.
 */
status?: Array<string>, 
/**
 * Only calls with a recording in one of these states; empty is all.
 */
recording?: Array<string>, 
/**
 * `inbound | outbound | web | meeting`.
 */
direction?: string, 
/**
 * Only calls with missing data.
 */
missing?: boolean, 
/**
 * Began at or after, RFC 3339.
 */
since?: string, 
/**
 * Began before, RFC 3339.
 */
until?: string, 
/**
 * Words of the transcript, names, numbers, ids. The last word may be unfinished.
 */
search?: string, };

export type PageArgs = { 
/**
 * Which calls.
 */
query: CallQuery, 
/**
 * How many newer ones to leave out.
 */
offset: number, 
/**
 * At most this many, up to 500.
 */
limit: number, };

export type CallPage = { 
/**
 * How many calls the query has in total.
 */
total: number, 
/**
 * False if there are more than `total` and counting stopped there.
 */
exact: boolean, 
/**
 * The rows.
 */
rows: Array<CallRow>, };

export type CallRow = { 
/**
 * Ringback's id.
 */
id: string, 
/**
 * Grows with each change of the call; an older row never replaces a newer one.
 */
rev: number, 
/**
 * The account's id.
 */
account: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's id.
 */
provider_call_id: string, 
/**
 * The call that this one is shown under: this is a carrier's call, and that one went over it.
 * It is no row of its own on the board and in lists of all accounts.
 */
part_of: string | null, 
/**
 * As in [`super::CallJson`].
 */
status: string, 
/**
 * As in [`super::CallJson`].
 */
direction: string, 
/**
 * The calling side; in a meeting, those who took part.
 */
from: string | null, 
/**
 * The called side.
 */
to: string | null, 
/**
 * The agent's name, or its id.
 */
agent: string | null, 
/**
 * RFC 3339.
 */
started_at: string | null, 
/**
 * RFC 3339.
 */
ended_at: string | null, 
/**
 * By the provider's word.
 */
duration_ms: number | null, 
/**
 * What it cost, without parts.
 */
cost: CostJson | null, 
/**
 * The first words of the summary, or the last line that was said while the call goes on.
 */
line: string | null, 
/**
 * The provider's word for the caller's mood.
 */
sentiment: string | null, 
/**
 * Whether it reached its purpose.
 */
successful: boolean | null, 
/**
 * The recording to play first, if there is one.
 */
recording: RecordingMark | null, 
/**
 * Whether there is a transcript.
 */
has_transcript: boolean, 
/**
 * Whether a person has listened to it.
 */
heard: boolean, 
/**
 * The names of missing fields.
 */
missing: Array<string>, 
/**
 * Why the call counts as hanging, while it goes on: `still_ongoing` by the provider's word,
 * `unreachable` is the provider, `cannot_ask` where there is nobody to ask.
 */
stuck: string | null, 
/**
 * When looking for words: the place that was found, with the hit between U+0001 and U+0002.
 */
snippet: string | null, };

export type RecordingMark = { 
/**
 * Its id.
 */
id: string, 
/**
 * As in [`super::RecordingJson`].
 */
state: string, 
/**
 * As in [`super::RecordingJson`].
 */
reason: string | null, 
/**
 * How many recordings the call has.
 */
count: number, 
/**
 * When the provider's link dies, while it is not fetched yet.
 */
link_expires_at: string | null, };

export type CallRef = { 
/**
 * The id.
 */
id: string, };

export type HitsArgs = { 
/**
 * The call.
 */
id: string, 
/**
 * What to look for.
 */
text: string, };

export type Hit = { 
/**
 * Which segment, from 0.
 */
segment: number, 
/**
 * Which word of it, where there are words.
 */
word: number | null, 
/**
 * When it sounds.
 */
start_ms: number | null, };

export type RecordingRef = { 
/**
 * The recording's id.
 */
id: string, };

export type LoadArgs = { 
/**
 * The recording's id.
 */
id: string, 
/**
 * Where to begin.
 */
at_ms: number, 
/**
 * Whether to play at once.
 */
play: boolean, };

export type SeekArgs = { 
/**
 * The position in the recording.
 */
ms: number, };

export type PlayerSettings = { 
/**
 * 0 to 1.
 */
volume?: number, 
/**
 * 0.5 to 3, at natural pitch.
 */
speed?: number, 
/**
 * Leave out pauses.
 */
skip_silence?: boolean, 
/**
 * Only the caller's channel.
 */
caller_only?: boolean, };

export type PlayerState = { 
/**
 * Grows with every load; what belongs to an older one is out of date.
 */
load: number, 
/**
 * The recording.
 */
recording: string | null, 
/**
 * Its call.
 */
call: string | null, 
/**
 * Where it stands.
 */
phase: PlayerPhase, 
/**
 * Whether it plays, or will as soon as it can: also while a recording is loading.
 */
wants_play: boolean, 
/**
 * What went wrong, when `phase` is `failed`.
 */
error: ErrorJson | null, 
/**
 * Position in the recording.
 */
position_ms: number, 
/**
 * When that was, Unix time in ms.
 */
at: number, 
/**
 * How fast the position moves: 0 when not playing.
 */
rate: number, 
/**
 * Length of the recording.
 */
duration_ms: number | null, 
/**
 * 0 to 1.
 */
volume: number, 
/**
 * 0.5 to 3.
 */
speed: number, 
/**
 * Whether pauses are left out.
 */
skip_silence: boolean, 
/**
 * Whether only the caller's channel is heard.
 */
caller_only: boolean, 
/**
 * False where there is no sound device.
 */
device: boolean, };

export type PlayerPhase = "idle" | "loading" | "paused" | "playing" | "ended" | "failed";

export type PeaksArgs = { 
/**
 * The recording's id.
 */
id: string, 
/**
 * How many columns, 1 to 8192.
 */
columns: number, };

export type CallStanding = { 
/**
 * As in [`super::CallJson`].
 */
status: string, };

export type ResyncScope = { "scope": "call", 
/**
 * Ringback's id or the provider's.
 */
id: string, } | { "scope": "calls", 
/**
 * Ringback's ids or the provider's.
 */
ids: Array<string>, } | { "scope": "missing" } | { "scope": "recent", 
/**
 * How many.
 */
days: number, };

export type ResyncArgs = { 
/**
 * What.
 */
scope: ResyncScope, 
/**
 * Only this account.
 */
account?: string, 
/**
 * Ask, compare, write nothing.
 */
dry_run: boolean, };

export type ResyncRef = { 
/**
 * The number that `resync.start` gave.
 */
run: number, };

export type ResyncProgress = { 
/**
 * Which resync.
 */
run: number, 
/**
 * The call, when it is about one.
 */
call: string | null, 
/**
 * Whether it is written down: it can be paused, and goes on after the program ended.
 */
stored: boolean, 
/**
 * How many calls there are to check, as far as known.
 */
total: number, 
/**
 * How long it will still take in milliseconds, when that can be told.
 */
eta_ms: number | null, 
/**
 * Whether a person stopped it, to go on later.
 */
paused: boolean, 
/**
 * Whether it is over.
 */
done: boolean, 
/**
 * Whether a person stopped it for good.
 */
cancelled: boolean, 
/**
 * What came out so far. Of a stored one only calls that changed or failed are told of, the first
 * 200, and none while it runs.
 */
report: ResyncReport, };

export type ResyncReport = { 
/**
 * Nothing was written.
 */
dry_run: boolean, 
/**
 * How many calls were asked for.
 */
checked: number, 
/**
 * How many changed.
 */
updated: number, 
/**
 * How many did not.
 */
unchanged: number, 
/**
 * How many could not be asked for.
 */
failed: number, 
/**
 * Call by call.
 */
items: Array<ResyncItem>, };

export type ResyncItem = { 
/**
 * Ringback's id; `null` in a dry run for a call that is not here yet.
 */
call: string | null, 
/**
 * The provider's id.
 */
provider_call_id: string, 
/**
 * `updated | unchanged | failed`.
 */
outcome: string, 
/**
 * The changed fields before, and what was missing.
 */
before: Record<string, unknown>, 
/**
 * The changed fields after, and what is missing.
 */
after: Record<string, unknown>, 
/**
 * The names of the changed fields.
 */
changed: Array<string>, 
/**
 * Why it failed.
 */
error: ErrorJson | null, };

export type ExportForm = "own" | "wav" | "flac" | "mp3";

export type ExportArgs = { 
/**
 * Ringback's ids of recordings.
 */
recordings: Array<string>, 
/**
 * Ringback's ids of calls of which every recording is meant that is here.
 */
calls: Array<string>, 
/**
 * What they are written as.
 */
form: ExportForm, };

export type ExportRef = { 
/**
 * Its number.
 */
export: number, };

export type ExportState = "running" | "done" | "stopped";

export type ExportProgress = { 
/**
 * Its number.
 */
export: number, 
/**
 * Where it stands.
 */
state: ExportState, 
/**
 * Recordings to be written.
 */
total: number, 
/**
 * Recordings that are written.
 */
written: number, 
/**
 * Recordings that could not be.
 */
failed: number, 
/**
 * Calls that were asked for and have no recording here.
 */
without: number, 
/**
 * How much of everything is done, from 0 to 1.
 */
share: number, 
/**
 * The newest whole file.
 */
file: string | null, 
/**
 * The folder that the files go to.
 */
folder: string, 
/**
 * Whether a person was asked where to; otherwise the folder was taken because nobody could be.
 */
asked: boolean, 
/**
 * Why the last of those that failed did.
 */
error: ErrorJson | null, };

export type AppInfo = { 
/**
 * The program's version.
 */
version: string, 
/**
 * Whether the simulated providers are running.
 */
demo: boolean, 
/**
 * The folder (or folders) where everything is, for showing.
 */
home: string, 
/**
 * How many accounts are configured.
 */
accounts: number, 
/**
 * Where the door listens, if this process holds it.
 */
door: string | null, 
/**
 * True if another process on the same home does the background work.
 */
background_elsewhere: boolean, };

export type AccountJson = { 
/**
 * As in `config.toml`.
 */
id: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's name for people.
 */
title: string, 
/**
 * Whether it is paused: nothing is asked or fetched, the door still takes everything in.
 */
paused: boolean, 
/**
 * The address to give the provider, if one is known.
 */
webhook_url: string | null, 
/**
 * The names of secrets that are needed and not there.
 */
missing_secrets: Array<string>, 
/**
 * The last webhook that was accepted, RFC 3339.
 */
last_webhook_at: string | null, 
/**
 * The last time its list of calls was read, RFC 3339.
 */
last_poll_at: string | null, 
/**
 * What went wrong at the last poll.
 */
last_poll_error: ErrorJson | null, 
/**
 * How many requests with a bad signature are in the ring.
 */
refused: number, 
/**
 * The reason of the last one.
 */
last_refusal: string | null, 
/**
 * The same by reason, the newest first.
 */
refusals: Array<RefusalJson>, 
/**
 * `missing | refused | accepted | unknown`; the last where nobody could be asked yet.
 */
key: string, 
/**
 * Whether the key comes from the environment; false: from the key store; `null`: from nowhere.
 */
key_in_environment: boolean | null, 
/**
 * How long webhooks were on their way lately, from the moment that they speak of.
 */
delivery_lag_ms: number | null, 
/**
 * How long they waited here lately until they were applied.
 */
apply_lag_ms: number | null, 
/**
 * How many calls are here.
 */
calls: number, };

export type AccountCheck = { 
/**
 * As in `config.toml`.
 */
id: string, 
/**
 * Whether the key works.
 */
ok: boolean, 
/**
 * Whether there was somebody to ask. Where not, only the settings were looked at.
 */
asked: boolean, 
/**
 * What the provider calls the account.
 */
name: string | null, 
/**
 * Things worth knowing.
 */
notes: Array<string>, 
/**
 * What is wrong.
 */
error: ErrorJson | null, };

export type Check = { 
/**
 * What was looked at: `disk`, `database`, `config`, `door`, `sound`, `account:<id>`, ...
 */
subject: string, 
/**
 * `ok | warning | problem`.
 */
state: string, 
/**
 * What was found, for a machine.
 */
finding: Finding, 
/**
 * The same in English.
 */
message: string, 
/**
 * What to do about it, in English.
 */
hint: string | null, 
/**
 * What the window offers to do.
 */
remedy: Remedy | null, };

export type Finding = { "code": "no_account" } | { "code": "accounts", 
/**
 * How many.
 */
count: number, } | { "code": "config_refused", 
/**
 * The file.
 */
file: string, 
/**
 * The line at fault, counted from 1, if the fault has a place.
 */
line: number | null, 
/**
 * What is wrong, in English.
 */
error: string, 
/**
 * What to do, in English.
 */
advice: string | null, } | { "code": "disk_room" } & DiskJson | { "code": "disk_fills_soon" } & DiskJson | { "code": "disk_low" } & DiskJson | { "code": "disk_full" } & DiskJson | { "code": "disk_unreadable", 
/**
 * What the system says.
 */
error: string, } | { "code": "database_readable" } | { "code": "database_damaged", 
/**
 * What is wrong.
 */
error: string, } | { "code": "door_open", 
/**
 * Where.
 */
address: string, } | { "code": "door_closed", 
/**
 * Why.
 */
error: string, } | { "code": "door_stays", 
/**
 * Where it is open.
 */
address: string, 
/**
 * Why it stays.
 */
error: string, } | { "code": "door_elsewhere" } | { "code": "door_opening" } | { "code": "tunnel_up", 
/**
 * Under this address.
 */
url: string, 
/**
 * How long the last probe took.
 */
round_trip_ms: number | null, } | { "code": "tunnel_down", 
/**
 * The word why.
 */
reason: string, 
/**
 * The same in English.
 */
error: string, 
/**
 * What to do, in English.
 */
advice: string | null, } | { "code": "address_unreached", 
/**
 * The word why.
 */
reason: string, 
/**
 * The same in English.
 */
error: string, 
/**
 * What to do, in English.
 */
advice: string | null, } | { "code": "tunnel_starting" } | { "code": "tunnel_none" } | { "code": "tunnel_idle" } | { "code": "sound_device" } | { "code": "no_sound_device" } | { "code": "journal_applied" } & JournalJson | { "code": "journal_pending", 
/**
 * How many events wait.
 */
count: number, } | { "code": "journal_stuck", 
/**
 * How many events wait.
 */
count: number, 
/**
 * When the oldest of them came, RFC 3339.
 */
oldest_at: string, } | { "code": "journal_unreadable", 
/**
 * How many.
 */
count: number, } | { "code": "queue_empty" } | { "code": "queue_moving", 
/**
 * How many wait.
 */
waiting: number, 
/**
 * How many come in.
 */
running: number, } | { "code": "queue_failed", 
/**
 * How many.
 */
count: number, } | { "code": "key_store_open" } | { "code": "key_store_locked" } | { "code": "sealed_keys_open" } | { "code": "sealed_keys_locked" } | { "code": "no_key_store" } | { "code": "copies_done" } & CopiesJson | { "code": "copies_follow" } & CopiesJson | { "code": "copies_failed" } & CopiesJson | { "code": "secret_missing", 
/**
 * The account.
 */
account: string, 
/**
 * The secret.
 */
secret: string, 
/**
 * The environment variable that it may be in.
 */
variable: string, } | { "code": "poll_failed", 
/**
 * Why.
 */
error: ErrorJson, } | { "code": "webhooks_refused" } & RefusalJson | { "code": "last_webhook", 
/**
 * RFC 3339.
 */
at: string, } | { "code": "no_webhook_yet", 
/**
 * The last time, RFC 3339.
 */
polled_at: string, } | { "code": "nothing_yet" } | { "code": "paused" } | { "code": "cannot_delete", 
/**
 * Why, in English.
 */
why: string, } | { "code": "key_accepted" } | { "code": "settings_fit", 
/**
 * What else to know, in English.
 */
note: string | null, } | { "code": "key_failed", 
/**
 * Why.
 */
error: ErrorJson, };

export type Remedy = "open_config" | "show_settings" | "read_keys" | "add_account" | "show_account" | "resume_account" | "check_keys" | "restart_tunnel" | "show_home" | "replay_failed" | "show_failed" | "copy_again" | "forget_refusals";

export type DiskJson = { 
/**
 * Free where the recordings are.
 */
free_bytes: number, 
/**
 * All recordings that are here.
 */
recordings_bytes: number, 
/**
 * What recordings and journal grow by in a day, over the last 30 days; `null` in the first day.
 */
per_day_bytes: number | null, 
/**
 * After so many days of the same kind it is full.
 */
full_in_days: number | null, };

export type JournalJson = { 
/**
 * Its file, with what waits beside it.
 */
bytes: number, 
/**
 * How many events are in it.
 */
events: number, 
/**
 * What it grows by in a day, over the last 30 days; `null` in the first day.
 */
per_day_bytes: number | null, 
/**
 * When the oldest event came that is not applied, RFC 3339.
 */
oldest_pending_at: string | null, };

export type CopiesJson = { 
/**
 * Where they are.
 */
place: string, 
/**
 * How many recordings are here.
 */
recordings: number, 
/**
 * How many of them are there too.
 */
copied: number, 
/**
 * How many could not be copied.
 */
failed: number, };

export type RefusalJson = { 
/**
 * `signature_missing | signature_unreadable | signature_wrong | signature_too_old |
 * signature_from_the_future | no_secret | no_public_url`.
 */
reason: string, 
/**
 * How many.
 */
count: number, 
/**
 * The last time, RFC 3339.
 */
last_at: string, };

export type Health = { 
/**
 * Line by line.
 */
checks: Array<Check>, 
/**
 * The accounts.
 */
accounts: Array<AccountJson>, 
/**
 * What waits in the fetch queue.
 */
queue: QueueJson, 
/**
 * The way from outside to the door.
 */
tunnel: TunnelJson, 
/**
 * The disk; `null` if it does not answer.
 */
disk: DiskJson | null, 
/**
 * The journal.
 */
journal: JournalJson, 
/**
 * The second copies, if they are configured.
 */
offsite?: OffsiteJson, };

export type QueueJson = { 
/**
 * Recordings that wait for their turn or their next try.
 */
waiting: number, 
/**
 * Recordings that are coming in.
 */
running: number, 
/**
 * Recordings that were given up.
 */
failed: number, 
/**
 * The nearest moment at which a link dies, RFC 3339.
 */
nearest_deadline: string | null, 
/**
 * Events that are not applied yet.
 */
events_pending: number, 
/**
 * Events that could not be read.
 */
events_failed: number, };

export type ReplayedJson = { 
/**
 * Events that were read again.
 */
replayed: number, 
/**
 * Those of them that still cannot be read.
 */
failed: number, };

export type AccountRef = { 
/**
 * The account's id.
 */
account: string, };

export type OffsiteJson = { 
/**
 * Where they go, for showing.
 */
place: string, 
/**
 * Recordings that are here.
 */
recordings: number, 
/**
 * Those with a copy.
 */
copied: number, 
/**
 * Those without one yet.
 */
waiting: number, 
/**
 * Those whose copy was given up.
 */
failed: number, 
/**
 * The size of the copies.
 */
bytes: number, 
/**
 * When the newest copy was read back, RFC 3339.
 */
last_at: string | null, };

export type OffsiteQueued = { 
/**
 * Recordings that are copied now.
 */
queued: number, };

export type TunnelJson = { 
/**
 * `ssh | bore | command | none`.
 */
kind: string, 
/**
 * `off | starting | up | down`.
 */
state: string, 
/**
 * The public address while the door is reached through it.
 */
url: string | null, 
/**
 * The last one that worked.
 */
last_url: string | null, 
/**
 * Since when it is up, RFC 3339.
 */
since: string | null, 
/**
 * How long the last probe took there and back.
 */
round_trip_ms: number | null, 
/**
 * Why it is down: `host_key_changed`, `no_answer`, ...
 */
reason: string | null, 
/**
 * The same for a person.
 */
message: string | null, 
/**
 * What to do about it.
 */
hint: string | null, 
/**
 * How often in a row it was begun in vain.
 */
tries: number, 
/**
 * When it is tried again, RFC 3339.
 */
next_try: string | null, };

export type Settings = { 
/**
 * `en`, `de`, or `null` for the system's language.
 */
language: string | null, 
/**
 * `light`, `dark`, or `null` for the system's.
 */
theme: string | null, 
/**
 * `comfortable` or `compact`.
 */
density: string | null, 
/**
 * The name that goes into "listened" lines; `null` is the name of the system's user.
 */
listener: string | null, 
/**
 * Whether a click on a word also plays.
 */
click_plays: boolean | null, 
/**
 * Whether numbers are shown in full.
 */
show_numbers: boolean | null, 
/**
 * The tray, the start with the session, and notifications.
 */
desktop: DesktopSettings, };

export type DesktopSettings = { 
/**
 * Whether the program goes on in the tray when its window is closed; `null` is yes. Without a
 * tray it ends.
 */
keep_running: boolean | null, 
/**
 * Whether it starts with the session, without a window; `null` leaves that as it is.
 */
autostart: boolean | null, 
/**
 * Of these no notification tells: `recordings | connection | calls | limits | digest`.
 */
muted: Array<string>, 
/**
 * From when notifications wait, `22:00` by the clock of this computer. With `quiet_to`.
 */
quiet_from: string | null, 
/**
 * Until when. Not after `quiet_from`: on the next day.
 */
quiet_to: string | null, 
/**
 * Whether a notification may say who called; `null` is no.
 */
show_content: boolean | null, 
/**
 * Whether the person knows that the program goes on without its window.
 */
knows_tray: boolean, };

export type AlertJson = { 
/**
 * Its id.
 */
id: string, 
/**
 * What kind: `recording_failed`, `poll_failed`, `cost_gap`, `latency_high`, ...
 */
kind: string, 
/**
 * What it is about: a call's id or an account's.
 */
subject: string, 
/**
 * The call, when it is about one.
 */
call: string | null, 
/**
 * What the message needs: reason, provider, ...
 */
params: Record<string, string>, 
/**
 * RFC 3339.
 */
raised_at: string, 
/**
 * When a person saw it, RFC 3339.
 */
acknowledged_at: string | null, 
/**
 * When its cause was gone, RFC 3339.
 */
resolved_at: string | null, };

export type AlertRef = { 
/**
 * The alert's id.
 */
id: string, };

export type ChecksJson = { 
/**
 * The file in which they are set.
 */
file: string, 
/**
 * For each account its rules.
 */
accounts: Array<AccountRules>, 
/**
 * What stands in the file, in its order.
 */
written: Array<RuleWritten>, };

export type AccountRules = { 
/**
 * The account's id.
 */
account: string, 
/**
 * Its rules, in the order of the documentation.
 */
rules: Array<CheckRule>, 
/**
 * Of which calls `success_rate` is: `20 calls` or a length of time.
 */
success_over: string, 
/**
 * When calls are expected, as it is written: `Mon-Fri 08:00-18:00`.
 */
business_hours: string, 
/**
 * By the clock of which place: `Europe/Berlin`.
 */
time_zone: string, };

export type CheckRule = { 
/**
 * The alert that it raises: `cost_gap | latency_high | cost_high | success_low | quiet`.
 */
kind: string, 
/**
 * Its key in `[checks]`.
 */
key: string, 
/**
 * The limit, as it would be written; `null` if the rule is off.
 */
limit: string | null, 
/**
 * Of which calls, or within which hours.
 */
scope: string | null, };

export type RuleWritten = { 
/**
 * Of this account only; `null` if it is for all.
 */
account: string | null, 
/**
 * `cost_gap`, `success_over`, `business_hours`, `time_zone`, ...
 */
key: string, 
/**
 * The value, as a text.
 */
value: string, };

export type DriftJson = { 
/**
 * The provider's name in `config.toml`.
 */
provider: string, 
/**
 * The provider's name for people.
 */
title: string, 
/**
 * The kind of document: a kind of event, or what was asked for.
 */
event: string, 
/**
 * Where the field stands, such as `call.words[].start`.
 */
path: string, 
/**
 * `new | changed | gone`.
 */
change: string, 
/**
 * RFC 3339.
 */
since: string, 
/**
 * In how many documents it was seen so; of a field that is gone, how many came without it.
 */
seen: number, 
/**
 * The kinds of values that it had before: `boolean | number | text | list | object`.
 */
before: Array<string>, 
/**
 * The kinds of values that it has since.
 */
after: Array<string>, };

export type ProviderForm = { 
/**
 * The provider's name in `config.toml`.
 */
provider: string, 
/**
 * The provider's name for people.
 */
title: string, 
/**
 * Whether there is an API to ask. Without, there is nothing to poll and no key to try.
 */
has_api: boolean, 
/**
 * Where its API is if nothing else is said.
 */
default_base_url: string, 
/**
 * Why recordings cannot be deleted there one by one; `null` if they can.
 */
cannot_delete: string | null, 
/**
 * Its secrets, the needed ones first.
 */
secrets: Array<SecretField>, 
/**
 * Its settings: first those that only this provider has, then those that every account has.
 */
settings: Array<SettingField>, };

export type SecretField = { 
/**
 * `api_key`, `webhook_secret`, ...
 */
name: string, 
/**
 * Whether nothing works without it.
 */
required: boolean, 
/**
 * What it is called in the provider's dashboard.
 */
title: string, 
/**
 * Where it is found there, in a sentence.
 */
place: string, 
/**
 * What its value begins with, if that is always the same: `whsec_`, `SK`, ...
 */
begins_with: string | null, };

export type SettingField = { 
/**
 * Its key in `[[accounts]]`.
 */
key: string, 
/**
 * Whether every account has it, not only those of this provider.
 */
common: boolean, 
/**
 * Whether an account cannot be without it.
 */
required: boolean, 
/**
 * What kind of value it takes.
 */
kind: SettingKind, 
/**
 * What counts if it is left out; `null` if nothing does.
 */
default: SettingValue | null, 
/**
 * The values that it can have, where `kind` is `choice`.
 */
choices: Array<string>, 
/**
 * What it is for, in a sentence.
 */
about: string, 
/**
 * It only counts, and is only allowed, while the setting `key` has one of `values`.
 */
only_with: SettingCondition | null, };

export type SettingCondition = { 
/**
 * The other setting.
 */
key: string, 
/**
 * Its values (its default counts, too, if it is left out).
 */
values: Array<string>, };

export type SettingKind = "text" | "choice" | "flag" | "number" | "duration" | "address" | "list";

export type SettingValue = boolean | number | string | Array<string>;

export type Setup = { 
/**
 * In the file's order.
 */
accounts: Array<AccountSetup>, 
/**
 * The keys of no account, of the tunnel and of the second copies: those that are taken or there.
 */
shared: Array<SharedSecretJson>, 
/**
 * Accounts that are not in the file and of which calls are here.
 */
removed: Array<RemovedAccount>, };

export type AccountSetup = { 
/**
 * As in `config.toml`.
 */
id: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's name for people.
 */
title: string, 
/**
 * Whether it is paused: nothing is asked or fetched, the door still takes everything in.
 */
paused: boolean, 
/**
 * The settings that stand in the file, by key.
 */
settings: Record<string, SettingValue>, 
/**
 * Every secret that its provider knows.
 */
secrets: Array<SecretStanding>, 
/**
 * The address to give the provider, if one is known.
 */
webhook_url: string | null, };

export type SecretStanding = { 
/**
 * `api_key`, `webhook_secret`, ...
 */
name: string, 
/**
 * Whether nothing works without it.
 */
required: boolean, 
/**
 * Where it comes from.
 */
source: SecretPlace, 
/**
 * Its environment variable, also the name it is kept under.
 */
variable: string, };

export type SecretPlace = "environment" | "key_store" | "sealed_file" | "missing";

export type RemovedAccount = { 
/**
 * As it was in `config.toml`.
 */
id: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * How many of its calls are here.
 */
calls: number, };

export type TryAccountArgs = { 
/**
 * The account that is edited, if it is there already: secrets that are left out are its own.
 */
id: string | null, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * By key.
 */
settings: Record<string, SettingValue>, 
/**
 * By name.
 */
secrets: SecretTexts, };

export type AddAccountArgs = { 
/**
 * `[a-z0-9-]`, shown to people, part of addresses and file names.
 */
id: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * By key.
 */
settings: Record<string, SettingValue>, 
/**
 * By name; kept where keys are kept, before the account is written.
 */
secrets: SecretTexts, };

export type EditAccountArgs = { 
/**
 * The account's id.
 */
id: string, 
/**
 * What changes, by key; `null` takes a setting out of the file.
 */
settings: Record<string, SettingValue | null>, };

export type PauseAccountArgs = { 
/**
 * The account's id.
 */
id: string, 
/**
 * Whether it is to be paused; false lets it go on.
 */
paused: boolean, };

export type RemoveAccountArgs = { 
/**
 * The account's id.
 */
id: string, 
/**
 * What happens to what is here of it.
 */
data: RemovedData, 
/**
 * Whether its kept keys are forgotten, too.
 */
forget_secrets: boolean, };

export type RemovedData = "keep" | "quarantine";

export type AccountRemoved = { 
/**
 * The account's id.
 */
id: string, 
/**
 * How many of its calls stay here.
 */
calls: number, 
/**
 * How many files were moved to `quarantine/`.
 */
quarantined: number, 
/**
 * How many files could not be moved; they are where they were.
 */
not_moved: number, 
/**
 * How many kept keys were forgotten.
 */
secrets_forgotten: number, };

export type SetSecretArgs = { 
/**
 * The account's id; `tunnel` or `offsite`.
 */
id: string, 
/**
 * The secret's name.
 */
name: string, 
/**
 * The secret; several, separated by spaces, while a signing secret is rotated.
 */
value: SecretText, };

export type SecretRef = { 
/**
 * The account's id; `tunnel` or `offsite`.
 */
id: string, 
/**
 * The secret's name.
 */
name: string, };

export type MoveSecretsArgs = { 
/**
 * Only this account's.
 */
id: string | null, };

export type MovedSecrets = { 
/**
 * The names of their environment variables.
 */
variables: Array<string>, };

export type SharedSecretJson = { 
/**
 * Whose it is.
 */
of: "tunnel" | "offsite", 
/**
 * Whether what is configured takes it.
 */
taken: boolean, 
/**
 * Its name, and where it comes from.
 */
secret: SecretStanding, };

export type KeysJson = { 
/**
 * What kind of place it is.
 */
kind: KeysKind, 
/**
 * Whether it can be read at this moment.
 */
open: boolean, 
/**
 * The sealed file, where it is or would be.
 */
file: string, };

export type KeysKind = "system" | "sealed_file" | "none";

export type UnlockArgs = { 
/**
 * The passphrase.
 */
passphrase: SecretText, };

export type ConfigState = { 
/**
 * The file.
 */
file: string, 
/**
 * Whether the file is in force.
 */
ok: boolean, 
/**
 * The line at fault, counted from 1, if the file is refused and the fault has a place.
 */
line: number | null, 
/**
 * What is wrong, with the place.
 */
message: string | null, 
/**
 * What to do about it.
 */
hint: string | null, 
/**
 * Since when what runs is in force, RFC 3339.
 */
since: string, 
/**
 * Since when the file is refused, RFC 3339.
 */
refused_since: string | null, };

export type SetChecksArgs = { 
/**
 * Only for this account; without, for all.
 */
account: string | null, 
/**
 * What changes, by key of `[checks]`, as it is written; `"off"` is never, `null` takes it out of
 * the file.
 */
rules: Record<string, string | null>, };

export type SecretText = string;

export type SecretTexts = Record<string, string>;

export type AdviceJson = { 
/**
 * The word.
 */
code: string, 
/**
 * The sentence, in English.
 */
text: string, };

export type WebhookRef = { 
/**
 * As in `config.toml`.
 */
account: string, };

export type WebhookRegisterArgs = { 
/**
 * As in `config.toml`.
 */
account: string, 
/**
 * [`WebhookTargetJson::id`]s. Empty: all that need no caution. Naming a place says that its caution
 * was read.
 */
targets: Array<string>, };

export type WebhookTargetRef = { 
/**
 * As in `config.toml`.
 */
account: string, 
/**
 * [`WebhookTargetJson::id`].
 */
target: string, };

export type WebhookConsentArgs = { 
/**
 * As in `config.toml`.
 */
account: string, 
/**
 * True: a changed address is entered by itself wherever an earlier one of this home stands.
 */
keep: boolean, };

export type WebhookLook = { 
/**
 * As in `config.toml`.
 */
account: string, 
/**
 * The address to be entered; `null` while the door has no public one.
 */
address: string | null, 
/**
 * Whether there are places at this provider that can be set from here.
 */
can_set: boolean, 
/**
 * Whether a person agreed that the address is kept up to date; `null`: nobody was asked.
 */
keep_current: boolean | null, 
/**
 * The places as they are now.
 */
targets: Array<WebhookTargetJson>, 
/**
 * What to do by hand, in order.
 */
steps: Array<WebhookStepJson>, 
/**
 * Why the provider could not be asked.
 */
error: ErrorJson | null, 
/**
 * When the provider's newest event came, RFC 3339; test events do not count.
 */
last_event_at: string | null, 
/**
 * The provider's word for its kind.
 */
last_event_kind: string | null, };

export type WebhookTargetJson = { 
/**
 * Its name for `webhook.register` and `webhook.restore`.
 */
id: string, 
/**
 * `agent | assistant | phone_number | application`.
 */
kind: string, 
/**
 * What people call it.
 */
name: string | null, 
/**
 * The provider's word for the field.
 */
field: string, 
/**
 * Whose the address is that stands there: `ours | draft | old | empty | foreign`. `draft`: ours, and it
 * does not count yet.
 */
state: string, 
/**
 * The address that stands there, without what stands behind `?` and before `@`.
 */
value: string | null, 
/**
 * Where the provider turns when nobody takes an event there; it stays as it is.
 */
failover: string | null, 
/**
 * Whether the address decides what calls do, rather than only hearing of them.
 */
drives_calls: boolean, 
/**
 * What would be entered; `null` where nothing may be, or nothing has to.
 */
will_set: string | null, 
/**
 * Why nothing may be entered.
 */
why_not: AdviceJson | null, 
/**
 * What has to be read before it is entered.
 */
caution: AdviceJson | null, 
/**
 * What a person has to do before the address in a draft counts.
 */
pending: AdviceJson | null, 
/**
 * Where events go until then; `null`: to no address of this place's own.
 */
counts: string | null, 
/**
 * What can be put back.
 */
previous: WebhookPrevious | null, };

export type WebhookPrevious = { 
/**
 * The address; `null`: there was none.
 */
value: string | null, 
/**
 * When it was exchanged, RFC 3339.
 */
at: string, 
/**
 * Who wanted that.
 */
who: string, };

export type WebhookStepJson = { 
/**
 * What to do.
 */
what: AdviceJson, 
/**
 * What to paste with it.
 */
paste: string | null, };

export type WebhookSet = { 
/**
 * The places, in the order asked for.
 */
results: Array<WebhookResult>, };

export type WebhookResult = { 
/**
 * [`WebhookTargetJson::id`].
 */
target: string, 
/**
 * `done | drafted | unchanged | refused | changed | no_such_place | failed`. `drafted`: it counts when
 * a person has done what `advice` says.
 */
outcome: string, 
/**
 * What is left to do, or why it was refused.
 */
advice: AdviceJson | null, 
/**
 * What the provider said.
 */
error: ErrorJson | null, };

export type WebhookTrial = { 
/**
 * As in `config.toml`.
 */
account: string, 
/**
 * `accepted | cannot_sign | rejected | unknown_account | elsewhere | other_home | unavailable | unreachable`.
 */
outcome: string, 
/**
 * Where it was sent.
 */
address: string | null, 
/**
 * Whether that is the public address; otherwise only the door itself was tried.
 */
is_public: boolean, 
/**
 * How long it took there and back, in ms.
 */
took_ms: number | null, 
/**
 * The word for why: the door's reason, the tunnel's, or that of what cannot be signed.
 */
reason: string | null, 
/**
 * The environment variable of the secret that it was signed with, if it was: in a program's
 * environment it comes before a kept key.
 */
variable: string | null, 
/**
 * What happened, in English.
 */
message: string, 
/**
 * What to do about it, in English.
 */
hint: string | null, 
/**
 * When the provider's newest event came, RFC 3339; test events do not count.
 */
last_event_at: string | null, 
/**
 * The provider's word for its kind.
 */
last_event_kind: string | null, };

export type Nothing = Record<symbol, never>;

export type InsightsArgs = { 
/**
 * How many days back, 1 to 366.
 */
days: number, };

export type Insights = { 
/**
 * Day by day, oldest first, without holes.
 */
days: Array<DayFigures>, 
/**
 * How many recordings are in which state.
 */
recordings: Record<string, number>, 
/**
 * Bytes of sound on disk.
 */
bytes: number, 
/**
 * What the calls cost, by currency.
 */
cost: Record<string, string>, 
/**
 * From the end of a call to its recording being ready: the median, in ms.
 */
to_ready_p50_ms: number | null, 
/**
 * The same, 95th percentile.
 */
to_ready_p95_ms: number | null, };

export type DayFigures = { 
/**
 * `2026-03-01`.
 */
day: string, 
/**
 * Calls that began.
 */
calls: number, 
/**
 * Of these, calls that connected and ended.
 */
ended: number, 
/**
 * Of these, calls that never connected.
 */
not_connected: number, 
/**
 * Of these, calls that failed.
 */
failed: number, 
/**
 * How long they lasted together.
 */
duration_ms: number, 
/**
 * Of these, calls whose recording is here.
 */
with_recording: number, };

export type LedgerArgs = { 
/**
 * Only this account.
 */
account?: string, 
/**
 * The first day (UTC), `2026-03-01`; a year back if left out.
 */
since?: string, 
/**
 * The last day (UTC), included; today if left out.
 */
until?: string, };

export type LedgerJson = { 
/**
 * The first day.
 */
since: string, 
/**
 * The last day.
 */
until: string, 
/**
 * The accounts, as in `config.toml`.
 */
accounts: Array<AccountLedgerJson>, };

export type AccountLedgerJson = { 
/**
 * The account's id.
 */
account: string, 
/**
 * The provider's name.
 */
provider: string, 
/**
 * The provider's name for people.
 */
title: string, 
/**
 * Whether the provider can be asked. Where not, nothing is claimed to be complete.
 */
has_api: boolean, 
/**
 * Every call that began before is here, over, and whole or excused. RFC 3339.
 */
complete_through: string | null, 
/**
 * Up to when the provider's list was read without a gap. RFC 3339.
 */
walked_until: string | null, 
/**
 * When the earliest call began that goes on or lacks something without excuse. RFC 3339.
 */
blocked_at: string | null, 
/**
 * All its days together.
 */
total: LedgerSums, 
/**
 * The days that were asked for, oldest first, without those that had no calls.
 */
days: Array<LedgerDayJson>, };

export type LedgerDayJson = { 
/**
 * The day (UTC).
 */
day: string, 
/**
 * Its sums.
 */
sums: LedgerSums, };

export type LedgerSums = { 
/**
 * Calls that are known to exist.
 */
calls: number, 
/**
 * Things that are expected of them.
 */
expected: number, 
/**
 * Of these, held.
 */
held: number, 
/**
 * Of these, holes that are explained for good.
 */
excused: number, 
/**
 * Of these, holes that are not.
 */
open: number, 
/**
 * `record | recording | transcript | analysis | cost`: expected and held.
 */
things: Record<string, [number, number]>, 
/**
 * Holes by reason.
 */
holes: Record<string, number>, };

export type HolesArgs = { 
/**
 * The account.
 */
account: string, 
/**
 * The day (UTC).
 */
day: string, 
/**
 * What the page before gave as `next`.
 */
after?: string, 
/**
 * At most this many calls, up to 500.
 */
limit: number, };

export type HolesPage = { 
/**
 * The calls, oldest first.
 */
rows: Array<HoleJson>, 
/**
 * Gives the next page; `null` if there is none.
 */
next: string | null, };

export type HoleJson = { 
/**
 * Ringback's id, if the call is here and can be looked at.
 */
call: string | null, 
/**
 * The account's id.
 */
account: string, 
/**
 * The provider's id.
 */
provider_call_id: string, 
/**
 * When it began, or was first heard of. RFC 3339.
 */
began: string, 
/**
 * Since when something is lacking. RFC 3339.
 */
since: string, 
/**
 * How long that is by now.
 */
age_ms: number, 
/**
 * What is lacking.
 */
holes: Array<HoleThing>, 
/**
 * Whether asking again may help.
 */
repairable: boolean, };

export type HoleThing = { 
/**
 * `record | recording | transcript | analysis | cost`.
 */
thing: string, 
/**
 * Why: `too_short`, `policy`, `link_expired`, `not_due`, `network`, ...
 */
reason: string, 
/**
 * What kind of reason: `absent | withheld | expired | gone | cannot_be_asked | not_due | failed |
 * never_asked`. The last three stand in the way of `complete_through`.
 */
class: string, };

export type RepairScopeJson = { "scope": "call", 
/**
 * Its account; found by the id if left out.
 */
account?: string, 
/**
 * Ringback's id or the provider's.
 */
id: string, } | { "scope": "day", 
/**
 * The account.
 */
account: string, 
/**
 * The day (UTC).
 */
day: string, } | { "scope": "all", 
/**
 * Only this account.
 */
account?: string, };

export type WrittenFile = { 
/**
 * Where it is.
 */
file: string, };

export type Event = { "type": "calls", "data": Array<CallRow> } | { "type": "stale" } | { "type": "player", "data": PlayerState } | { "type": "resync", "data": ResyncProgress } | { "type": "export", "data": ExportProgress } | { "type": "alert", "data": AlertJson } | { "type": "settings", "data": Settings } | { "type": "health" } | { "type": "config", "data": ConfigState };

/** Every command: its arguments and its result. */
export interface Commands {
  "app.info": { args: Nothing; result: AppInfo };
  "accounts.list": { args: Nothing; result: Array<AccountJson> };
  "accounts.check": { args: Nothing; result: Array<AccountCheck> };
  "accounts.setup": { args: Nothing; result: Setup };
  "accounts.try": { args: TryAccountArgs; result: AccountCheck };
  "accounts.add": { args: AddAccountArgs; result: AccountSetup };
  "accounts.edit": { args: EditAccountArgs; result: AccountSetup };
  "accounts.pause": { args: PauseAccountArgs; result: AccountSetup };
  "accounts.remove": { args: RemoveAccountArgs; result: AccountRemoved };
  "accounts.set_secret": { args: SetSecretArgs; result: AccountSetup };
  "accounts.forget_secret": { args: SecretRef; result: AccountSetup };
  "accounts.move_secrets": { args: MoveSecretsArgs; result: MovedSecrets };
  "providers.list": { args: Nothing; result: Array<ProviderForm> };
  "keys.state": { args: Nothing; result: KeysJson };
  "keys.unlock": { args: UnlockArgs; result: KeysJson };
  "keys.read": { args: Nothing; result: KeysJson };
  "keys.set_shared": { args: SetSecretArgs; result: Array<SharedSecretJson> };
  "keys.forget_shared": { args: SecretRef; result: Array<SharedSecretJson> };
  "live.list": { args: Nothing; result: Array<CallRow> };
  "calls.page": { args: PageArgs; result: CallPage };
  "calls.get": { args: CallRef; result: CallDetail };
  "calls.hits": { args: HitsArgs; result: Array<Hit> };
  "calls.check": { args: CallRef; result: CallStanding };
  "calls.mark_ended": { args: CallRef; result: CallStanding };
  "resync.start": { args: ResyncArgs; result: ResyncProgress };
  "resync.pause": { args: ResyncRef; result: Nothing };
  "resync.resume": { args: ResyncRef; result: Nothing };
  "resync.cancel": { args: ResyncRef; result: Nothing };
  "resync.list": { args: Nothing; result: Array<ResyncProgress> };
  "export.start": { args: ExportArgs; result: ExportProgress | null };
  "export.stop": { args: ExportRef; result: Nothing };
  "export.reveal": { args: ExportRef; result: Nothing };
  "recordings.retry": { args: RecordingRef; result: Nothing };
  "offsite.push": { args: Nothing; result: OffsiteQueued };
  "player.state": { args: Nothing; result: PlayerState };
  "player.load": { args: LoadArgs; result: PlayerState };
  "player.play": { args: Nothing; result: Nothing };
  "player.pause": { args: Nothing; result: Nothing };
  "player.seek": { args: SeekArgs; result: Nothing };
  "player.set": { args: PlayerSettings; result: Nothing };
  "insights.get": { args: InsightsArgs; result: Insights };
  "ledger.get": { args: LedgerArgs; result: LedgerJson };
  "ledger.holes": { args: HolesArgs; result: HolesPage };
  "ledger.repair": { args: RepairScopeJson; result: ResyncProgress };
  "ledger.export": { args: LedgerArgs; result: WrittenFile };
  "health.get": { args: Nothing; result: Health };
  "health.report": { args: Nothing; result: WrittenFile | null };
  "events.replay_failed": { args: Nothing; result: ReplayedJson };
  "refusals.forget": { args: AccountRef; result: Nothing };
  "home.reveal": { args: Nothing; result: Nothing };
  "webhook.look": { args: WebhookRef; result: WebhookLook };
  "webhook.register": { args: WebhookRegisterArgs; result: WebhookSet };
  "webhook.restore": { args: WebhookTargetRef; result: WebhookSet };
  "webhook.test": { args: WebhookRef; result: WebhookTrial };
  "webhook.consent": { args: WebhookConsentArgs; result: Nothing };
  "tunnel.get": { args: Nothing; result: TunnelJson };
  "tunnel.restart": { args: Nothing; result: Nothing };
  "settings.get": { args: Nothing; result: Settings };
  "settings.set": { args: Settings; result: Settings };
  "alerts.list": { args: Nothing; result: Array<AlertJson> };
  "alerts.acknowledge": { args: AlertRef; result: Nothing };
  "checks.get": { args: Nothing; result: ChecksJson };
  "checks.set": { args: SetChecksArgs; result: ChecksJson };
  "drift.get": { args: Nothing; result: Array<DriftJson> };
  "demo.start": { args: Nothing; result: Nothing };
  "recordings.reveal": { args: RecordingRef; result: Nothing };
  "config.open": { args: Nothing; result: Nothing };
  "config.state": { args: Nothing; result: ConfigState };
}
