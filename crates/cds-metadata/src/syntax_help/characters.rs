//! Characters that other languages and word processors use.

use crate::scope::Words;

use super::{Fault, Site};

impl Site<'_> {
    pub(super) fn of_character(&self) -> Option<Fault> {
        let next = self.rest.chars().next()?;
        let words = match next {
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '«'
            | '»' => curly_quote(),
            '\'' | '`' | '´' => Words::new("there is a single quotation mark here")
                .help("write double quotation marks, `\"`, on both sides of the text"),
            '(' | ')' => Words::new("there is a round bracket here")
                .help("lists are written in square brackets: `[ … ]`"),
            '#' => comment(),
            '/' if self.rest.starts_with("//") || self.rest.starts_with("/*") => comment(),
            ';' => Words::new("there is a semicolon here").help("write a comma, or remove it"),
            '=' => Words::new("there is a `=` here").help("write `:` between name and value"),
            '&' if self.rest.starts_with("&quot;") => {
                Words::new("`&quot;` stands here for a quotation mark")
                    .help("write `\"`; copy the document itself, not the source of a web page")
            }
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
            _ => return None,
        };
        Some((self.here(), words))
    }
}

pub(super) fn curly_quote() -> Words {
    Words::new("there is a curly quotation mark here").help(
        "write straight quotation marks, `\"`; word processors replace them as you type, a plain \
         text editor does not",
    )
}

fn comment() -> Words {
    Words::new("there is a comment here, and JSON has none")
        .help("remove the comment; a field of your own, say `\"comment\"`, can hold it")
}
