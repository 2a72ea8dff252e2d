//! Node.js, which is not installed by this program: the versions that distributions carry are often too
//! old for the UI's tools, and many machines have it from elsewhere.

use std::process::Command;

use anyhow::{Context, bail};

use crate::process;

/// Major and minor version; what Vite asks for.
const OLDEST: (u32, u32) = (20, 19);

/// Fails with what to do if Node.js or npm is missing or too old.
pub(super) fn check() -> anyhow::Result<()> {
    let (major, minor) = OLDEST;
    let advice = format!("install Node.js {major}.{minor} or newer from https://nodejs.org");
    for program in ["node", "npm"] {
        if !process::exists(program) {
            bail!("{program} is missing, which builds the UI; {advice}");
        }
    }
    let version = process::output(Command::new("node").arg("--version"))?;
    let version = version.trim();
    let found = parsed(version).with_context(|| format!("node calls itself {version:?}"))?;
    if found < OLDEST {
        bail!("node {version} is too old for the UI's tools; {advice}");
    }
    Ok(())
}

/// `v20.20.2` as (20, 20).
fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parsed("v20.20.2"), Some((20, 20)));
        assert!(parsed("v20.19.0") >= Some(OLDEST));
        assert!(parsed("v20.9.0") < Some(OLDEST));
        assert!(parsed("v18.20.4") < Some(OLDEST));
        assert_eq!(parsed("twenty"), None);
    }
}
