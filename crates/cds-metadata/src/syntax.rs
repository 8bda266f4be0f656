//! From bytes to text, and from a parser's error to words that help.

use std::cell::Cell;

use serde::de::DeserializeSeed;

use crate::encoding_help::{self, windows_1252};
use crate::finding::Finding;
use crate::mend::commas;
use crate::place::Place;
use crate::report::Report;
use crate::rule::Rule;
use crate::rules::JSON_SYNTAX;
use crate::scope::Words;
use crate::syntax_help::{Fault, explain, trailing_comma};
use crate::text::Text;
use crate::walk::Walk;

/// Why bytes are no JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxFaults {
    /// The faults; empty if there are none.
    pub report: Report,
    /// The text with a space for each byte of a byte order mark and for each comma after a last
    /// element, if it is JSON then.
    pub mended: Option<String>,
}

/// Explains why bytes are no JSON text, encoding included. The findings are about the file of
/// this name and under this rule.
///
/// ```
/// use cds_metadata::{explain_syntax, rules::JSON_SYNTAX};
///
/// let faults = explain_syntax("map.json", b"[1, 2,]", &JSON_SYNTAX);
/// assert_eq!(
///     faults.report.findings()[0].to_string(),
///     "map.json:1:6: error[json-syntax]: there is a comma after the last element",
/// );
/// assert_eq!(faults.mended.as_deref(), Some("[1, 2 ]"));
/// ```
pub fn explain_syntax(file: &str, bytes: &[u8], rule: &'static Rule) -> SyntaxFaults {
    let mut report = Report::new();
    let mended = decode(file, bytes, &mut report).and_then(|text| self::report(&text, &mut report));
    SyntaxFaults {
        report: report.under(rule),
        mended,
    }
}

/// The byte order mark.
const MARK: &str = "\u{FEFF}";

/// The bytes as text, if they are UTF-8 (RFC 8259 §8.1) and not empty.
pub(crate) fn decode<'s>(name: &str, bytes: &'s [u8], report: &mut Report) -> Option<Text<'s>> {
    let decoded = std::str::from_utf8(bytes);
    let fault = match bytes.strip_prefix(MARK.as_bytes()) {
        // The rest of what begins with a mark is looked at, too.
        Some(rest) if decoded.is_ok() && encoding_help::explain(rest, None).is_none() => None,
        _ => encoding_help::explain(bytes, decoded.err()),
    };
    let Some((at, words)) = fault else {
        return decoded.ok().map(|content| Text::new(name, content));
    };
    let place = place_in_bytes(bytes, at);
    push(name, place, words, report);
    None
}

/// Finds what is wrong with a text that could not be read: every comma after a last element, up
/// to the first fault of another kind.
///
/// If there is no other, gives back the text with spaces for these commas and for a byte order
/// mark, so that what else is wrong with the document can be found at once.
pub(crate) fn report(text: &Text<'_>, report: &mut Report) -> Option<String> {
    let commas = commas::trailing(text.content.as_bytes());
    let mut mended = blank(text.content, &commas);
    if text.content.starts_with(MARK) {
        mended.replace_range(..MARK.len(), &" ".repeat(MARK.len()));
        push(
            &text.name,
            text.place(0..MARK.len()),
            encoding_help::byte_order_mark(),
            report,
        );
    }
    let text = text.mended(&mended);
    let fault = first_fault(&text);
    let end = fault.as_ref().map_or(mended.len(), |(span, _)| span.start);
    for comma in commas.into_iter().take_while(|comma| *comma < end) {
        let place = text.place(comma..comma + 1);
        push(&text.name, place, trailing_comma(), report);
    }
    let Some((span, words)) = fault else {
        return Some(mended);
    };
    push(&text.name, text.place(span), words, report);
    None
}

fn first_fault(text: &Text<'_>) -> Option<Fault> {
    let error = fault(text.content.as_bytes())?;
    let at = (text.line_start(error.line()) + error.column()).saturating_sub(1);
    Some(explain(text, at, &error))
}

/// What a parser complains about first.
pub(crate) fn fault(json: &[u8]) -> Option<serde_json::Error> {
    let repeated_key = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let walk = Walk {
        depth: 0,
        repeated_key: &repeated_key,
    };
    walk.deserialize(&mut deserializer)
        .and_then(|_| deserializer.end())
        .err()
}

/// The text with spaces at these bytes, which are characters of their own.
fn blank(content: &str, offsets: &[usize]) -> String {
    let mut blanked = String::with_capacity(content.len());
    for offset in offsets {
        blanked.push_str(&content[blanked.len()..*offset]);
        blanked.push(' ');
    }
    blanked.push_str(&content[blanked.len()..]);
    blanked
}

fn push(name: &str, place: Place, words: Words, report: &mut Report) {
    report.push(Finding {
        rule: &JSON_SYNTAX,
        severity: JSON_SYNTAX.severity,
        file: name.to_owned(),
        place: Some(place),
        pointer: None,
        message: words.message,
        help: words.help,
    });
}

/// The place of a byte in a file that is not UTF-8 there, with its line as Windows-1252 reads it.
fn place_in_bytes(bytes: &[u8], at: usize) -> Place {
    let line_end = bytes[at..].iter().position(|byte| *byte == b'\n');
    let line_end = line_end
        .map_or(bytes.len(), |length| at + length)
        .min(at + LINE);
    let mut content = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let readable = |byte: &u8| windows_1252(*byte).unwrap_or(char::REPLACEMENT_CHARACTER);
    // UTF-16 has a zero beside each letter.
    let letters = bytes[at..line_end].iter().filter(|byte| **byte != 0);
    content.extend(letters.map(readable));
    let length = content[at..].chars().next().map_or(0, char::len_utf8);
    let mut place = Place::of(&content, at..at + length);
    place.span = at..(at + 1).min(bytes.len());
    place
}

/// How much of a line that is not UTF-8 is read for an excerpt.
const LINE: usize = 400;
