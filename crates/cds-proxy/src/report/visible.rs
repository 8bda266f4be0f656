//! Text of unknown origin made safe to show.
//!
//! A document may hold terminal escape sequences, on purpose or by accident. Shown raw they could
//! hide a finding, retitle the window or worse.

use std::borrow::Cow;
use std::ops::Range;

/// The text with something visible in the place of every character that steers a terminal or
/// turns the direction of text. Tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text
        .chars()
        .all(|character| replacement(character).is_none())
    {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|character| replacement(character).unwrap_or(character))
        .collect()
}

/// [`visible`], but line breaks stay.
pub(super) fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// [`visible`] with the marked bytes moved along.
///
/// The mark is made to lie on character boundaries within the text, wherever it was.
pub(super) fn visible_marked(text: &str, mark: &Range<usize>) -> (String, Range<usize>) {
    let mut shown = String::with_capacity(text.len());
    let mut start = None;
    let mut end = 0;
    for (index, character) in text.char_indices() {
        if index + character.len_utf8() > mark.start {
            start.get_or_insert(shown.len());
        }
        shown.push(replacement(character).unwrap_or(character));
        if index < mark.end {
            end = shown.len();
        }
    }
    let start = start.unwrap_or(shown.len());
    let end = end.max(start);
    (shown, start..end)
}

/// JSON with what steers a terminal written as escapes (RFC 8259 §7), which say the same.
pub(super) fn escape_in_json(json: &str) -> Cow<'_, str> {
    // Line breaks between the tokens are the only control characters below U+0020 that JSON
    // written by a serializer has.
    let steers = |character: char| character >= '\x7f' && replacement(character).is_some();
    if !json.contains(steers) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if steers(character) {
            out.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn replacement(character: char) -> Option<char> {
    match character {
        '\t' => None,
        // U+2400 and up are pictures of the control characters.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)),
        '\x7f' => Some('\u{2421}'),
        // C1 controls: U+009B is a control sequence introducer of one character.
        '\u{80}'..='\u{9f}' => Some(char::REPLACEMENT_CHARACTER),
        // Line and paragraph separators, and all that turns the direction of text.
        '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(char::REPLACEMENT_CHARACTER),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_become_pictures_of_themselves() {
        assert_eq!(
            visible("\x1b]0;pwned\x07\u{9b}2J\r\n"),
            "␛]0;pwned␇\u{fffd}2J␍␊"
        );
        assert_eq!(visible("Straße\t日本"), "Straße\t日本");
        assert_eq!(visible_lines("one\x1b\r\ntwo"), "one␛\ntwo");
    }

    #[test]
    fn json_says_the_same_after_escaping() {
        let text = "\x1b\x7f\u{9b}1m\u{202e} ok\n";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = escape_in_json(&json);
        assert_eq!(escaped, "[\n  \"\\u001b\\u007f\\u009b1m\\u202e ok\\n\"\n]");
        assert_eq!(
            serde_json::from_str::<[String; 1]>(&escaped).unwrap(),
            [text]
        );
    }

    #[test]
    fn the_mark_moves_with_its_characters() {
        // ESC is one byte, its picture three.
        let (shown, mark) = visible_marked("a\x1b\"bc\"d", &(2..6));
        assert_eq!((shown.as_str(), &shown[mark]), ("a␛\"bc\"d", "\"bc\""));
        let (shown, mark) = visible_marked("\x1b\x1b", &(0..1));
        assert_eq!(&shown[mark], "␛");
    }

    #[test]
    fn a_mark_that_does_not_fit_is_made_to() {
        let inside_a_character = visible_marked("日本", &(1..4));
        assert_eq!(inside_a_character, ("日本".to_owned(), 0..6));
        assert_eq!(visible_marked("ab", &(2..2)), ("ab".to_owned(), 2..2));
        assert_eq!(visible_marked("ab", &(1..99)), ("ab".to_owned(), 1..2));
        assert_eq!(visible_marked("ab", &(50..99)), ("ab".to_owned(), 2..2));
        assert_eq!(visible_marked("", &(0..3)), (String::new(), 0..0));
    }
}
