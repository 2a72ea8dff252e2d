//! The system packages, each with what it is for and how to see that it is there.
//!
//! Presence is judged by what a package provides (a library that pkg-config knows, a program in the
//! search path), not by the package's name, so that a hand-built WebKit is as good as Debian's.

use super::{Purpose, probe::Probe};

/// One thing the system has to have.
pub(crate) struct Requirement {
    /// What it is, for a person.
    pub(crate) what: &'static str,
    /// What it is needed for, for a person.
    pub(crate) why: &'static str,
    /// Who needs it.
    pub(crate) purposes: &'static [Purpose],
    /// How to see that it is there.
    pub(crate) probe: Probe,
    /// Package names, in the order Debian, Fedora, Arch.
    pub(crate) packages: [&'static str; 3],
    /// macOS has its own libraries for sound and windows.
    pub(crate) linux_only: bool,
}

impl Requirement {
    /// Whether it is needed on the system this program was built for.
    pub(crate) fn concerns_this_system(&self) -> bool {
        cfg!(target_os = "linux") || (!self.linux_only && cfg!(unix))
    }
}

const BUILD: &[Purpose] = &[Purpose::Engine, Purpose::Window];

/// Everything, for every purpose.
pub(crate) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        what: "a C compiler",
        why: "builds SQLite and ring",
        purposes: BUILD,
        probe: Probe::Program("cc"),
        packages: ["build-essential", "gcc", "base-devel"],
        linux_only: false,
    },
    Requirement {
        what: "pkg-config",
        why: "finds the system's libraries",
        purposes: BUILD,
        probe: Probe::Program("pkg-config"),
        packages: ["pkg-config", "pkgconf-pkg-config", "pkgconf"],
        linux_only: true,
    },
    Requirement {
        what: "ALSA",
        why: "sound",
        purposes: BUILD,
        probe: Probe::Library("alsa"),
        packages: ["libasound2-dev", "alsa-lib-devel", "alsa-lib"],
        linux_only: true,
    },
    Requirement {
        what: "WebKitGTK 4.1",
        why: "the window",
        purposes: &[Purpose::Window],
        probe: Probe::Library("webkit2gtk-4.1"),
        packages: [
            "libwebkit2gtk-4.1-dev",
            "webkit2gtk4.1-devel",
            "webkit2gtk-4.1",
        ],
        linux_only: true,
    },
    Requirement {
        what: "librsvg",
        why: "icons",
        purposes: &[Purpose::Window],
        probe: Probe::Library("librsvg-2.0"),
        packages: ["librsvg2-dev", "librsvg2-devel", "librsvg"],
        linux_only: true,
    },
    Requirement {
        what: "Chromium",
        why: "shows the UI without the app",
        purposes: &[Purpose::Browser],
        probe: Probe::Program("chromium"),
        packages: ["chromium", "chromium", "chromium"],
        linux_only: true,
    },
    Requirement {
        what: "strace",
        why: "makes disks slow and full, and programs die at a chosen step",
        purposes: &[Purpose::Journeys, Purpose::Bench],
        probe: Probe::Program("strace"),
        packages: ["strace", "strace", "strace"],
        linux_only: true,
    },
    Requirement {
        what: "FFmpeg",
        why: "makes and reads sound files independently of Ringback",
        purposes: &[Purpose::Journeys, Purpose::Stage],
        probe: Probe::Program("ffmpeg"),
        packages: ["ffmpeg", "ffmpeg-free", "ffmpeg"],
        linux_only: true,
    },
    Requirement {
        what: "OpenSSH's server",
        why: "the other end of a tunnel; a private one is started for each test",
        purposes: &[Purpose::Journeys, Purpose::Bench],
        probe: Probe::SystemProgram("sshd"),
        packages: ["openssh-server", "openssh-server", "openssh"],
        linux_only: true,
    },
    Requirement {
        what: "OpenSSH's client",
        why: "makes keys, and is a tunnel program of its own",
        purposes: &[Purpose::Journeys, Purpose::Bench],
        probe: Probe::Program("ssh-keygen"),
        packages: ["openssh-client", "openssh-clients", "openssh"],
        linux_only: true,
    },
    Requirement {
        what: "nginx",
        why: "the proxy with a certificate in front of a tunnel; a private one is started for each test",
        purposes: &[Purpose::Journeys],
        probe: Probe::SystemProgram("nginx"),
        packages: ["nginx-light", "nginx", "nginx"],
        linux_only: true,
    },
    Requirement {
        what: "WebKitWebDriver",
        why: "presses keys and buttons in the real window",
        purposes: &[Purpose::Stage],
        probe: Probe::Program("WebKitWebDriver"),
        packages: ["webkit2gtk-driver", "webkit2gtk4.1", "webkit2gtk-4.1"],
        linux_only: true,
    },
    Requirement {
        what: "Xvfb",
        why: "a screen without a screen",
        purposes: &[Purpose::Stage],
        probe: Probe::Program("Xvfb"),
        packages: ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"],
        linux_only: true,
    },
    Requirement {
        what: "dbus-run-session",
        why: "a session bus for the tray and notifications",
        purposes: &[Purpose::Stage, Purpose::Journeys],
        probe: Probe::Program("dbus-run-session"),
        packages: ["dbus-daemon", "dbus-daemon", "dbus"],
        linux_only: true,
    },
    Requirement {
        what: "gnome-keyring",
        why: "a key store without a desktop",
        purposes: &[Purpose::Journeys],
        probe: Probe::Program("gnome-keyring-daemon"),
        packages: ["gnome-keyring", "gnome-keyring", "gnome-keyring"],
        linux_only: true,
    },
    Requirement {
        what: "PulseAudio",
        why: "a sound card without a sound card",
        purposes: &[Purpose::Stage],
        probe: Probe::Program("pulseaudio"),
        packages: ["pulseaudio", "pulseaudio", "pulseaudio"],
        linux_only: true,
    },
    Requirement {
        what: "pactl and parec",
        why: "record what is really played",
        purposes: &[Purpose::Stage],
        probe: Probe::Program("parec"),
        packages: ["pulseaudio-utils", "pulseaudio-utils", "libpulse"],
        linux_only: true,
    },
    Requirement {
        what: "ALSA's way to PulseAudio",
        why: "leads the app's sound to the recorded card",
        purposes: &[Purpose::Stage],
        probe: Probe::AlsaPlugin("libasound_module_pcm_pulse.so"),
        packages: [
            "libasound2-plugins",
            "alsa-plugins-pulseaudio",
            "alsa-plugins",
        ],
        linux_only: true,
    },
    Requirement {
        what: "setpriv",
        why: "ends the helpers of a test when the test ends",
        purposes: &[Purpose::Stage],
        probe: Probe::Program("setpriv"),
        packages: ["util-linux", "util-linux", "util-linux"],
        linux_only: true,
    },
    Requirement {
        what: "a font",
        why: "so that text in the window has a size",
        purposes: &[Purpose::Browser, Purpose::Stage],
        probe: Probe::Font,
        packages: ["fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu"],
        linux_only: true,
    },
    Requirement {
        what: "PostgreSQL's server programs",
        why: "one of the servers Ringback is compared with; a private cluster is made for it",
        purposes: &[Purpose::Bench],
        probe: Probe::PostgresServer,
        packages: ["postgresql", "postgresql-server", "postgresql"],
        linux_only: false,
    },
    Requirement {
        what: "Python 3",
        why: "runs an example of the documentation; node-gyp builds better-sqlite3 with it",
        purposes: &[Purpose::Bench, Purpose::Sdk],
        probe: Probe::Program("python3"),
        packages: ["python3", "python3", "python"],
        linux_only: false,
    },
    Requirement {
        what: "Python's environments",
        why: "keep the packages of an example apart from the system's",
        purposes: &[Purpose::Sdk],
        probe: Probe::PythonModule("ensurepip"),
        packages: ["python3-venv", "python3", "python"],
        linux_only: false,
    },
    Requirement {
        what: "curl",
        why: "posts in an example of the documentation",
        purposes: &[Purpose::Sdk],
        probe: Probe::Program("curl"),
        packages: ["curl", "curl", "curl"],
        linux_only: false,
    },
    Requirement {
        what: "OpenSSL's program",
        why: "signs in an example of the documentation, and certificates for a tunnel's proxy",
        purposes: &[Purpose::Sdk, Purpose::Journeys],
        probe: Probe::Program("openssl"),
        packages: ["openssl", "openssl", "openssl"],
        linux_only: false,
    },
    Requirement {
        what: "Debian's tools for packages",
        why: "name the libraries that a program needs",
        purposes: &[Purpose::Package],
        probe: Probe::Program("dpkg-shlibdeps"),
        packages: ["dpkg-dev", "dpkg-dev", "dpkg-dev"],
        linux_only: true,
    },
    Requirement {
        what: "strip",
        why: "takes out of programs what only debuggers read",
        purposes: &[Purpose::Package],
        probe: Probe::Program("strip"),
        packages: ["binutils", "binutils", "binutils"],
        linux_only: true,
    },
    Requirement {
        what: "lintian",
        why: "finds what is wrong with a package",
        purposes: &[Purpose::Package],
        probe: Probe::Program("lintian"),
        packages: ["lintian", "lintian", "lintian"],
        linux_only: true,
    },
    Requirement {
        what: "mmdebstrap",
        why: "makes a Debian that has nothing else, to try a package in",
        purposes: &[Purpose::Package],
        probe: Probe::Program("mmdebstrap"),
        packages: ["mmdebstrap", "mmdebstrap", "mmdebstrap"],
        linux_only: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_says_what_it_is_for_and_who_needs_it() {
        for requirement in REQUIREMENTS {
            assert!(!requirement.why.is_empty(), "{}", requirement.what);
            assert!(!requirement.purposes.is_empty(), "{}", requirement.what);
            assert!(
                requirement.packages.iter().all(|name| !name.is_empty()),
                "{} has no package name on some system",
                requirement.what
            );
        }
    }
}
