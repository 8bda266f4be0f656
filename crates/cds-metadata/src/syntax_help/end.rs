//! Texts that end too early.

use crate::scope::Words;
use crate::syntax_context::Context;
use crate::text::Text;

use super::Fault;

pub(super) fn explain(text: &Text<'_>) -> Fault {
    let content = text.content.trim_ascii_end();
    let end = content.len();
    let context = Context::before(end, content);
    if let Some(start) = context.string {
        let words = Words::new("the file ends within this text").help(format!(
            "close it with `\"`, and add what else is missing; {IF_MUCH}"
        ));
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
        "{before}write `{}` at the end; {IF_MUCH}",
        missing.join(" ")
    );
    (end..end, Words::new(message).help(help))
}

const IF_MUCH: &str = "if much of the file is missing, restore it from a copy";
