// Made by `cargo xtask bindings` from crates/api. Do not edit.

export type ErrorCode = "bad_request" | "not_found" | "config" | "not_now" | "not_ready" | "no_recording" | "damaged" | "no_device" | "key_refused" | "rate_limited" | "provider" | "disk_full" | "locked" | "newer" | "internal";

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
 * What was found.
 */
message: string, 
/**
 * What to do about it.
 */
hint: string | null, };

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
accounts: Array<AccountRules>, };

export type AccountRules = { 
/**
 * The account's id.
 */
account: string, 
/**
 * Its rules, in the order of the documentation.
 */
rules: Array<CheckRule>, };

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

export type Event = { "type": "calls", "data": Array<CallRow> } | { "type": "stale" } | { "type": "player", "data": PlayerState } | { "type": "resync", "data": ResyncProgress } | { "type": "alert", "data": AlertJson } | { "type": "settings", "data": Settings } | { "type": "health" };

/** Every command: its arguments and its result. */
export interface Commands {
  "app.info": { args: Nothing; result: AppInfo };
  "accounts.list": { args: Nothing; result: Array<AccountJson> };
  "accounts.check": { args: Nothing; result: Array<AccountCheck> };
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
  "tunnel.get": { args: Nothing; result: TunnelJson };
  "tunnel.restart": { args: Nothing; result: Nothing };
  "settings.get": { args: Nothing; result: Settings };
  "settings.set": { args: Settings; result: Settings };
  "alerts.list": { args: Nothing; result: Array<AlertJson> };
  "alerts.acknowledge": { args: AlertRef; result: Nothing };
  "checks.get": { args: Nothing; result: ChecksJson };
  "drift.get": { args: Nothing; result: Array<DriftJson> };
  "demo.start": { args: Nothing; result: Nothing };
  "recordings.reveal": { args: RecordingRef; result: Nothing };
  "config.open": { args: Nothing; result: Nothing };
}
