//! What people write that is not JSON, and what to write instead.

use crate::scope::Words;
use crate::text::Text;
use crate::walk::{MAX_DEPTH, TOO_DEEP};

/// What is wrong with bytes that are not the UTF-8 text of a document.
pub(crate) fn explain_encoding(bytes: &[u8], invalid_at: Option<usize>) -> Option<Words> {
    const SAVE_AS: &str = "save the file as UTF-8 without a byte order mark (BOM)";
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => Some(
            Words::new("the file begins with a byte order mark (BOM), which JSON does not allow")
                .help(SAVE_AS),
        ),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..] => {
            Some(Words::new("the file is in UTF-16, but JSON must be in UTF-8").help(SAVE_AS))
        }
        _ if bytes.trim_ascii().is_empty() => {
            Some(Words::new("the file is empty").help("write a JSON document, beginning with `{`"))
        }
        _ => invalid_at.map(|at| {
            let byte = bytes.get(at).copied().unwrap_or_default();
            Words::new(format!("the byte 0x{byte:02X} here is not UTF-8")).help(format!(
                "the file is probably in Windows-1252 or Latin-1: {SAVE_AS}"
            ))
        }),
    }
}

/// What is wrong at a parser's error, and the byte where it is best shown.
pub(crate) fn explain(text: &Text<'_>, at: usize, error: &serde_json::Error) -> (usize, Words) {
    if error.is_eof() {
        return unfinished(text);
    }
    let message = error.to_string();
    let fault = Fault::new(text.content, at, &message);
    fault.trailing_comma().map_or_else(
        || (at, fault.words()),
        |comma| {
            let words = Words::new("there is a comma after the last element")
                .help("remove the comma: JSON does not allow one before `]` or `}`");
            (comma, words)
        },
    )
}

/// A place at which a parser gave up.
struct Fault<'t> {
    message: &'t str,
    before: &'t str,
    rest: &'t str,
}

impl<'t> Fault<'t> {
    fn new(content: &'t str, at: usize, message: &'t str) -> Self {
        let (before, rest) = content.split_at_checked(at).unwrap_or((content, ""));
        Self {
            message,
            before,
            rest,
        }
    }

    fn says(&self, words: &str) -> bool {
        self.message.starts_with(words)
    }

    fn trailing_comma(&self) -> Option<usize> {
        let before = self.before.trim_ascii_end();
        let closes = self.rest.starts_with(['}', ']']);
        (closes && before.ends_with(',')).then(|| before.len() - 1)
    }

    fn words(&self) -> Words {
        let next = self.rest.chars().next().unwrap_or_default();
        if self.says(TOO_DEEP) || self.says("recursion limit") {
            return Words::new(format!(
                "arrays and objects are nested deeper than {MAX_DEPTH}"
            ))
            .help("Clients refuse such documents: nest less deeply");
        }
        self.inside_string()
            .or_else(|| self.of_character(next))
            .unwrap_or_else(|| self.of_place())
    }

    /// Faults inside a string.
    fn inside_string(&self) -> Option<Words> {
        if self.says("control character") {
            return Some(
                Words::new("a string goes over the end of its line, or has a tab in it").help(
                    "close the string with `\"` in the same line; write `\\n` for a new line, \
                     `\\t` for a tab",
                ),
            );
        }
        if self.says("invalid escape") {
            return Some(
                Words::new(
                    "a `\\` in a string is followed by a character that it can't stand before",
                )
                .help("write `\\\\` where a backslash is meant"),
            );
        }
        let surrogate = [
            "lone leading surrogate",
            "unexpected end of hex",
            "invalid unicode",
        ];
        surrogate.iter().any(|words| self.says(words)).then(|| {
            Words::new("a `\\u` escape here is only half of a character")
                .help("write the character itself, or both halves of its surrogate pair")
        })
    }

    /// Characters that other languages and word processors use.
    fn of_character(&self, next: char) -> Option<Words> {
        let words = match next {
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2018}' | '\u{2019}' => {
                Words::new("there is a curly quotation mark here").help(
                    "write straight quotation marks, `\"`; word processors replace them as you \
                     type, a plain text editor does not",
                )
            }
            '\'' => Words::new("there is a single quotation mark here")
                .help("write strings in double quotation marks: `\"`"),
            '\u{A0}' | '\u{FEFF}' | '\u{200B}' => {
                Words::new("there is an invisible character here").help("replace it with a space")
            }
            '#' => comment(),
            '/' if self.rest.starts_with("//") || self.rest.starts_with("/*") => comment(),
            _ => return self.of_literal(),
        };
        Some(words)
    }

    /// Words that other languages have for JSON's.
    fn of_literal(&self) -> Option<Words> {
        let before = self
            .before
            .trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let whole = [&self.before[before.len()..], self.rest].concat();
        let literals = [
            ("True", "true"),
            ("TRUE", "true"),
            ("False", "false"),
            ("FALSE", "false"),
            ("None", "null"),
            ("NULL", "null"),
            ("Null", "null"),
            ("nil", "null"),
            ("undefined", "null"),
            ("NaN", "null"),
        ];
        let (wrong, right) = literals
            .iter()
            .find(|(wrong, _)| whole.starts_with(wrong))?;
        Some(Words::new(format!("`{wrong}` is no JSON")).help(format!("write `{right}`")))
    }

    fn of_place(&self) -> Words {
        let after_value = self.before.trim_ascii_end();
        if self.says("expected `,` or") {
            let container = if self.says("expected `,` or `]`") {
                "array"
            } else {
                "object"
            };
            return Words::new(format!(
                "a comma or the end of the {container} was expected here"
            ))
            .help(
                if after_value.ends_with(['"', '}', ']']) && self.rest.starts_with(['"', '{', '['])
                {
                    "put a comma between the two"
                } else {
                    "look for a missing comma, quotation mark or bracket just before"
                },
            );
        }
        if self.says("expected `:`") {
            return Words::new("a `:` was expected after the field's name");
        }
        if self.says("key must be a string") {
            return Words::new("the name of a field was expected here, in quotation marks")
                .help("write the name as `\"name\"`");
        }
        if self.says("trailing characters") {
            return Words::new("the document has ended, but more text follows")
                .help("look for a bracket too many before this place, or remove what follows");
        }
        if self.says("number out of range") {
            return Words::new("this number is too large for Clients to read");
        }
        if self.says("invalid number") {
            return Words::new("this is no number as JSON writes them")
                .help("no leading zeros, no `+`, digits on both sides of the point");
        }
        Words::new("a value was expected here").help(
            "a value is a string in quotation marks, a number, `true`, `false`, `null`, an array \
             or an object",
        )
    }
}

fn comment() -> Words {
    Words::new("there is a comment here, and JSON has none")
        .help("remove the comment; a field of your own, say `\"comment\"`, can hold it")
}

/// A text that ends too early.
fn unfinished(text: &Text<'_>) -> (usize, Words) {
    let end = text.content.trim_ascii_end().len();
    let mut open = Vec::new();
    let mut string = None;
    let mut escaped = false;
    for (offset, byte) in text.content.bytes().enumerate() {
        match (byte, string) {
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', Some(_)) => string = None,
            (b'"', None) => string = Some(offset),
            (b'{' | b'[', None) => open.push((offset, byte)),
            (b'}' | b']', None) => drop(open.pop()),
            _ => {}
        }
    }
    if let Some(offset) = string {
        let words = Words::new("this string is never closed").help("close it with `\"`");
        return (offset, words);
    }
    let Some((offset, bracket)) = open.pop() else {
        return (end, Words::new("the document ends before it is complete"));
    };
    let closing = if bracket == b'{' { '}' } else { ']' };
    let opening = char::from(bracket);
    let line = text.place(offset..offset).line;
    let message = format!("the file ends, but the `{opening}` of line {line} is not closed");
    (
        end,
        Words::new(message).help(format!("add the missing `{closing}`")),
    )
}
