//! A home of its own for every test, and a storage that sends what it is told to.

use std::{
    convert::Infallible,
    fs,
    future::pending,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use ringback_archive::{
    Archive, Arriving, CheckFailed, Checked, CopyError, CopyLimits, FinishError, Landed, Landing,
    LandingPlan, RecordingName, copy,
};
use ringback_model::{AccountId, CallId, ProviderCallId, RecordingId, RecordingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub(crate) const NO_LIMIT: CopyLimits = CopyLimits {
    max_bytes: u64::MAX,
};

/// An archive in a folder that goes away with it.
pub(crate) struct Home {
    pub(crate) dir: TempDir,
    pub(crate) archive: Archive,
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temp dir");
        let archive = Archive::open(dir.path()).expect("a new archive");
        Self { dir, archive }
    }

    pub(crate) fn land(&self) -> Landing {
        self.archive.land(plan("call_1")).expect("landing begins")
    }

    /// Lands `content` as `call` without any trouble.
    pub(crate) async fn landed(&self, call: &str, content: &[u8]) -> Landed {
        let landing = self.archive.land(plan(call)).expect("landing begins");
        let landing = copy_all(landing, content).await.expect("copied");
        finish(landing).expect("finished")
    }

    /// Every file in the home, under its path there.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.dir.path(), self.dir.path(), &mut files);
        files.sort();
        files
    }

    pub(crate) fn day(&self) -> PathBuf {
        self.archive.folder().join("clinic/2026-03-01")
    }
}

fn list(root: &Path, dir: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            let path = path.strip_prefix(root).expect("below the root");
            files.push(path.to_str().expect("our own names").replace('\\', "/"));
        }
    }
}

pub(crate) fn recording_of(call: &str) -> RecordingId {
    let account = AccountId::new("clinic").expect("valid");
    let seen = "2026-03-01T10:00:00Z".parse().expect("a time");
    let call = CallId::derive(seen, &account, &ProviderCallId::new(call));
    RecordingId::derive(call, &RecordingKey::only())
}

pub(crate) fn plan(call: &str) -> LandingPlan {
    LandingPlan {
        recording: recording_of(call),
        account: AccountId::new("clinic").expect("valid"),
        call_start: "2026-03-01T10:00:03Z".parse().expect("a time"),
        name: RecordingName::new(&ProviderCallId::new(call), &RecordingKey::only()),
        now: "2026-03-01T10:05:00Z".parse().expect("a time"),
    }
}

/// Bytes that differ from place to place.
pub(crate) fn sound(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at * 31 + at / 256 * 7) as u8)
        .collect()
}

pub(crate) fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// What a storage says of `content` when it is asked from `starts_at`.
pub(crate) fn arriving(content: &[u8], starts_at: u64) -> Arriving {
    Arriving {
        starts_at,
        length: Some(content.len() as u64),
        validator: Some(format!("\"{}\"", &sha256(content)[..8])),
    }
}

/// The bytes in pieces as a network brings them.
pub(crate) fn pieces<E>(content: &[u8]) -> impl Stream<Item = Result<Bytes, E>> + use<E> {
    let pieces: Vec<_> = content
        .chunks(16_000)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

/// Copies what is missing of `content`, as a storage that resumes would send it.
pub(crate) async fn copy_all(
    landing: Landing,
    content: &[u8],
) -> Result<Landing, CopyError<Infallible>> {
    let from = landing.resume_point().from;
    let rest = content.get(from as usize..).unwrap_or_default();
    let arriving = arriving(content, from);
    copy(landing, arriving, pieces(rest), NO_LIMIT, pending(), |_| {}).await
}

/// Copies the first `count` bytes of `content`, and then the connection breaks.
pub(crate) async fn copy_some(landing: Landing, content: &[u8], count: usize) {
    use futures_util::StreamExt;
    let stream = pieces(&content[..count]).chain(stream::iter([Err("cut off")]));
    let copied = copy(
        landing,
        arriving(content, 0),
        stream,
        NO_LIMIT,
        pending(),
        |_| {},
    )
    .await;
    assert!(
        matches!(copied, Err(CopyError::Source("cut off"))),
        "{copied:?}"
    );
}

pub(crate) fn accept(_: &Path) -> Result<Checked, CheckFailed> {
    Ok(Checked {
        extension: "wav".to_owned(),
        facts: (),
    })
}

pub(crate) fn describe<T>(landed: &Landed<T>) -> Value {
    json!({"provider_call_id": "call_1", "recording": {"sha256": landed.sha256}})
}

pub(crate) fn finish(landing: Landing) -> Result<Landed, FinishError> {
    landing.finish(accept, describe)
}
