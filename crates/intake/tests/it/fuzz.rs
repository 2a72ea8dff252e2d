//! Requests that were made up, through a real socket: nothing panics, nothing that nobody vouched for
//! is kept, every answer is one of the door's, and the next honest event is taken.
//!
//! A case is put together from parts that are right, nearly right and wrong, cut into pieces and
//! damaged, all by a number; the same number gives the same case. The everyday test does a few
//! thousand cases. `RINGBACK_FUZZ_SECONDS` makes it go on for that long, `RINGBACK_FUZZ_SEED` begin
//! elsewhere.

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use ringback_intake::Limits;
use ringback_providers::Account;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    line::{Open, post},
    support::{House, account},
};

/// Cases of each provider in the everyday test.
const CASES: u64 = 700;

/// After so many cases an honest sender tries the door.
const BETWEEN: u64 = 50;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end.max(1) as u64).expect("below a usize")
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most + 1);
        (0..length).map(|_| self.roll().to_le_bytes()[0]).collect()
    }
}

const METHODS: &[&str] = &[
    "POST",
    "POST",
    "POST",
    "POST",
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "post",
    "PRI",
    "",
    "\0",
    "POST POST",
];

const PATHS: &[&str] = &[
    "/webhooks/clinic",
    "/webhooks/clinic",
    "/webhooks/clinic",
    "/webhooks/clinic?a=1&a=2&%00=%ff",
    "/webhooks/clinic/",
    "/webhooks//clinic",
    "/webhooks/../webhooks/clinic",
    "/webhooks/%63linic",
    "/webhooks/clinic%00",
    "/webhooks/CLINIC",
    "/webhooks/.canary",
    "/webhooks/..%2f..%2fetc%2fpasswd",
    "/healthz",
    "/",
    "*",
    "http://evil.example/webhooks/clinic",
    "//evil.example/webhooks/clinic",
    "/webhooks/clinic#x",
    "webhooks/clinic",
    "/webhooks/\u{e9}",
    "",
];

const VERSIONS: &[&str] = &[
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2.0",
    "HTTP/9.9",
    "HTTP/1.1 x",
    "",
    "http/1.1",
];

/// Headers that decide something somewhere: about the framing, or about who vouches.
const NAMES: &[&str] = &[
    "x-signature",
    "x-event",
    "x-retell-signature",
    "x-twilio-signature",
    "telnyx-signature-ed25519",
    "telnyx-timestamp",
    "svix-id",
    "svix-timestamp",
    "svix-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-vapi-secret",
    "x-vapi-signature",
    "authorization",
    "content-type",
    "content-encoding",
    "expect",
    "connection",
    "upgrade",
    "host",
    "trailer",
    "te",
    "x-forwarded-for",
    "content-length",
    "transfer-encoding",
    "x y",
    "x:",
    "",
];

const VALUES: &[&str] = &[
    "bad",
    "old",
    "future",
    "no secret",
    "?",
    "v=1772366400000,d=00",
    "v=,d=",
    "v=1,v=2,d=zz",
    "v=99999999999999999999,d=ff",
    "v1,",
    "v1,AAAA v1,AAAA v2,=",
    "1772366400",
    "-1",
    "1e9",
    "NaN",
    "application/json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; x=\"",
    "100-continue",
    "close",
    "keep-alive, close",
    "h2c",
    "chunked",
    "gzip, chunked",
    "chunked, chunked",
    "xchunked",
    "0",
    "4",
    "+4",
    "4, 4",
    "18446744073709551616",
    "-4",
    "0x4",
    "Bearer ",
    "Bearer x",
    "Basic !!!",
    "whsec_",
    "\u{e9}\u{202e}",
    "\t",
    "",
];

const BODIES: &[&str] = &[
    "{}",
    "",
    "null",
    "[[[[[[[[",
    "{\"event\":\"call_ended\",\"call\":{\"call_id\":\"a\"}}",
    "CallSid=CA1&CallStatus=completed",
    "CallSid=%zz&=&&&%",
    "\u{0}\u{1}\u{2}",
    "{\"data\":{\"event_type\":\"call.hangup\"}}",
    "{\"message\":{\"type\":\"end-of-call-report\"}}",
    "0\r\n\r\nPOST /webhooks/clinic HTTP/1.1\r\nx-signature: bad\r\n\r\n",
];

/// One case, as bytes.
fn case(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=dice.below(3) {
        bytes.extend(request(dice));
    }
    if dice.once_in(3) {
        damage(dice, &mut bytes);
    }
    bytes
}

fn request(dice: &mut Dice) -> Vec<u8> {
    let line_end = if dice.once_in(30) { "\n" } else { "\r\n" };
    let mut text = format!(
        "{} {} {}{line_end}",
        dice.pick(METHODS),
        dice.pick(PATHS),
        dice.pick(VERSIONS)
    );
    if !dice.once_in(10) {
        text.push_str("host: x\r\n");
    }
    for _ in 0..dice.below(6) {
        let value = if dice.once_in(40) {
            "y".repeat(dice.below(80_000))
        } else {
            dice.pick(VALUES).to_owned()
        };
        text.push_str(&format!("{}: {value}{line_end}", dice.pick(NAMES)));
    }
    let body = if dice.once_in(5) {
        dice.bytes(3_000)
    } else {
        dice.pick(BODIES).as_bytes().to_vec()
    };
    let mut bytes = text.into_bytes();
    framed(dice, &mut bytes, &body);
    bytes
}

/// The body behind its head, by length, in chunks, or as neither allows.
fn framed(dice: &mut Dice, bytes: &mut Vec<u8>, body: &[u8]) {
    match dice.below(8) {
        0..=2 => bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes()),
        3 => {
            let wrong = body.len() + dice.below(5);
            bytes.extend(format!("content-length: {wrong}\r\n\r\n").into_bytes());
        }
        4 | 5 => {
            bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
            for piece in body.chunks(dice.below(40) + 1) {
                let size = match dice.below(20) {
                    0 => "ffffffffffffffff".to_owned(),
                    1 => format!("{:x};ext=\"", piece.len()),
                    2 => "zz".to_owned(),
                    _ => format!("{:x}", piece.len()),
                };
                bytes.extend(format!("{size}\r\n").into_bytes());
                bytes.extend(piece);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\nx-trailer: 1\r\n\r\n");
            return;
        }
        6 => bytes.extend(
            format!(
                "content-length: {}\r\ntransfer-encoding: chunked\r\n\r\n",
                body.len()
            )
            .into_bytes(),
        ),
        _ => bytes.extend(b"\r\n"),
    }
    bytes.extend(body);
}

/// Flips, cuts, doubles and exchanges bytes.
fn damage(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            return;
        }
        let at = dice.below(bytes.len());
        match dice.below(4) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => bytes.truncate(at),
            2 => {
                let copy = bytes[at..].to_vec();
                bytes.extend(copy);
            }
            _ => {
                let other = dice.below(bytes.len());
                bytes.swap(at, other);
            }
        }
    }
}

/// Sends a case in pieces, says that nothing more comes, and gives back what the door said to it.
async fn posed(door: &Open, dice: &mut Dice, case: &[u8]) -> Vec<u8> {
    let stream = door.connect().await.0;
    let (mut reading, mut writing) = stream.into_split();
    let pieces: Vec<Vec<u8>> = match dice.below(3) {
        0 => case
            .chunks(dice.below(200) + 1)
            .map(<[u8]>::to_vec)
            .collect(),
        _ => vec![case.to_vec()],
    };
    // The door may hang up in the middle of it, as it should on much of this.
    let sending = async move {
        for piece in pieces {
            if writing.write_all(&piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
        let _ = writing.shutdown().await;
    };
    let mut said = Vec::new();
    let hearing = async {
        let _ = reading.read_to_end(&mut said).await;
    };
    let both = async { tokio::join!(sending, hearing) };
    tokio::time::timeout(Duration::from_secs(90), both)
        .await
        .expect("the door hangs up on who says that nothing more comes");
    said
}

/// Whether everything that was said are answers of the door.
fn are_answers(said: &[u8]) -> Result<(), String> {
    const STATUS: [&str; 10] = [
        "100", "200", "400", "401", "404", "405", "408", "413", "431", "503",
    ];
    let said = String::from_utf8(said.to_vec()).map_err(|_| "not text".to_owned())?;
    for answer in said.split("HTTP/1.").skip(1) {
        let status = answer.get(2..5).unwrap_or_default();
        // The rest is hyper's own word for what is no HTTP at all.
        if !STATUS.contains(&status) && status != "414" && status != "505" {
            return Err(format!("the answer {answer:?}"));
        }
        if answer.contains("evil.example") {
            return Err("an answer that repeats what was sent".to_owned());
        }
    }
    Ok(())
}

/// An account of each provider, with keys of the form that it wants.
fn houses() -> Vec<(&'static str, House)> {
    let secret = format!("whsec_{}", BASE64_STANDARD.encode("key_for_tests"));
    let mut houses = vec![("words", House::new())];
    for (provider, name) in [
        ("retell", "api_key"),
        ("twilio", "auth_token"),
        ("vapi", "webhook_secret"),
        ("telnyx", "api_key"),
        ("recall", "webhook_secret"),
        ("custom", "webhook_secret"),
    ] {
        let mut account = Account {
            provider,
            webhook_url: "https://hooks.example/webhooks/clinic".parse().ok(),
            ..account()
        };
        account.secrets.add(name, &secret);
        let option = |key: &str| key.to_owned();
        if provider == "telnyx" {
            let key = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";
            account.options.insert(option("public_key"), key.into());
        }
        if provider == "vapi" {
            account
                .options
                .insert(option("webhook_auth"), "hmac".into());
        }
        houses.push((provider, House::at(account)));
    }
    houses
}

#[expect(
    clippy::print_stdout,
    reason = "who lets it run for minutes wants to know how much it has tried"
)]
#[tokio::test]
async fn whatever_comes_through_the_wire_the_door_stays_whole_and_keeps_nothing_unvouched() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = number("RINGBACK_FUZZ_SEED").unwrap_or(1);
    let length = number("RINGBACK_FUZZ_SECONDS").map(Duration::from_secs);
    let begin = Instant::now();
    let mut round = seed;
    let mut cases = 0;
    loop {
        for (provider, house) in houses() {
            let door = Open::new(&house.intake, Limits::default()).await;
            let mut honest = 0;
            for at in 0..CASES {
                // What stands in a failure is enough to see the case again.
                let number = round << 32 | at;
                let mut dice = Dice(number);
                let case = case(&mut dice);
                let said = posed(&door, &mut dice, &case).await;
                cases += 1;
                if let Err(what) = are_answers(&said) {
                    panic!("{provider}, seed {round}, case {at}: {what}");
                }
                if provider == "words" && at % BETWEEN == 0 {
                    let mut line = door.connect().await;
                    line.send(post(&format!("honest {at}"), "{}")).await;
                    let answer = line.answer().await;
                    assert!(answer.contains("\"accepted\""), "case {at}: {answer}");
                    honest += 1;
                }
                assert_eq!(
                    house.kept(),
                    honest,
                    "{provider}, seed {round}, case {at}: nobody vouched for what is kept"
                );
            }
            door.close().await;
        }
        round += 1;
        if length.is_none_or(|length| begin.elapsed() > length) {
            break;
        }
    }
    println!("{cases} cases in {:?}", begin.elapsed());
}
