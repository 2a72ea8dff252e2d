//! The providers from outside: bytes in, words out; requests seen by a stand-in, answers given.

mod accounts;
mod destinations;
mod hostile;
mod logs;
mod registry;
mod retell_client;
mod retell_events;
mod retell_media;
mod retell_recordings;
mod retell_signature;
mod stand_in;
mod telnyx_client;
mod telnyx_events;
mod telnyx_life;
mod telnyx_media;
mod telnyx_records;
mod telnyx_signature;
mod telnyx_walk;
mod twilio_client;
mod twilio_events;
mod twilio_signature;
