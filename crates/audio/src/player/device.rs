//! The machine's default sound device, through cpal.

use super::feed::Renderer;
use super::output::{DeviceReport, NoDevice, Output, OutputStream, Reporter, StreamShape};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig, SupportedBufferSize,
};

/// The machine's default sound device, whatever it is when it is opened.
#[derive(Debug, Default)]
pub struct DefaultDevice {}

impl DefaultDevice {
    /// Whether there is a device that could be opened now. Asks the system; opens nothing.
    pub fn is_there() -> bool {
        quietly(|| {
            cpal::default_host()
                .default_output_device()
                .is_some_and(|device| device.default_output_config().is_ok())
        })
    }
}

/// Asks the system for sound. Where there is none, ALSA's library says so in many lines on standard error, among
/// what the program has to say there; as an error it comes back all the same.
#[cfg(target_os = "linux")]
fn quietly<T>(ask: impl FnOnce() -> T) -> T {
    // Its words of this thread go into a buffer from now on. Without one they would be read, and no harm done.
    let _words = alsa::Output::local_error_handler();
    ask()
}

#[cfg(not(target_os = "linux"))]
fn quietly<T>(ask: impl FnOnce() -> T) -> T {
    ask()
}

struct CpalStream {
    _stream: cpal::Stream,
}

impl OutputStream for CpalStream {}

impl Output for DefaultDevice {
    fn open(
        &mut self,
        buffer_frames: u32,
        reporter: Reporter,
        renderer: &mut dyn FnMut(StreamShape) -> Renderer,
    ) -> Result<Box<dyn OutputStream>, NoDevice> {
        quietly(|| open(buffer_frames, reporter, renderer))
    }
}

fn open(
    buffer_frames: u32,
    reporter: Reporter,
    renderer: &mut dyn FnMut(StreamShape) -> Renderer,
) -> Result<Box<dyn OutputStream>, NoDevice> {
    let device = cpal::default_host()
        .default_output_device()
        .ok_or_else(none_there)?;
    let chosen = device
        .default_output_config()
        .map_err(|error| refused(&error))?;
    let shape = StreamShape {
        sample_rate: chosen.sample_rate(),
        channels: chosen.channels(),
    };
    if shape.sample_rate == 0 || shape.channels == 0 {
        return Err(NoDevice::new(
            "The sound device offers no usable form of sound. Choose another one in the system's sound settings.",
        ));
    }
    let wished = match chosen.buffer_size() {
        SupportedBufferSize::Range { min, max } => {
            BufferSize::Fixed(buffer_frames.clamp(*min, (*max).max(*min)))
        }
        SupportedBufferSize::Unknown => BufferSize::Fixed(buffer_frames),
    };
    let build = |buffer_size, renderer, reporter| {
        let config = StreamConfig {
            channels: shape.channels,
            sample_rate: shape.sample_rate,
            buffer_size,
        };
        build_in(chosen.sample_format(), &device, config, renderer, reporter)
    };
    let reporter = std::sync::Arc::new(std::sync::Mutex::new(reporter));
    let stream = build(wished, renderer(shape), SharedReporter(reporter.clone()))
        // Some devices accept only the buffer they choose themselves.
        .or_else(|_| {
            build(
                BufferSize::Default,
                renderer(shape),
                SharedReporter(reporter),
            )
        })
        .map_err(|error| refused(&error))?;
    stream.play().map_err(|error| refused(&error))?;
    Ok(Box::new(CpalStream { _stream: stream }))
}

/// Two attempts to open a device share one reporter; only one of them lives to use it.
struct SharedReporter(std::sync::Arc<std::sync::Mutex<Reporter>>);

impl SharedReporter {
    fn report(&self, report: DeviceReport) {
        let reporter = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        reporter(report);
    }
}

fn build_in(
    format: SampleFormat,
    device: &cpal::Device,
    config: StreamConfig,
    renderer: Renderer,
    reporter: SharedReporter,
) -> Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::F32 => build::<f32>(device, config, renderer, reporter),
        SampleFormat::I16 => build::<i16>(device, config, renderer, reporter),
        SampleFormat::U16 => build::<u16>(device, config, renderer, reporter),
        SampleFormat::I24 => build::<cpal::I24>(device, config, renderer, reporter),
        SampleFormat::I32 => build::<i32>(device, config, renderer, reporter),
        SampleFormat::U32 => build::<u32>(device, config, renderer, reporter),
        SampleFormat::I8 => build::<i8>(device, config, renderer, reporter),
        SampleFormat::U8 => build::<u8>(device, config, renderer, reporter),
        SampleFormat::F64 => build::<f64>(device, config, renderer, reporter),
        _ => Err(cpal::Error::new(ErrorKind::UnsupportedConfig)),
    }
}

/// Frames that are rendered at a time; a larger device buffer is filled in several steps.
const STEP: usize = 1024;

fn build<T: SizedSample + FromSample<f32>>(
    device: &cpal::Device,
    config: StreamConfig,
    mut renderer: Renderer,
    reporter: SharedReporter,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(config.channels);
    let rate = f64::from(config.sample_rate);
    let mut scratch = vec![0.0_f32; STEP * channels];
    let mut is_lost = false;
    device.build_output_stream::<T, _, _>(
        config,
        move |out: &mut [T], info: &cpal::OutputCallbackInfo| {
            let stamp = info.timestamp();
            let ahead = stamp.playback.duration_since(stamp.callback);
            let mut delay = (ahead.as_secs_f64() * rate) as u64;
            for part in out.chunks_mut(STEP * channels) {
                let sound = &mut scratch[..part.len()];
                renderer.fill(sound, delay);
                for (place, sample) in part.iter_mut().zip(sound) {
                    *place = T::from_sample(*sample);
                }
                delay += (part.len() / channels) as u64;
            }
        },
        move |error| match error.kind() {
            ErrorKind::Xrun => reporter.report(DeviceReport::Underrun),
            // The system moved the stream to another device by itself, or refused a faster thread: sound goes on.
            ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
            // A stream that broke down says so over and over until it is dropped.
            _ if is_lost => {}
            _ => {
                is_lost = true;
                reporter.report(DeviceReport::Lost(refused(&error).message));
            }
        },
        None,
    )
}

fn none_there() -> NoDevice {
    NoDevice::new(
        "There is no sound device. Connect headphones or speakers, or start the system's sound service; playing goes on by itself then.",
    )
}

fn refused(error: &cpal::Error) -> NoDevice {
    match error.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => none_there(),
        ErrorKind::DeviceBusy => NoDevice::new(
            "The sound device is in use by another program. Playing goes on by itself as soon as it is free.",
        ),
        ErrorKind::PermissionDenied => NoDevice::new(
            "The system does not let Ringback use the sound device. Check the permissions of sound for this user.",
        ),
        _ => {
            tracing::warn!(%error, "the sound device cannot be used");
            NoDevice::new(
                "The sound device or the system's sound service does not answer. Check the system's sound settings; it is tried again by itself.",
            )
        }
    }
}
