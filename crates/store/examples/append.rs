//! How many events a second are acknowledged: `append [callers] [seconds] [full|off]`.
//!
//! Every caller appends bodies of 4 KB with unique keys, one after the other, each waiting for its
//! acknowledgement. The result is void unless every acknowledged event is there at the end.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use ringback_model::{AccountId, Clock, Source};
use ringback_store::{Durability, NewEvent, Options, Request, Standing, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let callers: usize = words.next().map_or(Ok(64), |word| word.parse())?;
    let seconds: u64 = words.next().map_or(Ok(5), |word| word.parse())?;
    let durability = match words.next().as_deref() {
        Some("off") => Durability::OffForMeasuring,
        _ => Durability::Full,
    };
    let folder = tempfile::tempdir_in(".")?;
    let options = Options {
        durability,
        ..Options::default()
    };
    let store = Store::open(&folder.path().join("ringback.db"), options, Clock::system())?;
    let began = Instant::now();
    let end = Duration::from_secs(seconds);
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..callers)
            .map(|caller| {
                let store = &store;
                scope.spawn(move || append_until(store, caller, began, end))
            })
            .collect();
        callers
            .into_iter()
            .flat_map(|caller| caller.join().expect("no caller panics"))
            .collect()
    });
    let took = began.elapsed();
    let kept = store.read(|reader| reader.events().count_pending(usize::MAX))?;
    assert_eq!(kept, waits.len() as u64, "a wrong answer voids the run");
    waits.sort();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    writeln!(
        std::io::stdout(),
        "{durability:?} {callers} callers: {:.0} acknowledged/s, p50 {:?}, p99 {:?}, worst {:?}",
        waits.len() as f64 / took.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
    )?;
    Ok(())
}

fn append_until(store: &Store, caller: usize, began: Instant, end: Duration) -> Vec<Duration> {
    let account = AccountId::new("clinic").expect("a valid account");
    let mut waits = Vec::new();
    for n in 0u64.. {
        let sent = began.elapsed();
        if sent > end {
            break;
        }
        // Spread like real ids: the index on keys is hit everywhere, not at its end.
        let spread = (n * 64 + caller as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = format!("call_ended:{spread:016x}");
        let appended = store.append(NewEvent {
            account: account.clone(),
            provider: "retell".into(),
            source: Source::Webhook,
            kind: None,
            body: body(&key),
            key,
            received_at: Clock::system().now(),
            as_of: None,
            request: Request::default(),
            standing: Standing::Signed,
        });
        appended.expect("acknowledged");
        waits.push(began.elapsed().saturating_sub(sent));
    }
    waits
}

/// JSON of 4 KB with words in it, as a webhook has.
fn body(key: &str) -> Vec<u8> {
    let mut body =
        format!("{{\"event\":\"call_ended\",\"call\":{{\"call_id\":\"{key}\",\"transcript\":\"");
    let mut n = key.bytes().map(u64::from).sum::<u64>();
    while body.len() < 4000 {
        n = n
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        body.push_str(
            [
                "appointment ",
                "tomorrow ",
                "please ",
                "at ",
                "nine ",
                "the ",
                "doctor ",
                "yes ",
            ][(n >> 61) as usize],
        );
        body.push_str(&format!("{:x} ", n >> 52));
    }
    body.push_str("\"}}");
    body.into_bytes()
}
