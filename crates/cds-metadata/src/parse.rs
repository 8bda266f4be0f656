//! From bytes to a metadata object.

use crate::cursor::Cursor;
use crate::datetime::Timestamp;
use crate::draft::DraftSeed;
use crate::field::METADATA_OBJECT;
use crate::likeness::Likeness;
use crate::metadata::MetadataObject;
use crate::report::Report;
use crate::rules;
use crate::scope::{Position, Scope};
use crate::syntax;
use crate::text::Text;

impl<'a> MetadataObject<'a> {
    /// Parses and checks a metadata object.
    ///
    /// `name` is the file's name in findings; `now` is what `updated` is compared to, if
    /// anything. The object is `None` when a rule that is [structural](crate::Rule::structural) is
    /// broken; other findings, errors too, may come with an object.
    pub fn parse(name: &str, bytes: &'a [u8], now: Option<Timestamp>) -> (Option<Self>, Report) {
        let mut report = Report::new();
        let object = Self::parse_into(name, bytes, now, &mut report);
        report.sort();
        (object, report)
    }

    fn parse_into(
        name: &str,
        bytes: &'a [u8],
        now: Option<Timestamp>,
        report: &mut Report,
    ) -> Option<Self> {
        let text = syntax::decode(name, bytes, report)?;
        if let Ok(object) = Self::read(&text, now, report) {
            return object;
        }
        if let Some(mended) = syntax::report(&text, report) {
            // Only for its findings: what was written is no object.
            let _ = MetadataObject::read(&text.mended(&mended), now, report);
        }
        None
    }

    /// Reads and checks an object; an error means that the text is no JSON.
    fn read(
        text: &Text<'a>,
        now: Option<Timestamp>,
        report: &mut Report,
    ) -> serde_json::Result<Option<Self>> {
        let mut cursor = Cursor::new(text.content);
        let (draft, _) = cursor.value(DraftSeed {
            table: &METADATA_OBJECT,
            depth: 0,
        })?;
        cursor.end()?;
        let mut scope = Scope::new(text, report, Position::Document, text.content, now);
        Ok(match draft {
            Ok(draft) => {
                rules::check_metadata_object(&draft, &mut scope);
                Self::from_draft(*draft)
            }
            Err(found) => {
                rules::wrong_type::document(&mut scope, Likeness::MetadataObject, found);
                None
            }
        })
    }
}
