//! Coverage listings page by page and filtered, before and after edits.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests end where they fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cds_site::{Body, EntryChanges, Respond, Site, Source, Sources, compile};
use http::{Method, Request, Response, StatusCode, header};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

const COVERAGE: &str = "https://static.demoutility.com/cds/coverage.json?v=1";

/// What is written: ids, and the second of `updated`.
type Authored = BTreeMap<String, u32>;

fn entry(id: &str, second: u32) -> String {
    // The same moment in different spellings, which must not count.
    let updated = match second % 3 {
        0 => format!("2022-06-01T00:{:02}:{:02}Z", second / 60, second % 60),
        1 => format!(
            "2022-06-01T02:{:02}:{:02}.000+02:00",
            second / 60,
            second % 60
        ),
        _ => format!(
            "2022-05-31T23:{:02}:{:02}.0-01:00",
            second / 60,
            second % 60
        ),
    };
    let id = serde_json::to_string(id).unwrap();
    format!(
        r#"{{ "id": {id}, "created": "2022-01-01T00:00:00Z", "updated": "{updated}",
     "entity_name": "Demo", "entity_abbreviation": null, "country": "US", "name": {id},
     "type": "logical", "role": "official", "infrastructure_types": ["supplier"],
     "commodity_types": ["water"], "capabilities": [], "x_second":  {second} }}"#
    )
}

fn authored(count: u32) -> Authored {
    let second = |number: u32| number.wrapping_mul(2_654_435_761) % 600;
    (0..count)
        .map(|number| (format!("id-{number}"), second(number)))
        .collect()
}

fn site(authored: &Authored, page_size: usize, previous: Option<&Site>) -> Site {
    let entries: Vec<_> = authored
        .iter()
        .map(|(id, second)| entry(id, *second))
        .collect();
    let files = [
        (
            "cds-server-metadata.json",
            format!(
                r#"{{ "cds_metadata_version": "v1", "created": "2022-01-01T00:00:00Z",
                "cds_metadata_url": "https://demoutility.com/.well-known/cds-server-metadata.json",
                "updated": "2022-06-01T00:00:00Z", "name": "Demo", "description": "Demo.",
                "website": "https://demoutility.com/", "documentation": "https://demoutility.com/d",
                "support": "https://demoutility.com/s", "capabilities": ["coverage"],
                "coverage": "{COVERAGE}" }}"#
            ),
        ),
        (
            "cds-coverage.json",
            format!(
                r#"{{ "coverage_entries": [{}], "x_note": 1.50 }}"#,
                entries.join(",\n")
            ),
        ),
        ("site.toml", format!("page_size = {page_size}")),
    ];
    let source = |(path, text): (&str, String)| Source {
        path: path.to_owned(),
        bytes: text.into(),
        modified: SystemTime::UNIX_EPOCH,
    };
    let sources: Sources = files.into_iter().map(source).collect();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let compiled = compile(&sources, now, previous);
    compiled
        .site
        .unwrap_or_else(|| panic!("{:#?}", compiled.report.findings()))
}

fn ask(site: &Site, method: Method, url: &str) -> Response<Body> {
    let request = Request::builder().method(method).uri(url).body(()).unwrap();
    site.respond((&request).into()).unwrap()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    coverage_entries: Vec<Box<RawValue>>,
    next: Option<String>,
    previous: Option<String>,
    x_note: Box<RawValue>,
}

#[derive(Debug, Deserialize)]
struct Outline {
    id: String,
    x_second: u32,
}

fn bytes(mut body: Body) -> Bytes {
    std::iter::from_fn(|| body.next_segment())
        .flatten()
        .collect()
}

fn page(site: &Site, url: &str) -> Page {
    let response = ask(site, Method::GET, url);
    assert_eq!(response.status(), StatusCode::OK, "{url}");
    let page: Page = serde_json::from_slice(&bytes(response.into_body())).unwrap();
    assert_eq!(page.x_note.get(), "1.50");
    page
}

impl Page {
    /// Ids and seconds of its entries, each of which stands here as it was written.
    fn outlines(&self) -> Vec<(String, u32)> {
        let outline = |json: &RawValue| {
            let Outline { id, x_second } = serde_json::from_str(json.get()).unwrap();
            assert_eq!(json.get(), entry(&id, x_second));
            (id, x_second)
        };
        self.coverage_entries
            .iter()
            .map(|json| outline(json))
            .collect()
    }
}

/// Follows `next` from the first page to the end.
fn forward(site: &Site, first: &str) -> Vec<Page> {
    let mut pages = vec![page(site, first)];
    while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
        pages.push(page(site, &next));
    }
    pages
}

/// The order that CDS-WG1-01 §4.1 asks for, ids deciding between equals.
fn in_order(authored: &Authored) -> Vec<(String, u32)> {
    let mut all: Vec<_> = authored.clone().into_iter().collect();
    all.sort_by(|(id_a, a), (id_b, b)| (b, id_a).cmp(&(a, id_b)));
    all
}

#[test]
fn a_crawl_gives_every_entry_once_whatever_size_pages_have() {
    for count in [0, 1, 6, 7, 8, 200, 401, 1_500] {
        let authored = authored(count);
        let expected = in_order(&authored);
        for size in [1, 7, 200, 5_000] {
            let site = site(&authored, size, None);
            let pages = forward(&site, COVERAGE);
            let listed: Vec<_> = pages.iter().flat_map(Page::outlines).collect();
            assert_eq!(listed, expected, "{count} entries, pages of {size}");
            assert_eq!(pages.len(), expected.len().div_ceil(size).max(1));
            let full = pages
                .iter()
                .rev()
                .skip(1)
                .all(|page| page.outlines().len() == size);
            assert!(full, "{count} entries, pages of {size}");
        }
    }
}

#[test]
fn previous_leads_back_over_the_same_pages() {
    let site = site(&authored(50), 7, None);
    let pages = forward(&site, COVERAGE);
    let mut back = pages.last().unwrap().previous.clone();
    for forth in pages.iter().rev().skip(1) {
        let page = page(&site, &back.unwrap());
        assert_eq!(page.outlines(), forth.outlines());
        assert_eq!(page.next, forth.next);
        back = page.previous;
    }
    assert_eq!(back, None);
}

#[test]
fn links_stand_in_a_header_field_too() {
    let site = site(&authored(3), 1, None);
    let second = page(&site, COVERAGE).next.unwrap();
    let link = |url: &str| {
        let response = ask(&site, Method::HEAD, url);
        assert!(response.body().is_empty());
        let link = response.headers().get(header::LINK)?;
        Some(link.to_str().unwrap().to_owned())
    };
    assert_eq!(link(COVERAGE), Some(format!("<{second}>; rel=\"next\"")));
    let Page { next, previous, .. } = page(&site, &second);
    let (next, previous) = (next.unwrap(), previous.unwrap());
    let both = format!("<{next}>; rel=\"next\", <{previous}>; rel=\"prev\"");
    assert_eq!(link(&second), Some(both));
    assert_eq!(link(&format!("{COVERAGE}&ids=id-1")), None);
}

#[test]
fn a_filter_keeps_the_order_and_stays_on_the_next_pages() {
    let authored = authored(300);
    let site = site(&authored, 7, None);
    let wanted: Vec<_> = (0..300)
        .step_by(9)
        .map(|number| format!("id-{number}"))
        .collect();
    let ids = format!("nobody%20{}", wanted.join("+"));
    let pages = forward(&site, &format!("{COVERAGE}&ids={ids}&unknown=1"));
    let listed: Vec<_> = pages.iter().flat_map(Page::outlines).collect();
    let mut expected = in_order(&authored);
    expected.retain(|(id, _)| wanted.contains(id));
    assert_eq!(listed, expected);
    assert_eq!(pages.len(), wanted.len().div_ceil(7));
    let back = forward_to_first(&site, &pages);
    assert_eq!(back, pages[0].outlines());
}

#[test]
fn a_link_that_a_filter_makes_too_long_for_a_field_stands_in_the_body_alone() {
    let site = site(&authored(400), 7, None);
    let wanted: Vec<_> = (0..400).map(|number| format!("id-{number}")).collect();
    for (count, has_field) in [(20, true), (400, false)] {
        let url = format!("{COVERAGE}&ids={}", wanted[..count].join("+"));
        let response = ask(&site, Method::GET, &url);
        assert_eq!(response.headers().contains_key(header::LINK), has_field);
        let length: usize = response
            .headers()
            .values()
            .map(http::HeaderValue::len)
            .sum();
        assert!(length < 4_000, "{length}");
        let pages = forward(&site, &url);
        let listed = pages.iter().flat_map(Page::outlines);
        assert_eq!(listed.count(), count);
    }
}

fn forward_to_first(site: &Site, pages: &[Page]) -> Vec<(String, u32)> {
    let mut at = pages.last().unwrap().previous.clone();
    let mut outlines = Vec::new();
    while let Some(url) = at {
        let page = page(site, &url);
        outlines = page.outlines();
        at = page.previous;
    }
    outlines
}

#[test]
fn filters_take_ids_apart_and_intersect() {
    let authored: Authored = ["a", "b", "a b", "ä+&=", "c"]
        .map(|id| (id.to_owned(), 1))
        .into();
    let site = site(&authored, 200, None);
    for (query, expected) in [
        ("ids=a%20b", &["a", "b"] as &[_]),
        ("ids=b++a+", &["a", "b"]),
        ("ids=%C3%A4%2B%26%3D", &["ä+&="]),
        ("ids=a&ids=a+c", &["a"]),
        ("ids=a&ids=c", &[]),
        ("ids=", &[]),
        ("ids=A", &[]),
        ("ids=%FF+c", &["c"]),
        ("id=a&x", &["a", "a b", "b", "c", "ä+&="]),
    ] {
        let page = page(&site, &format!("{COVERAGE}&{query}"));
        let ids: Vec<_> = page.outlines().into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, expected, "{query}");
        assert_eq!((page.next, page.previous), (None, None), "{query}");
    }
}

#[test]
fn what_is_no_cursor_of_the_listing_is_refused() {
    let site = site(&authored(3), 1, None);
    let next = page(&site, COVERAGE).next.unwrap();
    let cursor = next.rsplit_once('=').unwrap().1;
    for query in [
        "cursor=".to_owned(),
        "cursor".to_owned(),
        "cursor=2".to_owned(),
        format!("cursor={}", &cursor[1..]),
        format!("cursor={cursor}&cursor={cursor}"),
        format!("ids=id-1&cursor={}A", &cursor[..cursor.len() - 1]),
    ] {
        let url = format!("{COVERAGE}&{query}");
        let response = ask(&site, Method::GET, &url);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::VARY], "Accept-Encoding");
        assert_eq!(
            ask(&site, Method::OPTIONS, &url).status(),
            StatusCode::NO_CONTENT
        );
    }
    let with_filter = page(&site, &format!("{next}&ids=id-0+id-1+id-2"));
    assert_eq!(with_filter.outlines(), page(&site, &next).outlines());
}

#[test]
fn each_page_has_its_own_tag_which_is_the_same_on_every_replica() {
    let authored = authored(20);
    let (one, other) = (site(&authored, 7, None), site(&authored, 7, None));
    let mut tags = BTreeSet::new();
    let mut url = Some(COVERAGE.to_owned());
    while let Some(at) = url {
        let tag = |site| ask(site, Method::GET, &at).headers()[header::ETAG].clone();
        assert_eq!(tag(&one), tag(&other));
        let request = Request::get(&at).header(header::IF_NONE_MATCH, tag(&one));
        let response = other.respond((&request.body(()).unwrap()).into()).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(tags.insert(tag(&one).as_bytes().to_vec()));
        url = page(&one, &at).next;
    }
    assert_eq!(tags.len(), 3);
}

#[test]
fn a_page_behind_the_last_entry_leads_back() {
    let before = site(&authored(3), 1, None);
    let pages = forward(&before, COVERAGE);
    let last = pages[1].next.as_deref().unwrap();
    let gone: Vec<_> = pages[1..].iter().flat_map(Page::outlines).collect();
    let mut rest = authored(3);
    rest.retain(|id, _| gone.iter().all(|(other, _)| other != id));
    let after = site(&rest, 1, Some(&before));
    let empty = page(&after, last);
    assert!(empty.coverage_entries.is_empty() && empty.next.is_none());
    assert_eq!(
        page(&after, &empty.previous.unwrap()).outlines(),
        pages[0].outlines()
    );
}

#[test]
fn entries_that_another_version_adds_changes_and_removes_are_counted() {
    let before = site(&authored(5), 200, None);
    let mut entries = authored(5);
    entries.remove("id-0");
    entries.insert("id-1".to_owned(), 599);
    entries.insert("new-1".to_owned(), 1);
    entries.insert("new-2".to_owned(), 2);
    let after = site(&entries, 200, Some(&before));
    let changes = |before: Option<&Site>| {
        let changes: EntryChanges = after.entry_changes(before);
        [changes.added, changes.changed, changes.removed]
    };
    assert_eq!(changes(Some(&before)), [2, 1, 1]);
    assert_eq!(changes(Some(&after)), [0, 0, 0]);
    assert_eq!(changes(None), [6, 0, 0]);
    assert_eq!(after.entries(), 6);
}

/// An edit of a listing.
#[derive(Debug, Clone)]
enum Edit {
    Insert(u32),
    Change(u32),
    Remove(u32),
}

fn edit() -> impl Strategy<Value = Edit> {
    let number = 0..60_u32;
    prop_oneof![
        number.clone().prop_map(Edit::Insert),
        number.clone().prop_map(Edit::Change),
        number.prop_map(Edit::Remove),
    ]
}

impl Edit {
    /// Applies the edit at this second, and gives back the id that it touches.
    fn apply(&self, authored: &mut Authored, second: u32) -> String {
        let nth = |authored: &Authored, number: u32| {
            let count = u32::try_from(authored.len()).unwrap().max(1);
            authored
                .keys()
                .nth((number % count) as usize)
                .cloned()
                .unwrap_or_default()
        };
        match *self {
            // Anywhere in the order, as an entry with an old `updated` may be.
            Self::Insert(number) => {
                let id = format!("new-{second}-{number}");
                authored.insert(id.clone(), number * 10);
                id
            }
            Self::Change(number) => {
                let id = nth(authored, number);
                authored
                    .entry(id.clone())
                    .and_modify(|updated| *updated = second);
                id
            }
            Self::Remove(number) => {
                let id = nth(authored, number);
                authored.remove(&id);
                id
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_crawl_during_edits_misses_and_repeats_nothing_that_stays(
        count in 0..40_u32,
        size in 1..9_usize,
        edits in vec(vec(edit(), 0..4), 0..40),
        backward in any::<bool>(),
    ) {
        let mut authored = authored(count);
        let mut touched = BTreeSet::new();
        let original = authored.clone();
        let mut served = site(&authored, size, None);
        let mut url = if backward {
            forward(&served, COVERAGE).last().and_then(|last| last.previous.clone())
        } else {
            Some(COVERAGE.to_owned())
        };
        let last_page = forward(&served, COVERAGE).pop().unwrap().outlines();
        let mut seen = if backward { last_page } else { Vec::new() };
        let mut second = 700;
        let mut edits = edits.into_iter();
        while let Some(at) = url {
            let page = page(&served, &at);
            seen.extend(page.outlines());
            url = if backward { page.previous } else { page.next };
            for edit in edits.next().unwrap_or_default() {
                second += 1;
                touched.insert(edit.apply(&mut authored, second));
            }
            served = site(&authored, size, Some(&served));
        }
        for (id, updated) in original.iter().filter(|(id, _)| !touched.contains(*id)) {
            let times = seen.iter().filter(|(other, _)| other == id).collect::<Vec<_>>();
            prop_assert_eq!(times, [&(id.clone(), *updated)], "{}", id);
        }
    }
}
