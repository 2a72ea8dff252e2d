//! Manual pages, made of what the programs say to `--help`: one truth, two places to read it.

use std::{fmt::Write, path::Path, process::Command};

use anyhow::Context;

use super::{VERSION, programs::Programs, tree::Tree};
use crate::process;

/// Writes a page for each program.
pub(crate) fn put(programs: &Programs, tree: &Tree, made_at: u64) -> anyhow::Result<()> {
    let date = process::output(Command::new("date").args([
        "--utc",
        &format!("--date=@{made_at}"),
        "+%Y-%m-%d",
    ]))?;
    for (name, path) in programs.both() {
        let other = if name == "ringback" {
            "ringback-desktop"
        } else {
            "ringback"
        };
        let mut page = head(name, date.trim(), &help(&path, &[])?);
        commands(&mut page, name, &path, &mut Vec::new())?;
        page.push_str(&tail(other));
        tree.compressed(page.as_bytes(), &format!("usr/share/man/man1/{name}.1.gz"))?;
    }
    Ok(())
}

/// What a program says about itself or one of its commands.
struct Help {
    /// The sentences at the beginning.
    about: String,
    /// The line after "Usage:".
    usage: String,
    /// Everything after that, as it is laid out for a terminal.
    rest: String,
}

impl Help {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (about, after) = text
            .split_once("Usage: ")
            .context("the help of a command has a line that begins with \"Usage: \"")?;
        let (usage, rest) = after.split_once('\n').unwrap_or((after, ""));
        Ok(Self {
            about: about.trim().to_owned(),
            usage: usage.trim().to_owned(),
            rest: rest.trim_matches('\n').to_owned(),
        })
    }

    /// The commands below this one.
    fn commands(&self) -> Vec<&str> {
        self.rest
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| !line.is_empty())
            // Lines that go on with a description are indented further.
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect()
    }
}

fn help(program: &Path, words: &[String]) -> anyhow::Result<Help> {
    let mut command = Command::new(program);
    command.args(words).arg("--help");
    Help::parse(&process::output(&mut command)?)
}

fn head(name: &str, date: &str, help: &Help) -> String {
    let capitals = name.to_ascii_uppercase();
    let summary = help.about.lines().next().unwrap_or_default();
    format!(
        ".TH {} 1 {date} \"Ringback {VERSION}\" \"User Commands\"\n\
         .SH NAME\n{} \\- {}\n\
         .SH SYNOPSIS\n.B {}\n\
         .SH DESCRIPTION\n{}\n\
         {}",
        escaped(&capitals),
        escaped(name),
        escaped(summary.trim_end_matches('.')),
        escaped(&help.usage),
        escaped(&help.about),
        as_laid_out(&help.rest),
    )
}

/// A section for each command below, all the way down.
fn commands(
    page: &mut String,
    name: &str,
    program: &Path,
    words: &mut Vec<String>,
) -> anyhow::Result<()> {
    let here = help(program, words)?;
    for command in here.commands() {
        words.push(command.to_owned());
        let below = help(program, words)?;
        let title = format!("{name} {}", words.join(" "));
        write!(
            page,
            ".SH {}\n{}\n.PP\n.B {}\n{}",
            escaped(&title.to_ascii_uppercase()),
            escaped(&below.about),
            escaped(&below.usage),
            as_laid_out(&below.rest)
        )
        .expect("writing into memory does not fail");
        commands(page, name, program, words)?;
        words.pop();
    }
    Ok(())
}

fn tail(other: &str) -> String {
    format!(
        ".SH EXIT STATUS\n\
         0 done; 1 done but some items failed, or not found; 2 wrong usage or configuration; \
         3 cannot run (locked, no disk, no network, no display).\n\
         .SH FILES\n\
         .I ~/.config/ringback/config.toml\n.br\n\
         .I ~/.local/share/ringback/\n.PP\n\
         With \\-\\-home or RINGBACK_HOME everything is in that folder.\n\
         .SH SEE ALSO\n.BR {} (1)\n.PP\n\
         .I /usr/share/doc/ringback/\n",
        escaped(other)
    )
}

/// Lines that keep their columns.
fn as_laid_out(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(".PP\n.nf\n{}\n.fi\n", escaped(text))
}

/// Text in which nothing is a request to the formatter.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let line = line.replace('\\', "\\e").replace('-', "\\-");
            if line.starts_with(['.', '\'']) {
                format!("\\&{line}")
            } else {
                line
            }
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Review the calls.\n\nUsage: ringback [OPTIONS] <COMMAND>\n\nCommands:\n  \
         serve   Receive webhooks,\n          until Ctrl-C\n  calls   The calls\n  help    Print this\n\n\
         Options:\n      --json  Print JSON\n";

    #[test]
    fn the_parts_of_a_help_text_are_found() {
        let help = Help::parse(TEXT).expect("a help text");
        assert_eq!(help.about, "Review the calls.");
        assert_eq!(help.usage, "ringback [OPTIONS] <COMMAND>");
        assert_eq!(help.commands(), ["serve", "calls"]);
        assert!(Help::parse("no such thing").is_err());
    }

    #[test]
    fn nothing_in_a_help_text_is_a_request_to_the_formatter() {
        let page = head("ringback", "2026-03-01", &Help::parse(TEXT).expect("help"));
        assert!(page.contains("\\-\\-json"), "{page}");
        assert_eq!(
            escaped(".so /etc/passwd\n'x\n\\"),
            "\\&.so /etc/passwd\n\\&'x\n\\e"
        );
    }
}
