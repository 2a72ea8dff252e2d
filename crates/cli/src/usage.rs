//! What is wrong with the arguments, as one error: the text that a terminal gets stands in several
//! paragraphs.

use clap::error::ErrorKind;
use ringback_api::{ErrorCode, ErrorJson};

/// Everything that the parser found wrong, and its tip if it has one.
pub(crate) fn told(error: &clap::Error) -> ErrorJson {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return wrong("a command is missing", None);
    }
    let text = error.to_string();
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !is_the_end(line))
        .filter(|line| !line.is_empty());
    let (tips, said): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("tip: "));
    let message = said.join(" ");
    let tip = tips.first().map(|tip| tip.trim_start_matches("tip: "));
    wrong(message.trim_start_matches("error: "), tip)
}

/// What follows is the same for every error of a command.
fn is_the_end(line: &str) -> bool {
    line.starts_with("Usage:") || line.starts_with("For more information")
}

fn wrong(message: &str, tip: Option<&str>) -> ErrorJson {
    let shows = "`ringback --help` shows the commands.";
    let hint = match tip {
        Some(tip) => format!("{tip}. {shows}"),
        None => shows.to_owned(),
    };
    ErrorJson::new(ErrorCode::BadRequest, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Cli;

    fn told_of(line: &str) -> ErrorJson {
        let error = Cli::try_parse_from(line.split_whitespace()).expect_err("it is wrong");
        told(&error)
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = told_of("ringback recordings export 01K");
        assert_eq!(
            error.message,
            "the following required arguments were not provided: --to <PATH>"
        );
        let both = told_of("ringback ledger holes");
        assert!(
            both.message.ends_with("--account <ID> --day <DAY>"),
            "{both:?}"
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_what_there_is() {
        let error = told_of("ringback recordings export 01K --to a --format ogg");
        assert_eq!(
            error.message,
            "invalid value 'ogg' for '--format <F>' [possible values: mp3, wav, flac]"
        );
        let limit = told_of("ringback calls list --limit many");
        assert!(limit.message.contains("--limit <N>"), "{limit:?}");
        assert!(!limit.message.contains("--help"), "{limit:?}");
    }

    #[test]
    fn a_slip_gets_the_nearest_word_as_a_hint() {
        let error = told_of("ringback calls lst");
        assert_eq!(error.message, "unrecognized subcommand 'lst'");
        let hint = error.hint.expect("there is one");
        assert!(hint.contains("'list'"), "{hint}");
    }

    #[test]
    fn nothing_at_all_is_no_page_of_help() {
        let error = told_of("ringback calls");
        assert_eq!(error.message, "a command is missing");
    }
}
