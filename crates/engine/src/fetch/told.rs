//! The link of a recording whose provider cannot be asked for one: the newest that was ever told, out of
//! the journal. A recording that was given up has none of its own any more, and what kept it from
//! being fetched may have been mended since: a host that was not in `media_hosts`, a file that was
//! lost from the disk.

use std::sync::Arc;

use ringback_model::{Link, RecordingId, RecordingInput, RecordingKey, RecordingState, Stamp};
use ringback_providers::Understood;
use ringback_store::{CallRecord, StoreError, Writer};

use super::step;
use crate::{accounts::Party, apply::document, core::Core};

/// The link that the newest report tells.
pub(super) async fn link(
    core: &Arc<Core>,
    party: &Arc<Party>,
    record: &CallRecord,
    key: &RecordingKey,
) -> Result<Option<Link>, StoreError> {
    let (core, party) = (core.clone(), party.clone());
    let (id, call, key) = (record.id, record.call.provider_call_id.clone(), key.clone());
    let read = move || {
        let mut newest: Option<(Stamp, Link)> = None;
        for head in core.store.read(|reader| reader.events().of_call(id))? {
            let Some(event) = core.store.read(|reader| reader.events().by_seq(head.seq))? else {
                continue;
            };
            let understood = party
                .provider()
                .understand(party.account(), document(&event));
            let Ok(Understood::Events(reports)) = understood else {
                continue;
            };
            for report in reports.into_iter().filter(|report| report.call == call) {
                let told = report.recordings.into_iter().filter(|told| told.key == key);
                for link in told.filter_map(|told| told.link) {
                    if newest
                        .as_ref()
                        .is_none_or(|(stamp, _)| *stamp <= report.stamp)
                    {
                        newest = Some((report.stamp, link));
                    }
                }
            }
        }
        Ok(newest.map(|(_, link)| link))
    };
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// No link was ever told. A recording that will come is waited for; any other is out of reach.
pub(super) fn wait_for_one(
    writer: &mut Writer<'_>,
    id: RecordingId,
    state: RecordingState,
) -> Result<(), StoreError> {
    if !matches!(state, RecordingState::Expected(_)) {
        let out_of_reach = RecordingInput::Expires(ringback_model::Reason::LinkExpired);
        step(writer, id, out_of_reach)?;
    }
    Ok(())
}
