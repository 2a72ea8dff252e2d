//! A change touches its own bytes and no others.

use super::*;

const FILE: &str = r#"# Ringback of the clinic group.

[intake]
listen = "127.0.0.1:7480"   # behind the tunnel

# The main clinic; ask Ms Weber before changing it.
[[accounts]]
id = "clinic"
provider = "retell"
poll_every = "5m" # often enough
# media_hosts = []

  [accounts.checks]
  latency_p95 = "4s"

# Luigi's
# since March
[[accounts]]
id   =   'bistro'
provider = "twilio"
account_sid = "AC00000000000000000000000000000001"
media_hosts = [
    "one.example", # the old one
    "[2001:db8::1]:443",
]

[checks]
cost_gap = 0.02	# dollars
"#;

fn set(id: &str, settings: &[(&str, Option<Setting>)]) -> Edit {
    let settings = settings.iter();
    Edit::Set {
        id: id.into(),
        settings: settings
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    }
}

fn text(text: &str) -> Option<Setting> {
    Some(Setting::Text(text.into()))
}

/// The file with one piece of it in place of another.
fn with(old: &str, new: &str) -> String {
    assert_eq!(FILE.matches(old).count(), 1, "{old:?} is there once");
    FILE.replace(old, new)
}

#[test]
fn a_value_is_replaced_and_the_comment_beside_it_stays() {
    let edit = set("clinic", &[("poll_every", text("1m"))]);
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with("poll_every = \"5m\"", "poll_every = \"1m\"")
    );
    let list = Setting::List(vec!["two.example".into()]);
    let edit = set("bistro", &[("media_hosts", Some(list))]);
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with(
            "[\n    \"one.example\", # the old one\n    \"[2001:db8::1]:443\",\n]",
            "[\"two.example\"]"
        )
    );
}

#[test]
fn a_new_key_comes_after_the_last_one_of_its_account() {
    let edit = set("clinic", &[("paused", Some(Setting::Flag(true)))]);
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with("# often enough\n", "# often enough\npaused = true\n"),
        "not into the table below, which is another one"
    );
    let edit = set(
        "bistro",
        &[
            ("max_downloads", Some(Setting::Number(4.0))),
            ("requests_per_second", Some(Setting::Number(0.5))),
        ],
    );
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with(
            "443\",\n]\n",
            "443\",\n]\nmax_downloads = 4\nrequests_per_second = 0.5\n"
        )
    );
}

#[test]
fn a_key_that_goes_takes_its_line_and_nothing_else() {
    let edit = set("clinic", &[("poll_every", None)]);
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with("poll_every = \"5m\" # often enough\n", "")
    );
    let edit = set("clinic", &[("base_url", None)]);
    assert_eq!(edited(FILE, &edit).unwrap(), FILE, "there was none");
}

#[test]
fn setting_and_taking_back_gives_the_same_bytes() {
    let pause = |paused: Option<Setting>| set("bistro", &[("paused", paused)]);
    let paused = edited(FILE, &pause(Some(Setting::Flag(true)))).unwrap();
    assert_ne!(paused, FILE);
    assert_eq!(edited(&paused, &pause(None)).unwrap(), FILE);
}

#[test]
fn a_new_account_stands_below_the_others() {
    let edit = Edit::Add {
        id: "sales".into(),
        provider: "vapi".into(),
        settings: vec![("webhook_auth".into(), Setting::Text("bearer".into()))],
    };
    let block = "[[accounts]]\nid = \"sales\"\nprovider = \"vapi\"\nwebhook_auth = \"bearer\"\n";
    assert_eq!(
        edited(FILE, &edit).unwrap(),
        with("443\",\n]\n", &format!("443\",\n]\n\n{block}"))
    );
    assert_eq!(edited("", &edit).unwrap(), block);
    assert_eq!(
        edited("# nothing yet", &edit).unwrap(),
        format!("# nothing yet\n\n{block}")
    );
    assert_eq!(
        edited(&format!("{block}\n"), &edit),
        Err(CannotEdit::AlreadyThere)
    );
}

#[test]
fn an_account_goes_with_what_is_said_of_it() {
    let gone = |id: &str| edited(FILE, &Edit::Remove { id: id.into() }).unwrap();
    let without_bistro = gone("bistro");
    let (before, rest) = FILE.split_once("# Luigi's").unwrap();
    let after = &rest[rest.find("[checks]").unwrap()..];
    assert_eq!(without_bistro, format!("{before}{after}"));

    let without_clinic = gone("clinic");
    let (before, rest) = FILE.split_once("# The main clinic").unwrap();
    let after = &rest[rest.find("# Luigi's").unwrap()..];
    assert_eq!(without_clinic, format!("{before}{after}"));
}

#[test]
fn what_stands_at_the_top_is_about_the_file_and_stays() {
    let file = "# Of the whole house\n[[accounts]]\nid = \"a\"\nprovider = \"retell\"\n";
    let edit = Edit::Remove { id: "a".into() };
    assert_eq!(edited(file, &edit).unwrap(), "# Of the whole house\n");
}

#[test]
fn rules_of_checks_are_set_for_all_and_for_one() {
    let rules = |account: Option<&str>, rules: &[(&str, Option<&str>)]| Edit::Checks {
        account: account.map(str::to_owned),
        rules: rules
            .iter()
            .map(|(key, rule)| ((*key).to_owned(), rule.map(str::to_owned)))
            .collect(),
    };
    assert_eq!(
        edited(FILE, &rules(None, &[("cost_gap", Some("off"))])).unwrap(),
        with("cost_gap = 0.02", "cost_gap = \"off\"")
    );
    assert_eq!(
        edited(
            FILE,
            &rules(
                Some("clinic"),
                &[("latency_p95", None), ("quiet_after", Some("1h"))]
            )
        )
        .unwrap(),
        with("  latency_p95 = \"4s\"\n", "quiet_after = \"1h\"\n")
    );
    assert_eq!(
        edited(
            FILE,
            &rules(Some("bistro"), &[("quiet_after", Some("30m"))])
        )
        .unwrap(),
        with(
            "443\",\n]\n",
            "443\",\n]\n\n[accounts.checks]\nquiet_after = \"30m\"\n"
        )
    );
    let alone = "[intake]\n";
    assert_eq!(
        edited(alone, &rules(None, &[("cost_gap", Some("1"))])).unwrap(),
        "[intake]\n\n[checks]\ncost_gap = \"1\"\n"
    );
    assert_eq!(
        edited(FILE, &rules(Some("nobody"), &[("cost_gap", None)])),
        Err(CannotEdit::NoSuchAccount)
    );
}

#[test]
fn foreign_line_ends_and_a_byte_order_mark_stay() {
    let file = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
    let edit = set("clinic", &[("paused", Some(Setting::Flag(true)))]);
    let wanted = with("# often enough\n", "# often enough\npaused = true\n");
    assert_eq!(
        edited(&file, &edit).unwrap(),
        format!("\u{feff}{}", wanted.replace('\n', "\r\n"))
    );
}

#[test]
fn what_is_written_in_another_way_is_left_to_its_author() {
    let inline = "accounts = [{ id = \"a\", provider = \"retell\" }]\n";
    let edit = set("a", &[("paused", Some(Setting::Flag(true)))]);
    assert_eq!(edited(inline, &edit), Err(CannotEdit::ByHand));
    let add = Edit::Add {
        id: "b".into(),
        provider: "retell".into(),
        settings: Vec::new(),
    };
    assert_eq!(edited(inline, &add), Err(CannotEdit::ByHand));
    assert_eq!(edited("not toml", &add), Err(CannotEdit::ByHand));
    assert_eq!(edited(FILE, &edit), Err(CannotEdit::NoSuchAccount));
}

#[test]
fn a_text_that_looks_like_a_header_is_none() {
    let file = "[[accounts]]\nid = \"a\"\nprovider = \"retell\"\nbase_url = \"\"\"\\\n[x]\n\"\"\"\n# end\n";
    let edit = set("a", &[("poll_every", text("1m"))]);
    assert_eq!(
        edited(file, &edit).unwrap(),
        file.replace("# end\n", "poll_every = \"1m\"\n# end\n")
    );
}
