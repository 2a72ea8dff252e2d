//! What a person types that must not be seen, and where keys are kept.

use std::{
    io::{self, IsTerminal, Read},
    sync::Arc,
};

use ringback_api::{ErrorCode, ErrorJson};
use ringback_engine::{
    EngineOptions, Home,
    keys::{self, Vault},
};
use ringback_model::{Clock, Secret};

use crate::args::{AccountsCommand, Command};

/// Whether a sealed file may be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealed {
    /// If there is none.
    Anew,
    /// Only one that is there is used.
    AsItIs,
}

impl Sealed {
    /// What a command wants.
    pub(super) fn wanted(command: &Command) -> Self {
        match command {
            Command::Accounts(
                AccountsCommand::SetSecret { sealed: true, .. }
                | AccountsCommand::MoveSecrets { sealed: true }
                | AccountsCommand::Add { sealed: true, .. },
            ) => Self::Anew,
            _ => Self::AsItIs,
        }
    }
}

/// The place for keys of this home; a sealed file is made if that is `wanted`.
pub(super) fn vault(home: &Home, wanted: Sealed) -> Result<Arc<dyn Vault>, ErrorJson> {
    let variables = EngineOptions::new(home.clone(), Clock::system()).environment;
    let ask = || passphrase("Passphrase of the sealed keys");
    let vault = if wanted == Sealed::Anew && !home.sealed_keys().exists() {
        home.prepare().map_err(|error| {
            ErrorJson::new(ErrorCode::Internal, format!("the home folder: {error}"))
        })?;
        keys::sealed(home, &variables, &chosen)
    } else {
        keys::vault(home, &variables, &ask)
    };
    vault.map_err(|error| ErrorJson::from(&error))
}

/// A secret, typed without being shown, or all of standard input.
pub(super) fn typed(what: &str) -> Result<Secret, ErrorJson> {
    let unreadable = |error: io::Error| {
        ErrorJson::new(ErrorCode::BadRequest, format!("nothing to read: {error}"))
    };
    let mut text = String::new();
    if io::stdin().is_terminal() {
        text = prompt(what).map_err(unreadable)?;
    } else {
        io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    }
    Ok(Secret::new(text))
}

/// Several secrets of an account: each typed, or each a line of standard input.
pub(super) fn several(id: &str, names: &[String]) -> Result<Vec<(String, Secret)>, ErrorJson> {
    let is_typed = io::stdin().is_terminal();
    let mut secrets = Vec::with_capacity(names.len());
    for name in names {
        let secret = if is_typed {
            typed(&format!("{name} of {id}"))?
        } else {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map_err(|error| {
                ErrorJson::new(ErrorCode::BadRequest, format!("nothing to read: {error}"))
            })?;
            Secret::new(line)
        };
        if secret.is_empty() {
            return Err(ErrorJson::new(
                ErrorCode::BadRequest,
                format!("there is no {name} on standard input"),
            )
            .hint("Give the secrets one a line, in the order of --secret."));
        }
        secrets.push((name.clone(), secret));
    }
    Ok(secrets)
}

fn passphrase(what: &str) -> Option<Secret> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let typed = Secret::new(prompt(what).ok()?);
    (!typed.is_empty()).then_some(typed)
}

/// A new passphrase is typed twice, because a mistake would lock the keys away.
fn chosen() -> Option<Secret> {
    let first = passphrase("Choose a passphrase for the sealed keys")?;
    let second = passphrase("The same again")?;
    (first == second).then_some(first)
}

fn prompt(what: &str) -> io::Result<String> {
    let terminal = console::Term::stderr();
    terminal.write_str(&format!("{what}: "))?;
    terminal.read_secure_line()
}
