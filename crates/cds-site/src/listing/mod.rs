//! A coverage listing as it is published (CDS-WG1-01 §4): in pages, and filtered.
//!
//! A page is made of slices of what the authors wrote. The full pages of the whole listing, which
//! crawlers ask for one after the other, are put together once, when they are first asked for:
//! to make thousands of them beforehand would delay every edit. What else is asked for, a
//! filtered page for one, is put together for each request, and so are small pages but the first:
//! to keep them would take more memory than their entries.

mod cursor;
mod entries;
mod links;
mod query;

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;

pub(crate) use self::entries::{Entries, Listed, Rank};
pub(crate) use self::query::BadCursor;

use self::cursor::{Cursor, Side};
use self::links::Links;
use self::query::Query;
use crate::etag::EntityTag;
use crate::last_modified::LastModified;
use crate::location::Location;
use crate::media_type;
use crate::representation::{Draft, Representation};

/// What a listing is made from.
pub(crate) struct Plan<'p> {
    pub(crate) entries: Arc<Entries>,
    /// Its URL, as the metadata object has it.
    pub(crate) url: &'p str,
    /// Members beside those of the specification, each behind a comma.
    pub(crate) members: &'p str,
    pub(crate) page_size: NonZeroUsize,
    pub(crate) max_age: Duration,
}

/// A coverage listing.
#[derive(Debug)]
pub(crate) struct Listing {
    entries: Arc<Entries>,
    links: Links,
    /// The pairs of its own URL's query: no parameters.
    own_query: Vec<Box<str>>,
    /// What follows `next` and `previous` on each page.
    end: Bytes,
    page_size: NonZeroUsize,
    max_age: Duration,
    pub(crate) tag: EntityTag,
    pub(crate) last_modified: LastModified,
    /// The full pages of the whole listing, and the last one, if they are worth keeping; else the
    /// first alone.
    pages: Kept,
}

/// Pages that are kept, once they have been asked for. Boxed, because most never are.
type Kept = Arc<[OnceLock<Box<Representation>>]>;

/// A page that a request asks for.
pub(crate) enum Page<'l> {
    /// One of those that are kept.
    Kept(&'l Representation),
    /// One for this request.
    Made(Box<Representation>),
}

impl Page<'_> {
    pub(crate) fn representation(&self) -> &Representation {
        match self {
            Self::Kept(representation) => representation,
            Self::Made(representation) => representation,
        }
    }
}

impl Listing {
    /// The listing, as of `modified`. Pages of `previous` that are the same are not made again.
    pub(crate) fn new(
        plan: Plan<'_>,
        location: &Location,
        previous: Option<&Self>,
        modified: impl FnOnce(&EntityTag) -> LastModified,
    ) -> Self {
        let end = Bytes::from(format!("{}}}", plan.members));
        let tag = tag(&plan, &end);
        let last_modified = modified(&tag);
        let same = previous.filter(|previous| {
            previous.tag == tag
                && previous.max_age == plan.max_age
                && previous.last_modified == last_modified
        });
        let pages = same.map_or_else(
            || pages(&plan.entries, plan.page_size),
            |previous| Arc::clone(&previous.pages),
        );
        Self {
            entries: plan.entries,
            links: Links::new(plan.url),
            own_query: location.query.clone(),
            end,
            page_size: plan.page_size,
            max_age: plan.max_age,
            tag,
            last_modified,
            pages,
        }
    }

    /// The page that a request with this query asks for.
    pub(crate) fn page(&self, query: Option<&str>) -> Result<Page<'_>, BadCursor> {
        let query = query.unwrap_or_default();
        let query = Query::read(query, &self.own_query, self.links.salt())?;
        let hits = Hits::of(&query, &self.entries);
        let window = self.window(&hits, query.cursor.as_ref());
        Ok(match self.kept(&hits, &window) {
            Some(page) => Page::Kept(
                page.get_or_init(|| Box::new(self.put_together(&hits, window, &query, true))),
            ),
            None => Page::Made(Box::new(self.put_together(&hits, window, &query, false))),
        })
    }

    /// Which of the hits stand on the page.
    fn window(&self, hits: &Hits, cursor: Option<&Cursor>) -> Range<usize> {
        let size = self.page_size.get();
        let start = match cursor {
            None => 0,
            Some(cursor) => {
                let rank = cursor.rank();
                let before = self.entries.before(rank);
                match cursor.side {
                    Side::Before => {
                        let end = hits.before(before);
                        return end.saturating_sub(size)..end;
                    }
                    Side::After => {
                        let at = self.entries.as_slice().get(before);
                        let is_there = at.is_some_and(|entry| entry.rank() == rank);
                        hits.before(before + usize::from(is_there))
                    }
                }
            }
        };
        start..hits.len().min(start + size)
    }

    /// Where the page is kept, if it is one of those that are.
    fn kept(&self, hits: &Hits, window: &Range<usize>) -> Option<&OnceLock<Box<Representation>>> {
        let size = self.page_size;
        let is_full = window.len() == size.get() || window.end == hits.len();
        let is_kept = matches!(hits, Hits::All(_)) && window.start % size == 0 && is_full;
        self.pages.get(window.start / size).filter(|_| is_kept)
    }

    fn put_together(
        &self,
        hits: &Hits,
        window: Range<usize>,
        query: &Query,
        is_kept: bool,
    ) -> Representation {
        let entries = window.clone().filter_map(|hit| self.hit(hits, hit));
        let mut segments = Vec::with_capacity(2 * window.len() + 2);
        let mut separator = Bytes::from_static(b"{\"coverage_entries\":[\n");
        for entry in entries {
            segments.push(separator);
            segments.push(entry.json.clone());
            separator = Bytes::from_static(b",\n");
        }
        if window.is_empty() {
            segments.push(separator);
        }
        let ids = query.ids.as_ref();
        let next = (window.end < hits.len()).then(|| {
            // On a page without entries: the first page.
            let last = window
                .end
                .checked_sub(1)
                .and_then(|hit| self.hit(hits, hit));
            self.links
                .to(ids, last.map(|last| Cursor::new(Side::After, last.rank())))
        });
        let previous = (window.start > 0).then(|| {
            let first = Some(window.start).filter(|_| !window.is_empty());
            let first = first.and_then(|hit| self.hit(hits, hit));
            let cursor = first.map(|first| Cursor::new(Side::Before, first.rank()));
            // A page behind the last entry.
            let cursor = cursor.or_else(|| query.cursor.as_ref().map(Cursor::before_next));
            self.links.to(ids, cursor)
        });
        let (next, previous) = (next.as_deref(), previous.as_deref());
        segments.push(links::members(next, previous).into());
        segments.push(self.end.clone());
        let draft = Draft {
            content_type: media_type::DOCUMENT,
            segments,
            max_age: self.max_age,
            link: links::header_value(next, previous),
            is_file: false,
            is_kept,
        };
        let tag = draft.tag();
        draft.into_representation(tag, self.last_modified.clone())
    }

    fn hit(&self, hits: &Hits, hit: usize) -> Option<&Listed> {
        self.entries.as_slice().get(hits.position(hit)?)
    }
}

/// The entries that a request asks for, by their positions in the listing.
enum Hits {
    /// So many: all.
    All(usize),
    /// These, in their order.
    Some(Vec<usize>),
}

impl Hits {
    fn of(query: &Query, entries: &Entries) -> Self {
        let Some(ids) = &query.ids else {
            return Self::All(entries.as_slice().len());
        };
        let mut positions: Vec<_> = ids.iter().filter_map(|id| entries.position(id)).collect();
        positions.sort_unstable();
        Self::Some(positions)
    }

    fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(positions) => positions.len(),
        }
    }

    fn position(&self, hit: usize) -> Option<usize> {
        match self {
            Self::All(_) => Some(hit),
            Self::Some(positions) => positions.get(hit).copied(),
        }
    }

    /// How many of them stand before a position of the listing.
    fn before(&self, position: usize) -> usize {
        match self {
            Self::All(_) => position,
            Self::Some(positions) => positions.partition_point(|hit| *hit < position),
        }
    }
}

/// Room for the pages of a listing that are kept; one without entries has a page, too.
fn pages(entries: &Entries, page_size: NonZeroUsize) -> Kept {
    let entries = entries.as_slice();
    let count = entries.len().div_ceil(page_size.get()).max(1);
    let bytes: usize = entries.iter().map(|entry| entry.json.len()).sum();
    let is_worth_it = bytes / count >= WORTH_KEEPING;
    let kept = if is_worth_it { count } else { 1 };
    std::iter::repeat_with(OnceLock::new).take(kept).collect()
}

/// In bytes. Header fields and what else is kept of a page take some six kilobytes.
const WORTH_KEEPING: usize = 8 << 10;

/// A tag of the whole listing, of how it is cut, and of where it says it is.
fn tag(plan: &Plan<'_>, end: &Bytes) -> EntityTag {
    let entries = plan.entries.as_slice().iter().map(|entry| &entry.json);
    let frame = Bytes::from(format!("{}\n{}", plan.url, plan.page_size));
    EntityTag::of([&frame, end].into_iter().chain(entries))
}
