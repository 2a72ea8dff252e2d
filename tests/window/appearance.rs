//! How it looks: both sizes, both themes, both languages. The pictures are for people; what a test
//! can see is that the page obeys and that nothing sticks out.

use ringback_journeys::{
    patience::{A_WHILE, SOON},
    window::{Role, View, journey},
};
use serde_json::json;

use crate::steps;

#[tokio::test]
async fn every_view_fits_in_every_size_theme_and_language() {
    journey("looks", async |desk| {
        let view = desk.open(&["--demo"]).await;
        view.find(Role::Region, "Ongoing calls").await;
        view.go("#/calls").await;
        let row = steps::ready_row(&view).await;
        steps::open_row(&view, row).await;
        let call = view
            .until_true(SOON, "the address of a call", "return location.hash")
            .await;
        let call = call.as_str().expect("an address is a text").to_owned();
        view.go("#/live").await;
        view.until_true(
            A_WHILE,
            "a call on the board",
            "return document.querySelector('section[aria-label] a[data-call]') !== null",
        )
        .await;

        for (width, height) in [(1280, 800), (1920, 1080)] {
            view.resize(width, height).await;
            for (theme, language) in [
                ("light", "en"),
                ("dark", "en"),
                ("light", "de"),
                ("dark", "de"),
            ] {
                dress(&view, theme, language).await;
                for (name, place) in [
                    ("live", "#/live"),
                    ("calls", "#/calls"),
                    ("call", call.as_str()),
                    ("insights", "#/insights"),
                    ("health", "#/health"),
                    ("settings", "#/settings"),
                ] {
                    view.go(place).await;
                    fits(&view, name).await;
                    view.picture(&format!("{name}-{width}-{theme}-{language}"))
                        .await;
                }
            }
        }
    })
    .await;
}

async fn dress(view: &View, theme: &str, language: &str) {
    let mut settings = view.call("settings.get", json!({})).await;
    settings["theme"] = json!(theme);
    settings["language"] = json!(language);
    view.call("settings.set", settings).await;
    view.until_true(
        SOON,
        format_args!("the page is {theme} and speaks {language}"),
        &format!(
            "const page = document.documentElement;
             return page.dataset.theme === '{theme}' && page.lang === '{language}'"
        ),
    )
    .await;
}

/// Waits until the view is there and has loaded, and nothing is wider than the window.
async fn fits(view: &View, name: &str) {
    view.until_true(
        SOON,
        format_args!("{name} has loaded and fits into the window"),
        "const page = document.scrollingElement;
         return document.querySelector('main h1') !== null
             && document.querySelector('main [aria-busy=true]') === null
             && page.scrollWidth <= innerWidth && page.scrollHeight <= innerHeight",
    )
    .await;
}
