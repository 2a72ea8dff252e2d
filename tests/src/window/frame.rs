//! The frame around a window, as a window manager draws it: the button that closes.

use std::error::Error;

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Window},
    rust_connection::RustConnection,
};

/// Asks the windows of this process to close, as a click on their closing button does. How many
/// there were.
///
/// # Errors
///
/// The screen does not answer.
pub fn close_windows_of(process: u32) -> Result<usize, Box<dyn Error>> {
    let (screen, number) = x11rb::connect(None)?;
    let root = screen.setup().roots[number].root;
    let atom = |name: &str| -> Result<u32, Box<dyn Error>> {
        Ok(screen.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let (owner, protocols, close) = (
        atom("_NET_WM_PID")?,
        atom("WM_PROTOCOLS")?,
        atom("WM_DELETE_WINDOW")?,
    );
    let mut closed = 0;
    for window in screen.query_tree(root)?.reply()?.children {
        let understood = words(&screen, window, protocols, AtomEnum::ATOM.into());
        let is_shown = screen
            .get_window_attributes(window)?
            .reply()
            .is_ok_and(|looks| looks.map_state != x11rb::protocol::xproto::MapState::UNMAPPED);
        let is_theirs = words(&screen, window, owner, AtomEnum::CARDINAL.into()) == [process];
        if is_theirs && is_shown && understood.contains(&close) {
            let wish = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
            screen.send_event(false, window, EventMask::NO_EVENT, wish)?;
            closed += 1;
        }
    }
    screen.flush()?;
    Ok(closed)
}

fn words(screen: &RustConnection, window: Window, name: u32, kind: u32) -> Vec<u32> {
    let asked = screen.get_property(false, window, name, kind, 0, 64);
    let answer = asked.ok().and_then(|asked| asked.reply().ok());
    answer
        .and_then(|answer| Some(answer.value32()?.collect()))
        .unwrap_or_default()
}
