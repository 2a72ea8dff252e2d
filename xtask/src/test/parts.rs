//! The parts of the check, in the order in which they run.
//!
//! Everything from `build` on works on what `build` has built: the same packages, features and
//! profile, so that nothing is compiled twice.

use anyhow::bail;

use super::{
    cargo::{self, Counts},
    needs::Need,
};
use crate::{
    bindings, build,
    process::run,
    project::Project,
    report::Ending,
    setup::{self, Purpose},
    stage::Stage,
    tidy,
};

/// One line of the summary.
pub(crate) struct Part {
    /// For `--only`.
    pub(crate) name: &'static str,
    /// For a person.
    pub(crate) what: &'static str,
    /// What has to be installed.
    pub(crate) purposes: &'static [Purpose],
    needs: &'static [Need],
    check: fn(&Project) -> anyhow::Result<String>,
}

impl Part {
    /// The first thing of the repository itself that this part lacks.
    pub(crate) fn lacks(&self, project: &Project) -> Option<String> {
        self.needs.iter().find_map(|need| need.missing(project))
    }

    /// Runs it if it can run.
    pub(crate) fn run(&self, project: &Project) -> Ending {
        if let Some(missing) = self.lacks(project) {
            return Ending::CouldNotRun(missing);
        }
        match (self.check)(project) {
            Ok(note) => Ending::Passed(note),
            Err(error) => Ending::Failed(format!("{error:#}")),
        }
    }
}

const RUST: &[Purpose] = &[Purpose::Engine, Purpose::Window, Purpose::Ui];
const WINDOW: Need = Need::Package("ringback-desktop");
const UI: Need = Need::File("ui/package.json");

/// Quick ones first.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "fmt",
        what: "Rust code is formatted",
        purposes: &[],
        needs: &[],
        check: |project| {
            done(run(project
                .cargo()
                .args(["fmt", "--all", "--check", "--", "-l"])))
        },
    },
    Part {
        name: "tidy",
        what: "the house rules that a machine can check",
        purposes: &[],
        needs: &[],
        check: tidy::check,
    },
    Part {
        name: "ui-types",
        what: "the UI's types and templates fit together",
        purposes: &[Purpose::Ui],
        needs: &[Need::Script("ui", "check")],
        check: |project| script(project, "check"),
    },
    Part {
        name: "ui-tests",
        what: "the UI's tests",
        purposes: &[Purpose::Ui],
        needs: &[Need::Script("ui", "test")],
        check: |project| script(project, "test"),
    },
    Part {
        name: "ui-build",
        what: "the UI as it goes into the window",
        purposes: &[Purpose::Ui],
        needs: &[Need::Script("ui", "build")],
        check: |project| script(project, "build"),
    },
    Part {
        name: "ui-browser",
        what: "the UI on its fake host in a real browser, as keyboard and screen reader meet it",
        purposes: &[Purpose::Ui, Purpose::Browser],
        needs: &[Need::Script("ui", "test:browser")],
        check: |project| script(project, "test:browser"),
    },
    Part {
        name: "clippy",
        what: "lints; a warning is an error",
        purposes: RUST,
        needs: &[WINDOW, UI],
        check: |project| {
            setup::build_ui(project)?;
            let mut clippy = cargo::whole_workspace(project, "clippy");
            done(run(clippy.args(["--all-targets", "--", "-D", "warnings"])))
        },
    },
    Part {
        name: "build",
        what: "both programs and all tests",
        purposes: RUST,
        needs: &[WINDOW, UI],
        check: |project| {
            setup::build_ui(project)?;
            cargo::build_everything(project)?;
            build::needs_no_window(&build::program(&cargo::debug(project), "ringback"))?;
            done(Ok(()))
        },
    },
    Part {
        name: "bindings",
        what: "the TypeScript types of the contract are fresh",
        purposes: RUST,
        needs: &[
            Need::Target("ringback-api", "example", "bindings"),
            Need::File(bindings::FILE),
        ],
        check: |project| {
            let generator = cargo::debug(project).join("examples/bindings");
            if !generator.is_file() {
                bail!("it is checked with what the part `build` builds, and that is not there");
            }
            done(bindings::check(
                project,
                std::process::Command::new(generator),
            ))
        },
    },
    Part {
        name: "tests",
        what: "tests of all crates, and those between them that need no journey",
        purposes: &[
            Purpose::Engine,
            Purpose::Window,
            Purpose::Ui,
            Purpose::Journeys,
        ],
        needs: &[WINDOW, UI],
        check: |project| {
            setup::build_ui(project)?;
            let mut test = cargo::test(project);
            test.args(["--lib", "--bins", "--examples"]);
            for target in cargo::integration_tests(project) {
                test.args(["--test", &target]);
            }
            counted(cargo::count(&mut test)?)
        },
    },
    Part {
        name: "doctests",
        what: "the examples in the documentation",
        purposes: RUST,
        needs: &[WINDOW, UI],
        check: |project| {
            setup::build_ui(project)?;
            let counts = cargo::count(cargo::test(project).arg("--doc"))?;
            counts.verdict()?;
            Ok(counts.to_string())
        },
    },
    Part {
        name: "journeys",
        what: "journeys through the whole app, without a window",
        purposes: &[
            Purpose::Engine,
            Purpose::Window,
            Purpose::Ui,
            Purpose::Journeys,
        ],
        needs: &[
            WINDOW,
            UI,
            Need::Target(cargo::JOURNEYS, "test", "journeys"),
        ],
        check: |project| target(project, "journeys"),
    },
    Part {
        name: "sdk",
        what: "webhooks signed by the providers' own packages; the examples of the documentation",
        purposes: &[Purpose::Engine, Purpose::Window, Purpose::Ui, Purpose::Sdk],
        needs: &[
            WINDOW,
            UI,
            Need::Target(cargo::JOURNEYS, "test", "sdk"),
            Need::File("tests/sdk/package-lock.json"),
            Need::File(setup::PYTHON_PACKAGES),
        ],
        check: |project| target(project, "sdk"),
    },
    Part {
        name: "window",
        what: "the real window, pressed by WebDriver and heard through its sound card",
        purposes: &[
            Purpose::Engine,
            Purpose::Window,
            Purpose::Ui,
            Purpose::Stage,
        ],
        needs: &[WINDOW, UI, Need::Target(cargo::JOURNEYS, "test", "window")],
        check: |project| {
            cargo::programs(project)?;
            let stage = Stage::open()?;
            let mut test = cargo::test(project);
            test.args(["--test", "window"]);
            counted(cargo::count(&mut stage.wrap(&test))?)
        },
    },
];

/// One of the integration tests of the journeys' package.
fn target(project: &Project, name: &str) -> anyhow::Result<String> {
    cargo::programs(project)?;
    counted(cargo::count(cargo::test(project).args(["--test", name]))?)
}

fn script(project: &Project, name: &str) -> anyhow::Result<String> {
    done(run(project.npm("ui").args(["run", name])))
}

fn done(result: anyhow::Result<()>) -> anyhow::Result<String> {
    result.map(|()| String::new())
}

/// A run in which no test ran proves nothing.
fn counted(counts: Counts) -> anyhow::Result<String> {
    counts.verdict()?;
    if counts.passed == 0 {
        bail!("no test ran");
    }
    Ok(counts.to_string())
}
