//! Taking in calls that are known already, with their sound: many at a time, in large transactions.
//!
//! They enter like answers of the provider's API, through the journal, so that nothing downstream
//! can tell the difference. Files are linked into their places, so that a hundred thousand calls
//! over a dozen conversations need the room of a dozen.

use std::{fs, io, path::PathBuf, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use ringback_archive::{RecordingName, RecordingPath};
use ringback_model::{CallId, ProviderCallId, RecordingKey, RecordingState, Source};
use ringback_providers::{Document, Snapshot, Understood};
use ringback_store::{Appended, EventOutcome, StoreError, Writer};

use crate::{
    Engine, EngineError,
    accounts::Party,
    apply::{Heard, entry, fold, row_key, settle},
    core::Core,
    jobs,
    sidecar::{Sidecar, SoundFile},
};

/// A call to be taken in.
#[derive(Clone, Debug)]
pub struct Import {
    /// The account's id.
    pub account: String,
    /// The provider's id of the call.
    pub call: String,
    /// The moment that the documents describe.
    pub at: Timestamp,
    /// The provider's documents: the kind of each (as its client names it) and its bytes.
    pub documents: Vec<(&'static str, Vec<u8>)>,
    /// Its sound.
    pub sound: Option<ImportSound>,
}

/// The sound of a call to be taken in.
#[derive(Clone, Debug)]
pub struct ImportSound {
    /// The provider's id of the recording; empty where it has none.
    pub key: String,
    /// The file, on the same disk as the home.
    pub file: PathBuf,
    /// What is known of it.
    pub facts: Arc<ImportFacts>,
}

/// What is known of a sound file.
#[derive(Clone, Debug)]
pub struct ImportFacts {
    /// The container: `wav`, `mp3`, ...
    pub format: String,
    /// How many channels.
    pub channels: u16,
    /// How long.
    pub duration_ms: u64,
    /// How much of it is not silence.
    pub audible_ms: Option<u64>,
    /// How large.
    pub size_bytes: u64,
    /// Of the file, in lower-case hex.
    pub sha256: String,
}

impl ImportFacts {
    /// Decodes and hashes the file.
    pub fn of(file: &std::path::Path) -> Result<Self, EngineError> {
        use sha2::Digest;
        let bytes = fs::read(file)?;
        let examination = ringback_audio::examine(file, &|| false)
            .map_err(|error| EngineError::BadRequest(error.to_string()))?;
        Ok(Self {
            format: examination.facts.format.to_string(),
            channels: examination.facts.channels,
            duration_ms: examination.facts.duration_ms,
            audible_ms: Some(crate::sound::audible_ms(
                &examination.analysis,
                examination.facts.duration_ms,
            )),
            size_bytes: bytes.len() as u64,
            sha256: hex::encode(sha2::Sha256::digest(&bytes)),
        })
    }
}

impl Engine {
    /// Takes in a batch of calls in one transaction; gives how many.
    pub async fn import(&self, batch: Vec<Import>) -> Result<usize, EngineError> {
        let core = self.core().clone();
        let mut parties = Vec::with_capacity(batch.len());
        let mut entries = Vec::new();
        for import in &batch {
            let party = core.party(&import.account)?;
            for (kind, body) in &import.documents {
                let snapshot = Snapshot {
                    kind,
                    call: ProviderCallId::new(import.call.clone()),
                    body: body.clone().into(),
                    at: import.at,
                };
                entries.push(core.applier.append(entry(&party, &snapshot, import.at)));
            }
            parties.push(party);
        }
        // All of them wait for the disk together.
        let appended = futures_util::future::try_join_all(entries).await?;
        let mut seqs = appended.into_iter().map(Appended::seq);
        let count = batch.len();
        self.write(move |writer| {
            for (import, party) in batch.iter().zip(&parties) {
                take_in(writer, &core, party, import, &mut seqs)?;
            }
            Ok(())
        })
        .await?;
        Ok(count)
    }
}

fn take_in(
    writer: &mut Writer<'_>,
    core: &Core,
    party: &Party,
    import: &Import,
    seqs: &mut impl Iterator<Item = i64>,
) -> Result<(), StoreError> {
    let mut call = None;
    for (kind, body) in &import.documents {
        let document = Document {
            source: Source::Snapshot,
            kind,
            query: None,
            content_type: None,
            body,
            at: import.at,
        };
        let events = match party.provider().understand(party.account(), document) {
            Ok(Understood::Events(events)) => events,
            Ok(Understood::Ignored(_) | Understood::Ask { .. }) => Vec::new(),
            Err(error) => return Err(StoreError::Broken(error.to_string())),
        };
        let seq = seqs
            .next()
            .expect("one entry was appended for each document");
        for event in &events {
            call = Some(fold(writer, party, event, import.at, Heard::InFull)?.call);
        }
        writer
            .events_mut()
            .mark(seq, &EventOutcome::Applied { call })?;
    }
    if let (Some(call), Some(sound)) = (call, &import.sound) {
        place(writer, core, party, call, sound, import.at)
            .map_err(|error| StoreError::Io(error.to_string()))?;
    }
    Ok(())
}

/// Links the file into its place and makes the recording ready.
fn place(
    writer: &mut Writer<'_>,
    core: &Core,
    party: &Party,
    call: CallId,
    sound: &ImportSound,
    at: Timestamp,
) -> io::Result<()> {
    let stored = |error: StoreError| io::Error::other(error);
    let key = RecordingKey::new(sound.key.clone());
    let Some(mut record) = writer.calls().by_id(call).map_err(stored)? else {
        return Ok(());
    };
    let row_key = row_key(writer, &record, &key).map_err(stored)?;
    let row = writer.recordings().by_key(call, &row_key);
    let Some(mut row) = row.map_err(stored)? else {
        return Ok(());
    };
    let id = row.id;
    let started = record
        .call
        .fields
        .started_at
        .as_ref()
        .map_or(at, |told| told.value);
    let day = started.to_zoned(TimeZone::UTC).date();
    let name = RecordingName::new(&record.call.provider_call_id, &key);
    let path = RecordingPath::new(format!(
        "{}/{day}/{name}.{}",
        party.id(),
        sound.facts.format
    ))
    .map_err(io::Error::other)?;
    let file = core.archive.locate(&path);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::hard_link(&sound.file, &file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(_) => {
            fs::copy(&sound.file, &file)?;
        }
    }
    let facts = SoundFile {
        format: sound.facts.format.clone(),
        channels: sound.facts.channels,
        duration_ms: sound.facts.duration_ms,
        audible_ms: sound.facts.audible_ms,
        size_bytes: sound.facts.size_bytes,
        sha256: sound.facts.sha256.clone(),
        fetched_at: at,
    };
    row.state = RecordingState::Ready;
    row.format = Some(facts.format.clone());
    row.channels = Some(facts.channels);
    row.duration_ms = Some(facts.duration_ms);
    row.audible_ms = facts.audible_ms;
    row.size_bytes = Some(facts.size_bytes);
    row.sha256 = Some(facts.sha256.clone());
    row.path = Some(path.as_str().to_owned());
    row.landed_at = Some(at);
    row.link = None;
    writer.recordings_mut().put(&row).map_err(stored)?;
    writer
        .jobs_mut()
        .cancel(jobs::FETCH, &id.to_string())
        .map_err(stored)?;
    if core.offsite().is_some() {
        let copy = jobs::offsite(&row.account, id, at);
        writer.jobs_mut().enqueue(&copy).map_err(stored)?;
    }
    settle(writer, party, &mut record).map_err(stored)?;
    if record.missing.is_empty() {
        let key = format!("{}/{}", party.id(), record.call.provider_call_id);
        writer
            .jobs_mut()
            .cancel(jobs::RESYNC, &key)
            .map_err(stored)?;
    }
    let sidecar = Sidecar::new(party.id(), &record.provider, &record.call, &row_key, facts);
    // Not made to last one by one, as a landing does: a hundred thousand waits for the disk would take
    // minutes, and whoever imports can import again.
    let text = serde_json::to_vec_pretty(&sidecar).map_err(io::Error::other)?;
    fs::write(file.with_extension("json"), text)
}
