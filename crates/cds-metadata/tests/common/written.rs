//! Documents written in many styles, with the place of everything in them.

use std::collections::HashMap;

/// The value of a field: JSON, or an array of it whose elements have places of their own.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    One(String),
    Array(Vec<String>),
}

/// A field by its name, unescaped.
pub(crate) type Member = (String, Content);

/// How a document is laid out and spelt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) name: &'static str,
    newline: &'static str,
    indent: &'static str,
    colon: &'static str,
    escaped: bool,
    reversed: bool,
}

const PRETTY: Style = Style {
    name: "pretty",
    newline: "\n",
    indent: "  ",
    colon: ": ",
    escaped: false,
    reversed: false,
};

/// The styles that findings must be the same in.
pub(crate) const STYLES: &[Style] = &[
    PRETTY,
    Style {
        name: "minified",
        newline: "",
        indent: "",
        colon: ":",
        ..PRETTY
    },
    Style {
        name: "with CRLF and tabs",
        newline: "\r\n",
        indent: "\t",
        colon: "\t:\t",
        ..PRETTY
    },
    Style {
        name: "with escapes",
        escaped: true,
        ..PRETTY
    },
    Style {
        name: "reversed",
        reversed: true,
        ..PRETTY
    },
    Style {
        name: "minified, reversed, with escapes",
        newline: "",
        indent: "",
        escaped: true,
        reversed: true,
        ..PRETTY
    },
];

/// A document, and where everything in it begins: objects and values by their JSON Pointers, keys
/// by `#` and their pointer; of a field that is there twice the second.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) text: String,
    places: HashMap<String, usize>,
}

impl Written {
    /// An object as the whole document.
    pub(crate) fn object(members: &[Member], style: Style) -> Self {
        let mut written = Self::default();
        written.push_object("", members, style, 0);
        written.text.push_str(style.newline);
        written
    }

    /// An array of objects as the whole document.
    pub(crate) fn array(objects: &[&[Member]], style: Style) -> Self {
        let mut written = Self::default();
        written.push_objects("", objects, style, 0);
        written
    }

    /// A coverage listing of objects.
    pub(crate) fn listing(objects: &[&[Member]], style: Style) -> Self {
        let mut written = Self::default();
        written
            .text
            .push_str("{\"next\":null,\"coverage_entries\":");
        written.push_objects("/coverage_entries", objects, style, 1);
        written.text.push_str(",\"previous\":null}");
        written
    }

    /// The line and column, from 1, of a place, counted by hand.
    pub(crate) fn line_and_column(&self, place: &str) -> (usize, usize) {
        let offset = *self
            .places
            .get(place)
            .unwrap_or_else(|| panic!("no place {place}"));
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }

    fn push_objects(&mut self, pointer: &str, objects: &[&[Member]], style: Style, depth: usize) {
        self.text.push('[');
        for (index, members) in objects.iter().enumerate() {
            self.separate(index, style, depth + 1);
            self.push_object(&format!("{pointer}/{index}"), members, style, depth + 1);
        }
        self.text.push(']');
    }

    fn push_object(&mut self, pointer: &str, members: &[Member], style: Style, depth: usize) {
        self.places.insert(pointer.to_owned(), self.text.len());
        self.text.push('{');
        let mut members: Vec<_> = members.iter().collect();
        if style.reversed {
            members.reverse();
        }
        for (index, (name, content)) in members.into_iter().enumerate() {
            self.separate(index, style, depth + 1);
            let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            self.places.insert(format!("#{pointer}"), self.text.len());
            let key = serde_json::to_string(name).unwrap();
            self.push_value(&key, style);
            self.text.push_str(style.colon);
            self.places.insert(pointer.clone(), self.text.len());
            match content {
                Content::One(json) => self.push_value(json, style),
                Content::Array(elements) => self.push_array(&pointer, elements, style, depth + 1),
            }
        }
        self.text.push_str(style.newline);
        self.text.push('}');
    }

    fn push_array(&mut self, pointer: &str, elements: &[String], style: Style, depth: usize) {
        self.text.push('[');
        for (index, json) in elements.iter().enumerate() {
            self.separate(index, style, depth + 1);
            self.places
                .insert(format!("{pointer}/{index}"), self.text.len());
            self.push_value(json, style);
        }
        self.text.push(']');
    }

    /// A value; with escapes, every second letter of a string as one.
    fn push_value(&mut self, json: &str, style: Style) {
        if !style.escaped || !json.starts_with('"') || json.contains('\\') {
            self.text.push_str(json);
            return;
        }
        for (index, character) in json.chars().enumerate() {
            if index % 2 == 0 && character.is_ascii_alphanumeric() {
                self.text
                    .push_str(&format!("\\u{:04x}", u32::from(character)));
            } else {
                self.text.push(character);
            }
        }
    }

    fn separate(&mut self, index: usize, style: Style, depth: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.text.push_str(style.newline);
        self.text.push_str(&style.indent.repeat(depth));
    }
}
