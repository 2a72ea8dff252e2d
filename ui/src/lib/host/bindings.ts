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
missing: Array<string>, };

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
 * Which channel each speaker is on, where that is known: `{"caller": 0, "agent": 1}`.
 */
channel_of: Record<string, number>, };

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
tunnel: TunnelJson, };

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
show_numbers: boolean | null, };

export type AlertJson = { 
/**
 * Its id.
 */
id: string, 
/**
 * What kind: `recording_failed`, `poll_failed`, `cost_gap`, ...
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
 * RFC 3339.
 */
acknowledged_at: string | null, };

export type AlertRef = { 
/**
 * The alert's id.
 */
id: string, };

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
  "player.state": { args: Nothing; result: PlayerState };
  "player.load": { args: LoadArgs; result: PlayerState };
  "player.play": { args: Nothing; result: Nothing };
  "player.pause": { args: Nothing; result: Nothing };
  "player.seek": { args: SeekArgs; result: Nothing };
  "player.set": { args: PlayerSettings; result: Nothing };
  "insights.get": { args: InsightsArgs; result: Insights };
  "health.get": { args: Nothing; result: Health };
  "tunnel.restart": { args: Nothing; result: Nothing };
  "settings.get": { args: Nothing; result: Settings };
  "settings.set": { args: Settings; result: Settings };
  "alerts.list": { args: Nothing; result: Array<AlertJson> };
  "alerts.acknowledge": { args: AlertRef; result: Nothing };
  "demo.start": { args: Nothing; result: Nothing };
  "recordings.reveal": { args: RecordingRef; result: Nothing };
  "config.open": { args: Nothing; result: Nothing };
}
