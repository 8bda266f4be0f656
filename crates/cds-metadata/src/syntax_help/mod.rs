//! What people write that is not JSON, and what to write instead.

mod beginning;
mod brackets;
mod characters;
mod commas;
mod end;
mod numbers;
mod quotes;
mod words;

use std::ops::Range;

use crate::scope::Words;
use crate::syntax_context::Context;
use crate::text::{FloorBoundary, Text};
use crate::walk::{MAX_DEPTH, TOO_DEEP};

pub(crate) use commas::trailing_comma;

/// A fault of syntax: the bytes where it is best shown, and what to say.
pub(crate) type Fault = (Range<usize>, Words);

/// What is wrong at a parser's error, which is at the byte `at`.
pub(crate) fn explain(text: &Text<'_>, at: usize, error: &serde_json::Error) -> Fault {
    if error.is_eof() {
        return end::explain(text);
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

impl<'t> Site<'t> {
    fn explain(&self) -> Fault {
        if self.says(TOO_DEEP) || self.says("recursion limit") {
            let message = format!("lists and objects are nested deeper than {MAX_DEPTH}");
            let help = "Clients refuse such documents: nest less deeply";
            return (self.here(), Words::new(message).help(help));
        }
        if let Some(start) = self.context.string {
            return self.inside_string(start);
        }
        self.at_beginning()
            .or_else(|| self.of_comma())
            .or_else(|| self.of_quote_before_punctuation())
            .or_else(|| self.of_character())
            .or_else(|| self.of_string_that_ended())
            .or_else(|| self.of_number())
            .or_else(|| self.of_word())
            .or_else(|| self.of_brackets())
            .unwrap_or_else(|| self.of_what_is_missing())
    }

    fn says(&self, words: &str) -> bool {
        self.message.starts_with(words)
    }

    fn expects_value(&self) -> bool {
        self.says("expected value") || self.says("expected ident")
    }

    fn expects_key(&self) -> bool {
        self.says("key must be a string")
    }

    fn expects_colon(&self) -> bool {
        self.says("expected `:`")
    }

    fn expects_comma(&self) -> bool {
        self.says("expected `,`")
    }

    fn is_after_the_end(&self) -> bool {
        self.says("trailing characters")
    }

    fn content(&self) -> &'t str {
        self.text.content
    }

    /// The character at which the parser gave up.
    fn here(&self) -> Range<usize> {
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// The token before that.
    fn last(&self) -> &'t str {
        let last = self.context.last.clone();
        self.content().get(last).unwrap_or_default()
    }

    /// The place right after that.
    fn after_last(&self) -> Range<usize> {
        let end = self.context.last.end;
        end..end
    }

    /// The innermost bracket that is open.
    fn bracket(&self) -> Option<Bracket> {
        self.context.open.last().and_then(|at| self.bracket_at(*at))
    }

    /// The bracket around that.
    fn outer_bracket(&self) -> Option<Bracket> {
        let outer = self.context.open.iter().nth_back(1);
        outer.and_then(|at| self.bracket_at(*at))
    }

    fn bracket_at(&self, at: usize) -> Option<Bracket> {
        let is_object = match self.content().as_bytes().get(at)? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        Some(Bracket { at, is_object })
    }

    fn is_in_object(&self) -> bool {
        self.bracket().is_some_and(|bracket| bracket.is_object)
    }

    /// Whether the innermost bracket is a list whose first element is an object.
    fn is_in_list_of_objects(&self) -> bool {
        self.bracket().is_some_and(|bracket| {
            let inside = &self.content()[bracket.at + 1..];
            !bracket.is_object && inside.trim_ascii_start().starts_with('{')
        })
    }

    /// The name of the field that begins here, with its quotation marks, if one does.
    fn name_here(&self) -> Option<&'t str> {
        let inside = self.rest.strip_prefix('"')?;
        let end = inside.find(['"', '\n', '\\'])?;
        let after = inside[end..].strip_prefix('"')?.trim_ascii_start();
        after.starts_with(':').then(|| &self.rest[..end + 2])
    }
}

/// A bracket that is open.
#[derive(Debug, Clone, Copy)]
struct Bracket {
    at: usize,
    is_object: bool,
}

impl Bracket {
    const fn opening(self) -> char {
        if self.is_object { '{' } else { '[' }
    }

    const fn closing(self) -> char {
        if self.is_object { '}' } else { ']' }
    }
}
