//! Bringing a file there.
//!
//! A small file goes in one request. A larger one goes in parts, one after the other, and after each
//! part the [`Notebook`] is told how far it is: whoever wrote that down goes on from there, also after
//! `kill -9`. At most one part is in memory.

use std::path::Path;

use async_trait::async_trait;
use object_store::{
    Attribute, Attributes, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    aws::AmazonS3,
    multipart::{MultipartStore, PartId},
    path::Path as Location,
};
use serde::{Deserialize, Serialize};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use crate::{Copies, Trouble, copies::Way, folder};

/// The size of a part: S3 takes none below 5 MiB but the last, and at most 10,000 of them.
pub(crate) const PART: u64 = 8 << 20;

/// An upload in parts that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The storage's id of the upload.
    pub upload: String,
    /// The SHA-256 of the file that it is of.
    pub sha256: String,
    /// The size of its parts.
    pub part_bytes: u64,
    /// What the storage gave for each part that it has.
    pub parts: Vec<String>,
}

/// Where it is written down how far an upload is.
#[async_trait]
pub trait Notebook: Send {
    /// So far it is. An error stops the upload: the work is another's by now, or the program ends.
    async fn keep(&mut self, begun: Option<&Begun>) -> Result<(), Trouble>;
}

impl Copies {
    /// Brings the file at `from` there under the name of `file`, in place of what is there. `sha256` is
    /// that of the file, `begun` what the notebook kept of an earlier try. Comes back when the storage
    /// says that it has all of it; whether that is so, [`Copies::digest`] tells.
    pub async fn upload(
        &self,
        file: &str,
        from: &Path,
        sha256: &str,
        begun: Option<Begun>,
        notes: &mut dyn Notebook,
    ) -> Result<(), Trouble> {
        let location = self.location(file)?;
        let store = match &self.way {
            Way::Bucket(store) => store,
            Way::Folder(root) => {
                let (root, from) = (root.clone(), from.to_owned());
                let copied =
                    tokio::task::spawn_blocking(move || folder::put(&root, &location, &from));
                return copied.await.unwrap_or(Err(Trouble::Unexpected)).map(drop);
            }
        };
        let source = Source::open(from).await?;
        if source.bytes <= PART {
            return source.put(store, &location, sha256).await;
        }
        let begun = begun.filter(|begun| begun.sha256 == sha256 && begun.part_bytes == PART);
        if let Some(begun) = begun {
            match source.go_on(store, &location, begun.clone(), notes).await {
                // The storage forgot the upload, or it was ended, which some call forbidden: from the
                // beginning. Should it be the keys, the next request tells.
                Err(trouble) if is_about_the_upload(&trouble) => {
                    let _ = store.abort_multipart(&location, &begun.upload).await;
                    notes.keep(None).await?;
                }
                gone_on => return gone_on,
            }
        }
        let options = PutMultipartOptions {
            attributes: attributes(sha256),
            ..PutMultipartOptions::default()
        };
        let begun = Begun {
            upload: store.create_multipart_opts(&location, options).await?,
            sha256: sha256.to_owned(),
            part_bytes: PART,
            parts: Vec::new(),
        };
        notes.keep(Some(&begun)).await?;
        source.go_on(store, &location, begun, notes).await
    }
}

/// Whether an upload that went well before may be unknown by now.
fn is_about_the_upload(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Server { status, .. } => (400..500).contains(status),
        Trouble::Refused(_) | Trouble::Unexpected => true,
        _ => false,
    }
}

/// The file here.
struct Source<'a> {
    path: &'a Path,
    bytes: u64,
}

impl<'a> Source<'a> {
    async fn open(path: &'a Path) -> Result<Self, Trouble> {
        let found = tokio::fs::metadata(path).await.map_err(Trouble::Here)?;
        Ok(Self {
            path,
            bytes: found.len(),
        })
    }

    /// `length` bytes from `at`.
    async fn read(&self, at: u64, length: u64) -> Result<PutPayload, Trouble> {
        let read = async {
            let mut file = File::open(self.path).await?;
            file.seek(std::io::SeekFrom::Start(at)).await?;
            let length = usize::try_from(length).map_err(std::io::Error::other)?;
            let mut bytes = vec![0; length];
            file.read_exact(&mut bytes).await?;
            Ok(PutPayload::from(bytes))
        };
        read.await.map_err(Trouble::Here)
    }

    async fn put(
        &self,
        store: &AmazonS3,
        location: &Location,
        sha256: &str,
    ) -> Result<(), Trouble> {
        let options = PutOptions {
            attributes: attributes(sha256),
            ..PutOptions::default()
        };
        let whole = self.read(0, self.bytes).await?;
        store.put_opts(location, whole, options).await?;
        Ok(())
    }

    /// Sends the parts that are missing and ends the upload.
    async fn go_on(
        &self,
        store: &AmazonS3,
        location: &Location,
        mut begun: Begun,
        notes: &mut dyn Notebook,
    ) -> Result<(), Trouble> {
        let count = self.bytes.div_ceil(PART);
        while (begun.parts.len() as u64) < count {
            let number = begun.parts.len();
            let at = number as u64 * PART;
            let part = self.read(at, PART.min(self.bytes - at)).await?;
            let sent = store
                .put_part(location, &begun.upload, number, part)
                .await?;
            begun.parts.push(sent.content_id);
            notes.keep(Some(&begun)).await?;
        }
        let parts = begun
            .parts
            .iter()
            .map(|content_id| PartId {
                content_id: content_id.clone(),
            })
            .collect();
        store
            .complete_multipart(location, &begun.upload, parts)
            .await?;
        Ok(())
    }
}

/// What stands beside the object there, for whoever looks at the bucket by other means.
fn attributes(sha256: &str) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(
        Attribute::Metadata("sha256".into()),
        sha256.to_owned().into(),
    );
    attributes
}
