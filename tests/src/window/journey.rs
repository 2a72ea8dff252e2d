//! A test through the real window.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;
use tokio::sync::RwLock;

use super::desk::Desk;

/// Lets a story happen on a fresh desk. If it ends badly, there is a picture of the window as it
/// was then, `target/window/{name}-failed.png`, and its last words are printed. A story in which
/// the page wrote an error to its console, or in which the content security policy had to refuse
/// something, does not end well.
///
/// `name` is a name of letters, digits and `_`, and no other journey has it.
pub async fn journey(name: &str, story: impl AsyncFnOnce(&mut Desk)) {
    let _beside_others = QUIET.read().await;
    tell(name, story).await;
}

/// The same for a story in which every millisecond of sound counts: no other journey of this process
/// makes the machine busy meanwhile.
pub async fn quiet_journey(name: &str, story: impl AsyncFnOnce(&mut Desk)) {
    let _alone = QUIET.write().await;
    tell(name, story).await;
}

static QUIET: RwLock<()> = RwLock::const_new(());

async fn tell(name: &str, story: impl AsyncFnOnce(&mut Desk)) {
    let mut desk = Desk::new(name);
    let outcome = AssertUnwindSafe(story(&mut desk)).catch_unwind().await;
    if let Err(panic) = outcome {
        if let Some(view) = desk.view() {
            // The window may be what failed.
            let _ = AssertUnwindSafe(view.picture("failed"))
                .catch_unwind()
                .await;
        }
        print_last_words(&desk);
        desk.close().await;
        resume_unwind(panic);
    }
    desk.close().await;
    let complaints = desk.complaints();
    assert!(
        complaints.is_empty(),
        "the page complained on its console:\n{}",
        complaints.join("\n")
    );
}

#[expect(
    clippy::print_stderr,
    reason = "the test harness shows it if the test fails"
)]
fn print_last_words(desk: &Desk) {
    let (said, logged) = (desk.said(), desk.logged());
    eprintln!("the program's last words:\n{}", last_lines(&said));
    eprintln!("the end of its log:\n{}", last_lines(&logged));
    eprintln!("its processes: {}", desk.states());
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let last = lines.len().saturating_sub(40);
    lines[last..].join("\n")
}
