//! The window: shown when there is something to see, fenced in, and opened again where it was when
//! the program went on without it.

use std::sync::Mutex;

use tauri::{
    AppHandle, Manager, Runtime, Theme, Url, WebviewUrl, WebviewWindowBuilder,
    utils::config::Color,
    webview::{NewWindowResponse, PageLoadEvent},
};

use crate::{
    deep_link::Link,
    host::{Host, Stage},
    launch::Launch,
    problem,
};

/// The label of the window in `tauri.conf.json` and in the capabilities.
pub const MAIN: &str = "main";

/// The window's ground before the page has painted; `--ground` of the user interface.
const GROUND: Color = Color(0xfa, 0xf9, 0xf6, 0xff);
const DARK_GROUND: Color = Color(0x14, 0x19, 0x1c, 0xff);

/// Brings the page to a place; to the one where it is, once more.
const GO: &str = include_str!("go.js");

/// Where in the user interface the window was when it was closed.
#[derive(Default)]
pub(crate) struct LastPlace(Mutex<Option<String>>);

/// Opens the window where it was last, or at `place`, an address within the user interface. It stays
/// hidden until its page is there, so that nobody sees it empty.
pub fn open<R: Runtime>(app: &AppHandle<R>, place: Option<&str>) -> tauri::Result<()> {
    let mut config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN)
        .expect("tauri.conf.json describes the window `main`")
        .clone();
    let last = app.state::<LastPlace>().take();
    if let Some(place) = place.map(str::to_owned).or(last) {
        config.url = WebviewUrl::App(format!("index.html{place}").into());
    }
    let guarded = app.clone();
    let window = WebviewWindowBuilder::from_config(app, &config)?
        .data_directory(app.state::<Launch>().window_folder())
        .visible(false)
        .background_color(GROUND)
        .on_navigation(move |url| may_go(&guarded, url))
        .on_new_window(|_url, _features| NewWindowResponse::Deny)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                // Only a window that is already closed cannot be shown.
                let _ = window.show();
            }
        })
        .build()?;
    if let Ok(Theme::Dark) = window.theme() {
        window.set_background_color(Some(DARK_GROUND))?;
    }
    #[cfg(all(debug_assertions, target_os = "linux"))]
    page_speaks_to_terminal(&window)?;
    Ok(())
}

/// In development, what the page writes to its console appears on the program's standard output.
#[cfg(all(debug_assertions, target_os = "linux"))]
fn page_speaks_to_terminal<R: Runtime>(window: &tauri::WebviewWindow<R>) -> tauri::Result<()> {
    use webkit2gtk::{SettingsExt, WebViewExt};

    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_enable_write_console_messages_to_stdout(true);
        }
    })
}

/// The window is about to be closed: keeps where it is.
pub(crate) fn keep_place<R: Runtime>(app: &AppHandle<R>) {
    let address = app
        .get_webview_window(MAIN)
        .and_then(|window| window.url().ok());
    let place = address
        .filter(|url| is_of(url, &home_page(app)))
        .and_then(|url| Some(format!("#{}", without_moment(url.fragment()?))));
    app.state::<LastPlace>().keep(place);
}

/// The place without the moment that a link asked for (`t`): that was done, and the listener has
/// gone on from there.
fn without_moment(place: &str) -> String {
    let Some((path, query)) = place.split_once('?') else {
        return place.to_owned();
    };
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("t="))
        .collect();
    if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    }
}

impl LastPlace {
    fn keep(&self, place: Option<String>) {
        *self
            .0
            .lock()
            .expect("nothing that holds this lock can panic") = place;
    }

    fn take(&self) -> Option<String> {
        let mut place = self
            .0
            .lock()
            .expect("nothing that holds this lock can panic");
        place.take()
    }
}

/// Brings the window to the front, because a person asked for it; opens it if it was closed.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    show_at(app, None);
}

/// Brings the window to the front with this call in it.
pub fn show_call<R: Runtime>(app: &AppHandle<R>, link: &Link) {
    show_at(app, Some(&link.place()));
}

/// Brings the window to the front, at this address within the user interface if there is one.
pub fn show_at<R: Runtime>(app: &AppHandle<R>, place: Option<&str>) {
    let Some(window) = app.get_webview_window(MAIN) else {
        match (open(app, place), app.state::<Host>().stage()) {
            (Err(error), _) => tracing::error!(%error, "the window cannot be opened"),
            (Ok(()), Stage::Failed(_)) => show_problem(app),
            (Ok(()), Stage::Starting | Stage::Running(_)) => {}
        }
        return;
    };
    let _ = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Some(place) = place {
        let place = serde_json::Value::from(place);
        let _ = window.eval(format!("({GO})({place})"));
    }
}

/// Shows the page, after it was shown why there is none.
pub fn show_page<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.navigate(home_page(app));
    }
}

/// Shows why nothing runs behind the window, instead of the page. A program without a window opens
/// one: what keeps it from working is not kept to itself.
pub fn show_problem<R: Runtime>(app: &AppHandle<R>) {
    match app.get_webview_window(MAIN) {
        Some(window) => drop(window.navigate(problem::page())),
        None => show_at(app, None),
    }
}

/// The window shows this program's own pages and nothing else, whatever a page tries.
fn may_go<R: Runtime>(app: &AppHandle<R>, url: &Url) -> bool {
    if let Some(wish) = problem::Wish::of(url) {
        problem::fulfil(app, wish);
        return false;
    }
    is_of(url, &home_page(app)) || *url == problem::page() || url.as_str() == "about:blank"
}

/// Whether both are served by the same. Not `Url::origin`, for which two addresses with a scheme of
/// our own are never of the same origin.
fn is_of(url: &Url, home: &Url) -> bool {
    let place = |url: &Url| {
        let host = url.host_str().map(str::to_owned);
        (url.scheme().to_owned(), host, url.port_or_known_default())
    };
    place(url) == place(home)
}

fn home_page<R: Runtime>(app: &AppHandle<R>) -> Url {
    match &app.config().build.dev_url {
        Some(served) if tauri::is_dev() => served.clone(),
        _ => own_page("tauri"),
    }
}

/// The address of a page of this program: where webviews know no schemes of others, each has a
/// host of its own.
pub(crate) fn own_page(scheme: &str) -> Url {
    let address = if cfg!(windows) {
        format!("http://{scheme}.localhost/")
    } else {
        format!("{scheme}://localhost/")
    };
    Url::parse(&address).expect("made of a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_comes_back_does_not_follow_an_old_link_again() {
        for (place, kept) in [
            ("/calls/01K?t=2.5", "/calls/01K"),
            (
                "/calls/01K?t=2.5&find=a%3Ft%3D1",
                "/calls/01K?find=a%3Ft%3D1",
            ),
            ("/calls?time=7d&q=x", "/calls?time=7d&q=x"),
            ("/live", "/live"),
        ] {
            assert_eq!(without_moment(place), kept);
        }
    }

    #[test]
    fn only_pages_of_the_same_program_are_its_own() {
        let home = own_page("tauri");
        let url = |text: &str| Url::parse(text).expect("an address");
        assert!(is_of(
            &home.join("index.html#/calls/1?t=2").expect("a path"),
            &home
        ));
        for other in [
            "https://example.org/",
            "tauri://localhost.example.org/",
            "https://localhost/",
            "http://tauri.localhost:8080/",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
        ] {
            assert!(!is_of(&url(other), &home), "{other}");
        }
    }
}
