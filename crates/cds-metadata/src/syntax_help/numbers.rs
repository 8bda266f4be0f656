//! Numbers as JSON doesn't write them.

use crate::meant::datetime;
use crate::scope::Words;
use crate::syntax_context::word_at;

use super::{Fault, Site};

impl Site<'_> {
    pub(super) fn of_number(&self) -> Option<Fault> {
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
        let span = start..word_at(self.content(), self.at).end;
        let number = &self.content()[span.clone()];
        let words = if let Some(date) = datetime::meant(number) {
            Words::new("a date and time is a text, in quotation marks")
                .help(format!("write `\"{date}\"`"))
        } else if self.says("number out of range") {
            Words::new("this number is too large for Clients to read")
                .help("write it as a text, in quotation marks")
        } else if number.contains(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')) {
            return Some(self.without_quotes(span));
        } else {
            Words::new("this is no number as JSON writes them")
                .help("no leading zeros, no `+`, and digits on both sides of the point")
        };
        Some((span, words))
    }
}
