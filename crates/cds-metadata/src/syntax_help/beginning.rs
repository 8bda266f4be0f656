//! Files that don't even begin like JSON.

use crate::scope::Words;
use crate::shown::shown;
use crate::syntax_context::word_at;

use super::{Fault, Site};

impl Site<'_> {
    pub(super) fn at_beginning(&self) -> Option<Fault> {
        let beginning = self.content().trim_ascii_start();
        let help = "the file must hold the JSON document alone, beginning with `{`";
        let start = self.content().len() - beginning.len();
        let word = word_at(self.content(), start);
        let is_word = beginning.starts_with(char::is_alphabetic) && self.at < word.end;
        let what = if beginning.starts_with('<') {
            "the file is a web page or XML, not JSON".to_owned()
        } else if beginning.starts_with("```") {
            "the file begins with a line of Markdown".to_owned()
        } else if beginning.starts_with("---")
            || is_word && beginning[..word.end - start].ends_with(':')
        {
            "the file is YAML, not JSON".to_owned()
        } else if is_table(beginning) {
            "the file is a table (CSV), not JSON".to_owned()
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
}

/// Whether a text begins with the head of a table: names with separators between them.
fn is_table(beginning: &str) -> bool {
    let head = beginning.lines().next().unwrap_or_default();
    let is_separated = |by: char| head.matches(by).count() >= 2;
    head.starts_with(|c: char| c == '"' || c.is_alphabetic())
        && !head.contains(['{', '[', ':'])
        && [',', ';', '\t'].into_iter().any(is_separated)
}
