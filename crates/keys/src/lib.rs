//! Where secrets are kept between two starts: in the system's key store, or sealed in a file.
//!
//! Knows names and secrets, not what they are for. Nothing here is ever written in the clear, and no
//! error repeats a secret.

mod aside;
mod error;
mod passphrase;
mod sealed;
mod system;
mod vault;

pub use error::VaultError;
pub use passphrase::{Ask, given};
pub use sealed::SealedFile;
pub use system::SystemStore;
pub use vault::{Kind, Locked, NoStore, Vault};
