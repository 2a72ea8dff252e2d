//! The page as a person finds their way in it: by what things are and what they are called.

use std::{fmt, path::PathBuf, time::Duration};

use fantoccini::{
    Client, Locator,
    elements::{Element, ElementRef},
    error::CmdError,
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use http::Method;
use serde_json::Value;
use url::Url;

use super::{
    patience::{SOON, until},
    stage,
};

/// What a thing is to a screen reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are ARIA's")]
pub enum Role {
    Button,
    Grid,
    Heading,
    Link,
    Region,
    Row,
    SearchBox,
    Slider,
    Switch,
    TextBox,
}

impl Role {
    /// Everything that could be one of these; the webview itself decides what it is called.
    fn candidates(self) -> &'static str {
        match self {
            Self::Button => "button, [role=button]",
            Self::Grid => "[role=grid]",
            Self::Heading => "h1, h2, h3, h4, [role=heading]",
            Self::Link => "a[href], [role=link]",
            Self::Region => "section, aside, [role=region]",
            Self::Row => "[role=row]",
            Self::SearchBox => "input[type=search], [role=searchbox]",
            Self::Slider => "input[type=range], [role=slider]",
            Self::Switch => "[role=switch]",
            Self::TextBox => "input[type=text], input[type=password]",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// The page of an open window.
#[derive(Clone, Debug)]
pub struct View {
    client: Client,
    journey: String,
}

impl View {
    pub(crate) fn new(client: Client, journey: &str) -> Self {
        Self {
            client,
            journey: journey.to_owned(),
        }
    }

    /// The WebDriver session, for what is not here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the thing of that kind and name.
    pub async fn find(&self, role: Role, name: &str) -> Element {
        self.find_within(SOON, role, name).await
    }

    /// The same, for things that take their time.
    pub async fn find_within(&self, limit: Duration, role: Role, name: &str) -> Element {
        until(limit, format_args!("a {role} {name:?}"), async || {
            self.look_for(role, name).await
        })
        .await
    }

    /// The thing of that kind and name, if it can be seen now.
    pub async fn look_for(&self, role: Role, name: &str) -> Option<Element> {
        // A page that is just changing answers with errors; whoever needs the thing asks again.
        self.try_to_find(role, name).await.ok().flatten()
    }

    /// Waits until there is no such thing.
    pub async fn gone(&self, role: Role, name: &str) {
        until(SOON, format_args!("no {role} {name:?}"), async || {
            matches!(self.try_to_find(role, name).await, Ok(None)).then_some(())
        })
        .await;
    }

    /// Waits for it and clicks it.
    pub async fn click(&self, role: Role, name: &str) {
        until(
            SOON,
            format_args!("a {role} {name:?} to click"),
            async || self.look_for(role, name).await?.click().await.ok(),
        )
        .await;
    }

    /// Goes to a view by its address, such as `#/calls`.
    pub async fn go(&self, place: &str) {
        let script = "window.location.hash = arguments[0]";
        self.client
            .execute(script, vec![place.into()])
            .await
            .expect("the page runs scripts of the driver");
    }

    /// Waits for it and gives it the focus, so that keys go there.
    pub async fn focus(&self, role: Role, name: &str) {
        let element = self.find(role, name).await;
        let element = serde_json::to_value(element).expect("a reference to an element is JSON");
        self.client
            .execute("arguments[0].focus()", vec![element])
            .await
            .expect("the page runs scripts of the driver");
    }

    /// Waits for a box and writes into it, in the place of what stands there.
    pub async fn write(&self, role: Role, name: &str, text: &str) {
        let element = self.find(role, name).await;
        let reference = serde_json::to_value(&element).expect("a reference to an element is JSON");
        self.client
            .execute(
                "arguments[0].focus(); arguments[0].select()",
                vec![reference],
            )
            .await
            .expect("the page runs scripts of the driver");
        element
            .send_keys(text)
            .await
            .expect("the focused element takes keys");
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: Key) {
        let focused = self
            .client
            .active_element()
            .await
            .expect("something always has the focus");
        focused
            .send_keys(&char::from(key).to_string())
            .await
            .expect("the focused element takes keys");
    }

    /// Waits until `script` (the body of a function) yields something else than null or false.
    pub async fn until_true(
        &self,
        limit: Duration,
        what: impl fmt::Display,
        script: &str,
    ) -> Value {
        until(limit, what, async || {
            let value = self.client.execute(script, Vec::new()).await.ok()?;
            (!value.is_null() && value != Value::Bool(false)).then_some(value)
        })
        .await
    }

    /// Calls a command of the contract, past the user interface. For what a person would need many
    /// clicks for and the journey is not about.
    pub async fn call(&self, command: &str, arguments: Value) -> Value {
        let script = "const [name, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke('rpc', { name, args })
                .then((value) => done({ value }), (error) => done({ error }));";
        let mut answer = self
            .client
            .execute_async(script, vec![command.into(), arguments])
            .await
            .expect("the page runs scripts of the driver");
        assert!(answer["error"].is_null(), "{command}: {}", answer["error"]);
        answer["value"].take()
    }

    /// Makes the window that big.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client
            .set_window_size(width, height)
            .await
            .expect("the window can be made bigger and smaller");
        self.until_true(
            SOON,
            format_args!("the page is {width} by {height}"),
            &format!("return innerWidth === {width} && innerHeight === {height}"),
        )
        .await;
    }

    /// Takes a picture: `target/window/{journey}-{name}.png`.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let bytes = self
            .client
            .screenshot()
            .await
            .expect("the window has a picture");
        let path = stage::pictures().join(format!("{}-{name}.png", self.journey));
        std::fs::write(&path, bytes).expect("the target folder can be written");
        path
    }

    async fn try_to_find(&self, role: Role, name: &str) -> Result<Option<Element>, CmdError> {
        for element in self
            .client
            .find_all(Locator::Css(role.candidates()))
            .await?
        {
            let label = self
                .client
                .issue_cmd(ComputedLabel(element.element_id()))
                .await?;
            if label.as_str() == Some(name) && element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }
}

/// What a screen reader would call an element. <https://www.w3.org/TR/webdriver2/#get-computed-label>
#[derive(Debug)]
struct ComputedLabel(ElementRef);

impl WebDriverCompatibleCommand for ComputedLabel {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        let session = session.unwrap_or_default();
        let element = self.0.as_ref();
        base.join(&format!(
            "session/{session}/element/{element}/computedlabel"
        ))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}
