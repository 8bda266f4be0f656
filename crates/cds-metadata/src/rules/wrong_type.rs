//! `wrong-type`

use crate::absent::Unknown;
use crate::draft::{Draft, Item, Slot};
use crate::field::{Field, Shape};
use crate::likeness::{Likeness, Mistaken};
use crate::listing::Listing;
use crate::locate::Step;
use crate::rule;
use crate::scope::{Scope, Spot, Words};
use crate::shown::shown;
use crate::walk::JsonType;

rule! {
    /// ## What it checks
    ///
    /// Each field holds the JSON type that the specification gives it: a text (a string), a list
    /// of texts (an array), and for `entity_abbreviation` a text or `null`. Each document is of
    /// the kind that its place asks for, and so is each entry of a listing.
    ///
    /// ## Why it matters
    ///
    /// Clients read documents into fixed types. A number where a text belongs fails the whole
    /// document there.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "capabilities": "coverage" }
    /// ```
    ///
    /// ## Mend
    ///
    /// Write the value in the type asked for: texts in quotation marks, lists in brackets. Leave
    /// an optional field out instead of giving it `null`. Save the metadata object and the
    /// coverage listing each under its own name.
    pub static WRONG_TYPE: Rule =
        "wrong-type", Error, Spec, "CDS-WG1-01 §3.2, §4.1, §4.3", structural;
}

/// A field that holds another type than its shape admits.
pub(crate) fn find(field: &'static Field, slot: &Slot<'_>, scope: &mut Scope<'_, '_>) {
    if let (Slot::List(items), true) = (slot, field.shape.is_list()) {
        for (index, item) in items.iter().enumerate() {
            if let Item::Other(found) = item {
                element(field.name, index, *found, scope);
            }
        }
        return;
    }
    scope.find(&WRONG_TYPE, Spot::Value(&[Step::Key(field.name)]), || {
        let (expected, found) = (field.shape.expected(), slot.json_type());
        Words::new(format!("`{}` must be {expected}, not {found}", field.name))
            .help(mend(field, slot))
    });
}

fn mend(field: &Field, slot: &Slot<'_>) -> String {
    let is_free_text = matches!(field.shape, Shape::Text | Shape::NullableText);
    match (slot.json_type(), field.shape) {
        (JsonType::Null, _) if !field.required => "leave the field out instead".to_owned(),
        (JsonType::String, _) => {
            let texts = slot.text().unwrap_or_default().split(',');
            let texts: Vec<_> = texts.map(|text| format!("\"{}\"", text.trim())).collect();
            format!("put it in brackets: `[ {} ]`", shown(&texts.join(", ")))
        }
        (JsonType::Array, Shape::Country) => {
            "write one country: an area in several countries is several entries".to_owned()
        }
        (JsonType::Array, _) => "write one text, without brackets".to_owned(),
        (JsonType::Number | JsonType::Boolean, _) if is_free_text => {
            "put the value in quotation marks".to_owned()
        }
        _ => format!("write it as in `{}`", field.example()),
    }
}

/// Whether an object is of another kind than it is taken for; then nothing else is told of it.
pub(crate) fn is_mistaken<const N: usize>(
    kind: Likeness,
    draft: &Draft<'_, N>,
    scope: &mut Scope<'_, '_>,
) -> bool {
    // What tells another kind is an extension here. Nearly all objects have none.
    if draft.extensions.is_empty() {
        return false;
    }
    let mut fields = draft.fields();
    let is_told = fields.any(|(field, slot)| slot.is_present() && kind.is_told_by(field.name));
    !is_told && find_mistaken(kind, &draft.extensions, scope)
}

/// Whether an object is no listing, but something else; then nothing else is told of it.
pub(crate) fn is_mistaken_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) -> bool {
    let kind = Likeness::CoverageListing;
    listing.entries.is_none() && find_mistaken(kind, &listing.extensions, scope)
}

fn find_mistaken(kind: Likeness, unknown: Unknown<'_, '_>, scope: &mut Scope<'_, '_>) -> bool {
    let Some(mistaken) = kind.mistaken(unknown) else {
        return false;
    };
    let (Mistaken::For(_, name) | Mistaken::Around(name)) = mistaken;
    scope.find(&WRONG_TYPE, Spot::Key(name), || match mistaken {
        Mistaken::For(other, _) => {
            Words::new(format!("this is {other}, not {kind}")).help(place_of(other, kind))
        }
        Mistaken::Around(name) => {
            let name = shown(name);
            Words::new(format!("{kind} stands inside of the field `{name}`"))
                .help(format!("remove `\"{name}\":` and the braces around it"))
        }
    });
    true
}

/// Where an object belongs that stands in the place of one of another kind.
fn place_of(found: Likeness, kind: Likeness) -> &'static str {
    use Likeness::{CoverageEntry, CoverageListing, GeoJson, MetadataObject};
    match (found, kind) {
        (GeoJson, _) => "a map has a file of its own, which `geojson_resource` links to",
        (CoverageEntry, CoverageListing) => "put it in brackets, as several are: `[ {…} ]`",
        (CoverageEntry, _) => "it belongs in the coverage listing",
        (CoverageListing, CoverageEntry) => {
            "write its entries here, without the listing around them"
        }
        (MetadataObject, CoverageEntry) => "remove it: the metadata object has a file of its own",
        _ => {
            "the metadata object and the coverage listing have a file each: were they saved under \
             each other's names?"
        }
    }
}

/// A document, or an element of an array, that is no object.
pub(crate) fn document(scope: &mut Scope<'_, '_>, kind: Likeness, found: JsonType) {
    let object = scope.object;
    let is_list_of = |kind: Likeness| found == JsonType::Array && kind.is_likeness_of_each(object);
    scope.find(&WRONG_TYPE, Spot::Object, || {
        if is_list_of(kind) {
            return Words::new(format!("{kind} stands in brackets of its own"))
                .help("remove the `[` before it and the `]` after it");
        }
        if is_list_of(Likeness::CoverageEntry) {
            return Words::new(format!("this is a list of coverage entries, not {kind}"))
                .help(place_of(Likeness::CoverageListing, kind));
        }
        Words::new(format!("{kind} must be an object, not {found}"))
            .help("an object is written in braces: `{ \"field\": \"value\" }`")
    });
}

/// The members of a listing.
pub(crate) fn check_listing(listing: &Listing<'_>, scope: &mut Scope<'_, '_>) {
    if let Some(found) = listing.entries.filter(|found| *found != JsonType::Array) {
        let help = "write the entries in brackets, without names before them: `[ {…}, {…} ]`";
        member("coverage_entries", "a list", found, help, scope);
    }
    for (name, slot) in [("next", &listing.next), ("previous", &listing.previous)] {
        if !matches!(slot, Slot::Absent | Slot::Null | Slot::Text(_)) {
            let help = "write `null`, or leave it out: pages are made for you";
            member(name, "`null` or a text", slot.json_type(), help, scope);
        }
    }
}

fn member(name: &str, expected: &str, found: JsonType, help: &str, scope: &mut Scope<'_, '_>) {
    scope.find(&WRONG_TYPE, Spot::Value(&[Step::Key(name)]), || {
        Words::new(format!("`{name}` must be {expected}, not {found}")).help(help)
    });
}

fn element(name: &str, index: usize, found: JsonType, scope: &mut Scope<'_, '_>) {
    let help = match found {
        JsonType::Null => "remove it",
        JsonType::Array => "remove the brackets around it: the list has some already",
        JsonType::Object => "write its name alone, in quotation marks and without braces",
        _ => "put it in quotation marks",
    };
    scope.find(
        &WRONG_TYPE,
        Spot::Value(&[Step::Key(name), Step::Index(index)]),
        || {
            Words::new(format!(
                "`{name}` must be a list of texts, but {found} is in it"
            ))
            .help(help)
        },
    );
}
