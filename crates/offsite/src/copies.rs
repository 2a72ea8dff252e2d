//! What is there, and one file of it.

use std::{fmt, pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::{
    GetResult, ObjectMeta, ObjectStore, ObjectStoreExt, aws::AmazonS3, path::Path as Location,
};
use sha2::{Digest as _, Sha256};

use crate::{Place, Trouble, bucket, folder, name};

/// A file as it comes.
pub type Bytes = Pin<Box<dyn Stream<Item = Result<bytes::Bytes, Trouble>> + Send>>;

/// The second copies, opened. Clones are the same.
#[derive(Clone)]
pub struct Copies {
    pub(crate) way: Way,
    prefix: Location,
}

/// How they are reached.
#[derive(Clone)]
pub(crate) enum Way {
    Bucket(Arc<AmazonS3>),
    Folder(std::path::PathBuf),
}

/// A copy that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The file that it is of, relative to `recordings/`.
    pub file: String,
    /// How long it is.
    pub bytes: u64,
    /// Another one as soon as the copy is written again (an `ETag`), if the storage tells.
    pub mark: Option<String>,
}

/// What reading a copy to its end gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The SHA-256, in small hexadecimal digits.
    pub sha256: String,
    /// How long it is.
    pub bytes: u64,
    /// As of [`Stored`].
    pub mark: Option<String>,
}

impl fmt::Debug for Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies").finish_non_exhaustive()
    }
}

impl Copies {
    /// Gets ready; asks nobody yet.
    ///
    /// # Errors
    /// [`Trouble::Unexpected`] if this machine cannot do TLS or the place makes no sense.
    pub fn at(place: &Place) -> Result<Self, Trouble> {
        Ok(match place {
            Place::Bucket(bucket) => Self {
                prefix: Location::parse(&bucket.prefix).map_err(object_store::Error::from)?,
                way: Way::Bucket(Arc::new(bucket::open(bucket)?)),
            },
            Place::Folder(folder) => Self {
                prefix: Location::default(),
                way: Way::Folder(folder.clone()),
            },
        })
    }

    /// Goes through everything that is there and looks like a file of ours: `account/day/name`.
    pub async fn each(&self, mut see: impl FnMut(Stored)) -> Result<(), Trouble> {
        let store = self.store()?;
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let mut found = store.list(prefix);
        while let Some(meta) = found.try_next().await? {
            if let Some(stored) = self.stored(&meta) {
                see(stored);
            }
        }
        Ok(())
    }

    /// The copy of a file, without reading it. `None` if there is none.
    pub async fn find(&self, file: &str) -> Result<Option<Stored>, Trouble> {
        match self.store()?.head(&self.location(file)?).await {
            Ok(meta) => Ok(Some(Stored {
                file: file.to_owned(),
                bytes: meta.size,
                mark: meta.e_tag,
            })),
            Err(error) => absent(error),
        }
    }

    /// Opens the copy of a file: how long it is, and its bytes. `None` if there is none.
    pub async fn open(&self, file: &str) -> Result<Option<(Stored, Bytes)>, Trouble> {
        match self.store()?.get(&self.location(file)?).await {
            Ok(found) => Ok(Some(opened(file, found))),
            Err(error) => absent(error),
        }
    }

    /// Reads the copy of a file to its last byte. `None` if there is none.
    pub async fn digest(&self, file: &str) -> Result<Option<Digest>, Trouble> {
        let Some((stored, mut bytes)) = self.open(file).await? else {
            return Ok(None);
        };
        let (mut hash, mut length) = (Sha256::new(), 0);
        while let Some(piece) = bytes.try_next().await? {
            hash.update(&piece);
            length += piece.len() as u64;
        }
        Ok(Some(Digest {
            sha256: hex::encode(hash.finalize()),
            bytes: length,
            mark: stored.mark,
        }))
    }

    fn store(&self) -> Result<Arc<dyn ObjectStore>, Trouble> {
        Ok(match &self.way {
            Way::Bucket(bucket) => bucket.clone(),
            Way::Folder(folder) => Arc::new(folder::open(folder)?),
        })
    }

    /// Where the copy of a file is.
    pub(crate) fn location(&self, file: &str) -> Result<Location, Trouble> {
        let object = name::of_file(file);
        let whole = match self.prefix.as_ref() {
            "" => object,
            prefix => format!("{prefix}/{object}"),
        };
        Ok(Location::parse(whole).map_err(object_store::Error::from)?)
    }

    fn stored(&self, meta: &ObjectMeta) -> Option<Stored> {
        let object = meta.location.as_ref();
        let object = match self.prefix.as_ref() {
            "" => object,
            prefix => object.strip_prefix(prefix)?.strip_prefix('/')?,
        };
        let is_ours = object.split('/').count() == 3 && !object.contains("/.");
        is_ours.then(|| Stored {
            file: name::to_file(object),
            bytes: meta.size,
            mark: meta.e_tag.clone(),
        })
    }
}

fn opened(file: &str, found: GetResult) -> (Stored, Bytes) {
    let stored = Stored {
        file: file.to_owned(),
        bytes: found.meta.size,
        mark: found.meta.e_tag.clone(),
    };
    (stored, found.into_stream().map_err(Trouble::from).boxed())
}

/// That a copy is not there is no trouble; that the bucket is not there is.
fn absent<T>(error: object_store::Error) -> Result<Option<T>, Trouble> {
    if let object_store::Error::NotFound { .. } = error {
        return Ok(None);
    }
    match Trouble::from(error) {
        Trouble::Server { status: 404, .. } => Ok(None),
        trouble => Err(trouble),
    }
}
