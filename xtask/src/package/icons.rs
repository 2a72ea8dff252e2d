//! The icon in the sizes that desktops look for.

use anyhow::{Context, bail};

use super::tree::Tree;
use crate::project::Project;

/// Puts the icon into the hicolor theme, as a drawing and in every size that is there as pixels.
pub(crate) fn put(project: &Project, tree: &Tree) -> anyhow::Result<()> {
    let folder = project.path("assets/icons");
    tree.copy(&folder.join("icon.svg"), &place("scalable", "svg"))?;
    tree.copy(&folder.join("128x128.png"), &place("128x128", "png"))?;
    tree.copy(&folder.join("icon.png"), &place("512x512", "png"))?;
    // The small ones, drawn for their size, stand in the icon of Windows.
    let ico = std::fs::read(folder.join("icon.ico")).context("assets/icons/icon.ico")?;
    for (size, png) in pictures(&ico).context("assets/icons/icon.ico")? {
        tree.write(png, &place(&format!("{size}x{size}"), "png"))?;
    }
    Ok(())
}

fn place(size: &str, extension: &str) -> String {
    format!("usr/share/icons/hicolor/{size}/apps/ringback.{extension}")
}

/// The PNG pictures in a Windows icon, each with its width.
/// <https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10)>, read November 2026.
fn pictures(ico: &[u8]) -> anyhow::Result<Vec<(u32, &[u8])>> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    let [0, 0, 1, 0, low, high, directory @ ..] = ico else {
        bail!("is no Windows icon");
    };
    let count = usize::from(u16::from_le_bytes([*low, *high]));
    let mut pictures = Vec::new();
    for entry in directory.chunks_exact(16).take(count) {
        let number = |at: usize| {
            let bytes = entry[at..at + 4].try_into().expect("four of sixteen bytes");
            u32::from_le_bytes(bytes) as usize
        };
        let (length, offset) = (number(8), number(12));
        let picture = ico
            .get(offset..)
            .and_then(|rest| rest.get(..length))
            .context("breaks off")?;
        if !picture.starts_with(PNG) {
            bail!("contains a picture that is not PNG");
        }
        // 0 stands for 256.
        let width = match entry[0] {
            0 => 256,
            width => u32::from(width),
        };
        pictures.push((width, picture));
    }
    Ok(pictures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_has_the_usual_small_sizes() {
        let project = Project::load().expect("cargo can read this workspace");
        let ico = std::fs::read(project.path("assets/icons/icon.ico")).expect("it is there");
        let sizes: Vec<u32> = pictures(&ico)
            .expect("an icon")
            .into_iter()
            .map(|(size, _)| size)
            .collect();
        for size in [16, 24, 32, 48, 64, 256] {
            assert!(sizes.contains(&size), "{size} is not among {sizes:?}");
        }
    }

    #[test]
    fn an_icon_that_breaks_off_is_an_error() {
        let mut ico = vec![0, 0, 1, 0, 1, 0];
        ico.extend([16, 16, 0, 0, 1, 0, 32, 0, 100, 0, 0, 0, 22, 0, 0, 0]);
        assert!(pictures(&ico).is_err());
        assert!(pictures(b"GIF89a").is_err());
    }
}
