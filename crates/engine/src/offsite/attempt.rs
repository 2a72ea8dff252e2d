//! One try to bring a copy there: look at the file here, see whether the copy is there already, bring it,
//! read it back to its last byte. The words beside it go the same way.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use ringback_archive::Verdict;
use ringback_offsite::{Begun, Copies, Hitch, Notebook, Trouble};
use ringback_store::Job;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::{Offsite, Subject, outcome::Outcome, sidecar_of};
use crate::{
    core::Core,
    jobs::{self, OffsiteWork},
};

/// Runs one try. Everything that can happen is an outcome.
pub(super) async fn run(
    core: &Arc<Core>,
    offsite: &Offsite,
    job: &Job,
    begun: Option<Begun>,
    subject: &Subject,
    lost: &CancellationToken,
) -> Outcome {
    let mut notes = JobNotes { core, job, subject };
    let copied = tokio::select! {
        copied = copy(core, &offsite.copies, begun, subject, &mut notes) => copied,
        () = core.stop.cancelled() => return Outcome::Stopped,
        () = lost.cancelled() => return Outcome::Stopped,
    };
    match copied {
        Ok(outcome) => outcome,
        Err(Trouble::Stopped) => Outcome::Stopped,
        Err(trouble) => {
            tracing::warn!(account = %subject.row.account, %trouble, "a second copy is not there yet");
            Outcome::Fails(trouble.hitch())
        }
    }
}

async fn copy(
    core: &Arc<Core>,
    copies: &Copies,
    begun: Option<Begun>,
    subject: &Subject,
    notes: &mut JobNotes<'_>,
) -> Result<Outcome, Trouble> {
    if !is_whole_here(core, subject).await {
        return Ok(Outcome::Fails(Hitch::Here));
    }
    let file = core.archive.locate(&subject.path);
    let name = subject.path.as_str();
    let bytes = tokio::fs::metadata(&file)
        .await
        .map_err(Trouble::Here)?
        .len();
    let sent = Sent {
        copies,
        name,
        file: &file,
        bytes,
        sha256: &subject.sha256,
    };
    let Some(mark) = sent.bring(begun, notes).await? else {
        return Ok(Outcome::Fails(Hitch::Damaged));
    };
    let beside = file.with_extension("json");
    if let Ok(words) = tokio::fs::read(&beside).await {
        let sent = Sent {
            copies,
            name: &sidecar_of(&subject.path),
            file: &beside,
            bytes: words.len() as u64,
            sha256: &hex::encode(Sha256::digest(&words)),
        };
        if sent.bring(None, notes).await?.is_none() {
            return Ok(Outcome::Fails(Hitch::Damaged));
        }
    }
    Ok(Outcome::Copied { bytes, mark })
}

/// Only what is as it landed is copied: a second copy of a broken file would be in the way of the whole
/// one.
async fn is_whole_here(core: &Arc<Core>, subject: &Subject) -> bool {
    let (archive, subject) = (core.archive.clone(), subject.clone());
    let look = move || archive.verify(&subject.path, &subject.sha256);
    matches!(
        tokio::task::spawn_blocking(look).await,
        Ok(Ok(Verdict::Same))
    )
}

/// A file on its way.
struct Sent<'a> {
    copies: &'a Copies,
    name: &'a str,
    file: &'a Path,
    bytes: u64,
    sha256: &'a str,
}

impl Sent<'_> {
    /// Brings the file there unless it is. Gives what the storage recognises it by; `None` if what is
    /// there afterwards is another file.
    async fn bring(
        &self,
        begun: Option<Begun>,
        notes: &mut JobNotes<'_>,
    ) -> Result<Option<Option<String>>, Trouble> {
        let there = self.copies.find(self.name).await?;
        if there.is_some_and(|there| there.bytes == self.bytes)
            && let Some(mark) = self.read_back().await?
        {
            return Ok(Some(mark));
        }
        self.copies
            .upload(self.name, self.file, self.sha256, begun, notes)
            .await?;
        self.read_back().await
    }

    async fn read_back(&self) -> Result<Option<Option<String>>, Trouble> {
        let digest = self.copies.digest(self.name).await?;
        let same = digest.filter(|found| found.sha256 == self.sha256 && found.bytes == self.bytes);
        Ok(same.map(|found| found.mark))
    }
}

/// Keeps in the job how far an upload is.
struct JobNotes<'a> {
    core: &'a Arc<Core>,
    job: &'a Job,
    subject: &'a Subject,
}

#[async_trait]
impl Notebook for JobNotes<'_> {
    async fn keep(&mut self, begun: Option<&Begun>) -> Result<(), Trouble> {
        let work = jobs::payload(&OffsiteWork {
            recording: self.subject.row.id,
            begun: begun.cloned(),
        });
        let (id, owner) = (self.job.id, self.job.owner().to_owned());
        let kept = self
            .core
            .applier
            .write(move |writer| writer.jobs_mut().set_payload(id, &owner, &work))
            .await;
        match kept {
            Ok(true) => Ok(()),
            // The job is another's by now, or the database is closed: the program ends.
            Ok(false) | Err(_) => Err(Trouble::Stopped),
        }
    }
}
