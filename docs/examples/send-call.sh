#!/usr/bin/env bash
# Tells Ringback of a call, of its recording and of what was said in it.
#
#   RINGBACK_URL=https://hooks.example/webhooks/shop \
#   RINGBACK_WEBHOOK_SECRET=whsec_... bash send-call.sh [CALL ID]
#
# Needs bash, curl and openssl. RECORDING_URL may name the recording's link; its host has to stand in
# media_hosts of the account.
set -euo pipefail

url=${RINGBACK_URL:?the address that "ringback accounts list" shows}
secret=${RINGBACK_WEBHOOK_SECRET:?the secret of the account, whsec_...}
call=${1:-demo-$(date +%s)}
recording=${RECORDING_URL:-https://ref.supabase.co/storage/v1/object/public/calls/demo.mp3}

# What stands behind whsec_ is base64; openssl wants the key in hex.
key=$(printf '%s' "${secret#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')

# send TYPE DATA: one event, sent again until it is taken. The id stays the same, so that Ringback
# recognises a repetition; moment and signature are made anew, because old ones are refused.
send() {
  local id body pause timestamp signature answer status
  id=msg_$(openssl rand -hex 12)
  body="{\"type\":\"$1\",\"timestamp\":\"$(iso "$(date +%s)")\",\"data\":$2}"
  for pause in 0 5 30 300; do
    sleep "$pause"
    timestamp=$(date +%s)
    signature=$(printf '%s.%s.%s' "$id" "$timestamp" "$body" |
      openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
    answer=$(curl --silent --show-error --max-time 15 --write-out '\n%{http_code}' \
      --header 'content-type: application/json' \
      --header "webhook-id: $id" \
      --header "webhook-timestamp: $timestamp" \
      --header "webhook-signature: v1,$signature" \
      --data-binary "$body" "$url") || continue
    status=${answer##*$'\n'}
    case $status in
      2*) echo "$1: ${answer%$'\n'*}" && return ;;
      408 | 429 | 5*) continue ;;
      *) echo "$1: refused with $status: ${answer%$'\n'*}" >&2 && return 1 ;;
    esac
  done
  echo "$1: Ringback cannot be reached" >&2
  return 1
}

# Seconds since 1970 as RFC 3339, on Linux and on macOS.
iso() {
  date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ
}

now=$(date +%s)
send call.updated "{\"call\":{
  \"provider_call_id\":\"$call\",\"status\":\"ended\",\"direction\":\"inbound\",
  \"from\":\"+15005550111\",\"to\":\"+15005550100\",\"agent\":{\"id\":\"desk\",\"name\":\"Zoë’s desk\"},
  \"started_at\":\"$(iso $((now - 34)))\",\"answered_at\":\"$(iso $((now - 31)))\",\"ended_at\":\"$(iso "$now")\",
  \"duration_ms\":31000,\"ended_reason\":{\"code\":\"caller_hangup\",\"raw\":\"hangup\"},
  \"cost\":{\"amount\":\"0.05218\",\"currency\":\"USD\",\"provisional\":false,\"parts\":[]}}}"

send recording.available "{\"call\":{\"provider_call_id\":\"$call\"},\"recording\":{
  \"provider_recording_id\":\"$call-1\",\"url\":\"$recording\"}}"

send transcript.done "{\"call\":{\"provider_call_id\":\"$call\"},\"transcript\":[
  {\"speaker\":\"agent\",\"start_ms\":400,\"end_ms\":1900,\"text\":\"Good morning, how can I help?\"},
  {\"speaker\":\"caller\",\"start_ms\":2300,\"end_ms\":4100,\"text\":\"I would like to order a cake.\"}]}"
