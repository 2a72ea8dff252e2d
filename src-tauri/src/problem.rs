//! What the window shows when nothing runs behind it: what is wrong, where, and what to do.
//!
//! The page is made here and needs neither the user interface nor an engine. It has no script; its
//! buttons are links that [`windows`](crate::windows) does not follow but hands back to
//! [`fulfil`].

use ringback_api::{ErrorCode, ErrorJson};
use tauri::{
    AppHandle, Manager, Runtime, Url,
    http::{Response, header},
};

use crate::{
    host::{Host, Stage},
    launch::{self, Launch},
    shell,
    windows::own_page,
};

/// The scheme of the page's address.
pub(crate) const SCHEME: &str = "problem";

const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                   form-action 'none'; frame-ancestors 'none'";

/// What a person can ask for on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Start the engine again.
    Again,
    /// Open `config.toml`.
    Config,
    /// End the program.
    Quit,
}

impl Wish {
    const ALL: [Self; 3] = [Self::Again, Self::Config, Self::Quit];

    /// The wish that a link stands for.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| *url == wish.link())
    }

    fn link(self) -> Url {
        let path = match self {
            Self::Again => "again",
            Self::Config => "config",
            Self::Quit => "quit",
        };
        page().join(path).expect("a path of letters")
    }
}

/// The address of the page.
pub(crate) fn page() -> Url {
    own_page(SCHEME)
}

/// Does what a person asked for on the page.
pub(crate) fn fulfil<R: Runtime>(app: &AppHandle<R>, wish: Wish) {
    match wish {
        Wish::Again => launch::start(app),
        Wish::Config => {
            if let Err(error) = shell::open_config(app) {
                tracing::warn!(%error, "config.toml cannot be opened");
            }
        }
        Wish::Quit => app.exit(exit_code(&app.state::<Host>())),
    }
}

/// The exit code that belongs to what runs behind the window now.
pub(crate) fn exit_code(host: &Host) -> i32 {
    match host.stage() {
        Stage::Failed(error) => match error.code {
            ErrorCode::Config | ErrorCode::BadRequest => 2,
            _ => 3,
        },
        Stage::Starting | Stage::Running(_) => 0,
    }
}

/// Answers the page's address.
pub(crate) fn respond<R: Runtime>(app: &AppHandle<R>) -> Response<Vec<u8>> {
    let words = Words::of_system();
    let body = match app.state::<Host>().stage() {
        Stage::Failed(error) => html(&error, &app.state::<Launch>(), &words),
        // Somebody came back to the page after the engine had started.
        Stage::Starting | Stage::Running(_) => String::new(),
    };
    Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, CSP)
        .header(header::CACHE_CONTROL, "no-store")
        .body(body.into_bytes())
        .expect("made of constants")
}

fn html(error: &ErrorJson, launch: &Launch, words: &Words) -> String {
    let message = escaped(&error.message);
    let hint = match &error.hint {
        Some(hint) => format!("<p>{}</p>", escaped(hint)),
        None => String::new(),
    };
    let config = match error.code {
        ErrorCode::Config => button(Wish::Config, words.open_config),
        _ => String::new(),
    };
    let (title, language) = (words.title, words.language);
    let again = button(Wish::Again, words.again);
    let quit = button(Wish::Quit, words.quit);
    let folder_label = words.folder;
    let folder = escaped(&launch.home.data().display().to_string());
    format!(
        "<!doctype html>\n\
         <html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>{STYLE}</style></head>\n\
         <body><main role=\"alert\"><h1>{title}</h1>\n\
         <pre>{message}</pre>\n{hint}\n\
         <dl><dt>{folder_label}</dt><dd>{folder}</dd></dl>\n\
         <nav>{again}{config}{quit}</nav></main></body></html>\n"
    )
}

const STYLE: &str = "\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: light-dark(#faf9f6, #14191c); color: light-dark(#1d2529, #edece8); }
main { max-width: 44rem; padding: 2rem; }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 1rem; }
pre { font: 0.875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
  margin: 0 0 1rem; padding: 1rem; border-radius: 8px;
  background: light-dark(#fff, #1c2327); border: 1px solid light-dark(#dcdad4, #313a3f); }
dl { margin: 0 0 1.5rem; color: light-dark(#55605f, #a9b2b2); overflow-wrap: anywhere; }
dt, dd { display: inline; margin: 0; } dt::after { content: ': '; }
a { display: inline-block; margin-right: 0.5rem; padding: 0.5rem 1rem; border-radius: 8px;
  color: inherit; text-decoration: none; border: 1px solid light-dark(#b9b7b0, #4a555a); }
a:first-child { color: light-dark(#fff, #10181b); border-color: transparent;
  background: light-dark(#17616e, #6cc3cf); }
a:focus-visible { outline: 2px solid light-dark(#17616e, #6cc3cf); outline-offset: 2px; }
";

fn button(wish: Wish, label: &str) -> String {
    format!("<a href=\"{}\">{label}</a>", wish.link())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What the page itself says. The error's own words are English everywhere.
struct Words {
    language: &'static str,
    title: &'static str,
    folder: &'static str,
    again: &'static str,
    open_config: &'static str,
    quit: &'static str,
}

impl Words {
    fn of_system() -> Self {
        Self::of(&sys_locale::get_locale().unwrap_or_default())
    }

    fn of(locale: &str) -> Self {
        if locale == "de" || locale.starts_with("de-") {
            Self {
                language: "de",
                title: "Ringback kann nicht starten",
                folder: "Ordner",
                again: "Erneut versuchen",
                open_config: "config.toml öffnen",
                quit: "Beenden",
            }
        } else {
            Self {
                language: "en",
                title: "Ringback cannot start",
                folder: "Folder",
                again: "Try again",
                open_config: "Open config.toml",
                quit: "Quit",
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: &ErrorJson, locale: &str) -> String {
        html(error, &Launch::at("/tmp/a&b"), &Words::of(locale))
    }

    #[test]
    fn the_page_says_what_is_wrong_where_and_what_to_do() {
        let error = ErrorJson::new(ErrorCode::Config, "line 3: unknown key `poll`")
            .hint("did you mean `poll_every`?");
        let page = shown(&error, "en-GB");
        for part in [
            "line 3: unknown key `poll`",
            "did you mean `poll_every`?",
            "/tmp/a&amp;b",
            "Try again",
            "Open config.toml",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }

    #[test]
    fn the_configuration_is_offered_only_when_it_is_the_reason() {
        let error = ErrorJson::new(ErrorCode::Newer, "written by a newer version");
        assert!(!shown(&error, "en").contains("config.toml"));
    }

    #[test]
    fn what_stands_in_a_file_cannot_become_part_of_the_page() {
        let error = ErrorJson::new(ErrorCode::Config, "unknown key `<img src=x onerror=y>`");
        assert!(!shown(&error, "en").contains("<img"));
    }

    #[test]
    fn the_page_speaks_german_where_the_system_does() {
        let error = ErrorJson::new(ErrorCode::Locked, "in use");
        assert!(shown(&error, "de-AT").contains("Ringback kann nicht starten"));
        assert!(shown(&error, "den").contains("Ringback cannot start"));
    }

    #[test]
    fn every_button_is_understood_and_the_page_itself_is_none() {
        for wish in Wish::ALL {
            assert_eq!(Wish::of(&wish.link()), Some(wish));
        }
        assert_eq!(Wish::of(&page()), None);
    }
}
