//! Every key, and the flag and the variable that say the same.
//!
//! Nothing here is written by hand: names and their order come from how the file is read, texts
//! from its schema, flags and variables from the command line.

use clap::Args as _;
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::closest::closest;
use super::layer::Layer;
use super::schema;

/// A section of the file.
#[derive(Debug)]
pub(super) struct Section {
    /// The heading it has in the file: `[upstream]`, `[[listen]]`.
    pub(super) heading: String,
    pub(super) text: String,
    pub(super) keys: Vec<Key>,
}

/// A key of the file.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// What it does, without its default.
    pub(super) text: String,
    pub(super) default: Option<String>,
    pub(super) flag: Option<Flag>,
}

/// The flag that says the same as a key.
#[derive(Debug, Clone)]
pub(super) struct Flag {
    /// `--upstream`
    pub(super) name: String,
    /// `URL`
    pub(super) value: String,
    /// `CDS_PROXY_UPSTREAM`
    pub(super) variable: String,
}

/// All sections, in the order in which they are declared.
pub(super) fn sections() -> Vec<Section> {
    let schema = schema::as_documented();
    let root = Table {
        schema: &schema,
        node: &schema,
    };
    names(|unknown| unknown)
        .into_iter()
        .filter_map(|name| section(&name, &root.key(&name)?))
        .collect()
}

fn section(name: &str, node: &Table<'_>) -> Option<Section> {
    let (table, heading) = match node.elements() {
        Some(table) => (table, format!("[[{name}]]")),
        None => (node.clone(), format!("[{name}]")),
    };
    let is_array = heading.starts_with("[[");
    let keys = names(|unknown| {
        let table = if is_array { json!([unknown]) } else { unknown };
        json!({ name: table })
    });
    let key = |key: String| {
        let documented = table.key(&key)?.text();
        let (text, default) = schema::split_default(&documented);
        Some(Key {
            text: text.to_owned(),
            default: default.map(str::to_owned),
            flag: flag(&format!("{name}.{key}")),
            name: key,
        })
    };
    Some(Section {
        heading,
        text: table.text(),
        keys: keys.into_iter().filter_map(key).collect(),
    })
}

/// The names of the keys that a table may have: those that are named when it has another.
/// `around` puts the table where it belongs.
fn names(around: impl Fn(Value) -> Value) -> Vec<String> {
    let told = Layer::deserialize(around(json!({ "": 0 })));
    let message = told
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    let names = message.split('`').skip(1).step_by(2);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The flag whose id is the path of a key.
pub(super) fn flag(path: &str) -> Option<Flag> {
    let command = Layer::augment_args(clap::Command::new("run"));
    let flag = command.get_arguments().find(|flag| flag.get_id() == path)?;
    Some(Flag {
        name: format!("--{}", flag.get_long()?),
        value: flag.get_value_names()?.first()?.to_string(),
        variable: flag.get_env()?.to_str()?.to_owned(),
    })
}

/// How the value of a key is written, in TOML.
pub(super) fn examples(path: &str) -> Vec<String> {
    let schema = schema::as_documented();
    let root = Table {
        schema: &schema,
        node: &schema,
    };
    let mut steps = path.split('.');
    let node = steps.try_fold(root, |node, step| node.elements().unwrap_or(node).key(step));
    let examples = node.and_then(|node| node.examples()).unwrap_or_default();
    examples.iter().map(ToString::to_string).collect()
}

/// The ways in which a key is given.
pub(super) fn given(key: &str) -> String {
    match flag(key) {
        Some(flag) => format!("`{key}`, {}", flag.name),
        None => format!("`{key}`"),
    }
}

/// What to do about a key that is missing.
pub(super) fn ways_to_give(path: &str) -> String {
    let (section, key) = path.split_once('.').unwrap_or(("", path));
    let in_file = format!("write `{key}` under `[{section}]` in the file that --config names");
    match flag(path) {
        Some(Flag {
            name,
            value,
            variable,
        }) => {
            format!("give {name} {value}, set {variable}, or {in_file}")
        }
        None => in_file,
    }
}

/// What to do about a key that no table like this has; `known` are those it has.
pub(super) fn meant(key: &str, known: &[&str]) -> String {
    let sections = sections();
    let elsewhere = sections.iter().find_map(|section| {
        let flag = format!("--{key}");
        let is_meant = |known: &&Key| {
            known.name == key || known.flag.as_ref().is_some_and(|known| known.name == flag)
        };
        Some((&section.heading, &section.keys.iter().find(is_meant)?.name))
    });
    if let Some((heading, name)) = elsewhere {
        return format!("write it as `{name}` under `{heading}`");
    }
    // Underscores are the likeliest slip of all.
    match closest(&key.replace('_', "-"), known.iter().copied(), LIKELY) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}

/// The threshold of clap, so that file and flags suggest alike.
const LIKELY: f64 = 0.7;

/// A part of the schema, references followed.
#[derive(Debug, Clone)]
struct Table<'s> {
    schema: &'s Value,
    node: &'s Value,
}

impl<'s> Table<'s> {
    fn key(&self, name: &str) -> Option<Self> {
        Some(self.at(self.resolved().get("properties")?.get(name)?))
    }

    /// Two say how it goes.
    fn examples(&self) -> Option<Vec<&'s Value>> {
        let node = self.resolved();
        let one_of_many = || node.get("anyOf")?.get(0);
        let node = node
            .get("examples")
            .or_else(|| one_of_many()?.get("examples"));
        Some(node?.as_array()?.iter().take(2).collect())
    }

    fn elements(&self) -> Option<Self> {
        let node = self.resolved();
        Some(self.at(node.get("items")?)).filter(|_| node["type"] == "array")
    }

    fn text(&self) -> String {
        let text = self
            .node
            .get("description")
            .or_else(|| self.resolved().get("description"));
        text.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    const fn at(&self, node: &'s Value) -> Self {
        Self {
            schema: self.schema,
            node,
        }
    }

    fn resolved(&self) -> &'s Value {
        let reference = self.node.get("$ref").and_then(Value::as_str);
        let pointed = reference.and_then(|path| self.schema.pointer(path.strip_prefix('#')?));
        pointed.unwrap_or(self.node)
    }
}
