//! What the tray shows: an icon, a title, a few lines, and a menu. Nothing of what was said in a call
//! and no number stands there: a tray is seen by whoever looks at the screen.

use jiff::{Timestamp, tz::TimeZone};
use ringback_api::dto::{CallRow, TunnelJson};

use crate::{
    standing::{Condition, Standing},
    words::Words,
};

/// What a person can ask for in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Show the window as it is.
    Open,
    /// Show this call.
    Call(String),
    /// Stop this job, to go on later.
    Pause(u64),
    /// Go on with it.
    Resume(u64),
    /// End the program.
    Quit,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something to read.
    Note(String),
    /// Something to choose.
    Choice(String, Wish),
    /// A line between two parts.
    Separator,
}

/// Everything that the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// Which icon.
    pub condition: Condition,
    /// The name of the item: what a screen reader says, and what stands at the top of the tooltip.
    pub title: String,
    /// The tooltip's lines.
    pub lines: Vec<String>,
    /// The menu.
    pub menu: Vec<Item>,
}

/// What the tray shows of what is known.
pub fn sign(standing: &Standing, words: Words, zone: &TimeZone) -> Sign {
    let ongoing = words.ongoing(standing.live.len());
    let job = standing.job.as_ref().map(|job| {
        let eta = job.eta_ms.filter(|_| !job.paused);
        (
            words.job(job.report.checked, job.total, eta, job.paused),
            job,
        )
    });
    let tunnel = standing
        .tunnel
        .as_ref()
        .filter(|tunnel| tunnel.kind != "none");

    let mut title = vec!["Ringback".to_owned()];
    if standing.failed {
        title = vec![words.failed()];
    } else if !standing.live.is_empty() {
        title.push(ongoing.clone());
    }
    title.extend(job.iter().map(|(text, _)| text.clone()));

    let mut lines = vec![ongoing.clone()];
    lines.extend(job.iter().map(|(text, _)| text.clone()));
    lines.extend(tunnel.map(|tunnel| tunnel_at_length(tunnel, words, zone)));
    if standing.to_look_at() > 0 {
        lines.push(words.to_look_at(standing.to_look_at()));
    }

    let mut menu = vec![Item::Choice(words.open(), Wish::Open)];
    if standing.failed {
        menu.push(Item::Note(words.failed()));
    } else {
        menu.extend([Item::Separator, Item::Note(ongoing)]);
        menu.extend(
            standing
                .last
                .iter()
                .map(|row| Item::Choice(call(row, words, zone), Wish::Call(row.id.clone()))),
        );
        menu.push(Item::Separator);
        if let Some((text, job)) = job {
            menu.push(Item::Note(text));
            menu.push(if job.paused {
                Item::Choice(words.resume(), Wish::Resume(job.run))
            } else {
                Item::Choice(words.pause(), Wish::Pause(job.run))
            });
        }
        menu.extend(tunnel.map(|tunnel| Item::Note(tunnel_in_short(tunnel, words, zone))));
    }
    menu.push(Item::Choice(words.quit(), Wish::Quit));
    Sign {
        condition: standing.condition(),
        title: title.join(" · "),
        lines,
        menu,
    }
}

/// How the tunnel is, and if that is badly, why and until when.
fn tunnel_in_short(tunnel: &TunnelJson, words: Words, zone: &TimeZone) -> String {
    if tunnel.state != "down" {
        return words.tunnel(&tunnel.state);
    }
    let next_try = tunnel
        .next_try
        .as_deref()
        .and_then(|at| on_the_wall(at, zone));
    words.tunnel_down(tunnel.reason.as_deref(), next_try.as_deref())
}

/// The same, and if it is well, where it begins and how long the way takes.
fn tunnel_at_length(tunnel: &TunnelJson, words: Words, zone: &TimeZone) -> String {
    let host = tunnel.url.as_deref().map(|url| {
        let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        behind_scheme.split('/').next().unwrap_or_default()
    });
    match host {
        Some(host) if tunnel.state == "up" => words.tunnel_up(host, tunnel.round_trip_ms),
        _ => tunnel_in_short(tunnel, words, zone),
    }
}

/// A moment as a clock on the wall shows it.
fn on_the_wall(at: &str, zone: &TimeZone) -> Option<String> {
    let at: Timestamp = at.parse().ok()?;
    Some(at.to_zoned(zone.clone()).strftime("%H:%M").to_string())
}

/// Which way, who answered, and when.
fn call(row: &CallRow, words: Words, zone: &TimeZone) -> String {
    let began = row.started_at.as_deref();
    let mut parts = vec![
        words.direction(&row.direction),
        row.agent.clone().unwrap_or_else(|| row.account.clone()),
    ];
    parts.extend(began.and_then(|at| on_the_wall(at, zone)));
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use ringback_api::dto::{ResyncProgress, TunnelJson};

    use super::*;
    use crate::standing::samples::*;

    const MORNING: &str = "2026-03-01T10:05:00.000Z";

    fn shown(standing: &Standing) -> Sign {
        sign(
            standing,
            Words::English,
            &TimeZone::fixed(jiff::tz::offset(1)),
        )
    }

    fn choices(sign: &Sign) -> Vec<(&str, &Wish)> {
        sign.menu.iter().filter_map(choice).collect()
    }

    fn choice(item: &Item) -> Option<(&str, &Wish)> {
        match item {
            Item::Choice(text, wish) => Some((text, wish)),
            Item::Note(_) | Item::Separator => None,
        }
    }

    #[test]
    fn a_quiet_desk_has_a_name_a_way_in_and_a_way_out() {
        let sign = shown(&Standing::default());
        assert_eq!(sign.title, "Ringback");
        assert_eq!(sign.lines, ["No ongoing calls"]);
        assert_eq!(
            choices(&sign),
            [("Open Ringback", &Wish::Open), ("Quit", &Wish::Quit)]
        );
    }

    #[test]
    fn the_last_calls_are_named_by_agent_and_time_on_the_wall_and_by_nothing_that_was_said() {
        let mut standing = Standing::default();
        standing.fold_call(row("01A", "ongoing", MORNING));
        let nameless = CallRow {
            agent: None,
            direction: "web".into(),
            ..row("01B", "ended", MORNING)
        };
        standing.fold_call(nameless);
        let sign = shown(&standing);
        assert_eq!(sign.title, "Ringback · 1 ongoing call");
        assert_eq!(
            choices(&sign)[1..3],
            [
                ("Web · clinic-retell · 11:05", &Wish::Call("01B".into())),
                ("Inbound · Desk · 11:05", &Wish::Call("01A".into())),
            ]
        );
        let all = format!("{sign:?}");
        assert!(!all.contains("+1555") && !all.contains("headache"), "{all}");
    }

    #[test]
    fn a_job_shows_how_far_it_is_and_can_be_stopped_and_go_on() {
        let mut standing = Standing::default();
        standing.fold_job(job(7, 120, 500));
        let sign = shown(&standing);
        assert_eq!(sign.title, "Ringback · Resync: 120 of 500, 3 minutes left");
        assert!(choices(&sign).contains(&("Pause resync", &Wish::Pause(7))));
        standing.fold_job(ResyncProgress {
            paused: true,
            ..job(7, 120, 500)
        });
        assert!(choices(&shown(&standing)).contains(&("Resume resync", &Wish::Resume(7))));
    }

    #[test]
    fn the_tunnel_is_shown_where_there_is_one() {
        let tunnel: TunnelJson = serde_json::from_value(serde_json::json!({
            "kind": "ssh", "state": "down", "url": null, "last_url": null, "since": null,
            "round_trip_ms": null, "reason": "no_answer", "message": null, "hint": null,
            "tries": 1, "next_try": "2026-03-01T10:07:12.000Z"
        }))
        .expect("a tunnel as the contract tells it");
        let none = TunnelJson {
            kind: "none".into(),
            state: "off".into(),
            ..tunnel.clone()
        };
        let mut standing = Standing {
            tunnel: Some(none),
            ..Standing::default()
        };
        assert!(
            !shown(&standing)
                .menu
                .iter()
                .any(|item| matches!(item, Item::Note(text) if text.contains("Tunnel")))
        );
        let up = TunnelJson {
            state: "up".into(),
            url: Some("https://hooks.example/".into()),
            round_trip_ms: Some(71.3),
            reason: None,
            next_try: None,
            ..tunnel.clone()
        };
        standing.tunnel = Some(tunnel);
        let sign = shown(&standing);
        let down = "Tunnel: down, the public address does not answer; next try 11:07";
        assert!(sign.menu.contains(&Item::Note(down.into())), "{sign:?}");
        assert!(sign.lines.contains(&down.into()), "{sign:?}");
        assert_eq!(sign.condition, Condition::Broken);

        standing.tunnel = Some(up.clone());
        let sign = shown(&standing);
        assert!(sign.menu.contains(&Item::Note("Tunnel: up".into())));
        let at_length = "Tunnel: up, hooks.example, under 100 ms";
        assert_eq!(sign.lines, ["No ongoing calls", at_length]);
        standing.tunnel = Some(TunnelJson {
            round_trip_ms: Some(64.9),
            ..up
        });
        assert_eq!(shown(&standing), sign, "the tray stays as it is");
    }

    #[test]
    fn when_nothing_could_start_the_menu_says_so() {
        let sign = shown(&Standing {
            failed: true,
            ..Standing::default()
        });
        assert_eq!(sign.title, "Ringback cannot start");
        assert_eq!(sign.condition, Condition::Broken);
        assert_eq!(choices(&sign).len(), 2);
    }
}
