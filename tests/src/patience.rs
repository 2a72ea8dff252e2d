//! Waiting for something to happen, by asking for it.

use std::{fmt::Display, time::Duration};

use tokio::time::{Instant, sleep};

use crate::witness::testimony;

/// How long a thing that should happen at once may take on a machine that has far too much to do. Nobody
/// waits for it but a journey that fails.
pub const SOON: Duration = Duration::from_secs(90);

/// How long a simulated call, its recording and everything about it may take.
pub const A_WHILE: Duration = Duration::from_secs(300);

/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(40);

/// Asks until there is an answer.
///
/// # Panics
///
/// There is none within `limit`; the message says what was waited for, and what everybody in the journey
/// has to say about how things are.
pub async fn until<T>(
    limit: Duration,
    what: impl Display,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            begin.elapsed() < limit,
            "waited {} s in vain: {what}{}",
            limit.as_secs(),
            testimony()
        );
        sleep(PAUSE).await;
    }
}
