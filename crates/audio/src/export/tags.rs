//! What an exported file says of itself, in each format's own way: RIFF INFO, a Vorbis comment, ID3v2.4
//! (<https://id3.org/id3v2.4.0-structure>, read 2026-11-21).

/// What is written into an exported file beside its sound. What is empty is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// What to call it: the provider's id of the call.
    pub title: String,
    /// When it was recorded, RFC 3339 in UTC.
    pub date: String,
    /// Where it is from: the account's id.
    pub album: String,
}

/// The program that wrote it.
const ENCODER: &str = concat!("Ringback ", env!("CARGO_PKG_VERSION"));

impl Tags {
    fn told<'a>(
        &'a self,
        names: [&'static str; 4],
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let texts = [&self.title, &self.date, &self.album, ENCODER];
        names
            .into_iter()
            .zip(texts)
            .filter(|(_, text)| !text.is_empty())
    }

    /// A `LIST` chunk of a RIFF file; empty if nothing is told.
    pub(super) fn riff(&self) -> Vec<u8> {
        let mut list = b"INFO".to_vec();
        for (name, text) in self.told(["INAM", "ICRD", "IPRD", "ISFT"]) {
            list.extend(name.as_bytes());
            list.extend(length(text.len() + 1).to_le_bytes());
            list.extend(text.as_bytes());
            // The text ends with a zero, and chunks are a whole number of words.
            list.extend(std::iter::repeat_n(0, 2 - text.len() % 2));
        }
        let mut chunk = b"LIST".to_vec();
        chunk.extend(length(list.len()).to_le_bytes());
        chunk.extend(list);
        chunk
    }

    /// The content of a Vorbis comment.
    pub(super) fn vorbis(&self) -> Vec<u8> {
        let mut comment = Vec::new();
        let mut put = |text: &str| {
            comment.extend(length(text.len()).to_le_bytes());
            comment.extend(text.as_bytes());
        };
        put(ENCODER);
        let told: Vec<String> = self
            .told(["TITLE", "DATE", "ALBUM", "ENCODER"])
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        let mut whole = Vec::new();
        told.iter().for_each(|text| {
            whole.extend(length(text.len()).to_le_bytes());
            whole.extend(text.as_bytes());
        });
        comment.extend(length(told.len()).to_le_bytes());
        comment.extend(whole);
        comment
    }

    /// A whole ID3 tag.
    pub(super) fn id3(&self) -> Vec<u8> {
        const UTF_8: u8 = 3;
        let mut frames = Vec::new();
        for (name, text) in self.told(["TIT2", "TDRC", "TALB", "TSSE"]) {
            frames.extend(name.as_bytes());
            frames.extend(syncsafe(text.len() + 1));
            frames.extend([0, 0, UTF_8]);
            frames.extend(text.as_bytes());
        }
        let mut tag = b"ID3\x04\x00\x00".to_vec();
        tag.extend(syncsafe(frames.len()));
        tag.extend(frames);
        tag
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Seven bits a byte, so that it never looks like the beginning of a frame of sound.
fn syncsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_tags_are_those_of_their_texts() {
        let tags = Tags {
            title: "call_1".into(),
            date: "2026-03-01T10:00:03Z".into(),
            album: String::new(),
        };
        let id3 = tags.id3();
        let size = id3[6..10]
            .iter()
            .fold(0_usize, |size, byte| size << 7 | usize::from(*byte));
        assert_eq!(size, id3.len() - 10);
        assert!(!id3.windows(4).any(|name| name == b"TALB"), "it is empty");
        let riff = tags.riff();
        assert_eq!(riff.len() % 2, 0);
        let size = u32::from_le_bytes(riff[4..8].try_into().expect("four bytes"));
        assert_eq!(size as usize, riff.len() - 8);
        assert_eq!(syncsafe(300), [0, 0, 2, 44]);
    }
}
