//! What tray and notifications say, in English and German. Sentences of alerts are short ones: the
//! window tells the whole story.

mod tunnel;

/// In which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// English.
    English,
    /// German.
    German,
}

use Words::{English, German};

impl Words {
    /// What a person set, or else the system's language.
    pub fn of(set: Option<&str>, system: &str) -> Self {
        let language = set.unwrap_or(system);
        let is_german =
            language == "de" || language.starts_with("de-") || language.starts_with("de_");
        if is_german { German } else { English }
    }

    fn pick(self, english: &str, german: &str) -> String {
        match self {
            English => english.to_owned(),
            German => german.to_owned(),
        }
    }

    /// How many calls go on.
    pub fn ongoing(self, n: usize) -> String {
        match (self, n) {
            (English, 0) => "No ongoing calls".into(),
            (German, 0) => "Keine laufenden Anrufe".into(),
            (English, 1) => "1 ongoing call".into(),
            (German, 1) => "1 laufender Anruf".into(),
            (English, n) => format!("{n} ongoing calls"),
            (German, n) => format!("{n} laufende Anrufe"),
        }
    }

    /// How many things need a look.
    pub fn to_look_at(self, n: usize) -> String {
        match (self, n) {
            (English, 1) => "1 thing needs a look".into(),
            (German, 1) => "1 Hinweis wartet".into(),
            (English, n) => format!("{n} things need a look"),
            (German, n) => format!("{n} Hinweise warten"),
        }
    }

    /// How far a job is, and how long it will still take.
    pub fn job(self, checked: u64, total: u64, rest: Option<u64>, paused: bool) -> String {
        let far = match self {
            English => format!("Resync: {checked} of {total}"),
            German => format!("Abgleich: {checked} von {total}"),
        };
        match (paused, rest) {
            (true, _) => format!("{far}, {}", self.pick("paused", "angehalten")),
            (false, Some(ms)) => format!("{far}, {}", self.rest(ms)),
            (false, None) => far,
        }
    }

    fn rest(self, ms: u64) -> String {
        let minutes = ms.div_ceil(60_000);
        match (self, minutes) {
            (English, 0 | 1) => "less than a minute".into(),
            (German, 0 | 1) => "weniger als eine Minute".into(),
            (English, m) if m < 120 => format!("{m} minutes left"),
            (German, m) if m < 120 => format!("noch {m} Minuten"),
            (English, m) => format!("{} hours left", m.div_ceil(60)),
            (German, m) => format!("noch {} Stunden", m.div_ceil(60)),
        }
    }

    /// Which way a call goes.
    pub fn direction(self, direction: &str) -> String {
        match direction {
            "inbound" => self.pick("Inbound", "Eingehend"),
            "outbound" => self.pick("Outbound", "Ausgehend"),
            "web" => self.pick("Web", "Web"),
            "meeting" => self.pick("Meeting", "Besprechung"),
            _ => self.pick("Call", "Anruf"),
        }
    }

    /// Nothing runs behind the window.
    pub fn failed(self) -> String {
        self.pick("Ringback cannot start", "Ringback kann nicht starten")
    }

    /// In the menu.
    pub fn open(self) -> String {
        self.pick("Open Ringback", "Ringback öffnen")
    }

    /// In the menu.
    pub fn pause(self) -> String {
        self.pick("Pause resync", "Abgleich anhalten")
    }

    /// In the menu.
    pub fn resume(self) -> String {
        self.pick("Resume resync", "Abgleich fortsetzen")
    }

    /// In the menu.
    pub fn quit(self) -> String {
        self.pick("Quit", "Beenden")
    }

    /// On the button of a notification.
    pub fn action_open(self) -> String {
        self.pick("Open", "Öffnen")
    }

    /// On the button of a notification.
    pub fn action_retry(self) -> String {
        self.pick("Try again", "Erneut versuchen")
    }

    /// On the button of a notification.
    pub fn action_acknowledge(self) -> String {
        self.pick("Seen", "Gesehen")
    }

    /// The window was closed, and the program goes on.
    pub fn goes_on(self) -> (String, String) {
        (
            self.pick("Ringback goes on in the background", "Ringback läuft im Hintergrund weiter"),
            self.pick(
                "Calls are still received. Open and quit it from the tray; Settings, Desktop changes that.",
                "Anrufe kommen weiter an. Öffnen und beenden lässt es sich im Infobereich; unter Einstellungen, Desktop lässt sich das ändern.",
            ),
        )
    }

    /// What was silent in quiet hours.
    pub fn meanwhile(self) -> String {
        self.pick("While it was quiet", "Während der Ruhezeit")
    }

    /// So many alerts of a kind, in a sentence without anything of a call.
    pub fn alert(self, kind: &str, n: usize) -> String {
        let (one, many) = match self {
            English => english(kind),
            German => german(kind),
        };
        if n == 1 {
            one.to_owned()
        } else {
            many.replace("{n}", &n.to_string())
        }
    }
}

fn english(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "recording_failed" => (
            "A recording could not be copied",
            "{n} recordings could not be copied",
        ),
        "recording_expired" => (
            "A recording expired before it was copied",
            "{n} recordings expired before they were copied",
        ),
        "link_dying" => (
            "The link to a recording is about to expire",
            "The links to {n} recordings are about to expire",
        ),
        "disk_full" => (
            "The disk is full; recordings cannot be copied",
            "The disk is full; recordings cannot be copied",
        ),
        "offsite_failed" => (
            "Recordings have no second copy",
            "Recordings have no second copy",
        ),
        "delete_failed" => (
            "A recording was not deleted at its provider",
            "{n} recordings were not deleted at their providers",
        ),
        "orphans" => (
            "Files in the archive need a look",
            "Files in the archive need a look",
        ),
        "tunnel_down" => ("The tunnel is down", "The tunnel is down"),
        "public_url_changed" => (
            "A webhook address has changed",
            "{n} webhook addresses have changed",
        ),
        "webhook_not_kept" => (
            "A webhook address could not be entered at its provider",
            "{n} webhook addresses could not be entered at their providers",
        ),
        "config_refused" => (
            "config.toml cannot be used; what ran before goes on",
            "config.toml cannot be used; what ran before goes on",
        ),
        "poll_failed" => (
            "An account could not be asked for its calls",
            "{n} accounts could not be asked for their calls",
        ),
        "key_refused" => (
            "A provider refuses the key of an account",
            "Providers refuse the keys of {n} accounts",
        ),
        "quiet" => (
            "Nothing is heard of an account",
            "Nothing is heard of {n} accounts",
        ),
        "stuck_call" => ("A call seems to hang", "{n} calls seem to hang"),
        "cost_gap" => (
            "The costs of a call do not add up",
            "The costs of {n} calls do not add up",
        ),
        "cost_high" => (
            "A call cost more than the limit",
            "{n} calls cost more than the limit",
        ),
        "latency_high" => (
            "An agent answered slowly",
            "Agents answered slowly in {n} calls",
        ),
        "success_low" => (
            "Fewer calls of an account are successful",
            "Fewer calls of {n} accounts are successful",
        ),
        "digest" => (
            "What happened while Ringback was away",
            "What happened while Ringback was away",
        ),
        _ => ("Something needs a look", "{n} things need a look"),
    }
}

fn german(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "recording_failed" => (
            "Eine Aufnahme ließ sich nicht kopieren",
            "{n} Aufnahmen ließen sich nicht kopieren",
        ),
        "recording_expired" => (
            "Eine Aufnahme ist abgelaufen, bevor sie kopiert war",
            "{n} Aufnahmen sind abgelaufen, bevor sie kopiert waren",
        ),
        "link_dying" => (
            "Der Link zu einer Aufnahme läuft bald ab",
            "Die Links zu {n} Aufnahmen laufen bald ab",
        ),
        "disk_full" => (
            "Der Datenträger ist voll; Aufnahmen lassen sich nicht kopieren",
            "Der Datenträger ist voll; Aufnahmen lassen sich nicht kopieren",
        ),
        "offsite_failed" => (
            "Aufnahmen haben keine zweite Kopie",
            "Aufnahmen haben keine zweite Kopie",
        ),
        "delete_failed" => (
            "Eine Aufnahme wurde beim Anbieter nicht gelöscht",
            "{n} Aufnahmen wurden beim Anbieter nicht gelöscht",
        ),
        "orphans" => (
            "Dateien im Archiv sollten angesehen werden",
            "Dateien im Archiv sollten angesehen werden",
        ),
        "tunnel_down" => ("Der Tunnel ist unterbrochen", "Der Tunnel ist unterbrochen"),
        "public_url_changed" => (
            "Eine Webhook-Adresse hat sich geändert",
            "{n} Webhook-Adressen haben sich geändert",
        ),
        "webhook_not_kept" => (
            "Eine Webhook-Adresse ließ sich beim Anbieter nicht eintragen",
            "{n} Webhook-Adressen ließen sich bei ihren Anbietern nicht eintragen",
        ),
        "config_refused" => (
            "config.toml lässt sich nicht verwenden; was vorher lief, läuft weiter",
            "config.toml lässt sich nicht verwenden; was vorher lief, läuft weiter",
        ),
        "poll_failed" => (
            "Ein Konto ließ sich nicht nach Anrufen fragen",
            "{n} Konten ließen sich nicht nach Anrufen fragen",
        ),
        "key_refused" => (
            "Ein Anbieter lehnt den Schlüssel eines Kontos ab",
            "Anbieter lehnen die Schlüssel von {n} Konten ab",
        ),
        "quiet" => (
            "Von einem Konto ist nichts zu hören",
            "Von {n} Konten ist nichts zu hören",
        ),
        "stuck_call" => (
            "Ein Anruf scheint zu hängen",
            "{n} Anrufe scheinen zu hängen",
        ),
        "cost_gap" => (
            "Die Kosten eines Anrufs gehen nicht auf",
            "Die Kosten von {n} Anrufen gehen nicht auf",
        ),
        "cost_high" => (
            "Ein Anruf kostete mehr als die Grenze",
            "{n} Anrufe kosteten mehr als die Grenze",
        ),
        "latency_high" => (
            "Ein Agent antwortete langsam",
            "Agenten antworteten in {n} Anrufen langsam",
        ),
        "success_low" => (
            "Weniger Anrufe eines Kontos sind erfolgreich",
            "Weniger Anrufe von {n} Konten sind erfolgreich",
        ),
        "digest" => (
            "Was geschah, während Ringback weg war",
            "Was geschah, während Ringback weg war",
        ),
        _ => (
            "Etwas sollte angesehen werden",
            "{n} Dinge sollten angesehen werden",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_persons_or_else_the_systems() {
        assert_eq!(Words::of(None, "de-AT"), German);
        assert_eq!(Words::of(None, "de_DE.UTF-8"), German);
        assert_eq!(Words::of(Some("en"), "de"), English);
        assert_eq!(Words::of(None, "den"), English);
        assert_eq!(Words::of(None, ""), English);
    }

    #[test]
    fn both_languages_count() {
        assert_eq!(English.ongoing(1), "1 ongoing call");
        assert_eq!(German.ongoing(3), "3 laufende Anrufe");
        assert_eq!(
            English.alert("recording_failed", 1),
            "A recording could not be copied"
        );
        assert_eq!(
            German.alert("recording_failed", 4),
            "4 Aufnahmen ließen sich nicht kopieren"
        );
        assert_eq!(
            English.alert("of a later version", 2),
            "2 things need a look"
        );
    }

    #[test]
    fn every_alert_that_the_window_has_words_for_has_some_here() {
        let window: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(include_str!("../../../ui/messages/en.json")).expect("a table");
        let kinds: Vec<_> = window
            .keys()
            .filter_map(|key| key.strip_prefix("alert."))
            .filter(|kind| *kind != "other")
            .collect();
        assert!(kinds.contains(&"tunnel_down"), "{kinds:?}");
        for words in [English, German] {
            for kind in &kinds {
                assert_ne!(words.alert(kind, 1), words.alert("other", 1), "{kind}");
            }
        }
    }

    #[test]
    fn a_job_says_how_long_it_will_still_take() {
        assert_eq!(
            English.job(120, 500, Some(61_000), false),
            "Resync: 120 of 500, 2 minutes left"
        );
        assert_eq!(
            German.job(1, 9, Some(20_000), false),
            "Abgleich: 1 von 9, weniger als eine Minute"
        );
        assert_eq!(
            English.job(1, 9, Some(8_000_000), false),
            "Resync: 1 of 9, 3 hours left"
        );
        assert_eq!(
            English.job(1, 9, Some(20_000), true),
            "Resync: 1 of 9, paused"
        );
        assert_eq!(English.job(1, 9, None, false), "Resync: 1 of 9");
    }
}
