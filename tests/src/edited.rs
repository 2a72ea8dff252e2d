//! Webhooks as no document describes them: a word that nobody has heard of, in the place of a known
//! one, signed as the provider signs.

use ringback_simulator::{Delivery, World};
use serde_json::Value;

/// What stands at `place` in a webhook, if it is a text.
pub fn word_at(webhook: &Delivery, place: &str) -> Option<String> {
    if is_form(webhook) {
        let name = place.trim_start_matches('/');
        let mut pairs = form_urlencoded::parse(&webhook.body);
        return pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned());
    }
    let body: Value = serde_json::from_slice(&webhook.body).ok()?;
    body.pointer(place)?.as_str().map(str::to_owned)
}

/// The same webhook with another word at `place`, as an event of its own, signed now.
///
/// # Panics
/// When nothing stands there.
pub fn with_word(world: &World, webhook: &Delivery, place: &str, word: &str) -> Delivery {
    let mut edited = webhook.clone();
    edited.body = if is_form(webhook) {
        form_with(&webhook.body, place.trim_start_matches('/'), word)
    } else {
        json_with(&webhook.body, place, word)
    }
    .into();
    // Another delivery has another number, and what a provider derives from it.
    edited.number += 1_000_000;
    world.signed_again(&edited)
}

/// A form from the account of this webhook, as an event of its own, signed now.
pub fn form_instead(world: &World, webhook: &Delivery, form: &str) -> Delivery {
    let mut edited = webhook.clone();
    edited.body = form.as_bytes().to_vec().into();
    edited.number += 1_000_000;
    let mut edited = world.signed_again(&edited);
    for (name, value) in &mut edited.headers {
        if *name == "content-type" {
            "application/x-www-form-urlencoded".clone_into(value);
        }
    }
    edited
}

fn is_form(webhook: &Delivery) -> bool {
    webhook.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type")
            && value.starts_with("application/x-www-form-urlencoded")
    })
}

fn form_with(form: &[u8], name: &str, word: &str) -> Vec<u8> {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
    let pair = pairs.iter_mut().find(|(key, _)| key == name);
    let (_, value) = pair.unwrap_or_else(|| panic!("the form has a {name}"));
    word.clone_into(value);
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .into_bytes()
}

fn json_with(body: &[u8], place: &str, word: &str) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(body).expect("a webhook of JSON");
    let value = body.pointer_mut(place);
    *value.unwrap_or_else(|| panic!("something stands at {place}")) = word.into();
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_changes_and_everything_else_stays() {
        let json = json_with(br#"{"a":{"b":"c"},"d":1}"#, "/a/b", "x");
        assert_eq!(json, br#"{"a":{"b":"x"},"d":1}"#);
        let form = form_with(b"A=1&B=a%20b&C=", "B", "x y");
        assert_eq!(form, b"A=1&B=x+y&C=");
    }
}
