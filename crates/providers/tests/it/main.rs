//! The providers from outside: bytes in, words out; requests seen by a stand-in, answers given.

mod accounts;
mod custom_account;
mod custom_checks;
mod custom_documentation;
mod custom_events;
mod custom_order;
mod custom_recordings;
mod custom_signature;
mod destinations;
mod hostile;
mod logs;
mod recall_client;
mod recall_events;
mod recall_media;
mod recall_recordings;
mod recall_signature;
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
