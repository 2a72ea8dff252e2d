//! Who shows notifications on a desktop: keeps what it was given, and presses their buttons.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{Connection, interface, zvariant::OwnedValue};

use super::{
    bus::Bus,
    patience::{A_WHILE, SOON, until},
};

/// A notification as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub id: u32,
    /// Its first line.
    pub title: String,
    /// What stands below.
    pub body: String,
    /// The keys of its buttons.
    pub actions: Vec<String>,
    /// The name of its icon.
    pub icon: String,
    /// The name of the menu's entry that it belongs to.
    pub entry: String,
}

#[derive(Default)]
struct Wall {
    /// What was ever shown, in order.
    told: Vec<Shown>,
    /// The numbers of those that were taken back.
    withdrawn: Vec<u32>,
    last: u32,
}

/// Shows notifications. Dropping it ends the service.
pub struct Herald {
    wall: Arc<Mutex<Wall>>,
    bus: Connection,
}

struct Service(Arc<Mutex<Wall>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "body-markup"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("herald", "ringback", "1", "1.2")
    }

    #[expect(clippy::too_many_arguments, reason = "the interface has so many")]
    fn notify(
        &self,
        _app_name: &str,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut wall = self.0.lock().expect("no test panics within");
        wall.last += u32::from(replaces_id == 0);
        let id = if replaces_id == 0 {
            wall.last
        } else {
            replaces_id
        };
        let actions = actions.into_iter().step_by(2).collect();
        wall.told.push(Shown {
            id,
            title: summary,
            body,
            actions,
            icon: app_icon,
            entry: hints
                .get("desktop-entry")
                .and_then(|entry| <&str>::try_from(entry).ok())
                .unwrap_or_default()
                .to_owned(),
        });
        id
    }

    fn close_notification(&self, id: u32) {
        let mut wall = self.0.lock().expect("no test panics within");
        wall.withdrawn.push(id);
    }
}

impl Herald {
    /// Begins to show notifications.
    ///
    /// # Panics
    ///
    /// Somebody does already.
    pub async fn on(bus: &Bus) -> Self {
        let wall = Arc::<Mutex<Wall>>::default();
        let bus = bus
            .guest()
            .serve_at("/org/freedesktop/Notifications", Service(wall.clone()))
            .expect("the path is one")
            .name("org.freedesktop.Notifications")
            .expect("the name is one")
            .build()
            .await
            .expect("the bus is there and the name is free");
        Self { wall, bus }
    }

    /// Waits for the notification whose title is this.
    pub async fn shown(&self, title: &str) -> Shown {
        until(
            A_WHILE,
            format_args!("a notification {title:?}"),
            async || {
                let told = self.told();
                told.into_iter().rev().find(|shown| shown.title == title)
            },
        )
        .await
    }

    /// Everything that was ever shown, in order.
    pub fn told(&self) -> Vec<Shown> {
        self.wall
            .lock()
            .expect("no test panics within")
            .told
            .clone()
    }

    /// Waits until it was taken back.
    pub async fn withdrawn(&self, shown: &Shown) {
        until(
            SOON,
            format_args!("{:?} is taken back", shown.title),
            async || {
                let wall = self.wall.lock().expect("no test panics within");
                wall.withdrawn.contains(&shown.id).then_some(())
            },
        )
        .await;
    }

    /// Presses a button of a notification, which goes away by that.
    pub async fn press(&self, shown: &Shown, key: &str) {
        self.signal("ActionInvoked", &(shown.id, key)).await;
        self.signal("NotificationClosed", &(shown.id, 2_u32)).await;
    }

    async fn signal(
        &self,
        name: &str,
        body: &(impl serde::Serialize + zbus::zvariant::DynamicType),
    ) {
        const PLACE: &str = "/org/freedesktop/Notifications";
        self.bus
            .emit_signal(
                None::<&str>,
                PLACE,
                "org.freedesktop.Notifications",
                name,
                body,
            )
            .await
            .expect("the bus is there");
    }
}
