//! What a customer configured at a provider besides calls: agents, numbers, applications, each with the addresses that
//! stand in it. Kept as the provider's own documents, so that nothing of a change is lost.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A kind of thing that can be configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// Retell's agents, in their newest version.
    Agent,
    /// The version of a Retell agent that was published last, where the newest is a draft.
    PublishedAgent,
    /// Vapi's assistants.
    Assistant,
    /// Telephone numbers.
    Number,
    /// Twilio's TwiML applications, Telnyx's Voice API applications.
    Application,
    /// Telnyx's TeXML applications.
    TexmlApplication,
}

/// One account's things.
#[derive(Debug, Clone, Default)]
pub(crate) struct Things(BTreeMap<Thing, Vec<Value>>);

/// The id of a thing, in whatever field its provider has it.
fn id_of(document: &Value) -> Option<&str> {
    ["agent_id", "sid", "id"]
        .iter()
        .find_map(|field| document[*field].as_str())
}

impl Things {
    pub(crate) fn all(&self, kind: Thing) -> &[Value] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn find(&self, kind: Thing, id: &str) -> Option<&Value> {
        self.all(kind)
            .iter()
            .find(|document| id_of(document) == Some(id))
    }

    /// Puts a thing there, in place of the one with the same id.
    pub(crate) fn put(&mut self, kind: Thing, document: Value) {
        let list = self.0.entry(kind).or_default();
        let same = |known: &&mut Value| id_of(known) == id_of(&document);
        match list.iter_mut().find(same) {
            Some(known) => *known = document,
            None => list.push(document),
        }
    }

    /// Replaces some members of a thing and gives the whole of it.
    pub(crate) fn patch(
        &mut self,
        kind: Thing,
        mut document: Value,
        members: &Map<String, Value>,
    ) -> Value {
        for (name, value) in members {
            document[name.as_str()] = value.clone();
        }
        self.put(kind, document.clone());
        document
    }
}
