//! Where the second copies are.

use std::{fmt, path::PathBuf};

use ringback_model::Secret;
use url::Url;

/// Where the second copies are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A bucket.
    Bucket(Bucket),
    /// A folder that is there: of a mounted disk, of a machine in the same house. It is not made,
    /// because a folder that is missing means that the disk is not mounted.
    Folder(PathBuf),
}

/// An S3-compatible bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The folder in it; empty for none. Fits [`crate::name::is_prefix`].
    pub prefix: String,
    /// Where the storage answers, with a path if it has one; the bucket's name is put behind it.
    pub endpoint: Url,
    /// The region that requests are signed for.
    pub region: String,
    /// Who we are there.
    pub keys: Keys,
}

/// The keys of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The access key's id.
    pub id: Secret,
    /// The secret access key.
    pub secret: Secret,
}

/// For people and for recognising the place again; holds no secret.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket(bucket) => {
                let host = bucket.endpoint.host_str().unwrap_or_default();
                write!(f, "s3://{}", bucket.name)?;
                if !bucket.prefix.is_empty() {
                    write!(f, "/{}", bucket.prefix)?;
                }
                write!(f, " at {host}")?;
                match bucket.endpoint.port() {
                    Some(port) => write!(f, ":{port}"),
                    None => Ok(()),
                }
            }
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_without_its_keys() {
        let place = Place::Bucket(Bucket {
            name: "calls".into(),
            prefix: "clinic".into(),
            endpoint: Url::parse("https://s3.example.org:3900/v1/s3").expect("a URL"),
            region: "garage".into(),
            keys: Keys {
                id: Secret::new("GK-id"),
                secret: Secret::new("very-secret"),
            },
        });
        assert_eq!(
            place.to_string(),
            "s3://calls/clinic at s3.example.org:3900"
        );
        let debug = format!("{place:?}");
        assert!(
            !debug.contains("very-secret") && !debug.contains("GK-id"),
            "{debug}"
        );
    }
}
