//! How we get in: a key file, what ssh-agent holds, or nothing where that is enough.

use std::{path::Path, sync::Arc};

use russh::{
    client::{AuthResult, Handle},
    keys::{
        Algorithm, Error as KeyError, HashAlg, PrivateKey, PrivateKeyWithHashAlg,
        agent::{AgentIdentity, client::AgentClient},
        load_secret_key,
    },
};
use tokio::time::timeout;

use super::{STEP_TIME, Ssh, connection::Connection};
use crate::{Reason, ReasonCode};

/// With more keys than this, servers hang up before the right one is tried.
const MOST_KEYS: usize = 6;

pub(super) async fn enter(handle: &mut Handle<Connection>, ssh: &Ssh) -> Result<(), Reason> {
    let entering = async {
        match &ssh.key_file {
            Some(file) => with_file(handle, ssh, file).await,
            None => with_agent(handle, ssh).await,
        }
    };
    timeout(STEP_TIME, entering)
        .await
        .unwrap_or_else(|_| Err(broken(ssh, "it does not answer")))
}

async fn with_file(handle: &mut Handle<Connection>, ssh: &Ssh, file: &Path) -> Result<(), Reason> {
    let (path, passphrase) = (file.to_owned(), ssh.passphrase.clone());
    // An encrypted key costs a good part of a second to open, on purpose.
    let read = tokio::task::spawn_blocking(move || read(&path, passphrase.as_deref()));
    let key = read
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
    let hash = hash(handle, &key.algorithm()).await;
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let answer = handle.authenticate_publickey(ssh.user.clone(), key).await;
    match answer {
        Ok(AuthResult::Success) => Ok(()),
        Ok(AuthResult::Failure { .. }) => {
            Err(refused(ssh, &format!("with the key {}", file.display())))
        }
        Err(error) => Err(broken(ssh, &error.to_string())),
    }
}

fn read(file: &Path, passphrase: Option<&str>) -> Result<PrivateKey, Reason> {
    load_secret_key(file, passphrase).map_err(|error| {
        let file = file.display();
        match (error, passphrase) {
            (KeyError::KeyIsEncrypted, _) => Reason::new(
                ReasonCode::Passphrase,
                format!("the key {file} is encrypted, and there is no passphrase for it"),
            ),
            (KeyError::IO(error), _) => Reason::new(
                ReasonCode::KeyUnreadable,
                format!("the key {file} cannot be read: {error}"),
            ),
            (_, Some(_)) => Reason::new(
                ReasonCode::Passphrase,
                format!("the key {file} cannot be opened with this passphrase"),
            ),
            (error, None) => Reason::new(
                ReasonCode::KeyUnreadable,
                format!("the key {file} cannot be used: {error}"),
            ),
        }
    })
}

async fn with_agent(handle: &mut Handle<Connection>, ssh: &Ssh) -> Result<(), Reason> {
    // Public services let everybody in; asking costs nothing where they do not.
    match handle.authenticate_none(ssh.user.clone()).await {
        Ok(AuthResult::Success) => return Ok(()),
        Ok(AuthResult::Failure { .. }) => {}
        Err(error) => return Err(broken(ssh, &error.to_string())),
    }
    #[cfg(unix)]
    let agent = match &ssh.agent {
        Some(socket) => AgentClient::connect_uds(socket).await,
        None => AgentClient::connect_env().await,
    };
    #[cfg(windows)]
    let agent = AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent").await;
    let missing = |what: String| Reason::new(ReasonCode::AgentMissing, what);
    let mut agent =
        agent.map_err(|error| missing(format!("ssh-agent cannot be asked: {error}")))?;
    let identities = agent
        .request_identities()
        .await
        .map_err(|error| missing(format!("ssh-agent does not tell its keys: {error}")))?;
    let keys = identities
        .into_iter()
        .filter_map(|identity| match identity {
            AgentIdentity::PublicKey { key, .. } => Some(key),
            AgentIdentity::Certificate { .. } => None,
        });
    let mut tried = 0;
    for key in keys.take(MOST_KEYS) {
        tried += 1;
        let hash = hash(handle, &key.algorithm()).await;
        let answer = handle
            .authenticate_publickey_with(ssh.user.clone(), key, hash, &mut agent)
            .await;
        match answer {
            Ok(AuthResult::Success) => return Ok(()),
            Ok(AuthResult::Failure { .. }) => {}
            Err(error) => return Err(broken(ssh, &error.to_string())),
        }
    }
    if tried == 0 {
        return Err(missing("ssh-agent holds no key".to_owned()));
    }
    Err(refused(ssh, "with any key that ssh-agent holds"))
}

/// RSA keys sign with what the server understands; the others have one way only.
async fn hash(handle: &Handle<Connection>, algorithm: &Algorithm) -> Option<HashAlg> {
    if !matches!(algorithm, Algorithm::Rsa { .. }) {
        return None;
    }
    match handle.best_supported_rsa_hash().await {
        Ok(Some(hash)) => hash,
        Ok(None) | Err(_) => Some(HashAlg::Sha256),
    }
}

fn refused(ssh: &Ssh, how: &str) -> Reason {
    Reason::new(
        ReasonCode::Refused,
        format!("{} does not let the user {:?} in {how}", ssh.host, ssh.user),
    )
}

fn broken(ssh: &Ssh, what: &str) -> Reason {
    Reason::new(
        ReasonCode::LinkClosed,
        format!("{} broke off while we were getting in: {what}", ssh.host),
    )
}
