//! Setting accounts up.

use super::Answer;
use crate::{Api, ErrorCode, ErrorJson, dto::*};

fn later<T>() -> Answer<T> {
    Err(ErrorJson::new(
        ErrorCode::NotNow,
        "this is not possible yet",
    ))
}

pub(crate) async fn accounts_setup(_: &Api, _: Nothing) -> Answer<Setup> {
    later()
}
pub(crate) async fn accounts_try(_: &Api, _: TryAccountArgs) -> Answer<AccountCheck> {
    later()
}
pub(crate) async fn accounts_add(_: &Api, _: AddAccountArgs) -> Answer<AccountSetup> {
    later()
}
pub(crate) async fn accounts_edit(_: &Api, _: EditAccountArgs) -> Answer<AccountSetup> {
    later()
}
pub(crate) async fn accounts_pause(_: &Api, _: PauseAccountArgs) -> Answer<AccountSetup> {
    later()
}
pub(crate) async fn accounts_remove(_: &Api, _: RemoveAccountArgs) -> Answer<AccountRemoved> {
    later()
}
pub(crate) async fn accounts_set_secret(_: &Api, _: SetSecretArgs) -> Answer<AccountSetup> {
    later()
}
pub(crate) async fn accounts_forget_secret(_: &Api, _: SecretRef) -> Answer<AccountSetup> {
    later()
}
pub(crate) async fn accounts_move_secrets(_: &Api, _: MoveSecretsArgs) -> Answer<MovedSecrets> {
    later()
}
pub(crate) async fn providers_list(_: &Api, _: Nothing) -> Answer<Vec<ProviderForm>> {
    later()
}
pub(crate) async fn keys_state(_: &Api, _: Nothing) -> Answer<KeysJson> {
    later()
}
pub(crate) async fn keys_unlock(_: &Api, _: UnlockArgs) -> Answer<KeysJson> {
    later()
}
pub(crate) async fn config_state(_: &Api, _: Nothing) -> Answer<ConfigState> {
    later()
}
pub(crate) async fn checks_set(_: &Api, _: SetChecksArgs) -> Answer<ChecksJson> {
    later()
}
