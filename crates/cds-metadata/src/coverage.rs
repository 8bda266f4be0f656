//! The files that a coverage listing is made from (CDS-WG1-01 §4), read entry by entry.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Range;

use hashbrown::{HashMap, hash_map};
use serde_json::value::RawValue;

use crate::cursor::Cursor;
use crate::datetime::Timestamp;
use crate::draft::DraftSeed;
use crate::entry::CoverageEntry;
use crate::extensions::Extensions;
use crate::field::COVERAGE_ENTRY;
use crate::likeness::Likeness;
use crate::listing::Outside;
use crate::pointer::Pointer;
use crate::report::Report;
use crate::rules;
use crate::scope::{Position, Scope};
use crate::summary::{CoverageSummary, Usage};
use crate::syntax;
use crate::text::Text;

/// What a file of coverage entries may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CoverageForm {
    /// A coverage listing, or an array of entries.
    Listing,
    /// A coverage listing, an array of entries, or one entry.
    Part,
}

/// Reads the files of one coverage listing and checks what only all of them together show.
///
/// Entries are handed over one by one while a file is read, so that a listing of a million of
/// them needs no memory but its bytes and its ids.
#[derive(Debug, Default)]
pub struct CoverageReader<'s> {
    texts: Vec<Text<'s>>,
    ids: HashMap<Cow<'s, str>, FirstUse>,
    capabilities: BTreeMap<Cow<'s, str>, Usage>,
    report: Report,
    now: Option<Timestamp>,
}

/// How many bytes most entries take at most: room is made for so many ids.
const ENTRY_SIZE: usize = 1024;

/// Where an id was used first.
#[derive(Debug, Clone, Copy)]
struct FirstUse {
    text: usize,
    offset: usize,
}

/// An entry and where it was read from.
#[derive(Debug, Clone)]
pub struct AuthoredEntry<'s> {
    /// The entry.
    pub entry: CoverageEntry<'s>,
    /// The bytes of its file that hold the object, braces included.
    pub span: Range<usize>,
    position: Position,
}

/// Where in its file's document an entry is, in few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryPosition(Position);

impl AuthoredEntry<'_> {
    /// Where in its file's document the entry is.
    pub const fn position(&self) -> EntryPosition {
        EntryPosition(self.position)
    }
}

impl EntryPosition {
    /// The pointer to the entry.
    pub fn pointer(self) -> Pointer {
        self.0.pointer()
    }
}

impl<'s> CoverageReader<'s> {
    /// A reader that has read nothing yet. `now` is what `updated` is compared to, if anything.
    pub fn new(now: Option<Timestamp>) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    /// Reads one file. `take` gets each entry without structural faults, in the file's order.
    ///
    /// `name` is the file's name in findings. Gives back the members of the listing that the
    /// specification doesn't name.
    pub fn read(
        &mut self,
        name: &str,
        bytes: &'s [u8],
        form: CoverageForm,
        take: &mut dyn FnMut(AuthoredEntry<'s>),
    ) -> Extensions<'s> {
        let others = std::mem::take(&mut self.report);
        let extensions = self.read_alone(name, bytes, form, take);
        let own = std::mem::replace(&mut self.report, others);
        self.report.merge(own);
        extensions
    }

    /// Reads one file into a report that has nothing else.
    fn read_alone(
        &mut self,
        name: &str,
        bytes: &'s [u8],
        form: CoverageForm,
        take: &mut dyn FnMut(AuthoredEntry<'s>),
    ) -> Extensions<'s> {
        let Some(text) = syntax::decode(name, bytes, &mut self.report) else {
            return Extensions::new();
        };
        // A table that grows hashes all its ids again.
        self.ids.reserve(bytes.len() / ENTRY_SIZE);
        let extensions = self.read_text(&text, form, take).unwrap_or_else(|broken| {
            let mut faults = Report::new();
            if let Some(mended) = syntax::report(&text, &mut faults) {
                self.report = Report::new();
                self.read_again(&text.mended(&mended), form);
            } else if broken == Broken::Outside
                && let Some(place) = faults.findings().last().and_then(|it| it.place.as_ref())
            {
                self.report.forget_from(place.span.start);
            }
            self.report.merge(faults);
            Extensions::new()
        });
        self.texts.push(text);
        extensions
    }

    /// Reads a file once more, for its findings and ids, with the commas that are too many taken
    /// out: so it is held against the files before it, and those after it against all of it.
    fn read_again(&mut self, text: &Text<'_>, form: CoverageForm) {
        let number = self.texts.len();
        let before = self.ids.iter().filter(|(_, first)| first.text < number);
        let mut reader = CoverageReader {
            texts: self.texts.iter().map(|it| it.mended(it.content)).collect(),
            ids: before.map(|(id, first)| (id.clone(), *first)).collect(),
            now: self.now,
            ..CoverageReader::default()
        };
        let _ = reader.read_text(text, form, &mut |_| ());
        self.report.merge(reader.report);
        let own = reader
            .ids
            .into_iter()
            .filter(|(_, first)| first.text == number);
        for (id, first) in own {
            self.ids.entry(Cow::Owned(id.into_owned())).or_insert(first);
        }
    }

    /// Reads and checks a text; an error means that it is no JSON.
    fn read_text(
        &mut self,
        text: &Text<'s>,
        form: CoverageForm,
        take: &mut dyn FnMut(AuthoredEntry<'s>),
    ) -> Result<Extensions<'s>, Broken> {
        let mut file = File {
            number: self.texts.len(),
            text,
            reader: self,
            take,
        };
        file.read(form)
    }

    /// What the entries offer together, and all findings, sorted.
    pub fn finish(self) -> (CoverageSummary, Report) {
        let mut report = self.report;
        report.sort();
        let capabilities = self
            .capabilities
            .into_iter()
            .map(|(name, usage)| (name.into_owned(), usage));
        (
            CoverageSummary {
                capabilities: capabilities.collect(),
            },
            report,
        )
    }

    /// Remembers an id, or gives back where it was used before.
    fn remember_id(&mut self, id: Cow<'s, str>, here: FirstUse) -> Option<FirstUse> {
        match self.ids.entry(id) {
            hash_map::Entry::Occupied(used) => Some(*used.get()),
            hash_map::Entry::Vacant(free) => {
                free.insert(here);
                None
            }
        }
    }

    fn remember_capabilities(&mut self, entry: &CoverageEntry<'s>) {
        let number = self.ids.len();
        for capability in &entry.capabilities {
            if let Some(usage) = self.capabilities.get_mut(capability) {
                // Once per entry, however often it lists the capability.
                usage.entries += usize::from(usage.last != number);
                usage.last = number;
            } else {
                let usage = Usage {
                    first_id: entry.id.to_string(),
                    entries: 1,
                    last: number,
                };
                self.capabilities.insert(capability.clone(), usage);
            }
        }
    }
}

/// What of a file is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    /// Something inside of an entry. Where each entry begins and ends is known all the same.
    Entry,
    /// What is around the entries: where they are is known up to there only.
    Outside,
}

/// One file while it is read.
struct File<'f, 's> {
    number: usize,
    text: &'f Text<'s>,
    reader: &'f mut CoverageReader<'s>,
    take: &'f mut dyn FnMut(AuthoredEntry<'s>),
}

impl<'s> File<'_, 's> {
    fn read(&mut self, form: CoverageForm) -> Result<Extensions<'s>, Broken> {
        let content = self.text.content;
        let mut all = Ok(());
        let outside = Outside::read(content, &mut |position, cursor| {
            if self.entry(position, cursor).is_ok() {
                return Ok(());
            }
            all = Err(Broken::Entry);
            cursor.value(PhantomData::<&RawValue>).map(|_| ())
        });
        let extensions = match outside.map_err(|_| Broken::Outside)? {
            Outside::Object(listing) if form.may_be_entry() && !listing.is_meant() => {
                self.entry(Position::Document, &mut Cursor::new(content))
                    .map_err(|_| Broken::Entry)?;
                Extensions::new()
            }
            Outside::Object(listing) => {
                rules::check_listing(&listing, &mut self.scope(Position::Document, content));
                Extensions::borrowed(listing.extensions)
            }
            Outside::Array => Extensions::new(),
            Outside::Other(found) => {
                let scope = &mut self.scope(Position::Document, content);
                rules::wrong_type::document(scope, Likeness::CoverageListing, found);
                Extensions::new()
            }
        };
        all.map(|()| extensions)
    }

    /// Reads and checks one entry; an error means that it is no JSON.
    fn entry(&mut self, position: Position, cursor: &mut Cursor<'s>) -> serde_json::Result<()> {
        let (draft, json) = cursor.value(DraftSeed {
            table: &COVERAGE_ENTRY,
            depth: position.depth(),
        })?;
        let mut scope = self.scope(position, json);
        let draft = match draft {
            Ok(draft) => draft,
            Err(found) => {
                rules::wrong_type::document(&mut scope, Likeness::CoverageEntry, found);
                return Ok(());
            }
        };
        rules::check_coverage_entry(&draft, &mut scope);
        let Some(entry) = CoverageEntry::from_draft(*draft) else {
            return Ok(());
        };

        let start = self.text.offset_of(json);
        let here = FirstUse {
            text: self.number,
            offset: start,
        };
        match self.reader.remember_id(entry.id.clone(), here) {
            Some(first) => self.duplicate_id(position, json, &entry.id, first),
            None => {
                self.reader.remember_capabilities(&entry);
                (self.take)(AuthoredEntry {
                    entry,
                    span: start..start + json.len(),
                    position,
                });
            }
        }
        Ok(())
    }

    fn duplicate_id(&mut self, position: Position, json: &'s str, id: &str, first: FirstUse) {
        let text = self.reader.texts.get(first.text).unwrap_or(self.text);
        let first = (text.name.clone(), text.line_of(first.offset));
        let other_file = first.0 != self.text.name;
        let mut scope = self.scope(position, json);
        rules::duplicate_id::find(&mut scope, id, other_file.then_some(&*first.0), first.1);
    }

    fn scope(&mut self, position: Position, object: &'s str) -> Scope<'s, '_> {
        let (report, now) = (&mut self.reader.report, self.reader.now);
        Scope::new(self.text, report, position, object, now)
    }
}

impl CoverageForm {
    fn may_be_entry(self) -> bool {
        self == Self::Part
    }
}
