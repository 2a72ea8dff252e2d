//! The nearest right word to a wrong one.

/// The candidate nearest to `word`, if one is near enough to be meant.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(2).min(4))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let keys = ["listen", "public_url"];
        assert_eq!(nearest("lisen", keys), Some("listen"));
        assert_eq!(nearest("public-url", keys), Some("public_url"));
        assert_eq!(nearest("zzzzzzzz", keys), None);
    }
}
