//! Which stretches of a recording were listened to, worked out from what the player says.
//!
//! Pure: the player's snapshots go in, lines for the record come out. A jump ends one stretch and
//! begins another; a line is begun as soon as sound comes and carried forward while it plays, so
//! that a crash loses seconds of it and not the line.

/// A moment of the player, as far as listening is concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Which load.
    pub load: u64,
    /// Position in the recording.
    pub position_ms: u64,
    /// When, Unix time in ms.
    pub at_ms: i64,
    /// Ms of recording per ms of time; 0 when nothing is heard.
    pub rate: f64,
    /// Whether pauses are left out: then the position moves by leaps.
    pub leaps: bool,
}

/// What to do with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Begin a line.
    Begin { load: u64, from_ms: u64 },
    /// The line that was begun last reaches this far now.
    Extend { to_ms: u64 },
}

/// How far the position may be from where it should be before that counts as a jump.
const JUMP_MS: f64 = 1_500.0;

/// Follows the player.
#[derive(Debug, Default)]
pub(crate) struct Listening {
    last: Option<Moment>,
    begun: bool,
}

impl Listening {
    /// Takes in what the player says now.
    pub(crate) fn hear(&mut self, now: Moment) -> Vec<Line> {
        let mut lines = Vec::new();
        let carried_on = self.last.is_some_and(|last| carries_on(last, now));
        if let Some(last) = self.last.filter(|_| self.begun) {
            let to_ms = if carried_on {
                now.position_ms
            } else {
                reached(last, now.at_ms)
            };
            if last.rate > 0.0 {
                lines.push(Line::Extend { to_ms });
            }
            self.begun = carried_on && now.rate > 0.0;
        }
        if now.rate > 0.0 && !self.begun {
            lines.push(Line::Begin {
                load: now.load,
                from_ms: now.position_ms,
            });
            self.begun = true;
        }
        self.last = Some(now);
        lines
    }

    /// The recording is left.
    pub(crate) fn leave(&mut self, at_ms: i64) -> Option<Line> {
        let last = self.last.take()?;
        let begun = std::mem::take(&mut self.begun);
        (begun && last.rate > 0.0).then(|| Line::Extend {
            to_ms: reached(last, at_ms),
        })
    }
}

/// Whether `now` is where `last` leads to.
fn carries_on(last: Moment, now: Moment) -> bool {
    if last.load != now.load {
        return false;
    }
    let expected = position(last, now.at_ms);
    #[expect(
        clippy::cast_precision_loss,
        reason = "positions are far below 2^52 ms"
    )]
    let off = now.position_ms as f64 - expected;
    let ahead = if last.leaps { f64::INFINITY } else { JUMP_MS };
    off >= -JUMP_MS && off <= ahead
}

#[expect(
    clippy::cast_precision_loss,
    reason = "positions are far below 2^52 ms"
)]
fn position(last: Moment, at_ms: i64) -> f64 {
    last.position_ms as f64 + last.rate * (at_ms - last.at_ms).max(0) as f64
}

/// How far it was heard by `at_ms`. The player speaks every second; what is longer than that is the
/// machine having slept, and nobody listened then.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position is not negative"
)]
fn reached(last: Moment, at_ms: i64) -> u64 {
    position(last, at_ms.min(last.at_ms + 2_000)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playing(position_ms: u64, at_ms: i64) -> Moment {
        Moment {
            load: 1,
            position_ms,
            at_ms,
            rate: 1.0,
            leaps: false,
        }
    }

    fn paused(position_ms: u64, at_ms: i64) -> Moment {
        Moment {
            rate: 0.0,
            ..playing(position_ms, at_ms)
        }
    }

    #[test]
    fn playing_on_is_one_line_that_grows() {
        let mut listening = Listening::default();
        assert_eq!(listening.hear(paused(0, 0)), []);
        assert_eq!(
            listening.hear(playing(0, 10)),
            [Line::Begin {
                load: 1,
                from_ms: 0
            }]
        );
        assert_eq!(
            listening.hear(playing(1000, 1010)),
            [Line::Extend { to_ms: 1000 }]
        );
        assert_eq!(
            listening.hear(paused(1500, 1510)),
            [Line::Extend { to_ms: 1500 }]
        );
        assert_eq!(
            listening.hear(paused(1500, 9000)),
            [],
            "nothing is heard in a pause"
        );
        assert_eq!(
            listening.hear(playing(1500, 9100)),
            [Line::Begin {
                load: 1,
                from_ms: 1500
            }]
        );
    }

    #[test]
    fn a_jump_ends_one_line_and_begins_another() {
        let mut listening = Listening::default();
        listening.hear(playing(0, 0));
        assert_eq!(
            listening.hear(playing(60_000, 500)),
            [
                Line::Extend { to_ms: 500 },
                Line::Begin {
                    load: 1,
                    from_ms: 60_000
                }
            ]
        );
    }

    #[test]
    fn leaving_out_pauses_is_no_jump() {
        let mut listening = Listening::default();
        listening.hear(Moment {
            leaps: true,
            ..playing(0, 0)
        });
        assert_eq!(
            listening.hear(Moment {
                leaps: true,
                ..playing(8_000, 1_000)
            }),
            [Line::Extend { to_ms: 8_000 }]
        );
    }

    #[test]
    fn leaving_while_it_plays_closes_the_line() {
        let mut listening = Listening::default();
        listening.hear(playing(0, 0));
        assert_eq!(listening.leave(700), Some(Line::Extend { to_ms: 700 }));
        assert_eq!(listening.leave(900), None);
        listening.hear(playing(0, 0));
        assert_eq!(
            listening.leave(3_600_000),
            Some(Line::Extend { to_ms: 2_000 }),
            "a machine that slept did not listen"
        );
    }
}
