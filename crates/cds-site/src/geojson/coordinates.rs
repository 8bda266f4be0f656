//! `coordinates`, read without knowing the geometry's type, which may come after them.

use cds_metadata::{Report, Rule};
use serde::de::{MapAccess, SeqAccess};

use super::faults::{Part, Words};
use super::kind::Kind;
use super::line::{Line, RingFault};
use super::path::{Path, Step};
use super::position::{Misfit, Position};
use super::reader::Reader;
use super::value::{Foreign, Read, Scalar, Seed};
use crate::rules::{geojson_invalid, geojson_not_wgs84, geojson_winding};

/// What coordinates are, whatever type they belong to.
#[derive(Debug, Default)]
pub(super) struct Shape<'d> {
    /// What they are instead of an array.
    not_array: Option<&'static str>,
    /// How many brackets open before the first position's first number.
    depth: Option<usize>,
    /// The first position of another depth.
    uneven: Option<Path<'d>>,
    /// What is wrong if the arrays of positions are lines.
    lines: First<'d, ()>,
    /// What is wrong if the arrays of positions are rings.
    rings: First<'d, RingFault>,
    /// Rings that are exterior or not, and run the wrong way.
    windings: First<'d, bool>,
    /// Misfits that all positions probably share.
    misfits: Vec<(Misfit, Position, Path<'d>, usize)>,
}

/// The first of many things, and how many more there are.
#[derive(Debug)]
struct First<'d, T> {
    first: Vec<(Path<'d>, T)>,
    more: usize,
}

impl<'d, T> First<'d, T> {
    fn note(&mut self, path: &Path<'d>, thing: T) {
        if self.first.len() < Report::PER_RULE {
            self.first.push((path.clone(), thing));
        } else {
            self.more += 1;
        }
    }

    fn report(self, reader: &mut Reader<'d>, rule: &'static Rule, words: fn(T) -> Words) {
        for (path, thing) in self.first {
            let words = || words(thing);
            reader.faults.find(rule, &path, Part::Value, words);
        }
        reader.faults.count_more(rule, self.more);
    }
}

impl<T> Default for First<'_, T> {
    fn default() -> Self {
        let first = Vec::new();
        Self { first, more: 0 }
    }
}

impl<'d> Shape<'d> {
    /// Finds what is wrong with the coordinates of a geometry of this type, and of this many
    /// brackets. The reader is at the coordinates.
    pub(super) fn judge(self, kind: Kind, expected: usize, reader: &mut Reader<'d>) {
        if let Some(what) = self.not_array {
            geojson_invalid::coordinates_not_array(reader, kind, what);
            return;
        }
        let Some(depth) = self.depth else { return };
        if depth != expected {
            geojson_invalid::nesting(reader, kind, depth, expected);
        }
        if let Some(path) = &self.uneven {
            geojson_invalid::uneven(reader, path);
        }
        if depth != expected {
            return;
        }
        match kind {
            Kind::LineString | Kind::MultiLineString => {
                let words = |()| geojson_invalid::short_line();
                self.lines
                    .report(reader, &geojson_invalid::GEOJSON_INVALID, words);
            }
            Kind::Polygon | Kind::MultiPolygon => {
                let words = geojson_invalid::ring;
                self.rings
                    .report(reader, &geojson_invalid::GEOJSON_INVALID, words);
                let words = geojson_winding::words;
                self.windings
                    .report(reader, &geojson_winding::GEOJSON_WINDING, words);
            }
            _ => {}
        }
    }

    fn note_position(&mut self, position: Position, depth: usize, reader: &mut Reader<'d>) -> Node {
        reader.has_positions = true;
        let usual = *self.depth.get_or_insert(depth);
        if depth != usual && self.uneven.is_none() {
            self.uneven = Some(reader.path.clone());
        }
        if position.count() < 2 {
            geojson_invalid::short_position(reader);
            return Node::Faulty;
        }
        if position.has_decimal_commas() {
            geojson_invalid::decimal_commas(reader, position);
            return Node::Faulty;
        }
        let misfit = position.misfit();
        match misfit {
            None => {}
            Some(misfit @ (Misfit::Longitude | Misfit::Latitude)) => {
                geojson_not_wgs84::find(reader, misfit, position);
            }
            Some(misfit) => self.note_misfit(misfit, position, reader),
        }
        Node::Position {
            position,
            is_in_range: misfit.is_none(),
        }
    }

    /// Ends the reading of the coordinates, of which this is the outermost value.
    pub(super) fn finish(mut self, node: &Node, reader: &mut Reader<'d>) -> Self {
        for (misfit, position, path, more) in std::mem::take(&mut self.misfits) {
            geojson_not_wgs84::find_shared(reader, &path, misfit, position, more);
        }
        self.not_array = match node {
            Node::Number(_) => Some("a number"),
            Node::Other(what) => Some(what),
            Node::Position { .. } | Node::Array | Node::Faulty => None,
        };
        self
    }

    fn note_misfit(&mut self, misfit: Misfit, position: Position, reader: &Reader<'d>) {
        match self.misfits.iter_mut().find(|(known, ..)| *known == misfit) {
            Some((.., more)) => *more += 1,
            None => self
                .misfits
                .push((misfit, position, reader.path.clone(), 0)),
        }
    }

    fn note_line(&mut self, line: &Line, depth: usize, path: &Path<'d>) {
        if self.depth != Some(depth + 1) {
            return;
        }
        if !line.is_line() {
            self.lines.note(path, ());
        }
        if let Some(fault) = line.ring_fault() {
            self.rings.note(path, fault);
            return;
        }
        let is_exterior = path.last_index() == 0;
        // RFC 7946 §3.1.6: exterior rings counterclockwise, holes clockwise.
        if line.is_counterclockwise() == Some(!is_exterior) {
            self.windings.note(path, is_exterior);
        }
    }
}

/// Reads an array of coordinates, of positions, or of numbers.
pub(super) struct Coordinates<'r, 'd> {
    pub(super) reader: &'r mut Reader<'d>,
    pub(super) shape: &'r mut Shape<'d>,
    /// How many brackets are open around the value.
    depth: usize,
}

impl<'r, 'd> Coordinates<'r, 'd> {
    pub(super) fn new(reader: &'r mut Reader<'d>, shape: &'r mut Shape<'d>) -> Self {
        Self {
            reader,
            shape,
            depth: 0,
        }
    }
}

/// A value in coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node {
    Number(f64),
    Position {
        position: Position,
        is_in_range: bool,
    },
    Array,
    /// What should be a position but isn't, as was found already.
    Faulty,
    /// Something else: what it is, with its article.
    Other(&'static str),
}

impl<'d> From<Scalar<'d>> for Node {
    fn from(scalar: Scalar<'d>) -> Self {
        match scalar {
            Scalar::Number(number) => Self::Number(number),
            other => Self::Other(other.what()),
        }
    }
}

impl<'d> Read<'d> for Coordinates<'_, 'd> {
    type Output = Node;

    fn array<A: SeqAccess<'d>>(self, mut elements: A) -> Result<Node, A::Error> {
        let Self { reader, shape, .. } = self;
        let depth = self.depth + 1;
        let mut array = Array::default();
        reader.path.push(Step::Index(0));
        while let Some(node) = elements.next_element_seed(Seed(Coordinates {
            reader: &mut *reader,
            shape: &mut *shape,
            depth,
        }))? {
            array.push(node, reader);
            reader.path.set_index(array.length);
        }
        reader.path.pop();
        Ok(array.finish(depth, reader, shape))
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Node, A::Error> {
        Foreign(self.reader).object(members)?;
        Ok(Node::Other("an object"))
    }
}

/// What has been seen of one array.
#[derive(Default)]
struct Array {
    length: usize,
    position: Position,
    line: Line,
    has_arrays: bool,
    is_faulty: bool,
}

impl Array {
    fn push(&mut self, node: Node, reader: &mut Reader<'_>) {
        self.length += 1;
        let is_position = self.position.count() > 0;
        match node {
            Node::Number(_) if self.has_arrays => {
                geojson_invalid::number_among_arrays(reader);
                self.is_faulty = true;
            }
            Node::Number(number) => self.position.push(number),
            Node::Other(what) => {
                geojson_invalid::not_a_number(reader, what);
                self.is_faulty = true;
            }
            Node::Position { .. } | Node::Array | Node::Faulty if is_position => {
                geojson_invalid::array_among_numbers(reader);
                self.is_faulty = true;
            }
            Node::Position {
                position,
                is_in_range,
            } => {
                self.has_arrays = true;
                self.line.push(position, is_in_range);
            }
            Node::Array => self.has_arrays = true,
            Node::Faulty => (self.has_arrays, self.is_faulty) = (true, true),
        }
    }

    fn finish<'d>(self, depth: usize, reader: &mut Reader<'d>, shape: &mut Shape<'d>) -> Node {
        if self.length == 0 {
            geojson_invalid::empty_array(reader, depth);
        }
        if self.has_arrays {
            if !self.is_faulty && !self.line.is_empty() {
                shape.note_line(&self.line, depth, &reader.path);
            }
            Node::Array
        } else if self.is_faulty {
            Node::Faulty
        } else if self.position.count() > 0 {
            shape.note_position(self.position, depth, reader)
        } else {
            Node::Array
        }
    }
}
