//! From bytes to text, and from a parser's error to words that help.

use std::cell::Cell;

use serde::de::DeserializeSeed;

use crate::finding::Finding;
use crate::report::Report;
use crate::rules::json_syntax::JSON_SYNTAX;
use crate::scope::Words;
use crate::syntax_help::{explain, explain_encoding};
use crate::text::Text;
use crate::walk::Walk;

/// The bytes as text, if they are UTF-8 (RFC 8259 §8.1) and not empty.
pub(crate) fn decode<'s>(name: &str, bytes: &'s [u8], report: &mut Report) -> Option<Text<'s>> {
    let (content, invalid_at) = match std::str::from_utf8(bytes) {
        Ok(content) => (content, None),
        Err(error) => {
            let valid = &bytes[..error.valid_up_to()];
            (
                std::str::from_utf8(valid).unwrap_or_default(),
                Some(error.valid_up_to()),
            )
        }
    };
    let text = Text::new(name, content);
    match explain_encoding(bytes, invalid_at) {
        Some(words) => {
            find(&text, invalid_at.unwrap_or_default(), words, report);
            None
        }
        None => Some(text),
    }
}

/// Finds the first fault of syntax in a text that could not be read.
pub(crate) fn report(text: &Text<'_>, report: &mut Report) {
    let repeated_key = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(text.content);
    let walk = Walk {
        depth: 0,
        repeated_key: &repeated_key,
    };
    let Err(error) = walk
        .deserialize(&mut deserializer)
        .and_then(|_| deserializer.end())
    else {
        return;
    };
    let offset = (text.line_start(error.line()) + error.column()).saturating_sub(1);
    let (offset, words) = explain(text, offset, &error);
    find(text, offset, words, report);
}

fn find(text: &Text<'_>, offset: usize, words: Words, report: &mut Report) {
    let length = text.content[offset.min(text.content.len())..]
        .chars()
        .next();
    let end = offset + length.map_or(0, char::len_utf8);
    report.push(Finding {
        rule: &JSON_SYNTAX,
        severity: JSON_SYNTAX.severity,
        file: text.name.clone(),
        place: Some(text.place(offset..end)),
        pointer: None,
        message: words.message,
        help: words.help,
    });
}
