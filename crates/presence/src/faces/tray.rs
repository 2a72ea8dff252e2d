//! The icon in the tray: a StatusNotifierItem with its menu.
//! <https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/> (read 2026-11-21)

use ksni::{Handle, Icon, MenuItem, ToolTip, TrayMethods, menu::StandardItem};
use tokio::sync::mpsc::UnboundedSender;

use super::Heard;
use crate::{
    sign::{Item, Sign},
    standing::Condition,
};

/// The sides of the icons; the host takes the one that fits.
const SIZES: [i32; 3] = [22, 32, 48];

/// The pixels that `assets/icons/tray/make.sh` drew, one picture for each of [`SIZES`].
macro_rules! pictures {
    ($state:literal) => {
        [
            include_bytes!(concat!(
                "../../../../assets/icons/tray/",
                $state,
                "-22.argb"
            ))
            .as_slice(),
            include_bytes!(concat!(
                "../../../../assets/icons/tray/",
                $state,
                "-32.argb"
            ))
            .as_slice(),
            include_bytes!(concat!(
                "../../../../assets/icons/tray/",
                $state,
                "-48.argb"
            ))
            .as_slice(),
        ]
    };
}

/// The icon in the tray.
pub(crate) struct Tray(Handle<Shown>);

impl Tray {
    /// Puts it there.
    pub(crate) async fn raise(
        sign: &Sign,
        heard: UnboundedSender<Heard>,
    ) -> Result<Self, ksni::Error> {
        let shown = Shown {
            sign: sign.clone(),
            heard,
        };
        shown.spawn().await.map(Self)
    }

    /// Changes what it shows.
    pub(crate) async fn show(&self, sign: &Sign) {
        self.0.update(|shown| shown.sign = sign.clone()).await;
    }
}

/// What is shown, and where clicks go.
struct Shown {
    sign: Sign,
    heard: UnboundedSender<Heard>,
}

impl Shown {
    fn wish(&self, wish: crate::sign::Wish) {
        // Nobody listens any more: the program is ending.
        let _ = self.heard.send(Heard::Wish(wish));
    }
}

impl ksni::Tray for Shown {
    fn id(&self) -> String {
        "ringback".into()
    }

    fn title(&self) -> String {
        self.sign.title.clone()
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.wish(crate::sign::Wish::Open);
    }

    fn status(&self) -> ksni::Status {
        match self.sign.condition {
            Condition::Well | Condition::Attention => ksni::Status::Active,
            Condition::Broken => ksni::Status::NeedsAttention,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        icons(self.sign.condition)
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        icons(Condition::Broken)
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: self.sign.title.clone(),
            description: self.sign.lines.join("\n"),
            ..ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.sign.menu.iter().map(item).collect()
    }
}

fn item(item: &Item) -> MenuItem<Shown> {
    match item {
        Item::Separator => MenuItem::Separator,
        Item::Note(text) => StandardItem {
            label: label(text),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        Item::Choice(text, wish) => {
            let wish = wish.clone();
            StandardItem {
                label: label(text),
                activate: Box::new(move |shown: &mut Shown| shown.wish(wish.clone())),
                ..StandardItem::default()
            }
            .into()
        }
    }
}

/// A single underscore would underline the letter behind it.
fn label(text: &str) -> String {
    text.replace('_', "__")
}

fn icons(condition: Condition) -> Vec<Icon> {
    let pictures = match condition {
        Condition::Well => pictures!("well"),
        Condition::Attention => pictures!("attention"),
        Condition::Broken => pictures!("broken"),
    };
    SIZES
        .into_iter()
        .zip(pictures)
        .map(|(side, pixels)| Icon {
            width: side,
            height: side,
            data: pixels.to_vec(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_has_as_many_pixels_as_it_says_and_each_condition_looks_different() {
        let of = [Condition::Well, Condition::Attention, Condition::Broken].map(icons);
        for icon in of.iter().flatten() {
            assert_eq!(
                icon.data.len(),
                usize::try_from(icon.width * icon.height * 4).unwrap()
            );
        }
        assert_ne!(of[0][0].data, of[1][0].data);
        assert_ne!(of[1][0].data, of[2][0].data);
    }

    #[test]
    fn an_agents_name_is_shown_with_its_underscores() {
        assert_eq!(label("front_desk"), "front__desk");
    }
}
