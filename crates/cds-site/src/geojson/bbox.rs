//! `bbox` (RFC 7946 §5): the corners of the box that everything lies in.

use serde::de::{MapAccess, SeqAccess};

use super::path::Step;
use super::position::Position;
use super::reader::Reader;
use super::value::{Foreign, Read, Scalar, Seed, Seen};
use crate::rules::{geojson_invalid, geojson_not_wgs84};

/// The numbers of a box: the south-western corner, then the north-eastern one.
#[derive(Debug, Default)]
pub(super) struct Bbox {
    numbers: Vec<f64>,
    is_faulty: bool,
}

impl Bbox {
    pub(super) fn reading<'b, 'd>(&'b mut self, reader: &'b mut Reader<'d>) -> Reading<'b, 'd> {
        Reading { bbox: self, reader }
    }

    /// Finds what is wrong with the box. The reader is at it.
    pub(super) fn judge(&self, seen: &Seen<'_>, reader: &mut Reader<'_>) {
        let Seen::Array(count) = *seen else {
            geojson_invalid::bbox_not_array(reader, seen);
            return;
        };
        if self.is_faulty {
            return;
        }
        // Two dimensions, or three with the altitude.
        let (southwest, northeast) = match (count, self.numbers.as_slice()) {
            (4, &[west, south, east, north]) | (6, &[west, south, _, east, north, _]) => {
                (Position::new(west, south), Position::new(east, north))
            }
            _ => {
                geojson_invalid::bbox_length(reader, count);
                return;
            }
        };
        for corner in [southwest, northeast] {
            if let Some(misfit) = corner.misfit() {
                geojson_not_wgs84::find(reader, misfit, corner);
                return;
            }
        }
        // West may lie east of east: the box then crosses the antimeridian (RFC 7946 §5.2).
        if southwest.latitude() > northeast.latitude() {
            geojson_invalid::bbox_upside_down(reader);
        }
    }
}

/// Reads a box.
pub(super) struct Reading<'b, 'd> {
    bbox: &'b mut Bbox,
    reader: &'b mut Reader<'d>,
}

impl<'d> Read<'d> for Reading<'_, 'd> {
    type Output = Seen<'d>;

    fn array<A: SeqAccess<'d>>(self, mut elements: A) -> Result<Seen<'d>, A::Error> {
        let Self { bbox, reader } = self;
        let mut count = 0;
        reader.path.push(Step::Index(0));
        while let Some(seen) = elements.next_element_seed(Seed(Foreign(reader)))? {
            match seen {
                Seen::Scalar(Scalar::Number(number)) if count < 6 => bbox.numbers.push(number),
                Seen::Scalar(Scalar::Number(_)) => {}
                other => {
                    geojson_invalid::not_a_number(reader, other.what());
                    bbox.is_faulty = true;
                }
            }
            count += 1;
            reader.path.set_index(count);
        }
        reader.path.pop();
        Ok(Seen::Array(count))
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Seen<'d>, A::Error> {
        Foreign(self.reader).object(members)
    }
}
