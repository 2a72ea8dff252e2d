//! The programs that are known by name, each played by a script that takes the same words and prints what
//! the program prints.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use ringback_tunnel::{Command, Kind, PRESETS, Pattern, Preset};
use tempfile::TempDir;

use crate::setting::Door;

/// What each prints around its address, as people paste it into reports and other programs test for it
/// (read 2026-11-21). None of them was run here.
const BANNERS: [(&str, &str, &str); 5] = [
    (
        "cloudflared",
        "https://four-random-words-here.trycloudflare.com/",
        r"cat >&2 <<'END'
2026-11-21T10:00:00Z INF Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out. However, be aware that these account-less Tunnels have no uptime guarantee, are subject to the Cloudflare Online Services Terms of Use (https://www.cloudflare.com/website-terms/), and Cloudflare reserves the right to investigate your use of Tunnels for violations of such terms. If you intend to use Tunnels in production you should use a pre-created named tunnel by following: https://developers.cloudflare.com/cloudflare-one/connections/connect-apps
2026-11-21T10:00:00Z INF Requesting new quick Tunnel on trycloudflare.com...
2026-11-21T10:00:03Z INF +--------------------------------------------------------------------------------------------+
2026-11-21T10:00:03Z INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |
2026-11-21T10:00:03Z INF |  https://four-random-words-here.trycloudflare.com                                          |
2026-11-21T10:00:03Z INF +--------------------------------------------------------------------------------------------+
2026-11-21T10:00:03Z INF Initial protocol quic
2026-11-21T10:00:03Z INF Registered tunnel connection connIndex=0 event=0 ip=198.41.200.13 location=fra03 protocol=quic
END",
    ),
    (
        "ngrok",
        "https://1a2b-203-0-113-7.ngrok-free.app/",
        r#"cat <<'END'
t=2026-11-21T10:00:00+0000 lvl=info msg="open config file" path=/etc/ngrok.yml err=nil
t=2026-11-21T10:00:00+0000 lvl=info msg="starting web service" obj=web addr=127.0.0.1:4040 allow_hosts=[]
t=2026-11-21T10:00:01+0000 lvl=info msg="client session established" obj=tunnels.session
t=2026-11-21T10:00:01+0000 lvl=info msg="tunnel session started" obj=tunnels.session
t=2026-11-21T10:00:01+0000 lvl=info msg="started tunnel" obj=tunnels name=command_line addr=http://127.0.0.1:7480 url=https://1a2b-203-0-113-7.ngrok-free.app
END"#,
    ),
    (
        "tailscale",
        "https://desk.tail1234.ts.net/",
        r"cat <<'END'
Available on the internet:

https://desk.tail1234.ts.net/
|-- proxy http://127.0.0.1:7480

Press Ctrl+C to exit.
END",
    ),
    (
        "zrok",
        "https://abc123def456.share.zrok.io/",
        r#"cat >&2 <<'END'
{"file":"share_public.go:302","func":"main.(*sharePublicCommand).shareLocal","level":"info","msg":"access your zrok share at the following endpoints:\n https://abc123def456.share.zrok.io","time":"2026-11-21T10:00:01.000Z"}
END"#,
    ),
    (
        "zrok",
        "https://xs2opjru3i9f.shares.zrok.io/",
        r#"cat <<'END'
{"time":"2026-07-05T19:16:06.302791+09:00","level":"INFO","source":{"file":"github.com/openziti/zrok/v2/cmd/zrok2/sharePublic.go"},"msg":"access your zrok share at the following endpoints:\n xs2opjru3i9f.shares.zrok.io"}
END"#,
    ),
];

/// A program of that name: notes its words, prints its banner, and stays.
fn stand_in(folder: &Path, name: &str, banner: &str) -> String {
    let path = folder.join(name);
    let script = format!(
        "#!/bin/sh\necho \"$@\" > '{}/words'\n{banner}\nsleep 600 & wait\n",
        folder.display()
    );
    fs::write(&path, script).expect("a folder of ours");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a file of ours");
    path.to_str().expect("a plain name").to_owned()
}

fn command(preset: &Preset, program: String) -> Command {
    let words = preset.words.iter().skip(1).map(|word| (*word).to_owned());
    Command {
        words: std::iter::once(program).chain(words).collect(),
        environment: Vec::new(),
        public_url: None,
        url_pattern: Some(Pattern::new(preset.url_pattern).expect("a pattern")),
        ready_pattern: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_program_that_is_known_by_name_is_started_and_understood() {
    for preset in PRESETS {
        assert!(BANNERS.iter().any(|(name, ..)| *name == preset.name));
    }
    for (name, wanted, banner) in BANNERS {
        let folder = TempDir::new().expect("a folder");
        let preset = Preset::find(name).expect("it is there");
        let program = stand_in(folder.path(), name, banner);
        let door = Door::open("door").await;
        let link = command(preset, program).open(door.address).await;
        let link = link.unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert_eq!(link.url().as_str(), wanted, "{name}");
        let words = fs::read_to_string(folder.path().join("words")).expect("it was started");
        let port = door.address.port().to_string();
        assert!(
            words.contains(&port),
            "{name} is told where the door is: {words}"
        );
        link.close().await;
    }
}
