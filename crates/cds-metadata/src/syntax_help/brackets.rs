//! Brackets and braces: missing, too many, or the wrong ones.

use crate::scope::Words;
use crate::shown::shown;

use super::{Bracket, Fault, Site};

impl Site<'_> {
    pub(super) fn of_brackets(&self) -> Option<Fault> {
        if self.is_after_the_end() {
            return Some((self.here(), self.after_the_end()));
        }
        let bracket = self.bracket()?;
        if self.expects_comma() && self.rest.starts_with(['}', ']']) {
            return Some((self.here(), self.other_bracket(bracket)));
        }
        if self.expects_comma() && self.rest.starts_with(':') && !bracket.is_object {
            return Some((self.context.last.clone(), self.name_in_list(bracket)));
        }
        let begins_object = bracket.is_object && self.rest.starts_with('{');
        if begins_object && (self.expects_comma() || self.expects_key()) {
            return Some(self.object_in_object(bracket));
        }
        None
    }

    /// A bracket closes that is not the one which is open.
    fn other_bracket(&self, bracket: Bracket) -> Words {
        let other = &self.rest[..1];
        let (opening, closing) = (bracket.opening(), bracket.closing());
        let line = self.text.line_of(bracket.at);
        if self.last() == other {
            return Words::new(format!(
                "there is a `{other}` too many here, or the `{opening}` of line {line} is not closed"
            ))
            .help(format!("remove the `{other}`, or write `{closing}` before it"));
        }
        Words::new(format!(
            "the `{opening}` of line {line} is not closed before this `{other}`"
        ))
        .help(format!(
            "add the missing `{closing}`, or remove the `{other}`"
        ))
    }

    /// A field stands where an element of a list should.
    fn name_in_list(&self, bracket: Bracket) -> Words {
        let name = shown(self.last());
        let line = self.text.line_of(bracket.at);
        let before = self.content()[bracket.at + 1..self.context.last.start].trim_ascii();
        if before.is_empty() || self.is_in_list_of_objects() {
            return Words::new(format!("the `{{` before the field `{name}` is missing"))
                .help("write `{` before the first field of an entry and `}` after the last");
        }
        Words::new(format!(
            "the `[` of line {line} is not closed before the field `{name}`"
        ))
        .help("write `]` after the last element of the list")
    }

    /// An object begins where the next field of one should.
    fn object_in_object(&self, bracket: Bracket) -> Fault {
        let line = self.text.line_of(bracket.at);
        let is_entry = self.outer_bracket().is_some_and(|outer| !outer.is_object);
        if !is_entry {
            let words = Words::new("this `{` has no name before it").help(
                "an entry belongs between the brackets of the list, `[ … ]`; between `{` and `}` \
                 each value has a name before it: `\"name\": value`",
            );
            return (self.here(), words);
        }
        let words = Words::new(format!(
            "the `{{` of line {line} is not closed before the next `{{`"
        ));
        let help = match self.last() {
            "," => "write `}` before the comma",
            _ => "write `},` here",
        };
        (self.after_last(), words.help(help))
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
