//! Which of several words was probably meant.

/// The known word that `word` is most likely a slip of, if it is more alike than `least`, of 1 for
/// the same (Jaro similarity, by which clap suggests flags).
pub(super) fn closest<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
    least: f64,
) -> Option<&'k str> {
    known
        .into_iter()
        .map(|known| (strsim::jaro(word, known), known))
        .filter(|(likeness, _)| *likeness > least)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
