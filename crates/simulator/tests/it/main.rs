//! The stand-ins as a client meets them: over HTTP on loopback, with the clock moved by hand.

mod archive;
mod faults;
mod live;
mod retell;
mod setting;
mod storage;
mod telnyx;
mod telnyx_webhooks;
mod twilio;
mod webhooks;
