//! Every fault of a settings file, in words for those who have never seen TOML.

use std::borrow::Cow;
use std::ops::Range;

use cds_metadata::{Report, nearest, shown};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::{EXAMPLES, Written};

/// What is wrong with a settings file, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) span: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) help: String,
}

/// What is written, without the settings that have faults, and the faults.
pub(super) fn read(content: &str) -> (Written, Vec<Fault>) {
    let mut faults = Vec::new();
    let readable = without_broken_lines(content, &mut faults);
    let Ok(mut table) = DeTable::parse(&readable) else {
        return (Written::default(), faults);
    };
    // A parser gives up at the first setting that it can't read.
    while faults.len() < Report::PER_RULE {
        let error = match Written::deserialize(Deserializer::from(table.clone())) {
            Ok(written) => return (written, faults),
            Err(error) => error,
        };
        let name = error
            .span()
            .and_then(|span| take(table.get_mut(), span.start));
        faults.push(of_setting(&error, name.as_deref().unwrap_or_default()));
        if name.is_none() {
            break;
        }
    }
    (Written::default(), faults)
}

/// The content with spaces for the lines that are not TOML.
fn without_broken_lines(content: &str, faults: &mut Vec<Fault>) -> String {
    let mut readable = content.to_owned();
    while faults.len() < Report::PER_RULE {
        let Err(error) = DeTable::parse(&readable) else {
            break;
        };
        let line = Line::at(content, error.span());
        let range = line.start..line.start + line.text.len();
        let is_blank = readable[range.clone()].trim().is_empty();
        if is_blank && !faults.is_empty() {
            // What is left, say an array without its end, comes from a line that is gone.
            break;
        }
        faults.push(line.fault(content, &error));
        // What follows a bracket that is not closed can't be told apart from what is in it.
        if is_blank || error.message().starts_with("unclosed") || is_json(content) {
            break;
        }
        readable.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    readable
}

/// Takes the setting out of a table that a byte is in, and gives back its name.
fn take(table: &mut DeTable<'_>, at: usize) -> Option<String> {
    let mut name = None;
    keep(table, |key, value| {
        let is_here = key.span().contains(&at) || value.span().contains(&at);
        let inner = match value.get_mut() {
            DeValue::Table(inner) if !key.span().contains(&at) => take(inner, at),
            _ => None,
        };
        let is_kept = !is_here || inner.is_some();
        if !is_kept {
            name = Some(key.get_ref().to_string());
        }
        name = name.take().or(inner);
        is_kept
    });
    name
}

fn keep<'i>(
    table: &mut DeTable<'i>,
    mut is_kept: impl FnMut(&Spanned<Cow<'i, str>>, &mut Spanned<DeValue<'i>>) -> bool,
) {
    let entries = std::mem::take(table).into_iter();
    let kept = entries.filter_map(|(key, mut value)| {
        let is_kept = is_kept(&key, &mut value);
        is_kept.then_some((key, value))
    });
    *table = kept.collect();
}

/// A setting that is TOML, but not what it must be.
fn of_setting(error: &Error, name: &str) -> Fault {
    let message = error.message();
    let quoted = |prefix| message.strip_prefix(prefix)?.split_once('`');
    let (message, help) = if let Some((name, _)) = quoted("unknown field `") {
        (format!("there is no setting `{name}`"), name_meant(name))
    } else if let Some((word, rest)) = quoted("unknown variant `") {
        let words = || rest.split('`').skip(1).step_by(2);
        let listed: Vec<_> = words().map(|word| format!("`\"{word}\"`")).collect();
        let help = match nearest(word, words(), 2) {
            Some(meant) => format!("did you mean `\"{meant}\"`?"),
            None => format!("write {}", listed.join(" or ")),
        };
        (
            format!("`{word}` is not among the words for `{name}`"),
            help,
        )
    } else if let Some((what, help)) = message.split_once(": write ") {
        (what.to_owned(), format!("write {help}"))
    } else {
        (
            format!("`{name}` is not written as it must be"),
            example(name),
        )
    };
    Fault {
        span: error.span(),
        message,
        help,
    }
}

fn name_meant(name: &str) -> String {
    let names = EXAMPLES.iter().map(|(name, _)| *name);
    match nearest(name, names.clone(), 2) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            format!("the settings are {}", names.join(", "))
        }
    }
}

/// How a setting is written; a level if it is none, because rules are settings of their own.
fn example(name: &str) -> String {
    let known = EXAMPLES.iter().find(|(known, _)| *known == name);
    match known {
        Some((_, example)) => format!("write it as in `{example}`"),
        None => format!("write it as in `{name} = \"off\"`"),
    }
}

/// A line that is not TOML.
struct Line<'c> {
    start: usize,
    text: &'c str,
}

impl<'c> Line<'c> {
    fn at(content: &'c str, span: Option<Range<usize>>) -> Self {
        let start = line_start(content, span.map_or(0, |span| span.start));
        let text = content[start..].lines().next().unwrap_or_default();
        Self { start, text }
    }

    fn fault(&self, content: &str, error: &Error) -> Fault {
        let text = self.text.trim();
        let (name, value) = text.split_once(['=', ':']).unwrap_or((text, ""));
        let (name, value) = (name.trim(), value.trim());
        let help = match EXAMPLES.iter().find(|(known, _)| *known == name) {
            Some((_, example)) => format!("write it as in `{example}`"),
            None => "write settings as in `max_age = \"5m\"`; the guide lists them all".to_owned(),
        };
        let says = |words: &str| error.message().contains(words);
        if says("duplicate key") {
            return written_twice(name, error.span());
        }
        let is_word = value.starts_with(|c: char| c.is_alphanumeric() || c == '/');
        let message = if is_json(content) {
            "this is JSON, but settings are written in TOML".to_owned()
        } else if text.starts_with("//") || text.starts_with("/*") {
            "comments begin with `#` here".to_owned()
        } else if text.contains(['\u{201C}', '\u{201D}', '\u{201E}', '\u{2018}', '\u{2019}']) {
            "there is a curly quotation mark in this line; `\"` is meant".to_owned()
        } else if !text.contains('=') && says("key with no value") {
            "there is no `=` between name and value".to_owned()
        } else if name.contains(char::is_whitespace) {
            "a name has no space in it".to_owned()
        } else if value.is_empty() && says("must be quoted") {
            "the value after the `=` is missing".to_owned()
        } else if text.ends_with([',', ';']) && says("unexpected key or value") {
            "nothing follows a setting in its line".to_owned()
        } else if says("must be quoted") && is_word {
            "this text is not in quotation marks".to_owned()
        } else {
            format!("this is not TOML: {}", error.message())
        };
        Fault {
            span: error.span(),
            message,
            help,
        }
    }
}

/// A setting, or a `[table]`, that stands in an earlier line, too.
fn written_twice(name: &str, span: Option<Range<usize>>) -> Fault {
    let name = shown(name);
    let help = match name.starts_with('[') {
        true => format!("move what follows it to the other `{name}`, and remove this line"),
        false => "remove one of the two lines".to_owned(),
    };
    Fault {
        span,
        message: format!("`{name}` is written twice"),
        help,
    }
}

fn is_json(content: &str) -> bool {
    content.trim_ascii_start().starts_with('{')
}

fn line_start(content: &str, at: usize) -> usize {
    let before = content.get(..at).unwrap_or(content);
    before.rfind('\n').map_or(0, |end| end + 1)
}
