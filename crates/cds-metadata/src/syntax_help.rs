//! What people write that is not JSON, and what to write instead.

use std::ops::Range;

use crate::scope::Words;
use crate::shown::shown;
use crate::similar::nearest;
use crate::syntax_context::{Context, word_at};
use crate::text::{FloorBoundary, Text};
use crate::walk::{MAX_DEPTH, TOO_DEEP};

/// A fault of syntax: the bytes where it is best shown, and what to say.
pub(crate) type Fault = (Range<usize>, Words);

/// What is wrong at a parser's error, which is at the byte `at`.
pub(crate) fn explain(text: &Text<'_>, at: usize, error: &serde_json::Error) -> Fault {
    if error.is_eof() {
        return unfinished(text);
    }
    let at = text.content.floor_boundary(at);
    let message = error.to_string();
    let site = Site {
        text,
        message: &message,
        at,
        rest: text.content.get(at..).unwrap_or_default(),
        context: Context::before(at, text.content),
    };
    site.explain()
}

/// The place at which a parser gave up.
struct Site<'t> {
    text: &'t Text<'t>,
    message: &'t str,
    at: usize,
    rest: &'t str,
    context: Context,
}

impl Site<'_> {
    fn explain(&self) -> Fault {
        if self.says(TOO_DEEP) || self.says("recursion limit") {
            let message = format!("arrays and objects are nested deeper than {MAX_DEPTH}");
            let help = "Clients refuse such documents: nest less deeply";
            return (self.here(), Words::new(message).help(help));
        }
        if let Some(start) = self.context.string {
            return self.inside_string(start);
        }
        self.at_beginning()
            .or_else(|| self.of_comma())
            .or_else(|| self.of_character())
            .or_else(|| self.of_number())
            .or_else(|| self.of_word())
            .unwrap_or_else(|| self.of_place())
    }

    fn says(&self, words: &str) -> bool {
        self.message.starts_with(words)
    }

    /// The character at which the parser gave up.
    fn here(&self) -> Range<usize> {
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// The token before that.
    fn last(&self) -> &str {
        let last = self.context.last.clone();
        self.text.content.get(last).unwrap_or_default()
    }

    fn expects_value(&self) -> bool {
        self.says("expected value") || self.says("expected ident")
    }

    fn expects_key(&self) -> bool {
        self.says("key must be a string")
    }

    fn expects_comma(&self) -> bool {
        self.says("expected `,`")
    }

    /// The innermost bracket that is open, and where it is.
    fn bracket(&self) -> Option<(char, usize)> {
        let offset = *self.context.open.last()?;
        let bracket = self.text.content.as_bytes().get(offset)?;
        Some((char::from(*bracket), offset))
    }

    /// Faults inside a string that begins at `start`.
    fn inside_string(&self, start: usize) -> Fault {
        if !self.says("control character") {
            return self.of_escape(start);
        }
        let character = self.rest.chars().next().unwrap_or_default();
        match character {
            '\n' | '\r' => (
                start..self.at,
                Words::new("this text is not closed at the end of its line")
                    .help("close it with `\"`; for a line break in a text write `\\n`"),
            ),
            '\t' => (
                self.here(),
                Words::new("there is a tab in a text").help("write a space, or `\\t`"),
            ),
            other => (
                self.here(),
                Words::new(format!(
                    "there is an invisible control character (U+{:04X}) in a text",
                    u32::from(other)
                ))
                .help("remove it"),
            ),
        }
    }

    fn of_escape(&self, start: usize) -> Fault {
        let upto_here = &self.text.content[start..self.here().end];
        let backslash = start + upto_here.rfind('\\').unwrap_or(0);
        let span = backslash..self.here().end;
        if self.says("invalid escape") && self.rest.starts_with('\'') {
            let words = Words::new("`\\'` is no JSON").help("write `'` without the backslash");
            return (span, words);
        }
        if self.says("invalid escape") {
            let words = Words::new("a single `\\` in a text has a meaning of its own in JSON")
                .help(
                    "write `\\\\` where a backslash is meant; in URLs and paths of URLs write `/`",
                );
            return (span, words);
        }
        let words = Words::new("this `\\u` escape is only half of a character")
            .help("write the character itself, or both halves of its surrogate pair");
        (span, words)
    }

    /// A text that doesn't even begin like JSON.
    fn at_beginning(&self) -> Option<Fault> {
        let beginning = self.text.content.trim_ascii_start();
        let help = "the file must hold the JSON document alone, beginning with `{`";
        let start = self.text.content.len() - beginning.len();
        let word = word_at(self.text.content, start);
        let is_word = beginning.starts_with(char::is_alphabetic) && self.at < word.end;
        let what = if beginning.starts_with('<') {
            "the file is a web page or XML, not JSON".to_owned()
        } else if beginning.starts_with("---")
            || is_word && beginning[..word.end - start].ends_with(':')
        {
            "the file is YAML, not JSON".to_owned()
        } else if self.context.open.is_empty() && self.rest.starts_with(':') {
            "the `{` at the beginning of the document is missing".to_owned()
        } else if is_word {
            let line = beginning.lines().next().unwrap_or_default();
            format!(
                "a JSON document begins with `{{`, but this file with `{}`",
                shown(line)
            )
        } else {
            return None;
        };
        Some((word, Words::new(what).help(help)))
    }

    /// Commas too many.
    fn of_comma(&self) -> Option<Fault> {
        if self.last() == "," && self.rest.starts_with(['}', ']']) {
            return Some((self.context.last.clone(), trailing_comma()));
        }
        if !self.rest.starts_with(',') {
            return None;
        }
        let words = match self.last() {
            "," | "{" | "[" => Words::new("there is a comma too many").help("remove it"),
            ":" => self.value_missing(),
            _ if self.says("trailing characters") => {
                Words::new("the document has ended, but a comma follows")
                    .help("remove it; several entries are written in brackets: `[ {…}, {…} ]`")
            }
            _ => return None,
        };
        Some((self.here(), words))
    }

    /// Characters that other languages and word processors use.
    fn of_character(&self) -> Option<Fault> {
        let next = self.rest.chars().next()?;
        let words = match next {
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '«'
            | '»' => curly_quote(),
            '\'' | '`' | '´' => Words::new("there is a single quotation mark here")
                .help("write double quotation marks, `\"`, on both sides of the text"),
            '(' | ')' => Words::new("there is a round bracket here")
                .help("arrays are written in square brackets: `[ … ]`"),
            '#' => comment(),
            '/' if self.rest.starts_with("//") || self.rest.starts_with("/*") => comment(),
            ';' => Words::new("there is a semicolon here").help("write a comma, or remove it"),
            '=' => Words::new("there is a `=` here").help("write `:` between name and value"),
            '\0' => Words::new("there is a zero byte here")
                .help("the file was damaged when it was saved: restore it from a copy"),
            '\u{A0}'
            | '\u{AD}'
            | '\u{FEFF}'
            | '\u{2000}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}'
            | '\u{2060}'
            | '\u{3000}' => Words::new(format!(
                "there is an invisible character (U+{:04X}) here",
                u32::from(next)
            ))
            .help("replace it with a plain space; it often comes with text that was copied"),
            other if other.is_control() => Words::new(format!(
                "there is a control character (U+{:04X}) here",
                u32::from(next)
            ))
            .help("remove it"),
            other if !other.is_ascii() && !other.is_alphanumeric() => Words::new(format!(
                "`{other}` (U+{:04X}) can't stand here",
                u32::from(next)
            ))
            .help("write the plain comma, colon or quotation mark, or remove it"),
            _ => return self.string_ended_early(),
        };
        Some((self.here(), words))
    }

    /// Text that follows right after a closing quotation mark.
    fn string_ended_early(&self) -> Option<Fault> {
        let last = self.last();
        if !last.ends_with('"') || self.rest.starts_with(['"', '{', '[', '}', ']', ',', ':']) {
            return None;
        }
        let span = self.context.last.clone();
        if last.contains(['\u{201C}', '\u{201D}', '\u{201E}']) {
            return Some((span, curly_quote()));
        }
        let is_name = self.says("expected `:`");
        let inside = last.trim_matches('"').trim_end();
        if is_name && inside.ends_with(':') {
            let name = shown(inside.trim_end_matches(':'));
            let words = Words::new("the `\"` after the field's name is missing")
                .help(format!("write `\"{name}\":`"));
            return Some((span, words));
        }
        if span.end != self.at {
            return None;
        }
        let words = Words::new("the text ends at this `\"`, but more follows").help(
            "write `\\\"` for a quotation mark inside a text; or a `\"` before or after it is \
             missing",
        );
        Some((span.end - 1..span.end, words))
    }

    /// Numbers as JSON doesn't write them.
    fn of_number(&self) -> Option<Fault> {
        let is_number = self.says("invalid number") || self.says("number out of range");
        let last = self.last();
        let goes_on =
            last.ends_with(|c: char| c.is_ascii_digit()) && self.context.last.end == self.at;
        let begins = self.rest.starts_with(['+', '.', '-']) && self.expects_value();
        if !(is_number || goes_on || begins) {
            return None;
        }
        let start = if self.context.last.end == self.at && !begins {
            self.context.last.start
        } else {
            self.at
        };
        let span = start..word_at(self.text.content, self.at).end;
        let number = &self.text.content[span.clone()];
        let words = if self.says("number out of range") {
            Words::new("this number is too large for Clients to read")
                .help("write it as a text, in quotation marks")
        } else if number.contains(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')) {
            let words = Words::new("this text is not in quotation marks");
            words.help("write `\"` before and after it; only numbers stand without")
        } else {
            Words::new("this is no number as JSON writes them")
                .help("no leading zeros, no `+`, and digits on both sides of the point")
        };
        Some((span, words))
    }

    /// Words that stand without quotation marks.
    fn of_word(&self) -> Option<Fault> {
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '/' | '.');
        // A parser that began to read `nonsense` as `null` gives up within the word.
        let start = if self.context.last.end == self.at && self.last().starts_with(is_letter) {
            self.context.last.start
        } else {
            self.at
        };
        let content = self.text.content;
        if !content[start..].starts_with(is_letter) || !(self.expects_value() || self.expects_key())
        {
            return None;
        }
        let word = &content[word_at(content, start)];
        let words = if self.expects_key() {
            let name = word.split([':', '=']).next().unwrap_or_default();
            return Some((
                start..start + name.len(),
                Words::new("the name of this field is not in quotation marks")
                    .help(format!("write `\"{}\"`", shown(name))),
            ));
        } else if let Some(literal) = literal(word) {
            Words::new(format!("`{word}` is no JSON")).help(format!("write `{literal}`"))
        } else {
            Words::new("this text is not in quotation marks").help(
                "write `\"` before and after it; only numbers, `true`, `false` and `null` stand \
                 without",
            )
        };
        Some((start..start + word.len(), words))
    }

    fn of_place(&self) -> Fault {
        if self.expects_comma() {
            return self.comma_missing();
        }
        if self.says("trailing characters") {
            return (self.here(), self.after_the_end());
        }
        let words = if self.says("expected `:`") {
            self.colon_missing()
        } else if self.expects_key() {
            Words::new("the name of a field was expected here")
                .help("between `{` and `}` each value has a name before it: `\"name\": value`")
        } else if self.last() == ":" {
            self.value_missing()
        } else {
            Words::new("a value was expected here").help(
                "a value is a text in quotation marks, a number, `true`, `false`, `null`, an \
                 array `[ … ]` or an object `{ … }`",
            )
        };
        (self.here(), words)
    }

    fn value_missing(&self) -> Words {
        Words::new("the value after the `:` is missing")
            .help("write the value, or remove the whole field")
    }

    fn colon_missing(&self) -> Words {
        let name = shown(self.last());
        if self.rest.starts_with(['}', ',']) {
            return Words::new(format!("`{name}` has no value")).help(format!(
                "between `{{` and `}}` each value has a name before it: `\"name\": value`; a list \
                 of values is written in brackets: `[ {name} ]`"
            ));
        }
        Words::new(format!("a `:` is missing after the name `{name}`"))
            .help(format!("write `{name}: ` before the value"))
    }

    fn comma_missing(&self) -> Fault {
        let Some((open, offset)) = self.bracket() else {
            return (self.here(), Words::new("a comma was expected here"));
        };
        let line = self.text.line_of(offset);
        let (closing, other) = if open == '{' { ('}', ']') } else { (']', '}') };
        if self.rest.starts_with(other) {
            let words = Words::new(format!(
                "the `{open}` of line {line} is not closed before this `{other}`"
            ));
            let help = format!("add the missing `{closing}`, or remove the `{other}`");
            return (self.here(), words.help(help));
        }
        if self.rest.starts_with(':') && open == '[' {
            let name = shown(self.last());
            let words = Words::new(format!(
                "the name {name} stands in an array, the `[` of line {line}"
            ));
            let help = "close the array with `]` before it, or write name and value in braces: \
                        `{ \"name\": value }`";
            return (self.context.last.clone(), words.help(help));
        }
        let end = self.context.last.end;
        let words = Words::new("a comma is missing here, before what follows")
            .help(format!("write `,`, or `{closing}` if this was the last"));
        (end..end, words)
    }

    fn after_the_end(&self) -> Words {
        if self.rest.starts_with(['}', ']']) {
            let bracket = &self.rest[..1];
            return Words::new(format!("there is a `{bracket}` too many"))
                .help("remove it, or look for one that closes too early above");
        }
        if self.rest.starts_with(['{', '[']) {
            return Words::new("the document has ended, and a second one begins here").help(
                "keep one document in a file; several entries are written in brackets, with \
                 commas: `[ {…}, {…} ]`",
            );
        }
        Words::new("the document has ended, but more text follows")
            .help("remove what follows, or look for a bracket that closes too early above")
    }
}

/// What to say of a comma before a closing bracket.
pub(crate) fn trailing_comma() -> Words {
    Words::new("there is a comma after the last element")
        .help("remove the comma: JSON does not allow one before `]` or `}`")
}

/// What to write for words that other languages have for JSON's, and for slips.
fn literal(word: &str) -> Option<&'static str> {
    match word {
        "True" | "TRUE" | "yes" | "Yes" => Some("true"),
        "False" | "FALSE" | "no" | "No" => Some("false"),
        "None" | "NULL" | "Null" | "nil" | "undefined" | "NaN" | "N/A" | "n/a" => Some("null"),
        _ => nearest(word, ["true", "false", "null"].into_iter(), 1),
    }
}

fn curly_quote() -> Words {
    Words::new("there is a curly quotation mark here").help(
        "write straight quotation marks, `\"`; word processors replace them as you type, a plain \
         text editor does not",
    )
}

fn comment() -> Words {
    Words::new("there is a comment here, and JSON has none")
        .help("remove the comment; a field of your own, say `\"comment\"`, can hold it")
}

/// A text that ends too early.
fn unfinished(text: &Text<'_>) -> Fault {
    let content = text.content.trim_ascii_end();
    let end = content.len();
    let context = Context::before(end, content);
    if let Some(start) = context.string {
        let words = Words::new("this text is never closed").help("close it with `\"`");
        return (start..end, words);
    }
    // A `\u` with fewer than four bytes after it.
    if let Some(escape) = content.rfind("\\u").filter(|at| content.len() - at < 6) {
        let words = Words::new("four hexadecimal digits belong after `\\u`")
            .help("write the character itself, or `\\\\` where a backslash is meant");
        return (escape..escape + 2, words);
    }
    let Some(innermost) = context.open.last() else {
        return (
            end..end,
            Words::new("the document ends before it is complete"),
        );
    };
    let closing = |offset: &usize| {
        if content[*offset..].starts_with('{') {
            "}"
        } else {
            "]"
        }
    };
    // However many are open, a screen line of them is enough.
    let missing: Vec<_> = context.open.iter().rev().take(20).map(closing).collect();
    let line = text.line_of(*innermost);
    let opening = &content[*innermost..=*innermost];
    let message = format!("the file ends, but the `{opening}` of line {line} is not closed");
    let before = match content.as_bytes().last() {
        Some(b',') => "remove the last comma, and ",
        Some(b':') => "write the last value, and ",
        _ => "",
    };
    let help = format!(
        "{before}add what is missing at the end: `{}`",
        missing.join(" ")
    );
    (end..end, Words::new(message).help(help))
}
