//! The passphrase of the sealed file as a service and as a person give it.

use std::process::Stdio;

use ringback_journeys::{
    patience::{SOON, until},
    program::built,
    setting::{RETELL, Setting},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

use super::{PASSPHRASE, assert_nowhere, key_works, with_passphrase, without_keys};

/// The program with an open descriptor 3 that has this in it.
fn with_descriptor(setting: &Setting, inside: &str) -> ringback_journeys::program::Ringback {
    let script = format!("exec \"$@\" 3<<END\n{inside}\nEND\n");
    let environment = vec![
        ("RINGBACK_PASSPHRASE_FD".into(), "3".into()),
        (
            "DBUS_SESSION_BUS_ADDRESS".into(),
            "unix:path=/nowhere".into(),
        ),
    ];
    ringback_journeys::program::Ringback::new(&setting.folder(), environment)
        .under(&["sh", "-c", &script, "sh"])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_descriptor_gives_the_passphrase() {
    let (setting, _, key) = without_keys().await;
    let open = with_descriptor(&setting, PASSPHRASE);
    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    open.reading(&key).json(&set).await;
    assert!(key_works(&open, RETELL).await);
    assert_nowhere(&setting.folder(), &key);

    let wrong = with_descriptor(&setting, "another one");
    let refused = wrong.run(&["accounts", "check", "--json"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stdout.contains("does not open"), "{refused:?}");
    assert!(!refused.stdout.contains("another one"), "{refused:?}");
    // One that nobody wrote to is no answer, and the file stays locked.
    let empty = with_descriptor(&setting, "");
    assert!(!key_works(&empty, RETELL).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_descriptor_leaves_it_to_the_credential_beside_it() {
    let (setting, _, key) = without_keys().await;
    let more = vec![("RINGBACK_PASSPHRASE_FD".into(), "3".into())];
    let program =
        with_passphrase(&setting, more).under(&["sh", "-c", "exec \"$@\" 3</dev/null", "sh"]);
    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    program.reading(&key).json(&set).await;
    assert!(key_works(&with_passphrase(&setting, Vec::new()), RETELL).await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_a_terminal_is_asked_for_the_passphrase() {
    let (setting, _, key) = without_keys().await;
    let open = with_passphrase(&setting, Vec::new());
    let set = ["accounts", "set-secret", RETELL, "api_key", "--sealed"];
    open.reading(&key).json(&set).await;

    let line = format!(
        "exec '{}' --home '{}' accounts check --json",
        built("ringback").display(),
        setting.folder().display()
    );
    let mut terminal = Command::new("script")
        .args(["-q", "-e", "-f", "-c", &line, "/dev/null"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .env_remove("RINGBACK_PASSPHRASE_FD")
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("util-linux is part of every system");
    let mut keyboard = terminal.stdin.take().expect("it is a pipe");
    let mut screen = terminal.stdout.take().expect("it is a pipe");
    let (tell, mut shown) = tokio::sync::watch::channel(String::new());
    let reading = tokio::spawn(async move {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = screen.read(&mut bytes).await {
            let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
            tell.send_modify(|shown| shown.push_str(&text));
        }
    });
    let asked = shown.wait_for(|shown| shown.contains("Passphrase of the sealed keys:"));
    let asked = tokio::time::timeout(SOON, asked).await;
    assert!(asked.is_ok_and(|asked| asked.is_ok()), "nobody is asked");
    // What is typed before the terminal has stopped showing it is thrown away, so it is typed now and then until
    // it counts; a terminal does not take in much that nobody reads.
    let mut looks = 0;
    until(SOON, "the key is checked", async || {
        if looks % 25 == 0 {
            let typed = format!("{PASSPHRASE}\n");
            // It may have ended just now.
            let _ = keyboard.write_all(typed.as_bytes()).await;
        }
        looks += 1;
        terminal.try_wait().expect("a child can be asked")
    })
    .await;
    reading.await.expect("it reads to the end");
    let shown = shown.borrow().clone();
    let checks = shown.find("[\r\n").or_else(|| shown.find("[{"));
    let checks = checks.unwrap_or_else(|| panic!("an answer: {shown}"));
    let answer: serde_json::Value = serde_json::Deserializer::from_str(&shown[checks..])
        .into_iter()
        .next()
        .expect("a document")
        .expect("JSON");
    let all = answer.as_array().expect("a list").iter();
    let retell = all.into_iter().find(|check| check["id"] == RETELL);
    assert_eq!(retell.expect("it is checked")["ok"], true, "{answer}");
    assert!(!shown.contains(&key), "no key is on the screen");
}
