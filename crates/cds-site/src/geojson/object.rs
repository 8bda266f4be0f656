//! GeoJSON objects: what their members are, and whether they fit their type.

use serde::de::{MapAccess, SeqAccess};

use super::bbox::Bbox;
use super::coordinates::{Coordinates, Shape};
use super::crs::Crs;
use super::kind::Kind;
use super::path::Step;
use super::reader::Reader;
use super::value::{Foreign, Members, Read, Scalar, Seed, Seen};
use crate::rules::geojson_invalid;

/// Reads a value that is to be a GeoJSON object.
pub(super) struct Object<'r, 'd> {
    pub(super) reader: &'r mut Reader<'d>,
    pub(super) role: Role,
}

/// What an object is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// To be the whole document.
    Document,
    /// To be one of the `features`.
    Feature,
    /// To be a `geometry`, or one of the `geometries`.
    Geometry,
}

/// The members of an object that mean something, whatever its type turns out to be.
#[derive(Debug, Default)]
struct Draft<'d> {
    kind: Option<Seen<'d>>,
    id: Option<Seen<'d>>,
    coordinates: Option<Shape<'d>>,
    geometries: Option<Seen<'d>>,
    geometry: Option<Seen<'d>>,
    properties: Option<Seen<'d>>,
    features: Option<Seen<'d>>,
}

impl<'d> Read<'d> for Object<'_, 'd> {
    type Output = Seen<'d>;

    fn array<A: SeqAccess<'d>>(self, elements: A) -> Result<Seen<'d>, A::Error> {
        Foreign(self.reader).array(elements)
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Seen<'d>, A::Error> {
        let Self { reader, role } = self;
        let mut members = Members::new(members);
        let mut draft = Draft::default();
        while let Some(name) = members.next(reader)? {
            match &*name {
                "type" => draft.kind = Some(members.value(Foreign(reader))?),
                "id" => draft.id = Some(members.value(Foreign(reader))?),
                "coordinates" => {
                    let mut shape = Shape::default();
                    let node = members.value(Coordinates::new(reader, &mut shape))?;
                    draft.coordinates = Some(shape.finish(&node, reader));
                }
                "geometry" => {
                    let role = Role::Geometry;
                    draft.geometry = Some(members.value(Object { reader, role })?);
                }
                "geometries" => {
                    let role = Role::Geometry;
                    draft.geometries = Some(members.value(List { reader, role })?);
                }
                "features" => {
                    let role = Role::Feature;
                    draft.features = Some(members.value(List { reader, role })?);
                }
                "properties" => draft.properties = Some(members.value(Foreign(reader))?),
                "bbox" => {
                    let mut bbox = Bbox::default();
                    let seen = members.value(bbox.reading(reader))?;
                    bbox.judge(&seen, reader);
                }
                "crs" => {
                    let mut crs = Crs::default();
                    let seen = members.value(crs.reading(reader))?;
                    crs.judge(seen, reader);
                }
                _ => drop(members.value(Foreign(reader))?),
            }
            reader.path.pop();
        }
        draft.judge(role, reader);
        Ok(Seen::Object)
    }
}

/// Reads a value that is to be an array of GeoJSON objects.
struct List<'r, 'd> {
    reader: &'r mut Reader<'d>,
    role: Role,
}

impl<'d> Read<'d> for List<'_, 'd> {
    type Output = Seen<'d>;

    fn array<A: SeqAccess<'d>>(self, mut elements: A) -> Result<Seen<'d>, A::Error> {
        let Self { reader, role } = self;
        let mut count = 0;
        reader.path.push(Step::Index(0));
        while let Some(seen) = elements.next_element_seed(Seed(Object {
            reader: &mut *reader,
            role,
        }))? {
            if seen != Seen::Object {
                geojson_invalid::not_an_object(reader, role, &seen);
            }
            count += 1;
            reader.path.set_index(count);
        }
        reader.path.pop();
        if count == 0 {
            reader.note_empty("this list is empty");
        }
        Ok(Seen::Array(count))
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Seen<'d>, A::Error> {
        Foreign(self.reader).object(members)
    }
}

impl<'d> Draft<'d> {
    fn judge(self, role: Role, reader: &mut Reader<'d>) {
        let Some(kind) = self.kind(role, reader) else {
            return;
        };
        if role == Role::Feature && kind != Kind::Feature
            || role == Role::Geometry && !kind.is_geometry()
        {
            geojson_invalid::misplaced(reader, role, kind);
        }
        for name in kind.foreign_members() {
            if self.has(name) {
                geojson_invalid::member_of_another_type(reader, kind, name);
            }
        }
        match kind {
            Kind::Feature => self.judge_feature(reader),
            Kind::FeatureCollection => require_array(self.features.as_ref(), "features", reader),
            Kind::GeometryCollection => {
                require_array(self.geometries.as_ref(), "geometries", reader);
            }
            _ => self.judge_geometry(kind, reader),
        }
    }

    /// The object's type, or the one that was probably meant.
    fn kind(&self, role: Role, reader: &mut Reader<'d>) -> Option<Kind> {
        let guess = self.guess();
        match &self.kind {
            Some(Seen::Scalar(Scalar::Text(name))) => Kind::named(name).or_else(|| {
                let meant = Kind::meant_by(name);
                geojson_invalid::unknown_type(reader, name, meant);
                meant.or(guess)
            }),
            Some(other) => {
                geojson_invalid::type_not_text(reader, other);
                guess
            }
            None => {
                geojson_invalid::type_missing(reader, role, guess);
                guess
            }
        }
    }

    /// The type that the members belong to.
    fn guess(&self) -> Option<Kind> {
        if self.features.is_some() {
            Some(Kind::FeatureCollection)
        } else if self.geometry.is_some() {
            Some(Kind::Feature)
        } else if self.geometries.is_some() {
            Some(Kind::GeometryCollection)
        } else {
            None
        }
    }

    fn has(&self, name: &str) -> bool {
        match name {
            "coordinates" => self.coordinates.is_some(),
            "geometries" => self.geometries.is_some(),
            "geometry" => self.geometry.is_some(),
            "properties" => self.properties.is_some(),
            "features" => self.features.is_some(),
            _ => false,
        }
    }

    fn judge_geometry(self, kind: Kind, reader: &mut Reader<'d>) {
        let (Some(shape), Some(depth)) = (self.coordinates, kind.depth()) else {
            geojson_invalid::member_missing(reader, kind, "coordinates");
            return;
        };
        reader.path.push(Step::Key("coordinates".into()));
        shape.judge(kind, depth, reader);
        reader.path.pop();
    }

    fn judge_feature(&self, reader: &mut Reader<'d>) {
        for (name, member) in [
            ("geometry", &self.geometry),
            ("properties", &self.properties),
        ] {
            match member {
                None => geojson_invalid::member_missing(reader, Kind::Feature, name),
                Some(Seen::Object | Seen::NULL) => {}
                Some(other) => geojson_invalid::not_object_or_null(reader, name, other),
            }
        }
        match &self.id {
            None | Some(Seen::Scalar(Scalar::Text(_) | Scalar::Number(_))) => {}
            Some(other) => geojson_invalid::bad_id(reader, other),
        }
        if self.geometry == Some(Seen::NULL) {
            reader.path.push(Step::Key("geometry".into()));
            reader.note_empty("this geometry is null");
            reader.path.pop();
        }
    }
}

fn require_array(member: Option<&Seen<'_>>, name: &'static str, reader: &mut Reader<'_>) {
    let kind = match name {
        "features" => Kind::FeatureCollection,
        _ => Kind::GeometryCollection,
    };
    match member {
        None => geojson_invalid::member_missing(reader, kind, name),
        Some(Seen::Array(_)) => {}
        Some(other) => geojson_invalid::not_an_array(reader, name, other),
    }
}
