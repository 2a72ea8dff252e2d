//! The committed conversations are what the rest of the simulator takes them for.

use super::*;

const TWO_SECONDS: Duration = Duration::from_secs(2);

#[test]
fn every_conversation_is_told_in_order_within_its_length() {
    for Conversation { script, .. } in conversations() {
        assert!(
            script.turns.is_sorted_by_key(|turn| turn.start_ms),
            "{}",
            script.name
        );
        for turn in &script.turns {
            assert!(turn.end_ms <= script.duration_ms, "{}", script.name);
            assert_eq!(
                turn.words.first().map(|word| word.start_ms),
                Some(turn.start_ms),
                "{}",
                script.name
            );
            assert_eq!(
                turn.words.last().map(|word| word.end_ms),
                Some(turn.end_ms),
                "{}",
                script.name
            );
            let joined: Vec<_> = turn.words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(joined.join(" "), turn.text, "{}", script.name);
        }
    }
}

#[test]
fn each_party_is_loud_on_its_own_channel_while_it_speaks() {
    for conversation in conversations() {
        let wav = conversation
            .sound(Format::Wav, 2, conversation.duration())
            .bytes();
        let frames = usize::try_from(conversation.script.duration_ms * 8).unwrap();
        assert_eq!(wav.len(), 44 + frames * 4, "{}", conversation.script.name);
        let loudness = |turn: &Turn, channel: usize| {
            let span = usize::try_from(turn.start_ms * 8).unwrap()
                ..usize::try_from(turn.end_ms * 8).unwrap();
            let length = span.len();
            let sum: f64 = span
                .map(|frame| {
                    let at = 44 + frame * 4 + channel * 2;
                    f64::from(i16::from_le_bytes([wav[at], wav[at + 1]])).powi(2)
                })
                .sum();
            (sum / length as f64).sqrt()
        };
        // Two voices overlap here and there, so that a turn is compared over its whole length.
        for turn in &conversation.script.turns {
            let (own, other) = if turn.speaker == Speaker::Caller {
                (0, 1)
            } else {
                (1, 0)
            };
            assert!(
                loudness(turn, own) > 1000.0,
                "{}: {}",
                conversation.script.name,
                turn.text
            );
            assert!(
                loudness(turn, own) > loudness(turn, other),
                "{}: {}",
                conversation.script.name,
                turn.text
            );
        }
    }
}

#[test]
fn an_mp3_consists_of_frames_of_one_size() {
    for conversation in conversations() {
        for (file, frame) in [(conversation.two_channels, 288), (conversation.mono, 144)] {
            assert_eq!(file.len() % frame, 0, "{}", conversation.script.name);
            assert!(
                file.chunks(frame)
                    .all(|frame| frame[0] == 0xff && frame[1] & 0xe0 == 0xe0)
            );
        }
    }
}

#[test]
fn a_long_recording_repeats_the_conversation_up_to_its_exact_length() {
    let conversation = &conversations()[5];
    let hour = Duration::from_secs(3600);
    let wav = conversation.sound(Format::Wav, 2, hour);
    assert_eq!(wav.len(), 44 + 3600 * 8000 * 4);
    let once = conversation.script.duration_ms * 8 * 4;
    assert_eq!(wav.piece(44, 100), wav.piece(44 + 7 * once, 100));
    assert_eq!(wav.piece(wav.len() - 10, 100).len(), 10);
    assert!(wav.piece(wav.len(), 100).is_empty());

    let mp3 = conversation.sound(Format::Mp3, 1, hour);
    assert_eq!(mp3.len(), 3600 * 1000 / 72 * 144);
}

#[test]
fn pieces_make_up_the_whole_file() {
    let sound = conversations()[0].sound(Format::Wav, 1, TWO_SECONDS);
    let mut pieced = Vec::new();
    while (pieced.len() as u64) < sound.len() {
        pieced.extend_from_slice(&sound.piece(pieced.len() as u64, 777));
    }
    assert_eq!(pieced, sound.bytes());
    assert_eq!(
        sound.sha256(),
        hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&pieced))
    );
}

#[test]
fn a_video_holds_a_picture_and_exactly_the_sound_of_the_mp3() {
    use symphonia::core::codecs::audio::AudioDecoderOptions;
    use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
    use symphonia::core::formats::{FormatOptions, TrackType, probe::Hint};
    use symphonia::core::io::MediaSourceStream;
    use symphonia::core::meta::MetadataOptions;

    let conversation = &conversations()[5];
    let length = conversation.duration() + TWO_SECONDS;
    let sound = conversation.sound(Format::Mp4, 1, length);
    let (video, mp3) = (
        sound.bytes(),
        conversation.sound(Format::Mp3, 1, length).bytes(),
    );
    assert_eq!(video.len() as u64, sound.len());
    assert!(
        video.ends_with(&mp3),
        "the frames stand at the end, as they are"
    );

    let stream = MediaSourceStream::new(Box::new(std::io::Cursor::new(video)), Default::default());
    let options = FormatOptions::default();
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, options, MetadataOptions::default())
        .unwrap();
    assert!(format.default_track(TrackType::Video).is_some());
    let track = format.default_track(TrackType::Audio).unwrap();
    let number = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|it| it.audio())
        .unwrap();
    assert_eq!(parameters.codec, CODEC_ID_MP3);
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .unwrap();
    let mut frames = 0;
    while let Some(packet) = format.next_packet().unwrap() {
        if packet.track_id == number {
            frames += decoder.decode(&packet).unwrap().frames();
        }
    }
    assert_eq!(frames, mp3.len() / 144 * 576);
}
