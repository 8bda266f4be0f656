//! Reading a JSON text piece by piece, and knowing where each piece is.

use serde::de::{DeserializeSeed, Error, IgnoredAny};
use serde_json::{Deserializer, Result};

use crate::walk::JsonType;

/// What is left to read of a JSON text.
///
/// A visitor of `serde` isn't told where a value begins and ends. `RawValue` tells, but what it
/// holds has to be read again: this reads a value once and gives its text along with it.
pub(crate) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(json: &'a str) -> Self {
        Self { rest: json }
    }

    /// The type that the next value has, if it is JSON.
    pub(crate) fn next_type(&self) -> JsonType {
        JsonType::of(self.rest)
    }

    /// Reads one value: what the seed makes of it, and its text. An error leaves it unread.
    pub(crate) fn value<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<(S::Value, &'a str)> {
        self.skip_space();
        let mut deserializer = Deserializer::from_str(self.rest);
        let value = seed.deserialize(&mut deserializer)?;
        // Only as an iterator over further values it tells how far it has read.
        let length = deserializer.into_iter::<IgnoredAny>().byte_offset();
        let (json, rest) = self.rest.split_at(length);
        self.rest = rest;
        Ok((value, json))
    }

    /// Reads an object. `member` gets each key, and has to read the value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, String) -> Result<()>,
    ) -> Result<()> {
        self.between(['{', '}'], |cursor| {
            let (key, _) = cursor.value(std::marker::PhantomData)?;
            cursor.expect(':')?;
            member(cursor, key)
        })
    }

    /// Reads an array. `element` has to read one value each time it is called.
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.between(['[', ']'], element)
    }

    /// Reads the end of the text, where nothing but white space may stand.
    pub(crate) fn end(mut self) -> Result<()> {
        self.skip_space();
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Error::custom("expected the end of the text"))
        }
    }

    fn between(
        &mut self,
        [open, close]: [char; 2],
        mut item: impl FnMut(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.expect(open)?;
        if self.take(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(close) {
                return Ok(());
            }
            self.expect(',')?;
        }
    }

    fn expect(&mut self, token: char) -> Result<()> {
        if self.take(token) {
            Ok(())
        } else {
            Err(Error::custom(format_args!("expected `{token}`")))
        }
    }

    fn take(&mut self, token: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes on to the next token (RFC 8259 §2).
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use super::*;

    fn numbers(json: &str) -> Option<Vec<(u8, &str)>> {
        let mut cursor = Cursor::new(json);
        let mut numbers = Vec::new();
        cursor
            .array(|cursor| {
                numbers.push(cursor.value(PhantomData)?);
                Ok(())
            })
            .ok()?;
        cursor.end().ok()?;
        Some(numbers)
    }

    #[test]
    fn each_value_comes_with_its_text() {
        assert_eq!(numbers(" [ 1 ,\t2\r\n] "), Some(vec![(1, "1"), (2, "2")]));
        assert_eq!(numbers("[ ]"), Some(vec![]));
        let mut cursor = Cursor::new(r#"{ "\u0061" : [ "b" ] , "c":{}}"#);
        let mut members = Vec::new();
        let read = cursor.object(|cursor, key| {
            members.push((key, cursor.value(PhantomData::<IgnoredAny>)?.1));
            Ok(())
        });
        read.unwrap();
        assert_eq!(
            members,
            [("a".to_owned(), r#"[ "b" ]"#), ("c".to_owned(), "{}")]
        );
    }

    #[test]
    fn what_the_grammar_does_not_have_is_refused() {
        for json in [
            "",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "[1]]",
            "{}",
            "[1\u{a0}]",
            "[1\u{b}]",
            "[01]",
            "[1.]",
            "[\"1\"]",
        ] {
            assert_eq!(numbers(json), None, "{json}");
        }
        for json in [
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:1}",
            "{a:1}",
            "[]",
        ] {
            let mut cursor = Cursor::new(json);
            let read =
                cursor.object(|cursor, _| cursor.value(PhantomData::<IgnoredAny>).map(|_| ()));
            assert!(read.is_err(), "{json}");
        }
    }
}
