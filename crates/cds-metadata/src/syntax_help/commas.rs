//! Commas and colons: too many, missing, and what is missing beside them.

use crate::scope::Words;
use crate::shown::shown;

use super::{Fault, Site};

impl Site<'_> {
    /// Commas too many.
    pub(super) fn of_comma(&self) -> Option<Fault> {
        if self.last() == "," && self.rest.starts_with(['}', ']']) {
            return Some((self.context.last.clone(), trailing_comma()));
        }
        if !self.rest.starts_with(',') {
            return None;
        }
        let words = match self.last() {
            "," | "{" | "[" => Words::new("there is a comma too many").help("remove it"),
            ":" => value_missing(),
            _ if self.is_after_the_end() => {
                Words::new("the document has ended, but a comma follows")
                    .help("remove it; several entries are written in brackets: `[ {…}, {…} ]`")
            }
            _ => return None,
        };
        Some((self.here(), words))
    }

    /// Something that is fine by itself, but needs something before it.
    pub(super) fn of_what_is_missing(&self) -> Fault {
        if self.expects_comma() {
            return (self.after_last(), self.comma_missing());
        }
        let words = if self.expects_colon() {
            self.colon_missing()
        } else if self.expects_key() {
            Words::new("the name of a field was expected here")
                .help("between `{` and `}` each value has a name before it: `\"name\": value`")
        } else if self.last() == ":" {
            value_missing()
        } else {
            Words::new("a value was expected here").help(
                "a value is a text in quotation marks, a number, `true`, `false`, `null`, a list \
                 `[ … ]` or an object `{ … }`",
            )
        };
        (self.here(), words)
    }

    fn comma_missing(&self) -> Words {
        let last = shown(self.last());
        let help = format!("write `{last},`");
        if let (true, Some(name)) = (self.is_in_object(), self.name_here()) {
            let next = shown(name);
            return Words::new(format!(
                "a comma is missing between this field and the next, `{next}`"
            ))
            .help(help);
        }
        let next = match self.rest.chars().next() {
            Some(bracket @ ('{' | '[')) => bracket.to_string(),
            _ => {
                let rest = self.rest.split(['\n', ',', ']', '}']).next();
                shown(rest.unwrap_or_default().trim_ascii_end()).into_owned()
            }
        };
        Words::new(format!("a comma is missing between `{last}` and `{next}`")).help(help)
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
}

/// What to say of a comma before a closing bracket.
pub(crate) fn trailing_comma() -> Words {
    Words::new("there is a comma after the last element")
        .help("remove the comma: JSON does not allow one before `]` or `}`")
}

fn value_missing() -> Words {
    Words::new("the value after the `:` is missing")
        .help("write the value, or remove the whole field")
}
