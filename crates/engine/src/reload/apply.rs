//! From a configuration that was read to one that is in force.

use std::sync::Arc;

use crate::{
    config::{Config, ConfigError},
    core::Core,
    offsite::Offsite,
};

/// Puts it in force as a whole. What did not change goes on untouched.
pub(super) fn put_in_force(core: &Arc<Core>, config: Config) -> Result<(), ConfigError> {
    // First what can fail, so that nothing is half in force.
    let offsite = other_offsite(core, &config)?;
    if let Some(offsite) = offsite {
        core.set_offsite(offsite);
    }
    for account in core.accounts.replace(&config) {
        tracing::info!(%account, "an account is new or changed");
        // Asked at once, also when it was paused: what was missed meanwhile is found.
        core.polls.forget(&account);
    }
    core.live.put(config, core.clock.now());
    core.work.notify_waiters();
    Ok(())
}

/// The second copies, if they are to go elsewhere than until now.
fn other_offsite(
    core: &Core,
    config: &Config,
) -> Result<Option<Option<Arc<Offsite>>>, ConfigError> {
    if core.config().offsite == config.offsite {
        return Ok(None);
    }
    let Some(place) = &config.offsite else {
        return Ok(Some(None));
    };
    match Offsite::open(place) {
        Ok(offsite) => Ok(Some(Some(Arc::new(offsite)))),
        Err(trouble) => Err(ConfigError::no_offsite(
            &core.home.config_file(),
            &trouble.to_string(),
        )),
    }
}
