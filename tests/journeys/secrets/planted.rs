//! Keys that are nowhere but in the environment, and the search for them.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use ringback_journeys::{
    bucket::Bucket,
    setting::{Setting, files_below},
};

/// What is sought: what it is, and the text itself.
pub(super) type Planted = (String, String);

/// The keys of a tunnel.
const TUNNEL: [(&str, &str); 3] = [
    ("RINGBACK_TUNNEL_PASSPHRASE", "the-passphrase-of-a-key-file"),
    ("RINGBACK_TUNNEL_SECRET", "the-secret-of-a-bore-server"),
    ("RINGBACK_TUNNEL_TOKEN", "the-token-of-a-tunnels-service"),
];

/// Adds a bucket and a tunnel, whose program says its token aloud. Gives every key that there is then, as the
/// environment has it.
pub(super) async fn bucket_and_tunnel(setting: &Setting) -> (Bucket, Vec<Planted>) {
    let bucket = Bucket::start().await;
    let tunnel = "\n[tunnel]\nkind = \"command\"\n\
                  command = [\"sh\", \"-c\", \"echo token $TUNNEL_TOKEN; exec sleep 600\"]\n";
    let mut file = OpenOptions::new()
        .append(true)
        .open(setting.home().config_file())
        .expect("it is there");
    file.write_all(format!("\n{}{tunnel}", bucket.config()).as_bytes())
        .expect("ours to write");

    let mut keys = setting.simulator.environment();
    keys.extend(Bucket::environment());
    keys.extend(TUNNEL.map(|(name, key)| (name.to_owned(), key.to_owned())));
    let mut short = keys.iter().filter(|(_, key)| key.len() < 8);
    assert_eq!(short.next(), None, "each can only be there on purpose");
    (bucket, keys)
}

/// The first file below this folder with one of these in it, byte for byte, and what is in it.
pub(super) fn in_home(folder: &Path, planted: &[Planted]) -> Option<(String, String)> {
    for name in files_below(folder) {
        // What is gone between two looks was not kept.
        let Ok(bytes) = fs::read(folder.join(&name)) else {
            continue;
        };
        if let Some(what) = in_bytes(&bytes, planted) {
            return Some((name, what.to_owned()));
        }
    }
    None
}

/// The first of these that is in the bytes.
pub(super) fn in_bytes<'p>(bytes: &[u8], planted: &'p [Planted]) -> Option<&'p str> {
    // In one pass, because recordings are long.
    let mut begins = vec![Vec::new(); 256];
    for one in planted {
        begins[usize::from(one.1.as_bytes()[0])].push(one);
    }
    bytes.iter().enumerate().find_map(|(at, byte)| {
        let mut here = begins[usize::from(*byte)].iter();
        let found = here.find(|(_, text)| bytes[at..].starts_with(text.as_bytes()));
        found.map(|(what, _)| what.as_str())
    })
}

#[test]
fn a_key_that_stands_in_any_file_of_the_home_is_found() {
    let home = tempfile::tempdir().expect("a folder");
    let keys = vec![
        ("A".to_owned(), "key_of_a".to_owned()),
        ("B".to_owned(), "key_of_b".to_owned()),
    ];
    fs::create_dir(home.path().join("recordings")).expect("a folder");
    let place = home.path().join("recordings/call.wav");
    fs::write(&place, b"RIFF\0\xffkey_of_").expect("written");
    assert_eq!(in_home(home.path(), &keys), None);
    fs::write(&place, b"RIFF\0\xffkey_of_b\0").expect("written");
    assert_eq!(
        in_home(home.path(), &keys),
        Some(("recordings/call.wav".into(), "B".into()))
    );
}
