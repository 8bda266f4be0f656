//! `invalid-country`

use crate::draft::Slot;
use crate::field::Field;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::quoted;

rule! {
    /// ## What it checks
    ///
    /// `country` is an ISO 3166-1 code of two capital letters, or the user-assigned `XK`.
    ///
    /// ## Why it matters
    ///
    /// Clients choose the entries of a country by this code. One that doesn't exist is found by
    /// nobody.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "country": "USA" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the code of two letters, such as `US`, `CA` or `GB`. An area in several countries is
    /// several entries.
    pub static INVALID_COUNTRY: Rule =
        "invalid-country", Error, Spec, "CDS-WG1-01 §4.3; ISO 3166-1";
}

pub(crate) fn check(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    let Some(text) = slot.text() else { return };
    if is_country(text) {
        return;
    }
    scope.find(
        &INVALID_COUNTRY,
        Spot::Value(&[Step::Key(field.name)]),
        || Words::new(format!("{} is not the code of a country", quoted(text))).help(mend(text)),
    );
}

/// Whether this is the code of a country as documents write it (ISO 3166-1 alpha-2).
pub fn is_country(code: &str) -> bool {
    // Kosovo's, which ISO 3166-1 leaves to users, who have agreed on it.
    code == "XK" || rust_iso3166::from_alpha2(code).is_some()
}

/// Every code there is.
#[cfg(feature = "schema")]
pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    let assigned = rust_iso3166::ALL.iter().map(|country| country.alpha2);
    assigned.chain(["XK"])
}

fn mend(text: &str) -> String {
    match meant(text) {
        Some(code) => format!("write `\"{code}\"`"),
        None => "write the two capital letters that ISO 3166-1 gives the country, such as `\"US\"`"
            .to_owned(),
    }
}

/// The code that was probably meant: by its letters in lower case, another code, or a name.
pub fn meant(text: &str) -> Option<String> {
    let upper = text.trim().to_ascii_uppercase();
    let by_habit = match upper.as_str() {
        "UK" | "UNITED KINGDOM" | "GREAT BRITAIN" => Some("GB"),
        "U.S." | "U.S.A." | "UNITED STATES" => Some("US"),
        "EL" => Some("GR"),
        "DEUTSCHLAND" => Some("DE"),
        "SCHWEIZ" | "SUISSE" => Some("CH"),
        "ESPANA" => Some("ES"),
        "NEDERLAND" => Some("NL"),
        _ => None,
    };
    let by_name = || {
        rust_iso3166::ALL
            .iter()
            .find(|country| country.name.eq_ignore_ascii_case(text.trim()))
    };
    Some(upper.as_str())
        .filter(|code| is_country(code))
        .or(by_habit)
        .or_else(|| rust_iso3166::from_alpha3(&upper).map(|country| country.alpha2))
        .or_else(|| by_name().map(|country| country.alpha2))
        .map(str::to_owned)
}
