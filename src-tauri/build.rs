//! Prepares what the window is built from: capabilities, permissions, and the built user interface
//! that goes into the program.

use std::{path::Path, process::exit};

fn main() {
    // Cargo would not see a change in these folders by itself.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    println!("cargo:rerun-if-changed=ui/dist");

    if !tauri_build::is_dev() && !Path::new("ui/dist/index.html").is_file() {
        complain(
            "the user interface is not built: there is no ui/dist/index.html.\n\
             Run `cargo xtask run`, which builds both, or `npm ci && npm run build` in ui/.",
        );
    }

    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(
            tauri_build::AppManifest::new()
                .permissions_path_pattern("./src-tauri/permissions/**/*"),
        )
        .windows_attributes(
            tauri_build::WindowsAttributes::new().window_icon_path("assets/icons/icon.ico"),
        );
    if let Err(error) = tauri_build::try_build(attributes) {
        complain(&format!("{error:#}"));
    }
}

fn complain(what: &str) -> ! {
    for line in what.lines() {
        println!("cargo::error={line}");
    }
    exit(1);
}
