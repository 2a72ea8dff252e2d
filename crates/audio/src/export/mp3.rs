//! MP3 by LAME, at a constant rate that speech does not notice.

use super::{ExportError, Tags, Writer, at_most, patch};
use crate::SoundHeader;
use mp3lame_encoder::{
    Bitrate, Builder, Encoder, FlushGap, InterleavedPcm, Mode, MonoPcm, Quality,
    max_required_buffer_size,
};
use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, Write};

const NAME: &str = "mp3";

pub(super) struct Mp3 {
    out: BufWriter<File>,
    encoder: Encoder,
    channels: u16,
    encoded: Vec<u8>,
    /// Where the sound begins: behind the tag.
    begin: u64,
}

impl Mp3 {
    pub(super) fn new(
        mut out: BufWriter<File>,
        header: &SoundHeader,
        tags: &Tags,
    ) -> Result<Self, ExportError> {
        at_most(2, NAME, header)?;
        let mono = header.channels == 1;
        let mut builder = Builder::new().ok_or_else(|| refused("there is no memory"))?;
        builder
            .set_num_channels(if mono { 1 } else { 2 })
            .and_then(|()| builder.set_sample_rate(header.sample_rate))
            .and_then(|()| builder.set_brate(rate(header.sample_rate, mono)))
            .and_then(|()| builder.set_quality(Quality::Good))
            // The parties of a call have a channel each; neither is to be heard in the other's.
            .and_then(|()| builder.set_mode(if mono { Mode::Mono } else { Mode::Stereo }))
            .and_then(|()| builder.set_to_write_vbr_tag(true))
            .map_err(refused)?;
        let encoder = builder.build().map_err(refused)?;
        let tag = tags.id3();
        out.write_all(&tag).map_err(ExportError::Write)?;
        Ok(Self {
            out,
            encoder,
            channels: header.channels,
            encoded: Vec::new(),
            begin: tag.len() as u64,
        })
    }

    fn write_encoded(&mut self) -> Result<(), ExportError> {
        let written = self.out.write_all(&self.encoded);
        self.encoded.clear();
        written.map_err(ExportError::Write)
    }
}

impl Writer for Mp3 {
    fn write(&mut self, samples: &[i16]) -> Result<(), ExportError> {
        self.encoded
            .reserve(max_required_buffer_size(samples.len()));
        match self.channels {
            1 => self
                .encoder
                .encode_to_vec(MonoPcm(samples), &mut self.encoded),
            _ => self
                .encoder
                .encode_to_vec(InterleavedPcm(samples), &mut self.encoded),
        }
        .map_err(refused)?;
        self.write_encoded()
    }

    fn finish(mut self: Box<Self>) -> Result<File, ExportError> {
        self.encoded.reserve(max_required_buffer_size(0));
        self.encoder
            .flush_to_vec::<FlushGap>(&mut self.encoded)
            .map_err(refused)?;
        self.write_encoded()?;
        // The first frame is a placeholder: only now the length is known, and what the encoder put in front.
        self.encoded.reserve(self.encoder.lame_tag_size());
        self.encoder.lame_tag_encode_to_vec(&mut self.encoded);
        patch(self.out, self.begin, &self.encoded)
    }
}

/// A rate at which speech of this many samples a second loses nothing that is heard.
fn rate(sample_rate: u32, mono: bool) -> Bitrate {
    match (sample_rate, mono) {
        (..=12_000, true) => Bitrate::Kbps24,
        (..=12_000, false) => Bitrate::Kbps48,
        (..=24_000, true) => Bitrate::Kbps48,
        (..=24_000, false) => Bitrate::Kbps96,
        (_, true) => Bitrate::Kbps96,
        (_, false) => Bitrate::Kbps192,
    }
}

fn refused(why: impl Display) -> ExportError {
    ExportError::Encoder {
        format: NAME,
        why: why.to_string(),
    }
}
