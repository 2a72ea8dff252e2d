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
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(Secret::new)
        // An empty one is none: a service may have a descriptor that nobody wrote to.
        .find(|passphrase| !passphrase.is_empty())
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

    #[cfg(unix)]
    #[test]
    fn a_descriptor_gives_the_passphrase_and_an_empty_one_leaves_it_to_the_credential() {
        use std::{io::Write, os::fd::AsRawFd};
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ringback-passphrase"), "of the service").unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        for (written, wanted) in [
            ("of the pipe\n", "of the pipe"),
            ("", "of the service"),
            (" \n", "of the service"),
        ] {
            let (end, mut begin) = std::io::pipe().unwrap();
            begin.write_all(written.as_bytes()).unwrap();
            drop(begin);
            let number = end.as_raw_fd().to_string();
            let found = given(&|name| match name {
                "RINGBACK_PASSPHRASE_FD" => Some(number.clone()),
                "CREDENTIALS_DIRECTORY" => Some(path.clone()),
                _ => None,
            });
            assert_eq!(found, Some(Secret::new(wanted)), "{written:?}");
        }
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
