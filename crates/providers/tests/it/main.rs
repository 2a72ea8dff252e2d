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
mod twilio_client;
mod twilio_events;
mod twilio_signature;
mod vapi_client;
mod vapi_events;
mod vapi_figures;
mod vapi_media;
mod vapi_recordings;
mod vapi_settings;
mod vapi_signature;
mod vapi_transcript;
