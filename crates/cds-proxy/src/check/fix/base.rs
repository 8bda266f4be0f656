//! The earlier copy that `--base` names.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use cds_metadata::rules::json_syntax;
use cds_metadata::{Earlier, Edit};
use cds_site::DocumentKind;

use crate::check::target::Target;

/// Documents as they were, with commas that are too many removed.
#[derive(Debug)]
pub(super) struct Base {
    documents: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    endpoint: String,
    kind: DocumentKind,
    text: String,
}

impl Base {
    /// Reads a site or a single document.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::read_here(path).with_context(|| format!("--base {}", path.display()))
    }

    fn read_here(path: &Path) -> anyhow::Result<Self> {
        let subject = Target::of(path)?.read()?;
        if let Some(finding) = subject.unreadable().findings().first() {
            bail!("{finding}");
        }
        let documents: anyhow::Result<Vec<_>> = subject
            .documents(&subject.files)
            .into_iter()
            .map(|document| {
                let text = text(document.bytes)
                    .with_context(|| subject.path_of(document.path).display().to_string())?;
                Ok(Kept {
                    endpoint: document.endpoint,
                    kind: document.kind,
                    text,
                })
            })
            .collect();
        Ok(Self {
            documents: documents?,
        })
    }

    /// The documents by endpoint.
    pub(super) fn earlier(&self) -> BTreeMap<&str, Earlier<'_>> {
        let mut endpoints = BTreeMap::<_, Earlier<'_>>::new();
        for document in &self.documents {
            let earlier = endpoints.entry(&*document.endpoint).or_default();
            match document.kind {
                DocumentKind::Metadata => earlier.add_metadata(&document.text),
                DocumentKind::Coverage => earlier.add_entries(&document.text),
            }
        }
        endpoints
    }
}

fn text(bytes: &[u8]) -> anyhow::Result<String> {
    let text = Edit::apply(&json_syntax::mend(bytes), bytes);
    let text = String::from_utf8(text)?;
    ensure!(
        serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(),
        "this is no JSON, so nothing can be compared to it"
    );
    Ok(text)
}
