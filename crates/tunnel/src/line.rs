//! Bytes into lines, within bounds.

/// A longer line is cut.
const LONGEST: usize = 4 << 10;

/// Puts lines together from pieces. Colours and other control characters are left out.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    rest: Vec<u8>,
    is_cut: bool,
}

impl Lines {
    /// The lines that are whole with this piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in piece {
            match byte {
                b'\n' | b'\r' => lines.extend(self.take()),
                _ if self.rest.len() < LONGEST => self.rest.push(*byte),
                _ => self.is_cut = true,
            }
        }
        lines
    }

    /// What was not ended by a line break.
    pub(crate) fn take(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.rest);
        if std::mem::take(&mut self.is_cut) {
            tracing::debug!("a very long line was cut");
        }
        let line = plain(&String::from_utf8_lossy(&bytes));
        (!line.trim().is_empty()).then_some(line)
    }
}

/// The text without terminal commands.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            if chars.next_if_eq(&'[').is_some() {
                // A command ends with its first letter.
                while chars
                    .next()
                    .is_some_and(|char| !('@'..='~').contains(&char))
                {}
            }
        } else if char == '\t' || !char.is_control() {
            out.push(char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_whatever_the_pieces_and_have_no_colours() {
        let mut lines = Lines::default();
        assert!(lines.push(b"\x1b[32mht").is_empty());
        assert_eq!(
            lines.push(b"tps://a\x1b[0m\r\n\r\nnext"),
            ["https://a".to_owned()]
        );
        assert_eq!(lines.take().as_deref(), Some("next"));
        assert_eq!(lines.take(), None);
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory() {
        let mut lines = Lines::default();
        for _ in 0..100 {
            assert!(lines.push(&[b'x'; 4096]).is_empty());
        }
        assert_eq!(lines.push(b"\n")[0].len(), LONGEST);
    }
}
