//! Which word was probably meant.

/// The known word that is nearest to `word`, if it is at most `slips` letters away: letters
/// added, left out, mistaken or swapped. Capitals, and spaces or hyphens for `_`, are no slips.
pub fn nearest<'k>(
    word: &str,
    known: impl Iterator<Item = &'k str>,
    slips: usize,
) -> Option<&'k str> {
    // Longer than any known word: nothing is near it, and to measure how far costs time.
    if word.len() > 100 {
        return None;
    }
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    known
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_within_the_slips_is_meant() {
        let nearest = |word| nearest(word, ["water", "wastewater", "natural_gas"].into_iter(), 2);
        assert_eq!(nearest("watre"), Some("water"));
        assert_eq!(nearest("Natural Gas"), Some("natural_gas"));
        assert_eq!(nearest("naturalgas"), Some("natural_gas"));
        assert_eq!(nearest("heat"), None);
    }
}
