//! `[offsite]`: where the second copy of every recording goes.

use std::path::PathBuf;

use ringback_model::Secret;
use ringback_offsite::{Bucket, Keys, Place, check_endpoint, name};
use url::Url;

use super::{
    Environment,
    file::{Result, Table, web_address},
    shared_secrets::{ACCESS_KEY_ID, SECRET_ACCESS_KEY, SharedSecret},
};

const KEYS: [&str; 3] = ["url", "endpoint", "region"];

/// The region that S3 began in; most other storages take it or do not look at it.
const DEFAULT_REGION: &str = "us-east-1";

/// What the url says.
enum Target {
    Bucket { name: String, prefix: String },
    Folder(PathBuf),
}

pub(super) fn read(table: &Table<'_>, environment: Environment<'_>) -> Result<Place> {
    table.only(&KEYS)?;
    let target = table.with("url", target)?.ok_or_else(|| {
        table
            .missing("url")
            .hint("Add: url = \"s3://my-bucket/folder\" or url = \"file:///mnt/nas/calls\"")
    })?;
    let (bucket, prefix) = match target {
        Target::Bucket { name, prefix } => (name, prefix),
        Target::Folder(folder) => {
            for key in ["endpoint", "region"] {
                if let Some(value) = table.get(key) {
                    return Err(table.wrong(key, value, "is for buckets; a folder has none"));
                }
            }
            return Ok(Place::Folder(folder));
        }
    };
    let region = table.with("region", region)?;
    let region = region.unwrap_or_else(|| DEFAULT_REGION.into());
    let endpoint = match table.with("endpoint", endpoint)? {
        Some(endpoint) => endpoint,
        None => amazon(&region).ok_or_else(|| {
            table
                .missing("endpoint")
                .hint("Add: endpoint = \"https://...\", where the storage answers.")
        })?,
    };
    Ok(Place::Bucket(Bucket {
        name: bucket,
        prefix,
        endpoint,
        region,
        keys: Keys {
            id: key(table, ACCESS_KEY_ID, environment)?,
            secret: key(table, SECRET_ACCESS_KEY, environment)?,
        },
    }))
}

/// Where Amazon's own storage answers in a region.
fn amazon(region: &str) -> Option<Url> {
    Url::parse(&format!("https://s3.{region}.amazonaws.com")).ok()
}

fn target(text: &str) -> std::result::Result<Target, String> {
    let wrong = || "is neither \"s3://bucket/folder\" nor \"file:///folder\"".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain keys; they come from the environment".into());
    }
    if url.query().is_some() || url.fragment().is_some() || url.port().is_some() {
        return Err(wrong());
    }
    match url.scheme() {
        "file" => match url.to_file_path() {
            Ok(folder) if folder.parent().is_some() => Ok(Target::Folder(folder)),
            _ => Err("has to name a whole folder, such as \"file:///mnt/nas/calls\"".into()),
        },
        "s3" => {
            let bucket = url.host_str().unwrap_or_default();
            let prefix = url.path().trim_matches('/');
            if !is_bucket(bucket) {
                return Err("names no bucket; it looks like \"s3://my-bucket/folder\"".into());
            }
            if !name::is_prefix(prefix) {
                return Err(
                    "names a folder with other signs than letters, digits, -, _ and .".into(),
                );
            }
            Ok(Target::Bucket {
                name: bucket.to_owned(),
                prefix: prefix.to_owned(),
            })
        }
        _ => Err(wrong()),
    }
}

fn is_bucket(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !matches!(name, "" | "." | "..") && name.len() <= 100 && name.bytes().all(fits)
}

fn region(text: &str) -> std::result::Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_region = !text.is_empty() && text.len() <= 64 && text.bytes().all(fits);
    is_region
        .then(|| text.to_owned())
        .ok_or_else(|| "is no region such as \"eu-central-1\"".into())
}

fn endpoint(text: &str) -> std::result::Result<Url, String> {
    let url = web_address(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with its path".into());
    }
    check_endpoint(&url).map_err(|_| {
        "has to begin with https://; plain http is for private addresses only".to_owned()
    })?;
    Ok(url)
}

/// A key of the bucket. One that may be there and cannot be read at this moment is empty, and the copies wait.
fn key(table: &Table<'_>, key: &SharedSecret, environment: Environment<'_>) -> Result<Secret> {
    environment(key.variable).map(Secret::new).ok_or_else(|| {
        let url = table.get("url").expect("a bucket was read from it");
        let what = format!("is a bucket, and its {} is not set", key.variable);
        let ways = [ACCESS_KEY_ID, SECRET_ACCESS_KEY].map(|key| key.name);
        table.wrong("url", url, what).hint(format!(
            "Give both keys: `ringback accounts set-secret offsite {}` and `ringback accounts set-secret offsite {}`, or {} and {} in the environment.",
            ways[0], ways[1], ACCESS_KEY_ID.variable, SECRET_ACCESS_KEY.variable,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigError};

    fn parse(lines: &str, has_keys: bool) -> std::result::Result<Place, ConfigError> {
        let text = format!("[offsite]\n{lines}");
        let config = Config::parse(&text, &|name| {
            let keys = [ACCESS_KEY_ID, SECRET_ACCESS_KEY];
            let known = keys.iter().any(|key| key.variable == name);
            (known && has_keys).then(|| format!("{name} of a test"))
        });
        config.map(|config| config.offsite.expect("it was read"))
    }

    fn complaint(lines: &str, has_keys: bool) -> String {
        let error = parse(lines, has_keys).expect_err("it is wrong");
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn buckets_and_folders_are_read() {
        for (lines, place) in [
            (
                "url = \"s3://call-recordings/clinic\"\nendpoint = \"https://ref.storage.supabase.co/storage/v1/s3\"\nregion = \"eu-central-1\"",
                "s3://call-recordings/clinic at ref.storage.supabase.co",
            ),
            (
                "url = \"s3://calls\"\nregion = \"eu-west-1\"",
                "s3://calls at s3.eu-west-1.amazonaws.com",
            ),
            (
                "url = \"s3://calls/\"\nendpoint = \"http://192.168.1.20:3900\"\nregion = \"garage\"",
                "s3://calls at 192.168.1.20:3900",
            ),
            ("url = \"file:///mnt/nas/calls\"", "/mnt/nas/calls"),
        ] {
            let read = parse(lines, true).expect("it is right");
            assert_eq!(read.to_string(), place);
            assert!(
                !format!("{read:?}").contains("of a test"),
                "keys are redacted"
            );
        }
    }

    #[test]
    fn a_bucket_without_keys_says_which_and_what_to_do() {
        assert_eq!(
            complaint("url = \"s3://calls\"", false),
            "line 2: url in offsite is a bucket, and its RINGBACK_OFFSITE_ACCESS_KEY_ID is not set / \
             Give both keys: `ringback accounts set-secret offsite access_key_id` and \
             `ringback accounts set-secret offsite secret_access_key`, or \
             RINGBACK_OFFSITE_ACCESS_KEY_ID and RINGBACK_OFFSITE_SECRET_ACCESS_KEY in the environment."
        );
        parse("url = \"file:///mnt/nas\"", false).expect("a folder needs none");
    }

    #[test]
    fn keys_that_cannot_be_read_at_this_moment_are_no_mistake_and_none_at_all_are() {
        let (text, path) = ("[offsite]\nurl = \"s3://calls\"", "config.toml".as_ref());
        let locked = |_: &str| Some(String::new());
        let config = Config::of_text(text, path, &|_| None, &locked).expect("it waits");
        let Some(Place::Bucket(bucket)) = &config.offsite else {
            panic!("{:?}", config.offsite)
        };
        assert!(bucket.keys.id.is_empty() && bucket.keys.secret.is_empty());
        assert!(
            config.shared_sources.is_empty(),
            "nothing is known to be there"
        );

        let blank = |_: &str| Some(" ".to_owned());
        Config::of_text(text, path, &blank, &|_| None).expect_err("set to nothing is not set");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (lines, expected) in [
            ("region = \"eu\"", "line 1: offsite has no url"),
            ("url = \"ftp://x\"", "line 2: url in offsite is neither"),
            (
                "url = \"s3://id:key@calls\"",
                "line 2: url in offsite must not contain keys",
            ),
            ("url = \"s3://\"", "line 2: url in offsite names no bucket"),
            (
                "url = \"s3://calls/a b\"",
                "line 2: url in offsite names a folder with other signs",
            ),
            ("url = \"file:///\"", "line 2: url in offsite has to name"),
            (
                "url = \"file:///mnt/nas\"\nregion = \"eu\"",
                "line 3: region in offsite is for buckets",
            ),
            (
                "url = \"s3://calls\"\nendpoint = \"http://8.8.8.8\"",
                "line 3: endpoint in offsite has to begin with https://",
            ),
            (
                "url = \"s3://calls\"\nregion = \"eu central\"",
                "line 3: region in offsite is no region",
            ),
            (
                "url = \"s3://calls\"\nreigon = \"eu\"",
                "line 3: unknown key \"reigon\" in offsite / Did you mean \"region\"?",
            ),
        ] {
            let said = complaint(lines, true);
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
