//! Who made what is in the package, and under which terms: our own licence, and a list of
//! everything from others with the texts that have to come along.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::tree::Tree;
use crate::{process, project::Project};

const PLACE: &str = "usr/share/doc/ringback";

/// What of the development packages of the UI ends up in the window, beside its `dependencies`.
const BUILT_IN: [&str; 2] = ["svelte", "@lucide/svelte"];

/// Puts both into the tree.
pub(crate) fn put(project: &Project, tree: &Tree) -> anyhow::Result<()> {
    let ours = fs::read_to_string(project.path("LICENSE-MIT")).context("LICENSE-MIT")?;
    tree.write(copyright(&ours).as_bytes(), &format!("{PLACE}/copyright"))?;
    let mut works = crates(project)?;
    works.extend(npm(project)?);
    tree.compressed(
        notices(&works)?.as_bytes(),
        &format!("{PLACE}/third-party.txt.gz"),
    )
}

/// Something that others made.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    name: String,
    version: String,
    /// As an SPDX expression, mostly.
    terms: String,
    /// Licences, notices, authors: the files that come with it.
    texts: Vec<String>,
}

/// Debian's form: <https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/>.
fn copyright(mit: &str) -> String {
    let (_, terms) = mit
        .split_once("Permission is hereby granted")
        .unwrap_or(("", mit));
    let holder = mit
        .lines()
        .find(|line| line.starts_with("Copyright"))
        .unwrap_or("Copyright (c) The Ringback authors")
        .trim_start_matches("Copyright (c) ");
    let mut text = format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
         Upstream-Name: Ringback\n\
         Comment: What others made and is built into the programs is listed in\n \
         third-party.txt.gz, with its terms.\n\n\
         Files: *\nCopyright: {holder}\nLicense: Expat or Apache-2.0\n\n\
         License: Expat\n Permission is hereby granted"
    );
    for (number, line) in terms.lines().enumerate() {
        let line = if line.is_empty() { "." } else { line };
        match number {
            0 => text.push_str(line),
            _ => write!(text, "\n {line}").expect("writing into memory does not fail"),
        }
    }
    text.push_str(
        "\n\nLicense: Apache-2.0\n On Debian systems the text of the Apache License, version 2.0, is in\n \
         /usr/share/common-licenses/Apache-2.0.\n",
    );
    text
}

/// The crates that the two programs are made of.
fn crates(project: &Project) -> anyhow::Result<Vec<Work>> {
    let told = process::output(project.cargo().args([
        "metadata",
        "--locked",
        "--format-version=1",
        "--filter-platform",
        &host()?,
    ]))?;
    let metadata: Value = serde_json::from_str(&told).context("cargo metadata")?;
    let packages: HashMap<&str, &Value> = array(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let nodes: HashMap<&str, &Value> = array(&metadata["resolve"]["nodes"])
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();

    let is_program = |package: &Value| {
        let name = package["name"].as_str();
        matches!(name, Some("ringback" | "ringback-desktop"))
    };
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = packages
        .iter()
        .filter(|(_, package)| is_program(package))
        .map(|(id, _)| *id)
        .collect();
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            let dependencies = nodes.get(id).map(|node| array(&node["deps"]));
            next.extend(
                dependencies
                    .into_iter()
                    .flatten()
                    // Not what only builds or tests.
                    .filter(|one| array(&one["dep_kinds"]).any(|kind| kind["kind"].is_null()))
                    .filter_map(|one| one["pkg"].as_str()),
            );
        }
    }
    reached
        .into_iter()
        .filter_map(|id| packages.get(id))
        // What stands in this repository has no source.
        .filter(|package| package["source"].is_string())
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            let folder = manifest.parent().context("a manifest is in a folder")?;
            work(package, folder)
        })
        .collect()
}

/// What of npm's packages is in the window.
fn npm(project: &Project) -> anyhow::Result<Vec<Work>> {
    let read = |path: PathBuf| -> anyhow::Result<Value> {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    };
    let ui = read(project.path("ui/package.json"))?;
    let dependencies = ui["dependencies"].as_object();
    let names = dependencies.into_iter().flatten().map(|(name, _)| &**name);
    names
        .chain(BUILT_IN)
        .map(|name| {
            let folder = project.path("ui/node_modules").join(name);
            work(&read(folder.join("package.json"))?, &folder)
        })
        .collect()
}

/// Reads what a manifest says about itself and the texts beside it.
fn work(manifest: &Value, folder: &Path) -> anyhow::Result<Work> {
    let word = |name: &str| manifest[name].as_str().map(str::to_owned);
    let name = word("name").context("a manifest has a name")?;
    let mut texts = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| folder.display().to_string())?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && tells_terms(path))
        .collect();
    entries.sort_unstable();
    for path in entries {
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        texts.push(String::from_utf8_lossy(&bytes).trim().replace('\r', ""));
    }
    let terms = word("license").or_else(|| texts.first().map(|_| "see its text".to_owned()));
    let Some(terms) = terms else {
        bail!("{name} does not say under which terms it may be given on");
    };
    Ok(Work {
        version: word("version").unwrap_or_default(),
        name,
        terms,
        texts,
    })
}

fn tells_terms(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_uppercase();
    [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "AUTHORS",
    ]
    .iter()
    .any(|word| name.starts_with(word) || name.ends_with(word))
}

/// The list, and below it each text once with those who come with it.
fn notices(works: &[Work]) -> anyhow::Result<String> {
    let mut sorted: Vec<&Work> = works.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut text = String::from(
        "What others made and is built into the programs of Ringback, and its terms.\n\n",
    );
    let mut by_text: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for work in sorted {
        let title = format!("{} {}", work.name, work.version);
        writeln!(text, "{title}: {}", work.terms)?;
        for own in &work.texts {
            by_text.entry(own).or_default().push(title.clone());
        }
    }
    for (terms, titles) in by_text {
        write!(
            text,
            "\n{}\n{}\n\n{terms}\n",
            "-".repeat(72),
            titles.join(", ")
        )?;
    }
    Ok(text)
}

fn host() -> anyhow::Result<String> {
    let told = process::output(std::process::Command::new("rustc").arg("-vV"))?;
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("`rustc -vV` names the host")
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, texts: &[&str]) -> Work {
        Work {
            name: name.into(),
            version: "1.0.0".into(),
            terms: "MIT".into(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn a_text_that_many_share_stands_there_once_with_all_their_names() {
        let works = [made("b", &["the terms"]), made("a", &["the terms", "more"])];
        let text = notices(&works).expect("written");
        assert_eq!(text.matches("the terms").count(), 1, "{text}");
        assert!(text.contains("a 1.0.0, b 1.0.0"), "{text}");
        assert!(text.contains("a 1.0.0: MIT\nb 1.0.0: MIT\n"), "{text}");
    }

    #[test]
    fn what_names_no_terms_may_not_be_given_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let manifest = serde_json::json!({"name": "mystery", "version": "1.0.0"});
        let error = work(&manifest, folder.path()).expect_err("it names none");
        assert!(error.to_string().contains("mystery"), "{error}");
        fs::write(folder.path().join("COPYING"), "terms").expect("a file");
        let found = work(&manifest, folder.path()).expect("it has a text");
        assert_eq!(found.texts, ["terms"]);
    }

    #[test]
    fn our_own_licence_keeps_debians_form() {
        let project = Project::load().expect("cargo can read this workspace");
        let mit = fs::read_to_string(project.path("LICENSE-MIT")).expect("it is there");
        let text = copyright(&mit);
        let (_, terms) = text.split_once("License: Expat\n").expect("a paragraph");
        let paragraph = terms.split("\n\n").next().unwrap_or_default();
        assert!(
            paragraph.lines().all(|line| line.starts_with(' ')),
            "{text}"
        );
        assert!(paragraph.contains("WITHOUT WARRANTY"), "{text}");
        assert!(text.contains("Copyright: 20"), "{text}");
    }
}
