//! What a person set for the desktop: the tray, the start with the session, notifications.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ErrorCode, ErrorJson};

/// What notifications can be about. Each can be muted by itself.
pub const TOPICS: [&str; 5] = ["recordings", "connection", "calls", "limits", "digest"];

/// How Ringback behaves outside of its window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct DesktopSettings {
    /// Whether the program goes on in the tray when its window is closed; `null` is yes. Without a
    /// tray it ends.
    pub keep_running: Option<bool>,
    /// Whether it starts with the session, without a window; `null` leaves that as it is.
    pub autostart: Option<bool>,
    /// Of these no notification tells: `recordings | connection | calls | limits | digest`.
    pub muted: Vec<String>,
    /// From when notifications wait, `22:00` by the clock of this computer. With `quiet_to`.
    pub quiet_from: Option<String>,
    /// Until when. Not after `quiet_from`: on the next day.
    pub quiet_to: Option<String>,
    /// Whether a notification may say who called; `null` is no.
    pub show_content: Option<bool>,
    /// Whether the person knows that the program goes on without its window.
    pub knows_tray: bool,
}

impl DesktopSettings {
    /// From when until when notifications wait, if they do.
    pub fn quiet(&self) -> Option<(Time, Time)> {
        let of = |text: &Option<String>| clock(text.as_deref()?);
        let (from, to) = (of(&self.quiet_from)?, of(&self.quiet_to)?);
        (from != to).then_some((from, to))
    }

    /// # Errors
    /// With [`ErrorCode::BadRequest`] if a time or a topic cannot be read.
    pub(crate) fn check(&self) -> Result<(), ErrorJson> {
        for time in [&self.quiet_from, &self.quiet_to].into_iter().flatten() {
            if clock(time).is_none() {
                return Err(ErrorJson::new(
                    ErrorCode::BadRequest,
                    format!("{time:?} is no time of the day"),
                )
                .hint("write it as 22:00"));
            }
        }
        if let Some(topic) = self.muted.iter().find(|topic| !TOPICS.contains(&&***topic)) {
            return Err(ErrorJson::new(
                ErrorCode::BadRequest,
                format!("notifications are not about {topic:?}"),
            )
            .hint(TOPICS.join(", ")));
        }
        Ok(())
    }
}

/// `HH:MM` and nothing else.
fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |part: &str| (part.len() == 2).then(|| part.parse().ok()).flatten();
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_hours_and_minutes_and_anything_else_is_refused() {
        let of = |from: &str, to: &str| DesktopSettings {
            quiet_from: Some(from.into()),
            quiet_to: Some(to.into()),
            ..DesktopSettings::default()
        };
        let night = of("22:00", "07:30");
        assert_eq!(night.check(), Ok(()));
        let (from, to) = night.quiet().expect("both are times");
        assert_eq!((from.hour(), to.hour(), to.minute()), (22, 7, 30));
        for wrong in ["24:00", "7:30", "07:60", "0730", "", "-1:00", "07:30:00"] {
            let error = of("22:00", wrong).check().expect_err(wrong);
            assert_eq!(error.code, ErrorCode::BadRequest, "{wrong}");
        }
        assert_eq!(of("08:00", "08:00").quiet(), None, "nothing in between");
    }

    #[test]
    fn a_topic_that_does_not_exist_cannot_be_muted() {
        let of = |topic: &str| DesktopSettings {
            muted: vec![topic.into()],
            ..DesktopSettings::default()
        };
        for topic in TOPICS {
            assert_eq!(of(topic).check(), Ok(()), "{topic}");
        }
        assert!(of("everything").check().is_err());
    }
}
