//! What stands around a place in a text that is JSON up to there.

use std::ops::Range;

/// The brackets that are open at a place, and the token before it.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// The places of the brackets that are open, the innermost last.
    pub(crate) open: Vec<usize>,
    /// The last token that ends before the place.
    pub(crate) last: Range<usize>,
    /// Where the string begins that the place is in.
    pub(crate) string: Option<usize>,
    /// Whether the last byte was part of a number or word.
    in_word: bool,
}

impl Context {
    /// Reads a text up to a place.
    pub(crate) fn before(at: usize, content: &str) -> Self {
        let mut context = Self::default();
        let mut escaped = false;
        for (offset, byte) in content.bytes().take(at).enumerate() {
            match (byte, context.string) {
                _ if escaped => escaped = false,
                (b'\\', Some(_)) => escaped = true,
                (b'"', Some(start)) => {
                    context.last = start..offset + 1;
                    context.string = None;
                    context.in_word = false;
                }
                (_, Some(_)) => {}
                (b'"', None) => context.string = Some(offset),
                _ => context.outside_strings(offset, byte),
            }
        }
        context
    }

    fn outside_strings(&mut self, offset: usize, byte: u8) {
        let was_in_word = std::mem::take(&mut self.in_word);
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => return,
            b'{' | b'[' => self.open.push(offset),
            b'}' | b']' => drop(self.open.pop()),
            b',' | b':' => {}
            _ => self.in_word = true,
        }
        if was_in_word && self.in_word {
            self.last.end = offset + 1;
        } else {
            self.last = offset..offset + 1;
        }
    }
}

/// The run of characters at a place that people would take for one word: up to white space or
/// what separates values.
pub(crate) fn word_at(content: &str, at: usize) -> Range<usize> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '{' | '}' | '[' | ']');
    let rest = content.get(at..).unwrap_or_default();
    at..at + rest.find(ends).unwrap_or(rest.len())
}
