//! The tunnel as the engine runs it: by the process that has the role, to the address of its door.
//!
//! `probe` asks the door through the public address, `report` is what is told of it to other processes
//! of this home, and this file connects both with the tunnel.

pub(crate) mod probe;
mod report;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ringback_intake::Canary;
use ringback_store::{NewAlert, StoreError, Writer};
use ringback_tunnel::{Around, Bore, Fixed, Kind, Movement, Names, Ssh, State, Tunnel};
use tokio::sync::watch;
use url::Url;

use crate::{
    accounts::Party,
    config::{Config, TunnelConfig, TunnelKind},
    core::Core,
    news::News,
    pulse,
    role::Role,
    webhooks,
};
use probe::DoorProbe;
pub use report::TunnelReport;
pub use ringback_tunnel::Pace;

/// Where the report stands among the settings.
pub(crate) const SETTING: &str = "tunnel";

/// How often the machine is looked at for another network, and for a sleep.
const LOOK: Duration = Duration::from_secs(5);

/// After this many tries in vain a person is told.
const TOLD_AFTER: u32 = 3;

/// The alert that the door cannot be reached.
const DOWN: &str = "tunnel_down";
/// The alert that the address of an account's webhooks is another one.
pub(crate) const MOVED: &str = "public_url_changed";

/// The tunnel of this process, if it runs one.
#[derive(Debug)]
pub(crate) struct Tunneling {
    pace: Pace,
    names: Arc<dyn Names>,
    here: Mutex<Here>,
}

#[derive(Debug, Default)]
struct Here {
    tunnel: Option<Arc<Tunnel>>,
    report: Option<TunnelReport>,
}

impl Tunneling {
    pub(crate) fn at(pace: Pace, names: Arc<dyn Names>) -> Self {
        Self {
            pace,
            names,
            here: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, tunnel: Option<Arc<Tunnel>>, report: Option<TunnelReport>) {
        *self.lock() = Here { tunnel, report };
    }

    /// Begins anew; false if this process runs no tunnel.
    pub(crate) fn restart(&self) -> bool {
        let tunnel = self.lock().tunnel.clone();
        tunnel.is_some_and(|tunnel| {
            tunnel.restart();
            true
        })
    }

    /// Has the tunnel probed at once.
    pub(crate) fn look(&self) {
        if let Some(tunnel) = &self.lock().tunnel {
            tunnel.look();
        }
    }
}

/// How the tunnel is: as this process sees it, or as the process tells that runs it.
pub(crate) fn report(core: &Core) -> TunnelReport {
    if let Some(report) = &core.tunnel.lock().report {
        return report.clone();
    }
    let config = core.config();
    let kind = kind_name(&config);
    let is_wanted = !is_off(&config.tunnel);
    let told = core
        .store
        .read(|reader| reader.settings().get::<TunnelReport>(SETTING));
    let told = told.ok().flatten().filter(|told| told.kind == kind);
    match told {
        // What a process that was killed told last is not true any more.
        Some(told) if is_wanted && Role::is_taken(&core.home.role_file()) => told,
        told => TunnelReport {
            last_url: told.and_then(|told| told.last_url),
            ..TunnelReport::off(kind)
        },
    }
}

/// The public address: the configured one, or the last one that worked.
pub(crate) fn public_url(core: &Core) -> Option<Url> {
    let configured = core.config().public_url.clone();
    configured.or_else(|| report(core).last_url)
}

fn kind_name(config: &Config) -> &'static str {
    match config.tunnel.kind {
        TunnelKind::None => "none",
        TunnelKind::Ssh(_) => "ssh",
        TunnelKind::Bore(_) => "bore",
        TunnelKind::Command(_) => "command",
    }
}

fn is_off(config: &TunnelConfig) -> bool {
    matches!(config.kind, TunnelKind::None) && config.public_url.is_none()
}

fn kind(config: &TunnelConfig, names: &Arc<dyn Names>) -> Option<Arc<dyn Kind>> {
    let names = names.clone();
    match &config.kind {
        TunnelKind::None => {
            let url = config.public_url.clone()?;
            Some(Arc::new(Fixed { url }))
        }
        TunnelKind::Ssh(ssh) => Some(Arc::new(Ssh {
            names,
            ..(**ssh).clone()
        })),
        TunnelKind::Bore(bore) => Some(Arc::new(Bore {
            names,
            ..bore.clone()
        })),
        TunnelKind::Command(command) => Some(Arc::new(command.clone())),
    }
}

/// Where a tunnel leads: the door, by an address on which this machine reaches it.
pub(crate) fn own(door: SocketAddr) -> SocketAddr {
    let ip = match door.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, door.port())
}

/// Runs the tunnel to the open door until the program ends; another one when another one is configured,
/// or the door is elsewhere.
pub(crate) async fn keep(
    core: Arc<Core>,
    mut door: watch::Receiver<Option<SocketAddr>>,
    canary: Canary,
) {
    let mut changes = core.live.changes();
    while !core.stop.is_cancelled() {
        changes.borrow_and_update();
        let config = core.config();
        let at = *door.borrow_and_update();
        let is_over = async {
            loop {
                tokio::select! {
                    () = core.stop.cancelled() => return,
                    changed = changes.changed() => {
                        if changed.is_err() || core.config().tunnel_mark != config.tunnel_mark {
                            return;
                        }
                    }
                    changed = door.changed() => {
                        // Without a door any more, the program is ending.
                        match changed {
                            Ok(()) if *door.borrow_and_update() == at => {}
                            Ok(()) => return,
                            Err(_) => return core.stop.cancelled().await,
                        }
                    }
                }
            }
        };
        match at {
            Some(at) => run(&core, &config, at, canary.clone(), is_over).await,
            None => is_over.await,
        }
    }
}

async fn run(
    core: &Arc<Core>,
    config: &Config,
    door: SocketAddr,
    canary: Canary,
    is_over: impl Future<Output = ()>,
) {
    let name = kind_name(config);
    let Some(kind) = kind(&config.tunnel, &core.tunnel.names) else {
        core.tunnel.set(None, Some(TunnelReport::off(name)));
        write(core, |writer| {
            writer.alerts_mut().resolve(DOWN, "tunnel").map(drop)
        })
        .await;
        return is_over.await;
    };
    let before = core
        .store
        .read(|reader| reader.settings().get::<TunnelReport>(SETTING));
    let mut last_url = before.ok().flatten().and_then(|report| report.last_url);
    if config.public_url.is_none() {
        // Providers that still post to the last address sign it; it is told as soon as it is another.
        core.accounts.set_public_url(last_url.as_ref());
    }
    let probe = Arc::new(DoorProbe::new(canary, config.tunnel.ca_file.clone()));
    let clock = core.clock.clone();
    let around = Around {
        now: Arc::new(move || clock.now()),
        random: Arc::new(rand::random::<f64>),
    };
    let tunnel = Arc::new(Tunnel::start(
        kind,
        own(door),
        probe,
        around,
        core.tunnel.pace,
    ));
    let mut states = tunnel.states();
    let mut movement = Movement::since(core.clock.now(), Instant::now(), Movement::address());
    tokio::pin!(is_over);
    loop {
        let state = states.borrow_and_update().clone();
        tell(core, config, &tunnel, &state, &mut last_url).await;
        loop {
            tokio::select! {
                () = &mut is_over => {
                    tunnel.stop().await;
                    let report = TunnelReport { last_url, ..TunnelReport::off(name) };
                    core.tunnel.set(None, Some(report.clone()));
                    write(core, move |writer| writer.settings_mut().set(SETTING, &report)).await;
                    return;
                }
                changed = states.changed() => {
                    if changed.is_err() {
                        tracing::error!("the tunnel ended by itself; this is a bug");
                        core.stop.cancelled().await;
                    }
                    break;
                }
                () = pulse::beat(LOOK) => {
                    if movement.seen(core.clock.now(), Instant::now(), Movement::address()) {
                        tracing::info!("the machine woke or changed its network; the tunnel is probed");
                        tunnel.look();
                    }
                }
            }
        }
    }
}

/// Tells everybody how the tunnel is.
async fn tell(
    core: &Core,
    config: &Config,
    tunnel: &Arc<Tunnel>,
    state: &State,
    last_url: &mut Option<Url>,
) {
    let url = state.url().cloned();
    let moved = match (&url, &*last_url) {
        // The demo's door is elsewhere at each start, and nobody has to enter it anywhere.
        (Some(url), Some(last)) => url != last && !core.is_demo,
        _ => false,
    };
    let previous = last_url.clone();
    if let Some(url) = &url {
        *last_url = Some(url.clone());
        core.accounts.set_public_url(Some(url));
    }
    let report = TunnelReport::of(kind_name(config), state, last_url.clone());
    let known = core.tunnel.lock().report.clone();
    core.tunnel.set(Some(tunnel.clone()), Some(report.clone()));
    core.tell(News::Tunnel(report.clone()));
    if known.is_some_and(|known| known.is_the_same_news(&report)) {
        return;
    }
    // A public address that somebody else takes care of may well be one that this machine does not
    // reach from inside; that is shown, not sounded.
    let is_ours = !matches!(config.tunnel.kind, TunnelKind::None);
    let down = match state {
        State::Down { reason, tries, .. }
            if is_ours && (*tries >= TOLD_AFTER || reason.code.needs_a_person()) =>
        {
            Some(reason.code.as_str())
        }
        _ => None,
    };
    let is_up = url.is_some();
    let accounts: Vec<Arc<Party>> = if moved {
        core.accounts.iter().collect()
    } else {
        Vec::new()
    };
    // What stands at a provider under one of them was put there for this home.
    let had: Vec<String> = [&previous, &url]
        .into_iter()
        .flatten()
        .map(Url::to_string)
        .collect();
    let new_url = url.map(|url| url.to_string()).unwrap_or_default();
    write(core, move |writer| {
        writer.settings_mut().set(SETTING, &report)?;
        if let Some(code) = down {
            writer.alerts_mut().raise(&NewAlert {
                kind: DOWN.into(),
                subject: "tunnel".into(),
                params: serde_json::json!({ "reason": code }),
            })?;
        }
        if is_up {
            writer.alerts_mut().resolve(DOWN, "tunnel")?;
        }
        for url in &had {
            writer.addresses_mut().remember(url)?;
        }
        for party in &accounts {
            if webhooks::does_it_by_itself(writer, party)? {
                continue;
            }
            writer.alerts_mut().raise(&NewAlert {
                kind: MOVED.into(),
                subject: party.id().to_string(),
                params: serde_json::json!({ "url": new_url, "before": previous }),
            })?;
        }
        Ok(())
    })
    .await;
}

async fn write(
    core: &Core,
    work: impl FnOnce(&mut Writer<'_>) -> Result<(), StoreError> + Send + 'static,
) {
    if let Err(error) = core.applier.write(work).await {
        tracing::error!(%error, "how the tunnel is cannot be written down");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_that_listens_everywhere_is_reached_on_loopback() {
        for (door, wanted) in [
            ("0.0.0.0:9000", "127.0.0.1:9000"),
            ("[::]:9000", "[::1]:9000"),
            ("127.0.0.1:7480", "127.0.0.1:7480"),
            ("10.0.0.7:7480", "10.0.0.7:7480"),
        ] {
            let door = door.parse().expect("an address");
            assert_eq!(own(door).to_string(), wanted);
        }
    }
}
