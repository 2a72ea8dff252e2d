//! Vapi's ids, and what is only named by them: numbers of one's own and assistants.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::call::Call;
use crate::script::Direction;
use crate::truth::TruthAgent;

/// 32 hexadecimal digits as a UUID.
pub(super) fn uuid(hex: &str) -> String {
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}

/// Always the same id for the same thing.
fn id_of(what: &str, text: &str) -> String {
    uuid(&hex::encode(Sha256::digest(format!("{what} {text}"))))
}

pub(super) fn org(account: &Account) -> String {
    id_of("org", &account.id)
}

/// The number on the agent's side.
pub(super) fn own_number(call: &Call) -> Option<&str> {
    match call.script.direction {
        Direction::Inbound => call.to.as_deref(),
        Direction::Outbound => call.from.as_deref(),
        Direction::Web => None,
    }
}

/// The number on the other side.
pub(super) fn customer(call: &Call) -> Option<&str> {
    match call.script.direction {
        Direction::Inbound => call.from.as_deref(),
        Direction::Outbound => call.to.as_deref(),
        Direction::Web => None,
    }
}

pub(super) fn number_id(number: &str) -> String {
    id_of("number", number)
}

/// A number as `GET /phone-number` shows it.
pub(super) fn number(account: &Account, number: &str) -> Value {
    json!({
        "id": number_id(number),
        "orgId": org(account),
        "provider": "twilio",
        "number": number,
        "name": "Front desk",
        "status": "active",
        "twilioAccountSid": "AC00000000000000000000000000000000",
    })
}

/// All numbers of the account, the one it was set up with first.
pub(super) fn numbers<'a>(
    account: &'a Account,
    calls: impl Iterator<Item = &'a Call>,
) -> Vec<&'a str> {
    let mut all = vec![account.number.as_str()];
    for number in calls.filter_map(own_number) {
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}

/// An assistant as `GET /assistant` shows it.
pub(super) fn assistant(account: &Account, agent: &TruthAgent) -> Value {
    json!({
        "id": agent.id,
        "orgId": org(account),
        "name": agent.name,
        "firstMessage": "Hello",
        "model": { "provider": "openai", "model": "gpt-4.1", "messages": [{ "role": "system", "content": PROMPT }] },
        "artifactPlan": { "recordingEnabled": true },
        "server": { "url": format!("{}{}", account.door, account.url_path()), "timeoutSeconds": 20 },
    })
}

/// What an assistant works by; it is among the messages of every call.
pub(super) const PROMPT: &str = "You answer the telephone. Be brief and friendly.";

/// All assistants that had a call.
pub(super) fn assistants<'a>(calls: impl Iterator<Item = &'a Call>) -> Vec<&'a TruthAgent> {
    let mut all: Vec<&TruthAgent> = Vec::new();
    for agent in calls.filter_map(|call| call.agent.as_ref()) {
        if all.iter().all(|known| known.id != agent.id) {
            all.push(agent);
        }
    }
    all
}
