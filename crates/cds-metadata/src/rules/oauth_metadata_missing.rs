//! `oauth-metadata-missing`

use crate::absent;
use crate::draft::{Item, MetadataDraft};
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::url::http_parts;

rule! {
    /// ## What it checks
    ///
    /// A metadata object whose `capabilities` have `oauth` has a URL in `oauth_metadata`.
    ///
    /// ## Why it matters
    ///
    /// Clients register and sign in by what that URL's document says. Without it the capability
    /// can't be used.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": ["oauth"] }
    /// ```
    ///
    /// ## Mend
    ///
    /// Add `oauth_metadata` with the URL of the authorization server's metadata, usually
    /// `https://…/.well-known/oauth-authorization-server`.
    pub static OAUTH_METADATA_MISSING: Rule =
        "oauth-metadata-missing", Error, Spec, "CDS-WG1-01 §6; CDS-WG1-02 §3";
}

const FIELD: &str = "oauth_metadata";

pub(crate) fn check(draft: &MetadataDraft<'_>, scope: &mut Scope<'_, '_>) {
    let is_oauth = |item: &Item<'_>| matches!(item, Item::Text(text) if text == "oauth");
    if !draft.slot("capabilities").list().iter().any(is_oauth) {
        return;
    }
    let value = draft.extensions.iter().find(|(name, _)| name == FIELD);
    let url = value.and_then(|(_, value)| serde_json::from_str::<String>(value.get()).ok());
    if url.is_some_and(|url| http_parts(&url).is_some()) {
        return;
    }
    let (rule, unknown) = (&OAUTH_METADATA_MISSING, &draft.extensions);
    let words = |message| {
        Words::new(message).help(
            "write `\"oauth_metadata\": \
             \"https://example.org/.well-known/oauth-authorization-server\"` with your own URL",
        )
    };
    if value.is_none() {
        absent::find(rule, FIELD, unknown, scope, || {
            words("`capabilities` has `oauth`, but `oauth_metadata` is missing")
        });
    } else {
        scope.find(rule, Spot::Value(&[Step::Key(FIELD)]), || {
            words("`oauth_metadata` is not a complete URL")
        });
    }
}
