//! The disk is full. Linux lets a test have a small disk of its own (a tmpfs in a namespace), in a
//! process of its own.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ringback_archive::{Archive, CopyError, DiskError, FinishError};

use crate::support::{accept, copy_all, describe, finish, plan, sound};

const DISK: &str = "RINGBACK_TEST_SMALL_DISK";

/// What `sh` answers if the machine gives no disk.
const NO_DISK: i32 = 77;

#[test]
fn a_full_disk_loses_nothing_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().expect("a temp dir");
    let script = format!(
        "mount -t tmpfs -o size=4m tmpfs \"${DISK}\" || exit {NO_DISK}; \
         exec \"$0\" --exact full::on_a_small_disk --ignored --nocapture"
    );
    let run = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().expect("this test"))
        .env(DISK, dir.path())
        .output();
    let Ok(run) = run else { return no_disk() };
    let words = String::from_utf8_lossy(&run.stderr);
    if run.status.code() == Some(NO_DISK) || words.starts_with("unshare:") {
        return no_disk();
    }
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && out.contains("1 passed"),
        "{out}\n{words}"
    );
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests should know what was not tried"
)]
fn no_disk() {
    eprintln!("not tried: this machine gives a test no disk of its own (unshare, mount)");
}

#[tokio::test]
#[ignore = "run by the test above on a small disk"]
async fn on_a_small_disk() {
    let disk = PathBuf::from(std::env::var_os(DISK).expect("set by the test above"));
    let archive = Archive::open(&disk).expect("opened");
    let content = sound(2 << 20);
    fs::write(disk.join("filler"), vec![1; 3 << 20]).expect("there is room for that");
    let room = archive.free_space().expect("told");
    assert!(room < content.len() as u64, "{room}");

    let landing = archive.land(plan("call_1")).expect("begun");
    let copied = copy_all(landing, &content).await;
    assert!(
        matches!(copied, Err(CopyError::Disk(DiskError::Full { .. }))),
        "{copied:?}"
    );

    fs::remove_file(disk.join("filler")).expect("removed");
    let landing = archive.land(plan("call_1")).expect("begun");
    let kept = landing.resume_point().from;
    assert!(kept > 500_000, "only {kept} bytes are kept");
    let landing = copy_all(landing, &content).await.expect("copied");

    fill(&disk.join("filler"));
    let finished = landing.finish(accept, describe);
    assert!(
        matches!(finished, Err(FinishError::Disk(DiskError::Full { .. }))),
        "{finished:?}"
    );
    fs::remove_file(disk.join("filler")).expect("removed");
    let landing = archive.land(plan("call_1")).expect("begun");
    assert!(landing.is_whole(), "only the words are missing");
    let landed = finish(landing).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

fn fill(path: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(path).expect("made");
    while file.write_all(&[1; 512]).is_ok() {}
}
