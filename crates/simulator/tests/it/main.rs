//! The stand-ins as a client meets them: over HTTP on loopback, with the clock moved by hand.

mod archive;
mod custom;
mod faults;
mod live;
mod recall;
mod recall_trouble;
mod retell;
mod setting;
mod storage;
mod telnyx;
mod telnyx_webhooks;
mod twilio;
mod vapi;
mod vapi_messages;
mod webhooks;
