//! WAV, with what is told of the recording in a chunk behind the sound.

use super::{ExportError, Tags, Writer, patch};
use crate::SoundHeader;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

pub(super) struct Wav {
    out: hound::WavWriter<BufWriter<File>>,
    file: File,
    tags: Vec<u8>,
}

impl Wav {
    pub(super) fn new(
        out: BufWriter<File>,
        header: &SoundHeader,
        tags: &Tags,
    ) -> Result<Self, ExportError> {
        let spec = hound::WavSpec {
            channels: header.channels,
            sample_rate: header.sample_rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let file = out.get_ref().try_clone().map_err(ExportError::Write)?;
        Ok(Self {
            out: hound::WavWriter::new(out, spec).map_err(of_writer)?,
            file,
            tags: tags.riff(),
        })
    }
}

impl Writer for Wav {
    fn write(&mut self, samples: &[i16]) -> Result<(), ExportError> {
        for sample in samples {
            self.out.write_sample(*sample).map_err(of_writer)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<File, ExportError> {
        self.out.finalize().map_err(of_writer)?;
        let mut out = BufWriter::new(self.file);
        let end = out.seek(SeekFrom::End(0)).map_err(ExportError::Write)?;
        out.write_all(&self.tags).map_err(ExportError::Write)?;
        let riff = end + self.tags.len() as u64 - 8;
        let riff = u32::try_from(riff).map_err(|_| ExportError::TooLong)?;
        patch(out, 4, &riff.to_le_bytes())
    }
}

fn of_writer(error: hound::Error) -> ExportError {
    match error {
        hound::Error::IoError(error) => ExportError::Write(error),
        _ => ExportError::TooLong,
    }
}
