//! A running simulator with a clock in the test's hand, and a client that follows nothing by itself.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use ringback_simulator::{AccountSetup, Config, HandClock, SimAccount, Simulator};
use serde_json::Value;

pub(crate) const RETELL: &str = "clinic-retell";
pub(crate) const TWILIO: &str = "bistro-twilio";
pub(crate) const CUSTOM: &str = "shop-custom";
pub(crate) const VAPI: &str = "sales-vapi";
pub(crate) const TELNYX: &str = "intake-telnyx";

pub(crate) struct Setting {
    pub(crate) simulator: Simulator,
    pub(crate) clock: HandClock,
    pub(crate) client: Client,
}

impl Setting {
    pub(crate) async fn start() -> Self {
        Self::seeded(1).await
    }

    pub(crate) async fn seeded(seed: u64) -> Self {
        Self::of(seed, AccountSetup::usual()).await
    }

    /// With an account of a team's own backend.
    pub(crate) async fn with_backend() -> Self {
        Self::with(CUSTOM, "custom").await
    }

    /// With one Vapi account.
    pub(crate) async fn vapi() -> Self {
        Self::with(VAPI, "vapi").await
    }

    /// With one account of a provider that is not among the usual ones.
    pub(crate) async fn with(id: &str, provider: &str) -> Self {
        let account = AccountSetup::new(id, provider);
        Self::of(1, vec![account]).await
    }

    pub(crate) async fn of(seed: u64, accounts: Vec<AccountSetup>) -> Self {
        let clock = HandClock::at("2026-03-01T10:00:00Z".parse().unwrap());
        let config = Config {
            clock: Arc::new(clock.clone()),
            seed,
            accounts,
            ..Config::default()
        };
        let simulator = Simulator::start(config).await.unwrap();
        Self {
            simulator,
            clock,
            client: client(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.simulator.world().now()
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn account(&self, id: &str) -> SimAccount {
        self.simulator
            .accounts()
            .into_iter()
            .find(|account| account.id == id)
            .unwrap()
    }

    /// A request with the account's credentials; `path` may also be a whole address.
    pub(crate) fn request(&self, id: &str, method: Method, path: &str) -> RequestBuilder {
        let account = self.account(id);
        let url = Url::parse(&account.base_url).unwrap().join(path).unwrap();
        let request = self.client.request(method, url);
        match account.option("account_sid") {
            Some(sid) => request.basic_auth(sid, Some(&account.secrets[0].1)),
            None => request.bearer_auth(&account.secrets[0].1),
        }
    }

    pub(crate) async fn get(&self, id: &str, path: &str) -> (StatusCode, Value) {
        document(self.request(id, Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, id: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        document(
            self.request(id, Method::POST, path)
                .json(body)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// `/2010-04-01/Accounts/AC...` + `rest`.
    pub(crate) fn twilio(&self, rest: &str) -> String {
        format!(
            "/2010-04-01/Accounts/{}{rest}",
            self.account(TWILIO).option("account_sid").unwrap()
        )
    }
}

pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

pub(crate) async fn document(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}
