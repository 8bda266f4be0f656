//! Lines and linear rings (RFC 7946 §3.1.4, §3.1.6), position by position.
//!
//! Nothing but running sums is held, so a ring may be of any length.

use super::position::Position;

/// The positions of an array of positions, summed up.
#[derive(Debug, Default)]
pub(super) struct Line {
    count: usize,
    first: Position,
    last: Position,
    /// Twice the area, counted counterclockwise (the shoelace formula).
    area: f64,
    /// The sum of the sizes of what `area` is the sum of.
    sizes: f64,
    /// Whether it lies in places that areas can't be told of.
    is_vague: bool,
}

/// Why an array of positions is no linear ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RingFault {
    /// It has only so many positions.
    Short(usize),
    /// Its last position is not its first.
    Open,
}

impl Line {
    pub(super) fn push(&mut self, position: Position, is_in_range: bool) {
        if self.count == 0 {
            self.first = position;
            self.last = position;
        }
        let [(x1, y1), (x2, y2)] = [self.last, position].map(|position| {
            // Small numbers lose fewer digits.
            (
                position.longitude() - self.first.longitude(),
                position.latitude() - self.first.latitude(),
            )
        });
        let [one, other] = [x1 * y2, x2 * y1];
        self.area += one - other;
        self.sizes += one.abs() + other.abs();
        // A step over half the world probably goes the other way round, over the antimeridian.
        self.is_vague |= !is_in_range || (x2 - x1).abs() > 180.0;
        self.last = position;
        self.count += 1;
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether it has enough positions for a LineString.
    pub(super) const fn is_line(&self) -> bool {
        self.count >= 2
    }

    pub(super) fn ring_fault(&self) -> Option<RingFault> {
        if self.count < 4 {
            Some(RingFault::Short(self.count))
        } else if self.first != self.last {
            Some(RingFault::Open)
        } else {
            None
        }
    }

    /// Whether the ring runs counterclockwise; `None` if that can't be told, as of one that has
    /// no area.
    pub(super) fn is_counterclockwise(&self) -> Option<bool> {
        let is_sure = !self.is_vague && self.area.abs() > ROUNDING * self.sizes;
        is_sure.then_some(self.area > 0.0)
    }
}

/// How much of a sum may be the rounding of its parts: coordinates have about 16 digits, of
/// which those that all positions of a small territory share are lost.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(positions: &[(f64, f64)]) -> Line {
        let mut line = Line::default();
        for &(longitude, latitude) in positions {
            line.push(Position::new(longitude, latitude), true);
        }
        line
    }

    #[test]
    fn rings_are_closed_and_have_four_positions() {
        assert_eq!(line(&[]).ring_fault(), Some(RingFault::Short(0)));
        let short = line(&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)]);
        assert_eq!(short.ring_fault(), Some(RingFault::Short(3)));
        let open = line(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.5)]);
        assert_eq!(open.ring_fault(), Some(RingFault::Open));
        let ring = line(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]);
        assert_eq!(ring.ring_fault(), None);
    }

    #[test]
    fn winding_is_told_of_rings_small_and_large() {
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        for size in [1e-6, 1.0, 90.0] {
            let mut ring = corners.map(|(x, y)| (-122.4 + x * size, -10.0 + y * size));
            assert_eq!(line(&ring).is_counterclockwise(), Some(true), "{size}");
            ring.reverse();
            assert_eq!(line(&ring).is_counterclockwise(), Some(false), "{size}");
        }
    }

    #[test]
    fn winding_is_not_told_of_what_has_no_area_or_crosses_the_antimeridian() {
        let flat = [
            (-122.4, 37.1),
            (-122.3, 37.2),
            (-122.2, 37.3),
            (-122.4, 37.1),
        ];
        assert_eq!(line(&flat).is_counterclockwise(), None);
        let crossing = [
            (179.0, 0.0),
            (-179.0, 0.0),
            (-179.0, 1.0),
            (179.0, 1.0),
            (179.0, 0.0),
        ];
        assert_eq!(line(&crossing).is_counterclockwise(), None);
    }
}
