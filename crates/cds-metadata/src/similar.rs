//! Which word was probably meant.

/// The known word that is nearest to `word`, if it is at most `slips` letters away: letters
/// added, left out, mistaken or swapped. Capitals are no slips, nor is it one to write a capital, a
/// space or a hyphen for `_`.
pub fn nearest<'k>(
    word: &str,
    known: impl Iterator<Item = &'k str> + Clone,
    slips: usize,
) -> Option<&'k str> {
    let word = word.trim();
    let longest = known.clone().map(str::len).max().unwrap_or_default() + slips;
    // What is too long is near nothing, and to measure how far would take time.
    if word.chars().take(longest + 1).count() > longest {
        return None;
    }
    let word = in_snake_case(word);
    let length = word.chars().count();
    known
        .filter(|candidate| candidate.len().abs_diff(length) <= slips)
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|(distance, _)| *distance <= slips)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `entityName`, `Entity Name` and `entity-name` as `entity_name`.
fn in_snake_case(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let mut was_lower = false;
    for character in word.chars() {
        if was_lower && character.is_uppercase() {
            out.push('_');
        }
        was_lower = character.is_lowercase();
        match character {
            '-' | ' ' => out.push('_'),
            other => out.extend(other.to_lowercase()),
        }
    }
    out
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
        assert_eq!(nearest("naturalGas"), Some("natural_gas"));
        assert_eq!(nearest("heat"), None);
    }
}
