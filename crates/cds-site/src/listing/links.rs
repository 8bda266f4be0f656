//! The URLs by which the pages of a listing name each other (CDS-WG1-01 §4.1).

use std::collections::BTreeSet;

use http::HeaderValue;
use xxhash_rust::xxh3::xxh3_64;

use super::cursor::Cursor;
use crate::percent;

/// Makes URLs of a listing's pages.
#[derive(Debug)]
pub(crate) struct Links {
    /// The listing's URL, without fragment.
    url: Box<str>,
    /// A hash of it.
    salt: u64,
}

impl Links {
    pub(crate) fn new(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default();
        Self {
            url: url.into(),
            salt: xxh3_64(url.as_bytes()),
        }
    }

    /// What tells the cursors of this listing from those of others.
    pub(crate) const fn salt(&self) -> u64 {
        self.salt
    }

    /// The URL of the page at a cursor, the first one if there is none, of the entries with these
    /// ids.
    pub(crate) fn to(&self, ids: Option<&BTreeSet<String>>, cursor: Option<Cursor>) -> String {
        let mut url = self.url.to_string();
        let mut separator = if url.contains('?') { '&' } else { '?' };
        if let Some(ids) = ids {
            url.push(separator);
            url.push_str("ids=");
            for (index, id) in ids.iter().enumerate() {
                if index > 0 {
                    url.push_str("%20");
                }
                percent::encode(id, &mut url);
            }
            separator = '&';
        }
        if let Some(cursor) = cursor {
            url.push(separator);
            url.push_str("cursor=");
            url.push_str(&cursor.encode(self.salt));
        }
        url
    }
}

/// The end of the entries, and the members `next` and `previous`.
pub(crate) fn members(next: Option<&str>, previous: Option<&str>) -> String {
    let json = |url| serde_json::to_string(&url).unwrap_or_default();
    format!(
        "\n],\"next\":{},\"previous\":{}",
        json(next),
        json(previous)
    )
}

/// The same for those who read no JSON (RFC 8288 §3); `None` on a page that is alone, and where it
/// would be longer than what servers and Clients take: with a filter it has each id twice.
pub(crate) fn header_value(next: Option<&str>, previous: Option<&str>) -> Option<HeaderValue> {
    let links = [(next, "next"), (previous, "prev")];
    let links = links.into_iter().filter_map(|(url, relation)| {
        let url = url?;
        Some(format!("<{url}>; rel=\"{relation}\""))
    });
    let links: Vec<_> = links.collect();
    let value = Some(links.join(", ")).filter(|value| (1..=LONGEST).contains(&value.len()));
    value.and_then(|value| HeaderValue::try_from(value).ok())
}

/// Two KiB: half of what nginx takes of an upstream's whole head, unless told otherwise.
const LONGEST: usize = 2 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_has_stays_and_the_filter_is_kept() {
        let ids = BTreeSet::from(["a".to_owned(), "b&c".to_owned()]);
        let to = |url| Links::new(url).to(Some(&ids), None);
        assert_eq!(
            to("https://e.example/c"),
            "https://e.example/c?ids=a%20b%26c"
        );
        assert_eq!(
            to("https://e.example/c?v=1#top"),
            "https://e.example/c?v=1&ids=a%20b%26c"
        );
    }
}
