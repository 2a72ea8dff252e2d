//! What the webview leaves in memory when the last window is closed.
//!
//! WebKit ends a page's process with the page, but keeps the process that talks to the network, and
//! Tauri keeps the context it belongs to (<https://github.com/tauri-apps/tauri/issues/14626>). That
//! process has nothing to do without a page, and WebKit starts another one when it needs it, as it
//! would after a crash.

use tauri::{AppHandle, Manager, Runtime};

/// Ends what is not needed while there is no window.
pub(crate) fn clear<R: Runtime>(app: &AppHandle<R>) {
    let handle = app.clone();
    // Windows are made on this thread too: none can begin to load between the look and the end.
    let cleared = app.run_on_main_thread(move || {
        if handle.webview_windows().is_empty() {
            network::end();
        }
    });
    if let Err(error) = cleared {
        tracing::debug!(%error, "the program is ending");
    }
}

#[cfg(not(target_os = "linux"))]
mod network {
    /// Elsewhere the system's webview sees to it.
    pub(super) fn end() {}
}

#[cfg(target_os = "linux")]
mod network {
    use std::{env, fs, process};

    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    /// As the kernel keeps the name `WebKitNetworkProcess`: cut after 15 letters.
    const NAME: &str = "WebKitNetworkPr";

    /// Ends this program's network process, if it has one.
    pub(super) fn end() {
        // WebKit takes the session of whoever drives the window for ended with this process.
        if env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|driven| driven == "true") {
            return;
        }
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
        for child in numbers.filter_map(Pid::from_raw).filter(|id| is_ours(*id)) {
            // Looked at again once it is held: its number cannot become somebody else's any more.
            let Ok(held) = pidfd_open(child, PidfdFlags::empty()) else {
                continue;
            };
            if !is_ours(child) {
                continue;
            }
            match pidfd_send_signal(&held, Signal::TERM) {
                Ok(()) => tracing::debug!("the webview's network process is ended"),
                Err(error) => tracing::debug!(%error, "the network process cannot be ended"),
            }
        }
    }

    /// Whether this is our child, and the one that is meant.
    fn is_ours(child: Pid) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
        stat.is_ok_and(|stat| describes(&stat, NAME, process::id()))
    }

    /// Whether a line of `/proc/{pid}/stat` is of a process with this name and this parent.
    fn describes(stat: &str, name: &str, parent: u32) -> bool {
        let Some((left, right)) = stat.rsplit_once(')') else {
            return false;
        };
        let named = left.split_once('(').map(|(_, name)| name);
        let parent_of = right.split_whitespace().nth(1);
        named == Some(name) && parent_of.and_then(|id| id.parse().ok()) == Some(parent)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_a_child_of_ours_with_this_name_is_meant() {
            let stat = |name: &str, parent: u32| format!("7 ({name}) S {parent} 7 7 0 -1");
            assert!(describes(&stat(NAME, 41), NAME, 41));
            assert!(!describes(&stat(NAME, 42), NAME, 41), "another's");
            assert!(!describes(&stat("WebKitWebProces", 41), NAME, 41));
            assert!(!describes(&stat("a) S 41 (b", 3), NAME, 41));
            assert!(!describes("", NAME, 41));
        }
    }
}
