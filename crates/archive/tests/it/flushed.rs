//! What the disk is told, and in which order: a power failure at any point finds nothing or a complete
//! file, and what was called landed stays. The process that lands is this test program once more, watched
//! by strace.

use std::{fs, path::Path, process::Command};

use ringback_archive::Archive;

use crate::support::{Home, copy_all, finish, plan, sound};

const HOME: &str = "RINGBACK_TEST_FLUSHED_HOME";

const WATCHED: &str = "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat";

#[test]
fn a_name_is_given_to_what_is_on_the_disk_and_lasts_before_it_is_told() {
    let home = Home::new();
    let said = home.dir.path().join("said");
    let program = std::env::current_exe().expect("this test");
    let watched = Command::new("strace")
        .args(["-f", "-y", "-qq", "-e", WATCHED, "-o"])
        .arg(&said)
        .arg(program)
        .args(["--exact", "flushed::two_land", "--ignored"])
        .env(HOME, home.dir.path())
        .output()
        .expect("strace is among what the tests need");
    assert!(watched.status.success(), "{watched:?}");
    let said = fs::read_to_string(&said).expect("it was watched");
    let steps: Vec<String> = said.lines().filter_map(step).collect();

    let landed = |call: &str| {
        [
            "flush .part".to_owned(),
            format!("name {call}.wav"),
            format!("flush .ringback-{call}.json.tmp"),
            format!("name {call}.json"),
            "flush 2026-03-01".to_owned(),
            "remove .part.json".to_owned(),
        ]
    };
    // The folders are made last once; they are flushed from the inside out.
    let begin = steps.iter().position(|step| step == "flush .part");
    let (folders, files) = steps.split_at(begin.expect("the sound is flushed"));
    assert!(
        folders.ends_with(&["flush clinic".to_owned(), "flush recordings".to_owned()]),
        "{folders:?}"
    );
    assert_eq!(files, [landed("call_1"), landed("call_2")].concat());
}

/// What a line of strace says was done, and to which file.
fn step(line: &str) -> Option<String> {
    let (call, rest) = line
        .split_once(char::is_whitespace)?
        .1
        .trim()
        .split_once('(')?;
    let (verb, place) = match call {
        "fsync" | "fdatasync" => ("flush", rest.split_once('<')?.1.split_once('>')?.0),
        "unlink" | "unlinkat" => ("remove", rest.rsplit('"').nth(1)?),
        _ => ("name", rest.rsplit('"').nth(1)?),
    };
    let name = Path::new(place).file_name()?.to_str()?;
    let ending = [".part.json", ".part"]
        .into_iter()
        .find(|ending| name.ends_with(ending));
    Some(format!("{verb} {}", ending.unwrap_or(name)))
}

#[tokio::test]
#[ignore = "the process that the test above watches"]
async fn two_land() {
    let home = std::env::var_os(HOME).expect("set by the test above");
    let archive = Archive::open(Path::new(&home)).expect("opened");
    for call in ["call_1", "call_2"] {
        let landing = archive.land(plan(call)).expect("begun");
        let landing = copy_all(landing, &sound(100_000)).await.expect("copied");
        finish(landing).expect("finished");
    }
}
