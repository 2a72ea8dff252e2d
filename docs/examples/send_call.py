#!/usr/bin/env python3
"""Tells Ringback of a call, of its recording and of what was said in it.

    pip install standardwebhooks
    RINGBACK_URL=https://hooks.example/webhooks/shop \
    RINGBACK_WEBHOOK_SECRET=whsec_... python3 send_call.py [CALL ID]

RECORDING_URL may name the recording's link; its host has to stand in media_hosts of the account.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook

URL = os.environ["RINGBACK_URL"]
SIGNER = Webhook(os.environ["RINGBACK_WEBHOOK_SECRET"])
RECORDING = os.environ.get(
    "RECORDING_URL", "https://ref.supabase.co/storage/v1/object/public/calls/demo.mp3"
)


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def send(kind: str, data: dict) -> None:
    """One event, sent again until it is taken.

    The id stays the same, so that Ringback recognises a repetition; moment and signature are made
    anew, because old ones are refused.
    """
    message_id = f"msg_{uuid.uuid4().hex}"
    event = {"type": kind, "timestamp": iso(datetime.now(timezone.utc)), "data": data}
    body = json.dumps(event)
    for pause in (0, 5, 30, 300):
        time.sleep(pause)
        # In UTC: the package takes any moment for one.
        now = datetime.now(timezone.utc)
        request = urllib.request.Request(
            URL,
            data=body.encode(),
            headers={
                "content-type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": SIGNER.sign(message_id, now, body),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                print(f"{kind}: {answer.read().decode()}")
                return
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code not in (408, 429):
                sys.exit(f"{kind}: refused with {error.code}: {error.read().decode()}")
        except OSError as error:
            print(f"{kind}: {error}; trying again", file=sys.stderr)
    sys.exit(f"{kind}: Ringback cannot be reached")


def main() -> None:
    call_id = sys.argv[1] if len(sys.argv) > 1 else f"demo-{int(time.time())}"
    ended_at = datetime.now(timezone.utc)

    send(
        "call.updated",
        {
            "call": {
                "provider_call_id": call_id,
                "status": "ended",
                "direction": "inbound",
                "from": "+15005550111",
                "to": "+15005550100",
                "agent": {"id": "desk", "name": "Zoë’s desk"},
                "started_at": iso(ended_at - timedelta(seconds=34)),
                "answered_at": iso(ended_at - timedelta(seconds=31)),
                "ended_at": iso(ended_at),
                "duration_ms": 31_000,
                "ended_reason": {"code": "caller_hangup", "raw": "hangup"},
                # Amounts are texts: as a number, 0.05218 may lose its digits on the way.
                "cost": {
                    "amount": "0.05218",
                    "currency": "USD",
                    "provisional": False,
                    "parts": [],
                },
            }
        },
    )

    # A part by itself names its call and nothing else of it.
    call = {"provider_call_id": call_id}
    send(
        "recording.available",
        {"call": call, "recording": {"provider_recording_id": f"{call_id}-1", "url": RECORDING}},
    )
    send(
        "transcript.done",
        {
            "call": call,
            "transcript": [
                {
                    "speaker": "agent",
                    "start_ms": 400,
                    "end_ms": 1_900,
                    "text": "Good morning, how can I help?",
                },
                {
                    "speaker": "caller",
                    "start_ms": 2_300,
                    "end_ms": 4_100,
                    "text": "I would like to order a cake.",
                },
            ],
        },
    )


if __name__ == "__main__":
    main()
