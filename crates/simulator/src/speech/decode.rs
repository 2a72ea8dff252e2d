//! From the committed MP3 to samples.

use std::io::Cursor;

use bytes::Bytes;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// What encoder (576) and decoder (528 + 1) put before the first sample; the files carry no header that says so.
const CODEC_DELAY_FRAMES: usize = 1105;

/// Exactly `frames` frames of interleaved two-channel samples.
///
/// # Panics
/// When a committed file is not the MP3 that make.sh writes.
pub(super) fn stereo(file: &'static [u8], frames: usize) -> Vec<i16> {
    let promise = "make.sh writes two-channel MP3 files";
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(
            Hint::new().with_extension("mp3"),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .expect(promise);
    let track = format.default_track(TrackType::Audio).expect(promise);
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|it| it.audio())
        .expect(promise);
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .expect(promise);

    let mut samples: Vec<i16> = Vec::with_capacity((frames + 2 * CODEC_DELAY_FRAMES) * 2);
    let mut packet_samples = Vec::new();
    while let Some(packet) = format.next_packet().expect(promise) {
        let decoded = decoder.decode(&packet).expect(promise);
        assert!(decoded.is_empty() || decoded.num_planes() == 2, "{promise}");
        packet_samples.clear();
        decoded.copy_to_vec_interleaved::<i16>(&mut packet_samples);
        samples.extend_from_slice(&packet_samples);
    }
    samples.drain(..(CODEC_DELAY_FRAMES * 2).min(samples.len()));
    samples.resize(frames * 2, 0);
    samples
}

/// Both channels as they are, little-endian.
pub(super) fn interleaved(stereo: &[i16]) -> Bytes {
    stereo
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

/// Both parties on one channel, little-endian.
pub(super) fn mixed(stereo: &[i16]) -> Bytes {
    let (pairs, _) = stereo.as_chunks::<2>();
    pairs
        .iter()
        .flat_map(|&[caller, agent]| caller.midpoint(agent).to_le_bytes())
        .collect()
}
