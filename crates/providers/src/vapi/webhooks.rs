//! Where Vapi sends its messages: to the `server` of the assistant, else of the number, else of the
//! organization, which only the dashboard knows; one place gets each message
//! (<https://docs.vapi.ai/server-url/setting-server-urls>, read November 2026).
//!
//! The place is also asked for decisions: what a tool answers, which assistant takes a call. Ringback
//! answers none, so an address is put only where nothing of the kind is to be expected, and only where
//! no other server would lose its messages by it, as far as the API tells.

use http::{Method, header::AUTHORIZATION};
use jiff::Timestamp;
use serde_json::{Map, Value, json, value::RawValue};

use super::{
    WEBHOOK_SECRET,
    api::{Api, unexpected},
    auth::Auth,
};
use crate::{
    Account, ApiError, NotSet, TestEvent, WebhookChange, WebhookStep, WebhookTarget,
    http::{Ask, path},
    webhook::{Advice, May, NO_SECRET, NO_TEST, TEST_KIND, TargetKind, UNUSABLE_SECRET},
};

const ASSISTANTS: &str = "/assistant";
const ASSISTANT: &str = "/assistant/{id}";
const NUMBERS: &str = "/phone-number";
const NUMBER: &str = "/phone-number/{id}";
/// The most that Vapi lists at once.
const MOST: &str = "1000";

const HIDES_OTHERS: May = May::Knowing(Advice {
    code: "vapi_hides_others",
    text: "its messages come here from then on, and no longer to the server URL of the organization, which Vapi tells nobody; if a server of yours is entered there, it would hear nothing of these calls any more",
});
const HAS_TOOLS: May = May::No(Advice {
    code: "vapi_has_tools",
    text: "this assistant uses tools; whoever stands here is asked what they answer, and Ringback only listens, so its calls are found by polling",
});
const NUMBER_HAS_SERVER: May = May::No(Advice {
    code: "vapi_number_has_server",
    text: "a telephone number of this assistant has a server of its own, which would hear nothing any more; its calls are found by polling",
});
const ASKS_FOR_ASSISTANT: May = May::No(Advice {
    code: "vapi_asks_for_assistant",
    text: "no assistant is assigned to this number, so whoever stands here is asked which one takes a call, and Ringback only listens",
});
const NEEDS_CREDENTIAL: May = May::No(Advice {
    code: "vapi_needs_credential",
    text: "an HMAC credential is chosen in Vapi's dashboard only; enter the address there, together with the credential",
});
const NEEDS_SECRET: May = May::No(Advice {
    code: "vapi_needs_secret",
    text: "there is no webhook_secret, so what came here would be refused; set it with `ringback accounts set-secret`",
});
const PUBLISH: Advice = Advice {
    code: "vapi_publish",
    text: "if the dashboard shows unpublished changes of this assistant, publish them",
};

pub(super) const STEPS: &[WebhookStep] = &[
    WebhookStep {
        what: Advice {
            code: "vapi_credential",
            text: "In Vapi's dashboard, Integrations, Server Configuration, Add Custom Credential: type Bearer Token, header name X-Vapi-Secret, Include Bearer Prefix off, and the account's webhook_secret as the token.",
        },
        pastes_address: false,
    },
    WebhookStep {
        what: Advice {
            code: "vapi_paste",
            text: "Organization, General Settings, Server URL: paste this address, choose the credential under Authorization, and save. If a server of yours is entered there, leave it: Ringback then finds the calls by polling.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "vapi_messages",
            text: "Leave status-update, end-of-call-report and conversation-update among the server messages of the assistants.",
        },
        pastes_address: false,
    },
];

pub(super) fn test_event(
    account: &Account,
    nonce: &str,
    now: Timestamp,
) -> Result<TestEvent, Advice> {
    let body = json!({ "message": {
        "type": TEST_KIND,
        "timestamp": now.as_millisecond(),
        "call": { "id": format!("ringback-test-{nonce}") },
    }});
    let mut event = TestEvent::json(WEBHOOK_SECRET, &body);
    let secret = || account.secrets.first(WEBHOOK_SECRET).ok_or(NO_SECRET);
    match Auth::of(account).map_err(|_| UNUSABLE_SECRET)? {
        Auth::Nothing => return Err(NO_TEST),
        Auth::Secret(header) => event.show(header, secret()?.reveal())?,
        Auth::Bearer(header) => event.show(header, &format!("Bearer {}", secret()?.reveal()))?,
        Auth::Hmac(plan) => plan.sign(secret()?, account, &mut event, nonce, now)?,
    }
    Ok(event)
}

/// A thing with a `server`.
struct Served {
    raw: Map<String, Value>,
}

impl Served {
    fn text(&self, name: &str) -> Option<&str> {
        self.raw
            .get(name)?
            .as_str()
            .filter(|text| !text.trim().is_empty())
    }

    fn server(&self) -> Option<&Map<String, Value>> {
        self.raw.get("server")?.as_object()
    }

    /// `serverUrl` is what older numbers have.
    fn url(&self) -> Option<&str> {
        let of_server = self.server().and_then(|server| server.get("url"));
        let url = of_server.and_then(Value::as_str);
        url.filter(|url| !url.trim().is_empty())
            .or_else(|| self.text("serverUrl"))
    }

    /// Whether something is configured whose answers are asked for at the server.
    fn has_tools(&self) -> bool {
        let is_some = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
        let model = self.raw.get("model");
        ["tools", "toolIds", "functions"]
            .iter()
            .any(|name| model.and_then(|model| model.get(name)).is_some_and(is_some))
    }
}

pub(super) async fn targets(api: &Api) -> Result<Vec<WebhookTarget>, ApiError> {
    let numbers = list(api, NUMBERS, "phone-number").await?;
    let assistants = list(api, ASSISTANTS, "assistant").await?;
    let assistants = assistants
        .iter()
        .map(|assistant| assistant_target(api, assistant, &numbers));
    let numbers = numbers.iter().map(|number| number_target(api, number));
    Ok(assistants.chain(numbers).flatten().collect())
}

fn assistant_target(api: &Api, assistant: &Served, numbers: &[Served]) -> Option<WebhookTarget> {
    let id = assistant.text("id")?;
    let a_number_has_a_server = numbers
        .iter()
        .any(|number| number.text("assistantId") == Some(id) && number.url().is_some());
    let when_empty = if assistant.has_tools() {
        HAS_TOOLS
    } else if a_number_has_a_server {
        NUMBER_HAS_SERVER
    } else {
        proof(&api.account).unwrap_or(HIDES_OTHERS)
    };
    Some(WebhookTarget {
        id: format!("assistant:{id}"),
        kind: TargetKind::Assistant,
        name: assistant.text("name").map(str::to_owned),
        field: "server.url",
        value: assistant.url().map(str::to_owned),
        failover: None,
        drives_calls: true,
        when_empty,
        when_ours: May::Yes,
        afterwards: Some(PUBLISH),
        draft: None,
    })
}

fn number_target(api: &Api, number: &Served) -> Option<WebhookTarget> {
    let id = number.text("id")?;
    let is_assigned = ["assistantId", "squadId", "workflowId"]
        .iter()
        .any(|name| number.text(name).is_some());
    let when_empty = if is_assigned {
        proof(&api.account).unwrap_or(HIDES_OTHERS)
    } else {
        ASKS_FOR_ASSISTANT
    };
    Some(WebhookTarget {
        id: format!("number:{id}"),
        kind: TargetKind::PhoneNumber,
        name: number
            .text("number")
            .or_else(|| number.text("name"))
            .map(str::to_owned),
        field: "server.url",
        value: number.url().map(str::to_owned),
        failover: None,
        drives_calls: true,
        when_empty,
        when_ours: May::Yes,
        afterwards: None,
        draft: None,
    })
}

/// What keeps messages from proving where they come from, if something does.
fn proof(account: &Account) -> Option<May> {
    match Auth::of(account) {
        Ok(Auth::Nothing) => None,
        Ok(Auth::Hmac(_)) | Err(_) => Some(NEEDS_CREDENTIAL),
        Ok(Auth::Secret(_) | Auth::Bearer(_)) => {
            let has_secret = account.secrets.first(WEBHOOK_SECRET).is_some();
            (!has_secret).then_some(NEEDS_SECRET)
        }
    }
}

pub(super) async fn set(api: &Api, change: WebhookChange<'_>) -> Result<(), NotSet> {
    let (kind, id) = change.target.split_once(':').ok_or(ApiError::NotFound)?;
    let (template, segment) = match kind {
        "assistant" => (ASSISTANT, "assistant"),
        "number" => (NUMBER, "phone-number"),
        _ => return Err(ApiError::NotFound.into()),
    };
    let thing = one(api, template, segment, id).await?;
    let target = if kind == "assistant" {
        let numbers = list(api, NUMBERS, "phone-number").await?;
        assistant_target(api, &thing, &numbers)
    } else {
        number_target(api, &thing)
    };
    change.check(&target.ok_or(ApiError::NotFound)?)?;
    let ask = Ask {
        method: Method::PATCH,
        template,
        url: path(api.http.base(), &[segment, id])?,
        authorizations: api.authorizations()?,
        json: Some(json!({ "server": server(api, &thing, change.to) })),
    };
    api.http.ask(&ask).await?;
    Ok(())
}

/// The `server` as it shall be. Vapi takes it as a whole, so everything that stands in it is said again.
fn server(api: &Api, thing: &Served, to: Option<&str>) -> Value {
    let Some(url) = to else {
        return Value::Null;
    };
    let mut server = thing.server().cloned().unwrap_or_default();
    server.insert("url".into(), url.into());
    let is_proven = server.get("credentialId").is_some_and(Value::is_string);
    let secret = api.account.secrets.first(WEBHOOK_SECRET);
    if let (false, Some(secret)) = (is_proven, secret) {
        let (name, value) = match Auth::of(&api.account) {
            Ok(Auth::Secret(header)) => (header, secret.reveal().to_owned()),
            Ok(Auth::Bearer(header)) if header == AUTHORIZATION => {
                (header, format!("Bearer {}", secret.reveal()))
            }
            Ok(Auth::Bearer(header)) => (header, secret.reveal().to_owned()),
            Ok(Auth::Nothing | Auth::Hmac(_)) | Err(_) => return server.into(),
        };
        let headers = server.entry("headers").or_insert_with(|| json!({}));
        if let Some(headers) = headers.as_object_mut() {
            headers.retain(|known, _| !known.eq_ignore_ascii_case(name.as_str()));
            headers.insert(name.as_str().to_owned(), value.into());
        }
    }
    server.into()
}

async fn one(
    api: &Api,
    template: &'static str,
    segment: &str,
    id: &str,
) -> Result<Served, ApiError> {
    let answer = api.get(template, &[segment, id], &[]).await?;
    let raw = serde_json::from_slice(&answer.body)
        .map_err(|_| unexpected(template, "what should be an object is none"))?;
    Ok(Served { raw })
}

async fn list(api: &Api, template: &'static str, segment: &str) -> Result<Vec<Served>, ApiError> {
    let answer = api.get(template, &[segment], &[("limit", MOST)]).await?;
    let items: Vec<&RawValue> = serde_json::from_slice(&answer.body)
        .map_err(|_| unexpected(template, "what should be a list is none"))?;
    Ok(items
        .into_iter()
        .filter_map(|raw| serde_json::from_str(raw.get()).ok())
        .map(|raw| Served { raw })
        .collect())
}
