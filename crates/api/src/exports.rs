//! Exports that the window began: recordings written where the person said, one after the other, told
//! as events. The writing itself is the engine's, the same as behind `ringback recordings export`.

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use ringback_engine::{Engine, EngineError};
use ringback_model::{CallId, RecordingId, RecordingState};
use tokio::sync::broadcast;

use crate::{
    Api, ErrorCode, ErrorJson, Event, Place, Wanted,
    dto::{ExportArgs, ExportForm, ExportProgress, ExportState},
};

/// How far it is, is told this often at most.
const TELL_EVERY: SignedDuration = SignedDuration::from_millis(100);

/// So many files of one name in a folder get a number behind it.
const MOST_OF_A_NAME: u32 = 10_000;

/// The exports of this process: what may be stopped, and what was written last.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    made: AtomicU64,
    known: Mutex<BTreeMap<u64, Known>>,
}

#[derive(Debug)]
struct Known {
    stop: Arc<AtomicBool>,
    /// What is shown when somebody wants to see where it went.
    shown: PathBuf,
}

impl Exports {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops an export after the piece that is being written. False if there is none of this number.
    pub(crate) fn stop(&self, export: u64) -> bool {
        let known = self.lock();
        let found = known.get(&export);
        found
            .inspect(|known| known.stop.store(true, Ordering::Relaxed))
            .is_some()
    }

    /// The newest file of an export, or its folder.
    pub(crate) fn shown(&self, export: u64) -> Option<PathBuf> {
        self.lock().get(&export).map(|known| known.shown.clone())
    }
}

/// A recording to be written.
struct Item {
    id: RecordingId,
    format: String,
    /// Its file's name, without a folder.
    name: String,
}

/// Where the files go.
enum Target {
    /// This file; a person agreed to replace what is there.
    File(PathBuf),
    /// Into this folder, where no name is taken away from another file.
    Folder(PathBuf),
}

/// Asks where to and begins. `None` if the person thought better of it.
pub(crate) async fn start(
    api: &Api,
    args: ExportArgs,
) -> Result<Option<ExportProgress>, ErrorJson> {
    let (items, without) = items(&api.engine, &args)?;
    let wanted = match items.as_slice() {
        [] => return Err(EngineError::NoSound("absent").into()),
        [only] => Wanted::File(only.name.clone()),
        _ => Wanted::Folder,
    };
    let Some((target, asked)) = place(api, wanted).await? else {
        return Ok(None);
    };
    let folder = match &target {
        Target::File(file) => file.parent().unwrap_or(file).to_owned(),
        Target::Folder(folder) => folder.clone(),
    };
    let export = 1 + api.exports.made.fetch_add(1, Ordering::Relaxed);
    let progress = ExportProgress {
        export,
        state: ExportState::Running,
        total: items.len() as u64,
        written: 0,
        failed: 0,
        without,
        share: 0.0,
        file: None,
        folder: folder.display().to_string(),
        asked,
        error: None,
    };
    let stop = Arc::new(AtomicBool::new(false));
    api.exports.lock().insert(
        export,
        Known {
            stop: stop.clone(),
            shown: folder,
        },
    );
    let work = Work {
        engine: api.engine.clone(),
        exports: api.exports.clone(),
        events: api.events_sender(),
        stop,
    };
    tokio::spawn(work.carry_out(items, target, progress.clone()));
    Ok(Some(progress))
}

/// Where one file is to go that is not a recording. `None` if the person thought better of it.
pub(crate) async fn place_for_file(api: &Api, name: String) -> Result<Option<PathBuf>, ErrorJson> {
    let placed = place(api, Wanted::File(name.clone())).await?;
    Ok(placed.map(|(target, _)| match target {
        Target::File(file) => file,
        Target::Folder(folder) => free(&folder, &name),
    }))
}

async fn place(api: &Api, wanted: Wanted) -> Result<Option<(Target, bool)>, ErrorJson> {
    let shell = api.shell.clone();
    let is_folder = matches!(wanted, Wanted::Folder);
    let place = tokio::task::spawn_blocking(move || shell.place(wanted))
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
    let (target, asked) = match place {
        Place::Chosen(folder) if is_folder => (Target::Folder(folder), true),
        Place::Chosen(file) => (Target::File(file), true),
        Place::Declined => return Ok(None),
        Place::NobodyToAsk => {
            let own = api.engine.home().data().join("exports");
            (Target::Folder(own), false)
        }
    };
    if let Target::Folder(folder) = &target {
        fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    }
    Ok(Some((target, asked)))
}

fn items(engine: &Engine, args: &ExportArgs) -> Result<(Vec<Item>, u64), ErrorJson> {
    let mut ids = Vec::new();
    for id in &args.recordings {
        let id = id.parse().map_err(|_| EngineError::NoSuchRecording)?;
        ids.push(id);
    }
    let mut without = 0;
    for id in &args.calls {
        let call: CallId = id.parse().map_err(|_| EngineError::NoSuchCall)?;
        let rows = engine.read(|reader| reader.recordings().of_call(call))?;
        let here = rows.iter().filter(|row| row.state == RecordingState::Ready);
        let before = ids.len();
        ids.extend(here.map(|row| row.id));
        without += u64::from(ids.len() == before);
    }
    let items = ids.into_iter().map(|id| item(engine, id, args.form));
    Ok((items.collect::<Result<_, _>>()?, without))
}

fn item(engine: &Engine, id: RecordingId, form: ExportForm) -> Result<Item, ErrorJson> {
    let file = engine.file_of(id)?;
    let text =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let own = text(file.extension()).unwrap_or_default();
    let format = match form {
        ExportForm::Own => own,
        ExportForm::Wav => "wav".to_owned(),
        ExportForm::Flac => "flac".to_owned(),
        ExportForm::Mp3 => "mp3".to_owned(),
    };
    let stem = text(file.file_stem()).unwrap_or_else(|| id.to_string());
    Ok(Item {
        id,
        name: format!("{stem}.{format}"),
        format,
    })
}

/// What carries an export out.
struct Work {
    engine: Engine,
    exports: Arc<Exports>,
    events: broadcast::Sender<Event>,
    stop: Arc<AtomicBool>,
}

impl Work {
    async fn carry_out(self, items: Vec<Item>, target: Target, mut progress: ExportProgress) {
        for item in items {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let to = match &target {
                Target::File(file) => file.clone(),
                Target::Folder(folder) => free(folder, &item.name),
            };
            let done = self
                .engine
                .export_recording(item.id, &to, &item.format, self.teller(progress.clone()))
                .await;
            match done {
                Ok(()) => {
                    progress.written += 1;
                    progress.file = Some(to.display().to_string());
                    if let Some(known) = self.exports.lock().get_mut(&progress.export) {
                        known.shown = to;
                    }
                }
                Err(_) if self.stop.load(Ordering::Relaxed) => break,
                Err(EngineError::NotNow(_)) => break,
                Err(EngineError::Io(error)) => {
                    // Where this one cannot be written the next one cannot either.
                    progress.failed = progress.total - progress.written;
                    progress.error = Some(cannot_write(&to, &error));
                    break;
                }
                Err(error) => {
                    progress.failed += 1;
                    progress.error = Some(error.into());
                }
            }
            progress.share = share(&progress, 0.0);
            self.tell(&progress);
        }
        let is_over = progress.written + progress.failed == progress.total;
        progress.state = match is_over {
            true => ExportState::Done,
            false => ExportState::Stopped,
        };
        self.tell(&progress);
    }

    fn tell(&self, progress: &ExportProgress) {
        // Nobody may be looking.
        let _ = self.events.send(Event::Export(progress.clone()));
    }

    /// Tells now and then how far the recording that is being written is.
    fn teller(&self, progress: ExportProgress) -> impl Fn(f64) -> ControlFlow<()> + Send + 'static {
        let (events, stop) = (self.events.clone(), self.stop.clone());
        let clock = self.engine.clock().clone();
        let told = Mutex::new(Timestamp::MIN);
        move |part| {
            if stop.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            let now = clock.now();
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            if now.duration_since(*told) >= TELL_EVERY {
                *told = now;
                let share = share(&progress, part);
                let _ = events.send(Event::Export(ExportProgress {
                    share,
                    ..progress.clone()
                }));
            }
            ControlFlow::Continue(())
        }
    }
}

/// How much of everything is done, when `part` of the next recording is.
fn share(progress: &ExportProgress, part: f64) -> f64 {
    let done = (progress.written + progress.failed) as f64 + part;
    (done / progress.total.max(1) as f64).min(1.0)
}

/// A name in the folder that no file has yet.
fn free(folder: &Path, name: &str) -> PathBuf {
    let wanted = folder.join(name);
    if !wanted.exists() {
        return wanted;
    }
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut others = (2..MOST_OF_A_NAME).map(|n| folder.join(format!("{stem} ({n}).{ending}")));
    others.find(|file| !file.exists()).unwrap_or(wanted)
}

/// A place that a person chose does not take a file.
pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> ErrorJson {
    let path = path.display();
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ErrorJson::new(ErrorCode::DiskFull, format!("there is no room for {path}"))
                .hint("Make room there, or choose another folder.")
        }
        _ => ErrorJson::new(
            ErrorCode::CannotWrite,
            format!("{path} cannot be written: {error}"),
        )
        .hint("Choose another folder, one that you may write to."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_keeps_its_name_and_the_new_one_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free(folder.path(), "a.mp3"), folder.path().join("a.mp3"));
        fs::write(folder.path().join("a.mp3"), b"one").unwrap();
        fs::write(folder.path().join("a (2).mp3"), b"two").unwrap();
        assert_eq!(
            free(folder.path(), "a.mp3"),
            folder.path().join("a (3).mp3")
        );
    }
}
