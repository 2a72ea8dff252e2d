//! Whether there is anywhere to open a window. Asked before anything else is started.

/// Opens the connection to the display.
///
/// Without this, the toolkit would end the program with a panic in the middle of its own start.
#[cfg(target_os = "linux")]
pub(crate) fn connect() -> Result<(), String> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !set("DISPLAY") && !set("WAYLAND_DISPLAY") {
        return Err("neither DISPLAY nor WAYLAND_DISPLAY is set".into());
    }
    gtk::init().map_err(|_| "the display does not answer or refuses the connection".into())
}

/// Every session on these platforms has a display.
#[cfg(not(target_os = "linux"))]
pub(crate) fn connect() -> Result<(), String> {
    Ok(())
}
