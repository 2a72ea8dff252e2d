//! Journeys through the whole app without a window: simulated providers over real HTTP on one side,
//! the faces on the other. The engine runs in this process with a clock in the test's hand; where
//! processes matter, the real `ringback` runs. Nothing waits for a time: conditions are asked for.

mod arriving;
mod asleep;
mod bulk;
mod checks;
mod command_line;
mod conversation;
mod deadlines;
mod deletion;
mod disturbed;
mod drift;
mod early_recording;
mod every_provider;
mod files;
mod full_disk;
mod health;
mod hostile;
mod keys;
mod killed;
mod later;
mod ledger;
mod listening;
mod logging;
mod lost;
mod meeting;
mod metrics;
mod night;
mod offsite;
mod older_and_newer;
mod own_backend;
mod own_links;
mod rebuilt;
mod refused;
mod reload;
mod report;
mod resync;
mod secrets;
mod storage_policy;
mod stuck;
mod telnyx;
mod tunnel;
mod twice;
mod two_processes;
mod vapi;
mod webhooks;
