//! The window's side of the contract, on Tauri's mock runtime: what a page can call and what it
//! cannot. There is no webview and no engine here; the contract is a stand-in that answers at once.

use std::{
    collections::HashMap,
    sync::{Arc, mpsc},
    time::Duration,
};

use ringback_api::{ErrorCode, ErrorJson, Event};
use ringback_window::{
    host::{Contract, Host, Stage},
    launch::Launch,
    program,
    windows::MAIN,
};
use serde_json::{Value, json};
use tauri::{
    App, Manager, WebviewWindow,
    ipc::{CallbackFn, InvokeBody, InvokeResponseBody},
    test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
    webview::InvokeRequest,
};
use tempfile::TempDir;
use tokio::sync::broadcast;

/// Knows one command for JSON and one for bytes.
struct Echo {
    events: broadcast::Sender<Event>,
}

#[async_trait::async_trait]
impl Contract for Echo {
    async fn call(&self, name: &str, args: Value) -> Result<Value, ErrorJson> {
        match name {
            "echo" => Ok(args),
            _ => {
                Err(ErrorJson::new(ErrorCode::BadRequest, "there is no such command").hint("echo"))
            }
        }
    }

    async fn bytes(&self, _name: &str, _args: Value) -> Result<Vec<u8>, ErrorJson> {
        Ok(vec![0, 159, 146, 150])
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// The program on an empty home, before anything runs behind it.
struct Window {
    app: App<MockRuntime>,
    page: WebviewWindow<MockRuntime>,
    /// What went into channels: the channel's number and a message.
    sent: mpsc::Receiver<(u32, Value)>,
    _home: TempDir,
}

impl Window {
    fn open() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let launch = Launch::at(home.path());
        let (channels, sent) = mpsc::channel();
        let builder = mock_builder().channel_interceptor(move |_page, channel, _index, message| {
            let InvokeResponseBody::Json(message) = message else {
                panic!("events are JSON");
            };
            let message = serde_json::from_str(message).expect("events are JSON");
            channels.send((channel.0, message)).is_ok()
        });
        let app = program::build(builder, program::context(&launch), launch)
            .expect("the mock runtime opens any window");
        let page = app.get_webview_window(MAIN).expect("the window was opened");
        Self {
            app,
            page,
            sent,
            _home: home,
        }
    }

    fn enter(&self, stage: Stage) {
        self.app.state::<Host>().enter(stage);
    }

    /// What a script of the page at this address gets for an answer.
    fn invoke_from(&self, page: &str, command: &str, body: Value) -> Result<Answer, Value> {
        get_ipc_response(
            &self.page,
            InvokeRequest {
                cmd: command.into(),
                callback: CallbackFn(0),
                error: CallbackFn(1),
                url: page.parse().expect("an address"),
                body: InvokeBody::Json(body),
                headers: Default::default(),
                invoke_key: INVOKE_KEY.into(),
            },
        )
        .map(|answer| match answer {
            InvokeResponseBody::Json(text) => {
                Answer::Json(serde_json::from_str(&text).expect("an answer is JSON"))
            }
            InvokeResponseBody::Raw(bytes) => Answer::Bytes(bytes),
        })
    }

    fn invoke(&self, command: &str, body: Value) -> Result<Answer, Value> {
        self.invoke_from(OWN_PAGE, command, body)
    }
}

#[derive(Debug, PartialEq)]
enum Answer {
    Json(Value),
    Bytes(Vec<u8>),
}

const OWN_PAGE: &str = if cfg!(windows) {
    "http://tauri.localhost"
} else {
    "tauri://localhost"
};

fn echo() -> Stage {
    echo_with(&broadcast::Sender::new(8))
}

fn echo_with(events: &broadcast::Sender<Event>) -> Stage {
    Stage::Running(Arc::new(Echo {
        events: events.clone(),
    }))
}

#[test]
fn a_command_of_the_contract_comes_back_with_its_answer() {
    let window = Window::open();
    window.enter(echo());
    let answer = window.invoke("rpc", json!({"name": "echo", "args": {"id": "call_0001"}}));
    assert_eq!(answer, Ok(Answer::Json(json!({"id": "call_0001"}))));
}

#[test]
fn bytes_cross_as_bytes() {
    let window = Window::open();
    window.enter(echo());
    let answer = window.invoke("rpc_bytes", json!({"name": "any", "args": {}}));
    assert_eq!(answer, Ok(Answer::Bytes(vec![0, 159, 146, 150])));
}

#[test]
fn events_go_to_the_page_that_subscribed_last_and_to_no_other() {
    let window = Window::open();
    let events = broadcast::Sender::new(8);
    window.enter(echo_with(&events));
    for channel in [4, 5] {
        window
            .invoke(
                "subscribe",
                json!({"channel": format!("__CHANNEL__:{channel}")}),
            )
            .expect("there is an engine");
    }
    events.send(Event::Health).expect("the page listens");
    let first = window.sent.recv_timeout(Duration::from_secs(90));
    assert_eq!(first, Ok((5, json!([{"type": "health"}]))));
    events.send(Event::Stale).expect("the page listens");
    let second = window.sent.recv_timeout(Duration::from_secs(90));
    assert_eq!(second, Ok((5, json!([{"type": "stale"}]))));
}

#[test]
fn when_another_engine_takes_over_the_page_is_told_to_read_anew_and_hears_the_new_one() {
    let window = Window::open();
    let (first, second) = (broadcast::Sender::new(8), broadcast::Sender::new(8));
    window.enter(echo_with(&first));
    window
        .invoke("subscribe", json!({"channel": "__CHANNEL__:4"}))
        .expect("there is an engine");
    window.enter(echo_with(&second));
    let told = window.sent.recv_timeout(Duration::from_secs(90));
    assert_eq!(told, Ok((4, json!([{"type": "stale"}]))));
    second.send(Event::Health).expect("the page listens");
    let told = window.sent.recv_timeout(Duration::from_secs(90));
    assert_eq!(told, Ok((4, json!([{"type": "health"}]))));
}

#[test]
fn an_error_arrives_with_its_code_and_hint() {
    let window = Window::open();
    window.enter(echo());
    let error = window
        .invoke("rpc", json!({"name": "no.such.command", "args": {}}))
        .expect_err("the stand-in knows only `echo`");
    assert_eq!(error["code"], "bad_request");
    assert_eq!(error["hint"], "echo");
}

#[test]
fn when_the_engine_cannot_start_every_command_says_why() {
    let window = Window::open();
    let reason = ErrorJson::new(ErrorCode::Newer, "written by a newer version").hint("update");
    window.enter(Stage::Failed(reason.clone()));
    let reason = serde_json::to_value(reason).expect("an error is JSON");
    for command in ["rpc", "rpc_bytes"] {
        let answer = window.invoke(command, json!({"name": "echo", "args": {}}));
        assert_eq!(answer, Err(reason.clone()), "{command}");
    }
}

#[test]
fn a_page_can_call_the_contract_and_nothing_else() {
    let window = Window::open();
    window.enter(echo());
    for command in [
        "plugin:opener|open_path",
        "plugin:opener|open_url",
        "plugin:opener|reveal_item_in_dir",
        "plugin:window-state|save_window_state",
        "plugin:event|emit",
        "plugin:event|listen",
        "plugin:path|resolve_directory",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:app|app_hide",
        "plugin:fs|read_file",
        "plugin:shell|execute",
        "plugin:http|fetch",
    ] {
        let answer = window.invoke(command, json!({}));
        let refused = |error: &Value| {
            let text = error.as_str().unwrap_or_default();
            text.contains("not allowed")
        };
        assert!(
            answer.as_ref().is_err_and(refused),
            "{command} answers {answer:?}"
        );
    }
}

#[test]
fn a_page_from_elsewhere_can_call_nothing() {
    let window = Window::open();
    window.enter(echo());
    let answer = window.invoke_from(
        "https://example.org",
        "rpc",
        json!({"name": "echo", "args": {}}),
    );
    assert!(answer.is_err(), "it answers {answer:?}");
}

#[test]
fn the_content_security_policy_lets_in_nothing_from_outside() {
    let window = Window::open();
    let policy = window
        .app
        .config()
        .app
        .security
        .csp
        .clone()
        .expect("tauri.conf.json has a policy");
    let directives: HashMap<String, tauri::utils::config::CspDirectiveSources> = policy.into();
    let sources = |directive: &str| -> Vec<String> {
        directives
            .get(directive)
            .unwrap_or_else(|| panic!("{directive} is not in the policy"))
            .clone()
            .into()
    };
    for directive in ["default-src", "script-src", "style-src", "font-src"] {
        assert_eq!(sources(directive), ["'self'"], "{directive}");
    }
    for directive in ["object-src", "base-uri", "form-action", "frame-ancestors"] {
        assert_eq!(sources(directive), ["'none'"], "{directive}");
    }
    // Without these the calls would fall back to a slow way that knows no bytes.
    assert_eq!(sources("connect-src"), ["ipc:", "http://ipc.localhost"]);
    assert!(!window.app.config().app.with_global_tauri);
}

#[test]
fn every_home_has_a_program_of_its_own() {
    let identifier = |folder: &str| {
        program::context::<MockRuntime>(&Launch::at(folder))
            .config()
            .identifier
            .clone()
    };
    assert_eq!(identifier("/a"), identifier("/a"));
    assert_ne!(identifier("/a"), identifier("/b"));
}
