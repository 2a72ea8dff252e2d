//! How many files this process may hold open.

/// Room for a door and a tunnel full of strangers, with a good deal left for the databases.
const WISHED: u64 = 64 << 10;

/// Raises what the system allows, as far as it lets us. Many systems begin at 1,024, so that programs
/// that are older than that can be used; the door and the tunnel stay within whatever it comes to.
pub(crate) fn raise() {
    match rlimit::increase_nofile_limit(WISHED) {
        Ok(allowed) => tracing::debug!(allowed, "open files"),
        Err(error) => tracing::warn!(%error, "this process may not hold more files open"),
    }
}
