//! `geojson-invalid`

use cds_metadata::quoted;

use crate::geojson::{Kind, Part, Path, Position, Reader, RingFault, Role, Seen, Words};

cds_metadata::rule! {
    /// ## What it checks
    ///
    /// Files that entries link to by `geojson_resource`, and linked files named `.geojson`, are
    /// JSON and have the structure of GeoJSON: objects with a known `type` and the members that
    /// belong to it, coordinates nested as deeply as the type asks, lines of two positions or
    /// more, rings of four or more that end where they begin, no name twice in one object, and
    /// something to draw.
    ///
    /// ## Why it matters
    ///
    /// Clients draw the territory from this file, and look up by it which utility serves an
    /// address. A file that they can't read is a territory that is nowhere.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "type": "Polygon",
    ///   "coordinates": [[-122.0, 37.0], [-121.0, 37.0], [-121.0, 38.0], [-122.0, 37.0]]
    /// }
    /// ```
    ///
    /// ## Mend
    ///
    /// Best export the file again from the program that the map was made with, as GeoJSON by
    /// RFC 7946. In the example a pair of brackets is missing: the coordinates of a polygon are
    /// an array of rings, and each ring is an array of positions.
    pub static GEOJSON_INVALID: Rule =
        "geojson-invalid", Error, Spec, "CDS-WG1-01 §4.3; RFC 7946 §3";
}

/// For those who have the map from somebody else, and no program that shows it.
pub(super) const ASK_AGAIN: &str =
    "ask whoever exported the map for it again as GeoJSON (RFC 7946)";

fn find(reader: &mut Reader<'_>, part: Part, words: impl FnOnce() -> Words) {
    reader.find(&GEOJSON_INVALID, part, words);
}

/// A name that its object has already.
pub(crate) fn repeated(reader: &mut Reader<'_>, name: &str) {
    find(reader, Part::Name, || {
        Words::new(
            format!("{} is written twice in this object", quoted(name)),
            "remove all but one of them",
        )
    });
}

/// A document without a single position.
pub(crate) fn nothing_drawn<'d>(reader: &mut Reader<'d>, path: &Path<'d>, what: &str) {
    reader.faults.find(&GEOJSON_INVALID, path, Part::Value, || {
        Words::new(
            format!("{what}, and nothing else is there to draw: the territory has no shape"),
            "export the territory's outline into this file, or remove the link to it",
        )
    });
}

// Objects and their types.

/// A value in the place of an object.
pub(crate) fn not_an_object(reader: &mut Reader<'_>, role: Role, seen: &Seen<'_>) {
    find(reader, Part::Value, || {
        let expected = match role {
            Role::Document => "a GeoJSON document must be an object",
            Role::Feature => "`features` must hold Features, which are objects",
            Role::Geometry => "`geometries` must hold geometries, which are objects",
        };
        let help = match role {
            Role::Document => "begin with `{ \"type\": \"FeatureCollection\", \"features\": […] }`",
            _ => "remove it, or write an object in braces: `{ \"type\": … }`",
        };
        Words::new(format!("{expected}, not {}", seen.what()), help)
    });
}

pub(crate) fn type_missing(reader: &mut Reader<'_>, role: Role, guess: Option<Kind>) {
    let expected = match role {
        Role::Feature => Some(Kind::Feature),
        _ => guess,
    };
    find(reader, Part::Missing("type"), || {
        Words::new(
            "this object has no `type`, so nobody knows how to read it",
            match (expected, role) {
                (Some(kind), _) => format!("add `\"type\": \"{}\"`", kind.name()),
                (None, Role::Geometry) => {
                    "add the type of the geometry, for example `\"type\": \"Polygon\"`".to_owned()
                }
                (None, _) => {
                    "this may be no GeoJSON: export the map as GeoJSON (RFC 7946)".to_owned()
                }
            },
        )
    });
}

pub(crate) fn type_not_text(reader: &mut Reader<'_>, seen: &Seen<'_>) {
    reader.find_member(&GEOJSON_INVALID, "type", || {
        Words::new(
            format!("`type` must be a text, not {}", seen.what()),
            "write the type in quotation marks, for example `\"type\": \"Feature\"`",
        )
    });
}

pub(crate) fn unknown_type(reader: &mut Reader<'_>, name: &str, meant: Option<Kind>) {
    reader.find_member(&GEOJSON_INVALID, "type", || {
        let help = match meant {
            Some(kind) => format!("did you mean `{}`?", kind.name()),
            None if name == "Topology" => {
                "this is TopoJSON, another format: export the map as GeoJSON".to_owned()
            }
            None => "types are FeatureCollection, Feature, Polygon, MultiPolygon and five more in \
                     RFC 7946, in these spellings"
                .to_owned(),
        };
        Words::new(format!("{} is no type of GeoJSON", quoted(name)), help)
    });
}

/// An object where another type of object belongs.
pub(crate) fn misplaced(reader: &mut Reader<'_>, role: Role, kind: Kind) {
    let name = kind.name();
    find(reader, Part::Brace, || {
        if role == Role::Geometry {
            return Words::new(
                format!("a {name} can't stand in the place of a geometry"),
                "write the geometry itself here, for example a Polygon",
            );
        }
        let help = if kind.is_geometry() {
            format!(
                "wrap it: `{{ \"type\": \"Feature\", \"properties\": {{}}, \"geometry\": {{ \
                 \"type\": \"{name}\", … }} }}`"
            )
        } else {
            "move its `features` into the outer list".to_owned()
        };
        Words::new(
            format!("`features` must hold Features, but this is a {name}"),
            help,
        )
    });
}

pub(crate) fn member_missing(reader: &mut Reader<'_>, kind: Kind, name: &'static str) {
    find(reader, Part::Missing(name), || {
        Words::new(
            format!("this {} has no `{name}`", kind.name()),
            match name {
                "properties" => "add `\"properties\": {}`",
                "geometry" => "add the geometry; `\"geometry\": null` if it is not known",
                _ => "add it: export the map again if it was lost",
            },
        )
    });
}

/// A member that makes the object one of another type (RFC 7946 §7.1).
pub(crate) fn member_of_another_type(reader: &mut Reader<'_>, kind: Kind, name: &'static str) {
    reader.find_member(&GEOJSON_INVALID, name, || {
        Words::new(
            format!(
                "a {} must not have `{name}`, which belongs to another type",
                kind.name()
            ),
            "remove it, give it another name, or correct the `type`",
        )
    });
}

pub(crate) fn not_object_or_null(reader: &mut Reader<'_>, name: &'static str, seen: &Seen<'_>) {
    reader.find_member(&GEOJSON_INVALID, name, || {
        Words::new(
            format!("`{name}` must be an object or `null`, not {}", seen.what()),
            match name {
                "properties" => "write `{}` or `null` if there are none",
                _ => "write the geometry, for example `{ \"type\": \"Polygon\", \"coordinates\": […] }`",
            },
        )
    });
}

pub(crate) fn not_an_array(reader: &mut Reader<'_>, name: &'static str, seen: &Seen<'_>) {
    reader.find_member(&GEOJSON_INVALID, name, || {
        Words::new(
            format!("`{name}` must be a list, not {}", seen.what()),
            format!("put what belongs to it in brackets: `\"{name}\": [ … ]`"),
        )
    });
}

pub(crate) fn bad_id(reader: &mut Reader<'_>, seen: &Seen<'_>) {
    reader.find_member(&GEOJSON_INVALID, "id", || {
        Words::new(
            format!(
                "the `id` of a Feature must be a text or a number, not {}",
                seen.what()
            ),
            "remove it if there is none",
        )
    });
}

// Coordinates.

pub(crate) fn coordinates_not_array(reader: &mut Reader<'_>, kind: Kind, what: &str) {
    find(reader, Part::Value, || {
        Words::new(
            format!("`coordinates` must be a list, not {what}"),
            format!(
                "the coordinates of a {} look like {}",
                kind.name(),
                example(kind)
            ),
        )
    });
}

/// Coordinates of another type than the geometry's.
pub(crate) fn nesting(reader: &mut Reader<'_>, kind: Kind, depth: usize, expected: usize) {
    find(reader, Part::Value, || {
        let fits = match depth {
            1 => Some("`Point`"),
            2 => Some("`LineString` or `MultiPoint`"),
            3 => Some("`Polygon` or `MultiLineString`"),
            4 => Some("`MultiPolygon`"),
            _ => None,
        };
        let (name, what) = (
            kind.name(),
            if depth < expected {
                "too few"
            } else {
                "too many"
            },
        );
        let or = fits.map_or_else(String::new, |fits| format!(", or correct the type: {fits}"));
        Words::new(
            format!(
                "there are {what} brackets around these coordinates for a {name}: {depth} instead \
                 of {expected}"
            ),
            format!("write them like {}{or}; or {ASK_AGAIN}", example(kind)),
        )
    });
}

/// A position that is nested more or less deeply than the first.
pub(crate) fn uneven<'d>(reader: &mut Reader<'d>, path: &Path<'d>) {
    reader.faults.find(&GEOJSON_INVALID, path, Part::Value, || {
        Words::new(
            "this position stands in more or fewer brackets than the first of its geometry",
            "look for a bracket too many or too few before it",
        )
    });
}

/// The coordinates of a type in short.
const fn example(kind: Kind) -> &'static str {
    match kind.depth() {
        Some(1) => "`[longitude, latitude]`",
        Some(2) => "`[[longitude, latitude], …]`",
        Some(3) => "`[[[longitude, latitude], …], …]`",
        _ => "`[[[[longitude, latitude], …], …], …]`",
    }
}

pub(crate) fn empty_array(reader: &mut Reader<'_>, depth: usize) {
    find(reader, Part::Value, || {
        if depth == 1 {
            return Words::new(
                "this geometry is empty: it has no coordinates",
                "write the coordinates, or `\"geometry\": null` in the Feature",
            );
        }
        Words::new(
            "this part of the coordinates is empty",
            "remove it, or fill it",
        )
    });
}

pub(crate) fn short_position(reader: &mut Reader<'_>) {
    find(reader, Part::Value, || {
        Words::new(
            "this position has only one number",
            "a position is `[longitude, latitude]`",
        )
    });
}

pub(crate) fn decimal_commas(reader: &mut Reader<'_>, position: Position) {
    find(reader, Part::Value, || {
        Words::new(
            "this position has four whole numbers, but longitude and latitude are two",
            format!(
                "write decimal points, not commas: `{}`; or {ASK_AGAIN}",
                position.with_decimal_points()
            ),
        )
    });
}

pub(crate) fn not_a_number(reader: &mut Reader<'_>, what: &str) {
    find(reader, Part::Value, || {
        let help = match what {
            "a text" => "write the number without quotation marks",
            _ => "write a number here, or remove the position",
        };
        Words::new(format!("a number was expected here, not {what}"), help)
    });
}

pub(crate) fn number_among_arrays(reader: &mut Reader<'_>) {
    find(reader, Part::Value, || {
        Words::new(
            "this number stands beside lists",
            "put longitude and latitude in brackets of their own: `[longitude, latitude]`",
        )
    });
}

pub(crate) fn array_among_numbers(reader: &mut Reader<'_>) {
    find(reader, Part::Value, || {
        Words::new(
            "this list stands among the numbers of a position",
            "look for a bracket too many or too few: a position is `[longitude, latitude]`",
        )
    });
}

pub(crate) fn short_line() -> Words {
    Words::new(
        "this line has only one position",
        "a line needs two positions or more; for a single place use a Point",
    )
}

pub(crate) fn ring(fault: RingFault) -> Words {
    match fault {
        RingFault::Short(count) => Words::new(
            format!("this ring has {count} of the four positions that it needs at least"),
            format!("a triangle has four: the last position repeats the first; or {ASK_AGAIN}"),
        ),
        RingFault::Open => Words::new(
            "this ring is not closed: it ends elsewhere than it begins",
            format!(
                "repeat its first position at the end, with exactly the same numbers; or {ASK_AGAIN}"
            ),
        ),
    }
}

// The box around it all.

pub(crate) fn bbox_not_array(reader: &mut Reader<'_>, seen: &Seen<'_>) {
    find(reader, Part::Value, || {
        Words::new(format!("`bbox` must be a list, not {}", seen.what()), BBOX)
    });
}

pub(crate) fn bbox_length(reader: &mut Reader<'_>, count: usize) {
    find(reader, Part::Value, || {
        Words::new(
            format!("`bbox` must have four numbers (six with altitudes), not {count}"),
            BBOX,
        )
    });
}

pub(crate) fn bbox_upside_down(reader: &mut Reader<'_>) {
    find(reader, Part::Value, || {
        Words::new("the south of this `bbox` lies north of its north", BBOX)
    });
}

const BBOX: &str = "write `[west, south, east, north]` in degrees, or leave `bbox` out";
