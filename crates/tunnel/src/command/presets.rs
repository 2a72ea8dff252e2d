//! Programs that are known by name: how they are started, and where they say their address.

/// A program that we know how to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in `config.toml`.
    pub name: &'static str,
    /// How it is started where the address is given by whoever runs the service.
    pub words: &'static [&'static str],
    /// How it is started where `public_url` is configured; `None`: as without.
    pub words_with_url: Option<&'static [&'static str]>,
    /// How to find the address in what it prints.
    pub url_pattern: &'static str,
    /// Where it looks for its token in the environment.
    pub token: Option<&'static str>,
}

/// All of them. Sources, read 2026-11-21: developers.cloudflare.com/cloudflare-one (tunnel run
/// parameters), ngrok.com/docs/agent/cli, tailscale.com/kb/1223/funnel, docs.zrok.io.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "cloudflared",
        words: &[
            "cloudflared",
            "tunnel",
            "--no-autoupdate",
            "--url",
            "http://{address}",
        ],
        // A tunnel with a name of its own: where it leads is set up at Cloudflare.
        words_with_url: Some(&["cloudflared", "tunnel", "--no-autoupdate", "run"]),
        url_pattern: r"https://[a-z0-9-]+\.trycloudflare\.com",
        token: Some("TUNNEL_TOKEN"),
    },
    Preset {
        name: "ngrok",
        words: &[
            "ngrok",
            "http",
            "{address}",
            "--log",
            "stdout",
            "--log-format",
            "logfmt",
        ],
        words_with_url: Some(&[
            "ngrok",
            "http",
            "{address}",
            "--url",
            "{public_url}",
            "--log",
            "stdout",
            "--log-format",
            "logfmt",
        ]),
        url_pattern: r"started tunnel.*\surl=(https://\S+)",
        token: Some("NGROK_AUTHTOKEN"),
    },
    Preset {
        name: "tailscale",
        words: &["tailscale", "funnel", "{port}"],
        words_with_url: None,
        url_pattern: r"https://[a-z0-9.-]+\.ts\.net",
        token: None,
    },
    Preset {
        name: "zrok",
        words: &["zrok", "share", "public", "--headless", "http://{address}"],
        words_with_url: None,
        // Version 2 prints the host alone, and another one.
        url_pattern: r"(?:https://)?[a-z0-9-]+\.shares?\.zrok\.io",
        token: None,
    },
];

impl Preset {
    /// The preset of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pattern;

    #[test]
    fn every_preset_finds_the_address_in_what_its_program_prints() {
        for (name, line, wanted) in [
            (
                "cloudflared",
                "2026-11-21T10:00:00Z INF |  https://four-random-words-here.trycloudflare.com  |",
                "https://four-random-words-here.trycloudflare.com/",
            ),
            (
                "ngrok",
                r#"t=2026-11-21T10:00:00+0000 lvl=info msg="started tunnel" obj=tunnels name=command_line addr=http://localhost:7480 url=https://1a2b-3c.ngrok-free.app"#,
                "https://1a2b-3c.ngrok-free.app/",
            ),
            (
                "tailscale",
                "https://desk.tail1234.ts.net/",
                "https://desk.tail1234.ts.net/",
            ),
            (
                "zrok",
                r#"{"level":"info","msg":"access your zrok share at the following endpoints:\n https://abc123.share.zrok.io"}"#,
                "https://abc123.share.zrok.io/",
            ),
        ] {
            let preset = Preset::find(name).expect("it is there");
            let pattern = Pattern::new(preset.url_pattern).expect("a pattern");
            let found = pattern.url_in(line).map(|url| url.to_string());
            assert_eq!(found.as_deref(), Some(wanted), "{name}");
        }
    }

    #[test]
    fn other_addresses_that_programs_print_are_not_taken() {
        for (name, line) in [
            (
                "cloudflared",
                "INF Requesting new quick Tunnel on trycloudflare.com...",
            ),
            (
                "cloudflared",
                "terms: https://www.cloudflare.com/website-terms/",
            ),
            (
                "ngrok",
                r#"msg="starting web service" addr=127.0.0.1:4040 url=https://x.example"#,
            ),
        ] {
            let preset = Preset::find(name).expect("it is there");
            let pattern = Pattern::new(preset.url_pattern).expect("a pattern");
            assert_eq!(pattern.url_in(line), None, "{line}");
        }
    }
}
