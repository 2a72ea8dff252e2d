//! Who gives the passphrase of a sealed file.

use std::{fs, path::Path};

use ringback_model::Secret;

/// Asks a person, if there is one.
pub type Ask<'a> = &'a dyn Fn() -> Option<Secret>;

/// The passphrase that the surroundings give without a person: an open file descriptor whose number is
/// in `RINGBACK_PASSPHRASE_FD`, or the systemd credential `ringback-passphrase`
/// (systemd.exec(5), LoadCredential=). Never an environment variable with the passphrase itself:
/// children inherit those.
pub fn given(environment: &dyn Fn(&str) -> Option<String>) -> Option<Secret> {
    let descriptor = environment("RINGBACK_PASSPHRASE_FD")
        .and_then(|number| number.trim().parse::<u32>().ok())
        .map(|number| Path::new("/dev/fd").join(number.to_string()));
    let credential = environment("CREDENTIALS_DIRECTORY")
        .map(|folder| Path::new(&folder).join("ringback-passphrase"));
    [descriptor, credential]
        .into_iter()
        .flatten()
        .find_map(|path| fs::read_to_string(path).ok())
        .map(Secret::new)
        .filter(|passphrase| !passphrase.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_systemd_credential_gives_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ringback-passphrase"), "open sesame\n").unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let found = given(&|name| (name == "CREDENTIALS_DIRECTORY").then(|| path.clone()));
        assert_eq!(found, Some(Secret::new("open sesame")));
    }

    #[test]
    fn without_anything_given_there_is_no_passphrase() {
        assert_eq!(given(&|_| None), None);
        assert_eq!(
            given(&|name| (name == "RINGBACK_PASSPHRASE_FD").then(|| "no number".into())),
            None
        );
    }
}
