//! What a part needs from the repository itself, and the words for its absence.

use anyhow::Context;

use crate::{project::Project, setup};

/// Something that has to be in the repository.
pub(crate) enum Need {
    /// A file.
    File(&'static str),
    /// A script in a folder's `package.json`.
    Script(&'static str, &'static str),
    /// A package of the workspace.
    Package(&'static str),
    /// A target of a package: package, kind, name.
    Target(&'static str, &'static str, &'static str),
}

impl Need {
    /// What is missing, or nothing.
    pub(crate) fn missing(&self, project: &Project) -> Option<String> {
        match *self {
            Self::File(path) => {
                (!project.path(path).is_file()).then(|| format!("the file {path} is missing"))
            }
            Self::Script(folder, name) => match setup::npm_script(project, folder, name)
                .with_context(|| format!("the npm script {name:?} of {folder} is missing"))
            {
                Ok(true) => None,
                Ok(false) => Some(format!("{folder}/package.json has no script {name:?}")),
                Err(error) => Some(format!("{error:#}")),
            },
            Self::Package(name) => project
                .package(name)
                .is_none()
                .then(|| format!("the package {name} is missing from the workspace")),
            Self::Target(package, kind, name) => {
                let found = project.package(package).is_some_and(|package| {
                    package
                        .targets
                        .iter()
                        .any(|target| target.kind == kind && target.name == name)
                });
                (!found).then(|| format!("the package {package} has no {kind} target {name:?}"))
            }
        }
    }
}
