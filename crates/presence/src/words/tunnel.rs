//! What the tray says of the tunnel. Short: the window tells the rest, and what to do.

use super::Words::{self, English, German};

/// Up to these round trips, in ms, one looks like another. So a tray does not change with each probe.
const STEPS: [f64; 8] = [
    50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0,
];

impl Words {
    /// How the tunnel is.
    pub fn tunnel(self, state: &str) -> String {
        match state {
            "up" => self.pick("Tunnel: up", "Tunnel: verbunden"),
            "starting" => self.pick("Tunnel: being opened", "Tunnel: wird geöffnet"),
            "down" => self.pick("Tunnel: down", "Tunnel: unterbrochen"),
            _ => self.pick("Tunnel: off", "Tunnel: aus"),
        }
    }

    /// The same while it is up: where, and how long a probe takes there and back.
    pub fn tunnel_up(self, host: &str, round_trip_ms: Option<f64>) -> String {
        let up = self.tunnel("up");
        let step = round_trip_ms.map(|ms| STEPS.into_iter().find(|step| ms < *step));
        let took = match (self, step) {
            (_, None) => return format!("{up}, {host}"),
            (English, Some(Some(ms))) if ms < 1_000.0 => format!("under {ms} ms"),
            (German, Some(Some(ms))) if ms < 1_000.0 => format!("unter {ms} ms"),
            (English, Some(Some(ms))) => format!("under {} s", ms / 1_000.0),
            (German, Some(Some(ms))) => format!("unter {} s", ms / 1_000.0),
            (English, Some(None)) => "over 10 s".into(),
            (German, Some(None)) => "über 10 s".into(),
        };
        format!("{up}, {host}, {took}")
    }

    /// The same while it is down: why, and when it is tried again.
    pub fn tunnel_down(self, reason: Option<&str>, next_try: Option<&str>) -> String {
        let mut text = self.tunnel("down");
        if let Some(why) = reason.and_then(|reason| self.why_down(reason)) {
            text = format!("{text}, {why}");
        }
        match (self, next_try) {
            (_, None) => text,
            (English, Some(at)) => format!("{text}; next try {at}"),
            (German, Some(at)) => format!("{text}; nächster Versuch {at}"),
        }
    }

    fn why_down(self, reason: &str) -> Option<String> {
        let (english, german) = match reason {
            "name_unknown" => ("a name leads nowhere", "ein Name führt nirgendwohin"),
            "unreachable" => (
                "the server cannot be reached",
                "der Server ist nicht erreichbar",
            ),
            "host_key_unknown" => (
                "the server's key is not known yet",
                "der Schlüssel des Servers ist noch nicht bekannt",
            ),
            "host_key_changed" => (
                "the server shows another key",
                "der Server zeigt einen anderen Schlüssel",
            ),
            "key_unreadable" => (
                "the key file cannot be read",
                "die Schlüsseldatei ist nicht lesbar",
            ),
            "passphrase" => (
                "the key's passphrase is missing or wrong",
                "die Passphrase des Schlüssels fehlt oder ist falsch",
            ),
            "agent_missing" => ("ssh-agent has no key", "ssh-agent hat keinen Schlüssel"),
            "refused" => (
                "the server refuses the login",
                "der Server lehnt die Anmeldung ab",
            ),
            "forward_refused" => (
                "the server does not forward the port",
                "der Server leitet den Port nicht weiter",
            ),
            "protocol" => (
                "the other side is no such server",
                "die Gegenstelle ist kein solcher Server",
            ),
            "program_missing" => (
                "the program cannot be started",
                "das Programm kann nicht gestartet werden",
            ),
            "program_ended" => ("the program has ended", "das Programm hat sich beendet"),
            "no_url" => ("no address was told", "es wurde keine Adresse genannt"),
            "link_closed" => (
                "the connection was closed",
                "die Verbindung wurde geschlossen",
            ),
            "link_silent" => (
                "the connection says nothing",
                "auf der Verbindung kommt nichts an",
            ),
            "no_answer" => (
                "the public address does not answer",
                "die öffentliche Adresse antwortet nicht",
            ),
            "tls" => (
                "the certificate is not valid",
                "das Zertifikat ist nicht gültig",
            ),
            "answers_elsewhere" => ("something else answers", "etwas anderes antwortet"),
            "restarted" => ("it is opened anew", "er wird neu aufgebaut"),
            _ => return None,
        };
        Some(self.pick(english, german))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_and_the_next_try_are_told_as_far_as_they_are_known() {
        assert_eq!(
            English.tunnel_down(Some("tls"), Some("11:05")),
            "Tunnel: down, the certificate is not valid; next try 11:05"
        );
        assert_eq!(
            German.tunnel_down(Some("tls"), None),
            "Tunnel: unterbrochen, das Zertifikat ist nicht gültig"
        );
        assert_eq!(
            English.tunnel_down(Some("of a later version"), None),
            "Tunnel: down"
        );
    }

    #[test]
    fn probes_that_take_about_as_long_look_the_same() {
        let told = |ms| English.tunnel_up("hooks.example", ms);
        assert_eq!(told(Some(51.2)), told(Some(99.9)));
        for (ms, wanted) in [
            (Some(12.5), "Tunnel: up, hooks.example, under 50 ms"),
            (Some(640.0), "Tunnel: up, hooks.example, under 1 s"),
            (Some(12_000.0), "Tunnel: up, hooks.example, over 10 s"),
            (None, "Tunnel: up, hooks.example"),
        ] {
            assert_eq!(told(ms), wanted);
        }
    }

    #[test]
    fn every_reason_that_the_window_has_words_for_has_some_here() {
        let window: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(include_str!("../../../../ui/messages/en.json")).expect("a table");
        let reasons: Vec<_> = window
            .keys()
            .filter_map(|key| key.strip_prefix("tunnel.reason_"))
            .collect();
        assert!(reasons.len() > 15, "{reasons:?}");
        for reason in reasons {
            assert!(English.why_down(reason).is_some(), "{reason}");
        }
    }
}
