//! Chance that can be repeated: every draw is a function of the seed, what is drawn, and for which call.
//!
//! Draws do not depend on their order, so that a call keeps its numbers and words when a test places another before it.

use sha2::{Digest, Sha256};

/// The source of everything that looks random.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice {
    seed: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    fn draw(self, what: &str, number: u64) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(number.to_le_bytes());
        hash.update(what.as_bytes());
        hash.finalize().into()
    }

    /// Lower-case hex digits, at most 64.
    pub(crate) fn hex(self, what: &str, number: u64, digits: usize) -> String {
        let mut text = hex::encode(self.draw(what, number));
        text.truncate(digits);
        text
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0.
    pub(crate) fn below(self, what: &str, number: u64, end: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.draw(what, number);
        u64::from_le_bytes([a, b, c, d, e, f, g, h]) % end.max(1)
    }

    /// One of the choices.
    pub(crate) fn pick<'a, T>(self, what: &str, number: u64, choices: &'a [T]) -> &'a T {
        let index = self.below(what, number, choices.len() as u64);
        &choices[usize::try_from(index).expect("an index of a slice in memory")]
    }

    /// A number nobody has: the range kept free for stories.
    pub(crate) fn phone(self, what: &str, number: u64) -> String {
        let area = *self.pick(
            &format!("{what} area"),
            number,
            &[201, 212, 303, 312, 415, 503, 617, 702, 808, 917],
        );
        format!("+1{area}55501{:02}", self.below(what, number, 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_subject_and_number_only() {
        let dice = Dice::new(7);
        assert_eq!(dice.hex("call", 1, 32), Dice::new(7).hex("call", 1, 32));
        assert_ne!(dice.hex("call", 1, 32), dice.hex("call", 2, 32));
        assert_ne!(dice.hex("call", 1, 32), dice.hex("agent", 1, 32));
        assert_ne!(dice.hex("call", 1, 32), Dice::new(8).hex("call", 1, 32));
    }

    #[test]
    fn numbers_come_from_the_range_kept_free_for_stories() {
        for number in 0..200 {
            let phone = Dice::new(1).phone("from", number);
            assert_eq!(phone.len(), 12);
            assert_eq!(&phone[5..10], "55501");
        }
    }
}
