//! Second copies in a folder. Those in a bucket are tested against a server, with the whole app around.

mod folder;
