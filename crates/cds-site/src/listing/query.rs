//! What a request asks of a listing (CDS-WG1-01 §4.2).

use std::collections::BTreeSet;

use super::cursor::Cursor;
use crate::path::is_same;
use crate::percent;

/// The parameters of a request that mean something here. All others are ignored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// The ids that are asked for; `None` asks for all.
    pub(crate) ids: Option<BTreeSet<String>>,
    pub(crate) cursor: Option<Cursor>,
}

/// A cursor that the listing never gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadCursor;

impl Query {
    /// Reads a query. Pairs of the listing's `own` URL are no parameters; `salt` is that of its
    /// cursors.
    pub(crate) fn read(query: &str, own: &[Box<str>], salt: u64) -> Result<Self, BadCursor> {
        let mut read = Self::default();
        let pairs = query.split('&');
        for pair in pairs.filter(|pair| !own.iter().any(|own| is_same(pair, own))) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match &*decode(name) {
                b"ids" => read.intersect(ids(&decode(value))),
                b"cursor" if read.cursor.is_some() => return Err(BadCursor),
                b"cursor" => {
                    let cursor = Cursor::decode(&decode(value), salt).ok_or(BadCursor)?;
                    read.cursor = Some(cursor);
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Several filters intersect (CDS-WG1-01 §4.2).
    fn intersect(&mut self, ids: BTreeSet<String>) {
        self.ids = Some(match self.ids.take() {
            Some(others) => others.intersection(&ids).cloned().collect(),
            None => ids,
        });
    }
}

/// Ids with spaces between them. What isn't UTF-8 can't be one.
fn ids(value: &[u8]) -> BTreeSet<String> {
    let words = value
        .split(|byte| *byte == b' ')
        .filter(|word| !word.is_empty());
    words
        .filter_map(|word| std::str::from_utf8(word).ok())
        .map(str::to_owned)
        .collect()
}

/// A name or a value, in which Clients write a space as `%20` or, as forms do, as `+`.
fn decode(text: &str) -> Vec<u8> {
    percent::decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids_of(query: &str) -> Option<Vec<String>> {
        let read = Query::read(query, &["ids=own".into()], 0).unwrap();
        read.ids.map(|ids| ids.into_iter().collect())
    }

    #[test]
    fn ids_are_words_between_spaces_however_those_are_written() {
        for (query, expected) in [
            ("ids=a%20b", &["a", "b"] as &[_]),
            ("ids=b+a", &["a", "b"]),
            ("x&i%64s=++a%20%20b+&ids2=c", &["a", "b"]),
            ("ids=a%2Bb", &["a+b"]),
            ("ids=a%2520b", &["a%20b"]),
            ("ids=a%26b%3d", &["a&b="]),
            ("ids=a=b", &["a=b"]),
            ("ids=%FF+%C3%A4", &["ä"]),
            ("ids=", &[]),
            ("ids", &[]),
            ("ids=a+b&ids=b+c", &["b"]),
            ("ids=a&ids=b", &[]),
            ("ids=own&ids=a", &["a"]),
        ] {
            assert_eq!(
                ids_of(query).as_deref(),
                Some(expected)
                    .map(|ids| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
                    .as_deref(),
                "{query}"
            );
        }
    }

    #[test]
    fn without_ids_all_are_asked_for() {
        for query in ["", "&", "page=2", "IDS=a", "ids=own", "ids=%6Fwn", "xids=a"] {
            assert_eq!(ids_of(query), None, "{query}");
        }
    }

    #[test]
    fn a_cursor_that_is_none_or_comes_twice_is_bad() {
        let rank = super::super::entries::Rank {
            updated: cds_metadata::Timestamp {
                seconds: 1,
                nanoseconds: 0,
            },
            id: "a",
        };
        let cursor = Cursor::new(super::super::cursor::Side::After, rank);
        let text = cursor.encode(5);
        let read = |query: &str| Query::read(query, &[], 5).map(|query| query.cursor);
        assert_eq!(read(&format!("cursor={text}&x")), Ok(Some(cursor)));
        for query in [
            "cursor".to_owned(),
            "cursor=".to_owned(),
            format!("cursor={text}&cursor={text}"),
            format!("cursor={text}&cursor="),
            format!("cursor={text}+"),
        ] {
            assert_eq!(read(&query), Err(BadCursor), "{query}");
        }
    }
}
