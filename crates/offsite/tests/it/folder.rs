//! A folder elsewhere: whole files only, under names that every storage takes.

use std::{fs, path::PathBuf};

use async_trait::async_trait;
use ringback_offsite::{Begun, Copies, Notebook, Place, Trouble};
use tempfile::TempDir;

const FILE: &str = "clinic/2026-03-01/call~0011.wav";
/// Of "sound".
const SHA256: &str = "dd29442deca69f52c50006b831cb216edf78a7da33748f0a80ff19f2ebe57ecd";

struct Shelf {
    dir: TempDir,
    copies: Copies,
}

impl Shelf {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let there = dir.path().join("there");
        fs::create_dir(&there).expect("a new folder");
        let copies = Copies::at(&Place::Folder(there)).expect("a folder");
        Self { dir, copies }
    }

    fn file(&self, content: &[u8]) -> PathBuf {
        let file = self.dir.path().join("here");
        fs::write(&file, content).expect("ours");
        file
    }

    async fn bring(&self, content: &[u8]) -> Result<(), Trouble> {
        let file = self.file(content);
        self.copies
            .upload(FILE, &file, SHA256, None, &mut Unused)
            .await
    }
}

/// A folder takes a file in one go.
struct Unused;

#[async_trait]
impl Notebook for Unused {
    async fn keep(&mut self, _: Option<&Begun>) -> Result<(), Trouble> {
        panic!("nothing is to be kept");
    }
}

#[tokio::test]
async fn what_was_brought_is_found_read_and_listed_under_its_name() {
    let shelf = Shelf::new();
    assert_eq!(shelf.copies.find(FILE).await.expect("asked"), None);
    shelf.bring(b"sound").await.expect("it is taken");
    let digest = shelf
        .copies
        .digest(FILE)
        .await
        .expect("read")
        .expect("there");
    assert_eq!((digest.sha256.as_str(), digest.bytes), (SHA256, 5));
    let there = shelf.dir.path().join("there/clinic/2026-03-01");
    assert!(there.join("call=0011.wav").is_file(), "~ is written =");

    // What a cut-off try left, and what is somebody else's, is no copy.
    fs::write(there.join(".ringback-unfinished-x.wav"), "so").expect("ours");
    fs::write(shelf.dir.path().join("there/readme.txt"), "mine").expect("ours");
    let mut found = Vec::new();
    let see = |stored: ringback_offsite::Stored| found.push((stored.file, stored.bytes));
    shelf.copies.each(see).await.expect("listed");
    assert_eq!(found, [(FILE.to_owned(), 5)]);
}

#[tokio::test]
async fn a_copy_that_is_written_again_is_recognised() {
    let shelf = Shelf::new();
    shelf.bring(b"sound").await.expect("it is taken");
    let before = shelf
        .copies
        .find(FILE)
        .await
        .expect("asked")
        .expect("there");
    assert!(before.mark.is_some());
    shelf.bring(b"SOUND").await.expect("it is taken");
    let after = shelf
        .copies
        .find(FILE)
        .await
        .expect("asked")
        .expect("there");
    assert_ne!(before.mark, after.mark);
    assert_eq!(before.bytes, after.bytes);
}

#[tokio::test]
async fn a_folder_that_is_missing_is_told_and_not_made() {
    let shelf = Shelf::new();
    let there = shelf.dir.path().join("there");
    fs::remove_dir(&there).expect("empty");
    assert!(matches!(shelf.bring(b"sound").await, Err(Trouble::NoPlace)));
    assert!(matches!(
        shelf.copies.find(FILE).await,
        Err(Trouble::NoPlace)
    ));
    assert!(matches!(
        shelf.copies.each(|_| ()).await,
        Err(Trouble::NoPlace)
    ));
    assert!(!there.exists());
}
