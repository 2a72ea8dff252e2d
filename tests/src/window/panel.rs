//! The panel of a desktop: gives icons a place, reads what they show, and clicks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{
    Connection, Proxy, interface,
    message::Header,
    zvariant::{OwnedValue, Value},
};

use super::{
    bus::Bus,
    patience::{SOON, until},
};

const ITEM: (&str, &str) = ("/StatusNotifierItem", "org.kde.StatusNotifierItem");
const MENU: (&str, &str) = ("/MenuBar", "com.canonical.dbusmenu");

/// The programs that have put an icon here, by their names on the bus.
type Items = Arc<Mutex<Vec<String>>>;

/// A panel with a tray. Dropping it takes the tray away.
pub struct Panel {
    items: Items,
    bus: Connection,
}

struct Watcher(Items);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        // Some give their name, others the path of their item.
        let name = match header.sender() {
            Some(sender) if service.starts_with('/') => sender.to_string(),
            _ => service.to_owned(),
        };
        self.0.lock().expect("no test panics within").push(name);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().expect("no test panics within").clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl Panel {
    /// Puts a panel up.
    ///
    /// # Panics
    ///
    /// There is one already.
    pub async fn on(bus: &Bus) -> Self {
        let items = Items::default();
        let bus = bus
            .guest()
            .serve_at("/StatusNotifierWatcher", Watcher(items.clone()))
            .expect("the path is one")
            .name("org.kde.StatusNotifierWatcher")
            .expect("the name is one")
            .build()
            .await
            .expect("the bus is there and the name is free");
        Self { items, bus }
    }

    /// Waits until the icon has a title that this holds of, and gives the title.
    pub async fn title(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        until(SOON, format_args!("a title: {what}"), async || {
            let title: String = self.item(ITEM).await?.get_property("Title").await.ok()?;
            is_it(&title).then_some(title)
        })
        .await
    }

    /// The lines of the tooltip.
    pub async fn tooltip(&self) -> String {
        until(SOON, "a tooltip", async || {
            let item = self.item(ITEM).await?;
            let tip: OwnedValue = item.get_property("ToolTip").await.ok()?;
            match fields(&tip)?.get(3)? {
                Value::Str(text) => Some(text.to_string()),
                _ => None,
            }
        })
        .await
    }

    /// The sides of the icon's pictures.
    pub async fn pictures(&self) -> Vec<i32> {
        until(SOON, "pictures", async || {
            let item = self.item(ITEM).await?;
            let pictures: OwnedValue = item.get_property("IconPixmap").await.ok()?;
            let Value::Array(pictures) = &*pictures else {
                return None;
            };
            let side = |picture| match fields(picture)?.first()? {
                Value::I32(side) => Some(*side),
                _ => None,
            };
            Some(pictures.iter().filter_map(side).collect())
        })
        .await
    }

    /// What can be read in the menu, from top to bottom.
    pub async fn menu(&self) -> Vec<String> {
        until(SOON, "a menu", async || {
            Some(
                self.lines()
                    .await?
                    .into_iter()
                    .map(|(_, text)| text)
                    .collect(),
            )
        })
        .await
    }

    /// Clicks the line of the menu that begins like this.
    pub async fn choose(&self, text: &str) {
        until(SOON, format_args!("{text:?} in the menu"), async || {
            let (id, _) = self
                .lines()
                .await?
                .into_iter()
                .find(|(_, line)| line.starts_with(text))?;
            let menu = self.item(MENU).await?;
            menu.call_method("Event", &(id, "clicked", Value::from(0_i32), 0_u32))
                .await
                .ok()
        })
        .await;
    }

    /// Clicks the icon itself.
    pub async fn click(&self) {
        until(SOON, "an icon to click", async || {
            self.item(ITEM)
                .await?
                .call_method("Activate", &(0_i32, 0_i32))
                .await
                .ok()
        })
        .await;
    }

    async fn lines(&self) -> Option<Vec<(i32, String)>> {
        type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        let menu = self.item(MENU).await?;
        let everything: [&str; 0] = [];
        let (_, (_, _, children)): (u32, Node) = menu
            .call("GetLayout", &(0_i32, -1_i32, everything.as_slice()))
            .await
            .ok()?;
        let line = |child: OwnedValue| {
            let [Value::I32(id), looks, _] = fields(&child)? else {
                return None;
            };
            let looks: HashMap<String, OwnedValue> = looks.try_clone().ok()?.try_into().ok()?;
            let label = looks.get("label")?.downcast_ref::<&str>().ok()?;
            Some((*id, label.to_owned()))
        };
        Some(children.into_iter().filter_map(line).collect())
    }

    async fn item(
        &self,
        (path, interface): (&'static str, &'static str),
    ) -> Option<Proxy<'static>> {
        let name = self
            .items
            .lock()
            .expect("no test panics within")
            .last()?
            .clone();
        let proxy = zbus::proxy::Builder::new(&self.bus)
            .destination(name)
            .ok()?
            .path(path)
            .ok()?
            .interface(interface)
            .ok()?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build();
        proxy.await.ok()
    }
}

fn fields<'v>(value: &'v Value<'v>) -> Option<&'v [Value<'v>]> {
    match value {
        Value::Structure(structure) => Some(structure.fields()),
        _ => None,
    }
}
