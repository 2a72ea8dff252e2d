//! Recognises a sound file by its first bytes. The name is never looked at: recordings are served
//! as `.mp3` and are WAV, and an expired link saves an XML error page as `call.wav`.

use crate::{SoundError, mpeg};
use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The kinds of file this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// RIFF/WAVE.
    Wav,
    /// MPEG audio, layer III (with or without ID3).
    Mp3,
    /// ISO base media with sound only.
    M4a,
    /// ISO base media with a picture; its sound is what we play.
    Mp4,
    /// Native FLAC.
    Flac,
    /// Ogg.
    Ogg,
}

impl Container {
    /// The lower-case name, which is also the usual file extension: `wav`, `mp3`, `m4a`, `mp4`, `flac`, `ogg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::Mp4 => "mp4",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tells what the file at `path` is by its first bytes.
///
/// Whether an ISO file holds a picture is only known once its tracks are read, so here the answer for
/// it goes by its brand; [`crate::examine()`] gives the final word.
///
/// # Errors
///
/// [`SoundError::Io`], [`SoundError::Empty`], [`SoundError::NotAudio`] for a page or text,
/// [`SoundError::Unsupported`] for other kinds of sound, [`SoundError::Damaged`] when the bytes say nothing known.
pub fn sniff(path: &Path) -> Result<Container, SoundError> {
    sniff_file(&mut File::open(path).map_err(SoundError::Io)?)
}

/// How much of the start is looked at. An MP3 may begin with padding or the tail of a cut frame.
const HEAD: usize = 16 * 1024;

/// The same for a file that is open already; leaves it at its start.
pub(crate) fn sniff_file(file: &mut File) -> Result<Container, SoundError> {
    let mut head = read_head(file, 0)?;
    // ID3 tags stand before MP3 as a rule, before FLAC and AAC sometimes; a picture makes them megabytes long.
    if let Some(tag) = mpeg::id3v2_len(&head) {
        head = read_head(file, tag)?;
        if head.is_empty() {
            return Err(SoundError::damaged("it ends before its sound begins"));
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(SoundError::Io)?;
    recognise(&head)
}

fn read_head(file: &mut File, at: u64) -> Result<Vec<u8>, SoundError> {
    let mut head = Vec::with_capacity(HEAD);
    file.seek(SeekFrom::Start(at)).map_err(SoundError::Io)?;
    file.take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(SoundError::Io)?;
    Ok(head)
}

fn recognise(head: &[u8]) -> Result<Container, SoundError> {
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    if head.is_empty() {
        return Err(SoundError::Empty);
    }
    if at(0, b"RIFF") && at(8, b"WAVE") {
        return Ok(Container::Wav);
    }
    if at(0, b"fLaC") {
        return Ok(Container::Flac);
    }
    if at(0, b"OggS") {
        return Ok(Container::Ogg);
    }
    if at(4, b"ftyp") {
        return Ok(if at(8, b"M4A") || at(8, b"M4B") {
            Container::M4a
        } else {
            Container::Mp4
        });
    }
    // Old QuickTime writers leave the brand out.
    if at(4, b"moov")
        || at(4, b"mdat")
        || (at(4, b"wide") || at(4, b"free") || at(4, b"skip")) && at(12, b"mdat")
    {
        return Ok(Container::Mp4);
    }
    if let Some(what) = known_but_unsupported(&at) {
        return Err(SoundError::unsupported(what));
    }
    // An MP3 has no magic number, only a pattern that other data can hold by chance: so a page of text is
    // recognised before, and two frames in a row must fit.
    if let Some(what) = text_kind(head) {
        return Err(SoundError::NotAudio { what });
    }
    if mpeg::first_frame(head).is_some() {
        return Ok(Container::Mp3);
    }
    if let Some(what) = foreign_kind(&at) {
        return Err(SoundError::NotAudio { what });
    }
    if head.iter().all(|&byte| byte == 0) {
        return Err(SoundError::damaged(
            "it begins with nothing but zeros, as after a broken transfer",
        ));
    }
    Err(SoundError::damaged(
        "its first bytes are those of no known sound format",
    ))
}

fn known_but_unsupported(at: &impl Fn(usize, &[u8]) -> bool) -> Option<&'static str> {
    let kinds: [(bool, &str); 9] = [
        (at(0, b"RF64") || at(0, b"BW64"), "a 64-bit WAV file (RF64)"),
        (
            at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")),
            "an AIFF file",
        ),
        (at(0, b"caff"), "a Core Audio (CAF) file"),
        (at(0, b"\x1a\x45\xdf\xa3"), "a WebM or Matroska file"),
        (at(0, b"#!AMR"), "an AMR file"),
        (at(0, b".snd"), "a Sun/NeXT (AU) file"),
        (
            at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
            "a Windows Media file",
        ),
        (
            at(0, b"ADIF") || at(0, b"\xff\xf1") || at(0, b"\xff\xf9"),
            "AAC without a container (ADTS)",
        ),
        (
            at(0, b"wvpk") || at(0, b"MAC "),
            "a WavPack or Monkey's Audio file",
        ),
    ];
    kinds.into_iter().find_map(|(is, what)| is.then_some(what))
}

fn foreign_kind(at: &impl Fn(usize, &[u8]) -> bool) -> Option<&'static str> {
    let kinds: [(bool, &str); 7] = [
        (at(0, b"PK\x03\x04"), "a ZIP archive"),
        (at(0, b"\x1f\x8b"), "a gzip archive"),
        (at(0, b"%PDF"), "a PDF document"),
        (at(0, b"\x89PNG"), "a PNG picture"),
        (at(0, b"\xff\xd8\xff"), "a JPEG picture"),
        (at(0, b"GIF8"), "a GIF picture"),
        (at(0, b"\x7fELF") || at(0, b"MZ"), "a program"),
    ];
    kinds.into_iter().find_map(|(is, what)| is.then_some(what))
}

/// Recognises what web servers send instead of a recording.
fn text_kind(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let head = head.trim_ascii_start();
    let sample = &head[..head.len().min(512)];
    let starts = |word: &str| {
        sample.len() >= word.len() && sample[..word.len()].eq_ignore_ascii_case(word.as_bytes())
    };
    if starts("<!doctype html") || starts("<html") || starts("<head") || starts("<body") {
        return Some("a web page (HTML)");
    }
    if starts("<?xml") || starts("<error") || starts("<!--") {
        return Some("an XML document, most likely a storage server's error message");
    }
    let utf8 = match std::str::from_utf8(sample) {
        Ok(_) => true,
        // A character cut in half at the end is no objection.
        Err(error) => error.error_len().is_none(),
    };
    let plain = |&byte: &u8| byte >= 0x20 && byte != 0x7f || matches!(byte, b'\t' | b'\r' | b'\n');
    let texty = !sample.is_empty() && utf8 && sample.iter().all(plain);
    match sample.first() {
        Some(b'{' | b'[') if texty => Some("a JSON document, most likely an error message"),
        _ if texty => Some("plain text"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_is_not_taken_for_sound_whatever_form_it_has() {
        for page in [
            "<!DOCTYPE html><html><body>Expired",
            "\u{feff}  <html>",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            "{\"code\":20404,\"message\":\"not found\"}",
            "Not Found",
        ] {
            assert!(
                matches!(recognise(page.as_bytes()), Err(SoundError::NotAudio { .. })),
                "{page}"
            );
        }
    }

    #[test]
    fn an_empty_file_and_a_file_of_zeros_are_different_failures() {
        assert!(matches!(recognise(b""), Err(SoundError::Empty)));
        assert!(matches!(
            recognise(&[0; 4096]),
            Err(SoundError::Damaged { .. })
        ));
    }

    #[test]
    fn other_kinds_of_sound_are_named() {
        for (head, word) in [
            (&b"#!AMR\n"[..], "AMR"),
            (b"\x1a\x45\xdf\xa3", "WebM"),
            (b"RF64....WAVE", "RF64"),
            (b"\xff\xf1\x50\x80", "ADTS"),
        ] {
            match recognise(head) {
                Err(SoundError::Unsupported { what }) => assert!(what.contains(word), "{what}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
