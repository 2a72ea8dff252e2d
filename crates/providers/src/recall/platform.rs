//! The platforms that meetings take place on, as people call them
//! (<https://docs.recall.ai/docs/meeting-urls>, read November 2026).

use url::Url;

/// The platform's name for people. One that is not known here keeps Recall.ai's word.
pub(super) fn title(word: &str) -> String {
    let title = match word {
        "zoom" | "zoom_rtms" => "Zoom",
        "google_meet" | "google_meet_media_api" => "Google Meet",
        "microsoft_teams" | "microsoft_teams_live" => "Microsoft Teams",
        "webex" => "Webex",
        "goto_meeting" => "GoTo Meeting",
        "slack_huddle_observer" | "slack_authenticator" => "Slack",
        "chime_sdk" => "Amazon Chime",
        _ => word,
    };
    title.to_owned()
}

/// Recall.ai's word for the platform that a meeting's address belongs to. The API's description says
/// that `meeting_url` is an address; its answers have an object there.
pub(super) fn of_address(address: &str) -> Option<&'static str> {
    const HOSTS: [(&str, &str); 9] = [
        ("zoom.us", "zoom"),
        ("zoomgov.com", "zoom"),
        ("meet.google.com", "google_meet"),
        ("teams.microsoft.com", "microsoft_teams"),
        ("teams.live.com", "microsoft_teams"),
        ("webex.com", "webex"),
        ("gotomeeting.com", "goto_meeting"),
        ("meet.goto.com", "goto_meeting"),
        ("slack.com", "slack_huddle_observer"),
    ];
    let url = Url::parse(address.trim()).ok()?;
    let host = url.host_str()?;
    let is_at = |known: &str| {
        host.strip_suffix(known)
            .is_some_and(|start| start.is_empty() || start.ends_with('.'))
    };
    HOSTS
        .into_iter()
        .find(|(known, _)| is_at(known))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meetings_address_tells_its_platform_and_a_look_alike_does_not() {
        for (address, word) in [
            ("https://us02web.zoom.us/j/1", Some("zoom")),
            ("https://meet.google.com/abc-defg-hij", Some("google_meet")),
            ("https://teams.live.com/meet/1?p=x", Some("microsoft_teams")),
            ("https://acme.webex.com/meet/a", Some("webex")),
            ("https://notzoom.us/j/1", None),
            ("https://zoom.us.example/j/1", None),
            ("zoom", None),
            ("", None),
        ] {
            assert_eq!(of_address(address), word, "{address}");
        }
    }
}
