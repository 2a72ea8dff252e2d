//! Tests of ringback-audio through its public face.

mod decode;
mod examine;
mod export;
mod hostile;
mod play;
mod rig;
mod sound;
mod table;
