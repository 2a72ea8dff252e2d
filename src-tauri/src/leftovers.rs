//! What the webview leaves in memory when the last window is closed.
//!
//! WebKit ends a page's process with the page, but keeps the process that talks to the network, and
//! Tauri keeps the context it belongs to (<https://github.com/tauri-apps/tauri/issues/14626>). That
//! process has nothing to do without a page, and WebKit starts another one when it needs it, as it
//! would after a crash. What the window has used of the files of libraries and program stays mapped, too,
//! and is more than all that the engine needs.

use std::time::Duration;

use tauri::{AppHandle, Manager, Runtime};

/// By then nothing of a closed window is at work any more.
const STILL: Duration = Duration::from_secs(2);

/// Ends what is not needed while there is no window, and gives back what it has used.
pub(crate) async fn clear<R: Runtime>(app: &AppHandle<R>) {
    without_window(app, network::end);
    tokio::time::sleep(STILL).await;
    without_window(app, files::give_back);
}

/// Does this if there is still no window. Windows are made on the same thread: none can begin to load
/// between the look and the deed.
fn without_window<R: Runtime>(app: &AppHandle<R>, deed: fn()) {
    let handle = app.clone();
    let done = app.run_on_main_thread(move || {
        if handle.webview_windows().is_empty() {
            deed();
        }
    });
    if let Err(error) = done {
        tracing::debug!(%error, "the program is ending");
    }
}

#[cfg(not(target_os = "linux"))]
mod files {
    /// Elsewhere nobody counts what stands in files as the program's.
    pub(super) fn give_back() {}
}

#[cfg(target_os = "linux")]
mod files {
    use std::{env, fs, ops::Range};

    use rustix::mm::{Advice, madvise};

    /// Unmaps the pages of the files of libraries and program. They stay in the system's cache and are
    /// mapped again, one by one, as soon as they are used.
    pub(super) fn give_back() {
        let (Ok(mappings), Ok(program)) =
            (fs::read_to_string("/proc/self/smaps"), env::current_exe())
        else {
            return;
        };
        for pages in unchanged(&mappings, &program.to_string_lossy()) {
            #[expect(
                unsafe_code,
                reason = "the system has no other way to say that pages will not be needed soon"
            )]
            // SAFETY: nobody has written to these pages and nobody can (they are private and mapped
            // without the right to write), so dropping them loses nothing: what is read there next
            // comes from the file again. They are where they were a moment ago: the program is never
            // unmapped, and a library only by `dlclose`, which only GTK and what it has loaded ever
            // call, on this thread.
            let dropped = unsafe {
                madvise(
                    std::ptr::with_exposed_provenance_mut(pages.start),
                    pages.len(),
                    Advice::LinuxDontNeed,
                )
            };
            if let Err(error) = dropped {
                tracing::debug!(%error, "pages of a file cannot be given back");
            }
        }
    }

    /// Where, in `/proc/{pid}/smaps`, libraries and the program stand that are mapped privately and only
    /// for reading or running, and have no page that differs from the file.
    fn unchanged(mappings: &str, program: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut here = None;
        for line in mappings.lines() {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("Anonymous:"), Some("0")) => found.extend(here.take()),
                (Some(place), Some(rights)) if !place.ends_with(':') => {
                    let is_fixed = matches!(rights, "r--p" | "r-xp");
                    let is_code = line.contains(".so") || line.ends_with(program);
                    here = range(place).filter(|_| is_fixed && is_code);
                }
                _ => {}
            }
        }
        found
    }

    fn range(place: &str) -> Option<Range<usize>> {
        let (start, end) = place.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some(number(start)?..number(end)?)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_pages_of_code_that_are_as_in_their_file_are_given_back() {
            let mapping = |place: &str, rights: &str, file: &str, anonymous: u32| {
                format!(
                    "{place} {rights} 00000000 08:01 7    {file}\nSize:    4 kB\n\
                     Rss:     4 kB\nAnonymous:    {anonymous} kB\nVmFlags: rd mr\n"
                )
            };
            let library = "/usr/lib/libwebkit2gtk-4.1.so.0.19.9";
            let all = [
                mapping("1000-3000", "r-xp", library, 0),
                mapping("3000-4000", "r--p", library, 0),
                mapping("4000-5000", "r--p", library, 4),
                mapping("5000-6000", "rw-p", library, 0),
                mapping("6000-7000", "r--s", library, 0),
                mapping("7000-8000", "r--p", "/usr/share/fonts/a.ttf", 0),
                mapping("8000-9000", "r-xp", "", 0),
                mapping("9000-a000", "r-xp", "/usr/bin/ringback-desktop", 0),
            ];
            let program = "/usr/bin/ringback-desktop";
            assert_eq!(
                unchanged(&all.concat(), program),
                [0x1000..0x3000, 0x3000..0x4000, 0x9000..0xa000],
                "none that is changed, shared, writable, or no code"
            );
            assert!(unchanged("no mapping", program).is_empty());
        }
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
