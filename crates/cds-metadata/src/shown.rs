//! Showing in a message what an author wrote.

use std::borrow::Cow;

/// How many characters of a text are shown: enough to know it by, and a message stays a line.
const LONGEST: usize = 60;

/// A text as it can stand in a message: cut if it is long, control characters as their escapes,
/// so that a document can't make a terminal do things.
pub fn shown(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| !character.is_control() && !is_direction(character);
    let cut = text.char_indices().nth(LONGEST).map(|(offset, _)| offset);
    if cut.is_none() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for character in text[..cut.unwrap_or(text.len())].chars() {
        if is_plain(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
    }
    if cut.is_some() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// A text of a document with the quotes of messages, or words for an empty one.
pub fn quoted(text: &str) -> String {
    if text.is_empty() {
        "an empty text".to_owned()
    } else {
        format!("`{}`", shown(text))
    }
}

/// Whether a character turns the direction of writing, so that what follows reads as something
/// else (Unicode UAX #9 §2).
fn is_direction(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_shown_as_they_are() {
        assert_eq!(shown("Stadtwerke München"), "Stadtwerke München");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn long_texts_are_cut_and_controls_are_escaped() {
        assert_eq!(shown(&"ü".repeat(61)), format!("{}…", "ü".repeat(60)));
        assert_eq!(shown("\u{1b}[31m\u{202E}"), "\\u{1b}[31m\\u{202e}");
    }
}
