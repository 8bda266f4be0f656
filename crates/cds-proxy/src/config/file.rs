//! The configuration file: what it says, and what is wrong with it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cds_metadata::{Finding, Place, Report};
use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

use super::given::Given;
use super::keys;
use super::layer::Layer;
use super::mistake::Mistake;
use super::syntax_help::slip;
use crate::rules::config_invalid::CONFIG_INVALID;

/// A configuration file that has been read.
#[derive(Debug)]
pub struct ConfigFile {
    /// The file as it was named.
    name: String,
    text: String,
    layer: Layer,
    report: Report,
}

impl ConfigFile {
    /// Reads a file. Mistakes in it are no error: they are in [`ConfigFile::report`].
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path)
            .with_context(|| format!("the configuration file {} can't be read", path.display()))?;
        Ok(Self::of(path, &bytes))
    }

    pub(super) fn of(path: &Path, bytes: &[u8]) -> Self {
        let mut file = Self {
            name: path.display().to_string(),
            text: String::from_utf8_lossy(bytes).into_owned(),
            layer: Layer::default(),
            report: Report::new(),
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => {
                let dir = path.parent().map_or_else(PathBuf::new, Path::to_owned);
                file.layer = file.parse().relative_to(&dir);
            }
            Err(error) => file.find(
                error.valid_up_to()..error.valid_up_to(),
                "the file is not in UTF-8 from here on".to_owned(),
                "save the file as UTF-8".to_owned(),
            ),
        }
        file
    }

    /// What is wrong with the file.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The same, when nothing more is to come.
    pub fn into_report(mut self) -> Report {
        self.report.sort();
        self.report
    }

    /// The file as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says, apart from what is wrong; its paths begin where the file is.
    pub const fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Adds mistakes that only show when settings are looked at together.
    pub fn add(&mut self, mistakes: Vec<Mistake>) {
        self.add_beside(&Given::default(), mistakes);
    }

    /// The same, where those about what is given elsewhere have no place in the file.
    pub(super) fn add_beside(&mut self, given: &Given, mistakes: Vec<Mistake>) {
        for mistake in mistakes {
            let span = self
                .span_of(&mistake.key)
                .filter(|_| !given.have(&mistake.key));
            let place = span.map(|span| Place::of(&self.text, span));
            let finding = Finding::new(mistake.rule, &self.name, mistake.message);
            self.report.push(finding.place(place).help(mistake.help));
        }
    }

    /// Reads again without what was wrong, until nothing is: so every mistake is told at once.
    fn parse(&mut self) -> Layer {
        let text = self.text.clone();
        let (mut table, faults) = DeTable::parse_recoverable(&text);
        let first = faults
            .into_iter()
            .min_by_key(|fault| fault.span().map(|span| span.start));
        if let Some(fault) = first {
            // What the rest means is a guess from here on.
            let at = fault.span().unwrap_or_default().start;
            match slip(&text, at) {
                Some(slip) => self.find(slip.span, slip.message, slip.help),
                None => self.explain(&fault),
            }
            return Layer::default();
        }
        let mut pruned = Vec::new();
        loop {
            let error = match Layer::deserialize(Deserializer::from(table.clone())) {
                Ok(layer) => return layer,
                Err(error) => error,
            };
            let fault = error.span().unwrap_or_default();
            // A key that is missing because it was wrong has been told of.
            if !(error.message().starts_with("missing field") && pruned.contains(&fault)) {
                self.explain(&error);
            }
            let Some(parent) = prune(&mut table, &fault) else {
                return Layer::default();
            };
            pruned.push(parent);
        }
    }

    fn explain(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or_default();
        let given = self.text.get(span.clone()).unwrap_or_default();
        let (message, mut help) = words(error.message(), given);
        if help == "write a string" {
            help = self.string_for(&span);
        }
        self.find(span, message, help);
    }

    /// What to write where a string is expected.
    fn string_for(&self, span: &Range<usize>) -> String {
        let key = DeTable::parse(&self.text).ok().and_then(|table| {
            let mut steps = Vec::new();
            path(table.get_ref(), span, &mut steps).then(|| steps.join("."))
        });
        let examples = key.map(|key| keys::examples(&key)).unwrap_or_default();
        match &examples[..] {
            [] => "write it between quotation marks".to_owned(),
            examples => format!("write a string, such as {}", examples.join(" or ")),
        }
    }

    fn find(&mut self, span: Range<usize>, message: String, help: String) {
        let place = Place::of(&self.text, span);
        let finding = Finding::new(&CONFIG_INVALID, &self.name, message);
        self.report.push(finding.place(Some(place)).help(help));
    }

    /// Where a key has its value, if it has one here.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        let (span, is_whole) = self.nearest(key)?;
        is_whole.then(|| Place::of(&self.text, span))
    }

    /// Where the value of a key stands; of a key that isn't there, the nearest table it would
    /// stand in.
    fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.nearest(key).map(|(span, _)| span)
    }

    /// The same, and whether it is the key's own value.
    fn nearest(&self, key: &str) -> Option<(Range<usize>, bool)> {
        let table = DeTable::parse(&self.text).ok()?;
        let mut steps = key.split('.');
        let mut value = table.get_ref().get(steps.next()?)?;
        for step in steps {
            let next = match value.get_ref() {
                DeValue::Table(table) => table.get(step),
                DeValue::Array(array) => {
                    step.parse().ok().and_then(|index: usize| array.get(index))
                }
                _ => None,
            };
            let Some(next) = next else {
                return Some((value.span(), false));
            };
            value = next;
        }
        Some((value.span(), true))
    }
}

/// Finds the key that has the value at this place.
fn path(table: &DeTable<'_>, span: &Range<usize>, steps: &mut Vec<String>) -> bool {
    table.iter().any(|(key, value)| {
        steps.push(key.get_ref().clone().into_owned());
        let is_there = value.span() == *span || is_within(value.get_ref(), span, steps);
        if !is_there {
            steps.pop();
        }
        is_there
    })
}

fn is_within(value: &DeValue<'_>, span: &Range<usize>, steps: &mut Vec<String>) -> bool {
    match value {
        DeValue::Table(table) => path(table, span, steps),
        DeValue::Array(array) => array
            .iter()
            .any(|element| element.span() == *span || is_within(element.get_ref(), span, steps)),
        _ => false,
    }
}

/// Removes the smallest entry that a fault is in from its table or array, whose place is returned.
fn prune(table: &mut Spanned<DeTable<'_>>, fault: &Range<usize>) -> Option<Range<usize>> {
    let span = table.span();
    prune_table(span, table.get_mut(), fault)
}

fn prune_table(
    span: Range<usize>,
    table: &mut DeTable<'_>,
    fault: &Range<usize>,
) -> Option<Range<usize>> {
    if let Some(parent) = table
        .iter_mut()
        .find_map(|(_, value)| prune_value(value, fault))
    {
        return Some(parent);
    }
    let faulty = table
        .iter()
        .find(|(key, value)| covers(&key.span(), fault) || covers(&value.span(), fault))
        .map(|(key, _)| key.get_ref().clone().into_owned())?;
    table.remove(faulty.as_str()).map(|_| span)
}

fn prune_value(value: &mut Spanned<DeValue<'_>>, fault: &Range<usize>) -> Option<Range<usize>> {
    let span = value.span();
    match value.get_mut() {
        DeValue::Table(table) => prune_table(span, table, fault),
        DeValue::Array(array) => array
            .iter_mut()
            .find_map(|element| prune_value(element, fault))
            .or_else(|| prune_array(array, fault).then_some(span)),
        _ => None,
    }
}

fn prune_array(array: &mut DeArray<'_>, fault: &Range<usize>) -> bool {
    let before = array.len();
    for element in std::mem::replace(array, DeArray::new()) {
        if !covers(&element.span(), fault) {
            array.push(element);
        }
    }
    array.len() < before
}

const fn covers(span: &Range<usize>, fault: &Range<usize>) -> bool {
    span.start <= fault.start && fault.end <= span.end
}

/// What is wrong and what to do, in other words than a parser's.
fn words(message: &str, given: &str) -> (String, String) {
    if let Some(names) = message.strip_prefix("unknown field ") {
        // The unknown one, then those that could stand there, each between backticks.
        let mut names = names.split('`').skip(1).step_by(2);
        let key = names.next().unwrap_or(given);
        let known: Vec<_> = names.collect();
        return (format!("unknown key `{key}`"), keys::meant(key, &known));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        let help = "add it to this table; `cds-proxy reference` prints an example";
        return (format!("{name} is missing"), help.to_owned());
    }
    if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .and_then(|types| types.split_once(", expected "))
    {
        return (
            format!("{found} can't stand here"),
            format!("write {expected}"),
        );
    }
    if let Some((message, help)) = message.split_once("; ") {
        return (message.to_owned(), help.to_owned());
    }
    match message.split_once(": write ") {
        Some((message, help)) => (message.to_owned(), format!("write {help}")),
        None => (message.to_owned(), GUIDE.to_owned()),
    }
}

const GUIDE: &str = "`cds-proxy reference` prints every key, with an example";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ConfigFile {
        let mut file = ConfigFile::of(Path::new("etc/cds-proxy.toml"), text.as_bytes());
        file.check();
        file.report.sort();
        file
    }

    /// `line:column message; help` of every finding.
    fn told(text: &str) -> Vec<String> {
        let file = read(text);
        let findings = file.report().findings().iter();
        findings
            .map(|finding| {
                let place = finding.place.as_ref().unwrap();
                let help = finding.help.as_deref().unwrap_or_default();
                format!(
                    "{}:{} {}; {help}",
                    place.line, place.column, finding.message
                )
            })
            .collect()
    }

    #[test]
    fn paths_begin_where_the_file_is() {
        let file = read("[site]\ndir = \"cds\"\nreport = \"/var/report.txt\"");
        let site = &file.layer().site;
        assert_eq!(site.dir.as_deref(), Some(Path::new("etc/cds")));
        assert_eq!(site.report.as_deref(), Some(Path::new("/var/report.txt")));
    }

    #[test]
    fn a_list_may_be_one_value() {
        let trusted = |text: &str| {
            let file = read(&format!("forwarding.trusted-proxies = {text}"));
            file.layer()
                .forwarding
                .trusted_proxies
                .as_ref()
                .map(Vec::len)
        };
        assert_eq!(trusted("\"10.0.0.0/8\""), Some(1));
        assert_eq!(trusted("[\"10.0.0.0/8\", \"::1\"]"), Some(2));
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_place() {
        let text = "[upstream]\nurll = \"http://127.0.0.1:3000\"\ntimeout = \"soon\"\n\
                    [[listen]]\naddress = \"8080\"\n[[listen]]\n\
                    [forwarding]\ntrusted-proxies = [\"10.0.0.0/8\", \"ten\"]\n\
                    [process]\nthreads = \"two\"\n";
        let places: Vec<_> = told(text)
            .into_iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(places, ["2:1", "3:11", "5:11", "6:1", "8:19", "10:11"]);
    }

    #[test]
    fn an_unknown_key_is_told_with_what_was_probably_meant() {
        for (text, expected) in [
            (
                "upsteam.url = \"\"",
                "1:1 unknown key `upsteam`; did you mean `upstream`?",
            ),
            (
                "[upstream]\nconnect_timeout = \"1s\"",
                "2:1 unknown key `connect_timeout`; did you mean `connect-timeout`?",
            ),
            (
                "upstream-timeout = \"1s\"",
                "1:1 unknown key `upstream-timeout`; write it as `timeout` under `[upstream]`",
            ),
            (
                "[site]\naddress = \"\"",
                "2:1 unknown key `address`; write it as `address` under `[[listen]]`",
            ),
            ("[log]\nx = 1", "2:1 unknown key `x`; known here: level"),
        ] {
            assert_eq!(told(text), [expected]);
        }
    }

    #[test]
    fn what_is_no_table_is_told_with_how_to_write_one() {
        let told = told("upstream = \"http://127.0.0.1:3000\"\nlisten = \"127.0.0.1:80\"");
        assert!(told[0].contains("`[upstream]` with `url"), "{told:?}");
        assert!(told[1].contains("`[[listen]]` with `address"), "{told:?}");
    }

    #[test]
    fn a_number_where_a_text_belongs_is_told_with_one_that_could_stand_there() {
        for (text, help) in [
            ("[upstream]\ntimeout = 3", "such as \"500ms\" or \"30s\""),
            ("[admin]\nmetrics = 9090", "such as \"127.0.0.1:8080\""),
            ("[[listen]]\naddress = 8080", "such as \"127.0.0.1:8080\""),
        ] {
            let told = told(text);
            assert!(told[0].contains(help), "{told:?}");
        }
    }

    #[test]
    fn the_likeliest_slips_of_syntax_are_told_as_what_they_are() {
        for (text, expected) in [
            (
                "[admin]\nmetrics = 127.0.0.1:29090",
                "2:11 `127.0.0.1:29090` is not between quotation marks; write `metrics = \
                 \"127.0.0.1:29090\"`",
            ),
            (
                "[upstream]\nurl = http://127.0.0.1:3000\n",
                "2:7 `http://127.0.0.1:3000` is not between quotation marks; write `url = \
                 \"http://127.0.0.1:3000\"`",
            ),
            (
                "[upstream]\ntimeout = 3s",
                "2:11 `3s` is not between quotation marks; write `timeout = \"3s\"`",
            ),
            (
                "[listen]\naddress = \"127.0.0.1:1\"\n[listen]\naddress = \"127.0.0.1:2\"\n",
                "3:1 `[listen]` is there already; write `[[listen]]` for each: there may be several",
            ),
        ] {
            assert_eq!(told(text), [expected]);
        }
    }

    #[test]
    fn of_broken_syntax_only_the_first_fault_is_told() {
        let told = told("[upstream\nurl = \nurl = [1 2]");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("1:10 "), "{told:?}");
    }

    #[test]
    fn what_makes_no_sense_together_is_told_at_the_key_to_change() {
        let told =
            told("upstream.url = \"http://127.0.0.1:80\"\nlisten = [{ address = \"0.0.0.0:80\" }]");
        assert!(
            told[0].starts_with("1:16 the upstream is to be http://127.0.0.1:80"),
            "{told:?}"
        );
    }
}
