//! The frame around a window, as a window manager draws it: the button that closes.

use std::error::Error;

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window},
    rust_connection::RustConnection,
};

/// Asks the windows of this process to close, as a click on their closing button does. How many
/// there were.
///
/// # Errors
///
/// The screen does not answer.
pub(super) fn close_windows_of(process: u32) -> Result<usize, Box<dyn Error>> {
    let (screen, windows) = windows_of(process)?;
    let protocols = atom(&screen, "WM_PROTOCOLS")?;
    let close = atom(&screen, "WM_DELETE_WINDOW")?;
    let mut closed = 0;
    for window in windows {
        if words(&screen, window, protocols, AtomEnum::ATOM.into()).contains(&close) {
            let wish = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
            screen.send_event(false, window, EventMask::NO_EVENT, wish)?;
            closed += 1;
        }
    }
    // A question last: the server forgets what it has not read of somebody who has hung up.
    screen.get_input_focus()?.reply()?;
    Ok(closed)
}

/// Whether a window of this process can be seen.
///
/// # Errors
///
/// The screen does not answer.
pub(super) fn is_seen(process: u32) -> Result<bool, Box<dyn Error>> {
    Ok(!windows_of(process)?.1.is_empty())
}

/// The windows of this process that are on the screen.
fn windows_of(process: u32) -> Result<(RustConnection, Vec<Window>), Box<dyn Error>> {
    let (screen, number) = x11rb::connect(None)?;
    let root = screen.setup().roots[number].root;
    let owner = atom(&screen, "_NET_WM_PID")?;
    let mut windows = screen.query_tree(root)?.reply()?.children;
    windows.retain(|window| {
        let looks = screen.get_window_attributes(*window).ok();
        looks
            .and_then(|looks| looks.reply().ok())
            .is_some_and(|looks| looks.map_state != MapState::UNMAPPED)
            && words(&screen, *window, owner, AtomEnum::CARDINAL.into()) == [process]
    });
    Ok((screen, windows))
}

fn atom(screen: &RustConnection, name: &str) -> Result<u32, Box<dyn Error>> {
    Ok(screen.intern_atom(false, name.as_bytes())?.reply()?.atom)
}

fn words(screen: &RustConnection, window: Window, name: u32, kind: u32) -> Vec<u32> {
    let asked = screen.get_property(false, window, name, kind, 0, 64);
    let answer = asked.ok().and_then(|asked| asked.reply().ok());
    answer
        .and_then(|answer| Some(answer.value32()?.collect()))
        .unwrap_or_default()
}
