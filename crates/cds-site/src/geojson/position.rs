//! Positions (RFC 7946 §3.1.1) and where on Earth they can be.

/// The numbers of a position: longitude, latitude, and perhaps altitude.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Position {
    numbers: [f64; 4],
    count: usize,
}

/// Why a position is not in WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Latitude before longitude.
    Swapped,
    /// Metres or feet of a projected coordinate system.
    Projected,
    /// Longitudes that go on to 360° instead of beginning at -180° again.
    EastOnly,
    /// A longitude that there is none of.
    Longitude,
    /// A latitude that there is none of.
    Latitude,
}

impl Position {
    pub(crate) const fn new(longitude: f64, latitude: f64) -> Self {
        Self {
            numbers: [longitude, latitude, 0.0, 0.0],
            count: 2,
        }
    }

    pub(crate) fn push(&mut self, number: f64) {
        if let Some(slot) = self.numbers.get_mut(self.count) {
            *slot = number;
        }
        self.count += 1;
    }

    /// How many numbers it has.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Longitude and latitude with commas for their decimal points, as some countries write them:
    /// `[9,12, 48,75]`. Nobody has all of four coordinates in whole numbers.
    pub(crate) fn has_decimal_commas(&self) -> bool {
        self.count == self.numbers.len() && self.numbers.iter().all(|it| it.fract() == 0.0)
    }

    /// The numbers that decimal commas have parted, put together again.
    pub(crate) fn with_decimal_points(&self) -> String {
        let [a, b, c, d] = self.numbers;
        format!("[{a}.{b}, {c}.{d}]")
    }

    pub(crate) const fn longitude(&self) -> f64 {
        self.numbers[0]
    }

    pub(crate) const fn latitude(&self) -> f64 {
        self.numbers[1]
    }

    /// Why it is not in WGS 84, if it can't be.
    pub(crate) fn misfit(&self) -> Option<Misfit> {
        let (first, second) = (self.longitude().abs(), self.latitude().abs());
        if first <= 180.0 && second <= 90.0 {
            return None;
        }
        Some(
            if first > 360.0 && second > 90.0 || second > 360.0 && first > 180.0 {
                Misfit::Projected
            } else if first <= 90.0 && second <= 180.0 {
                Misfit::Swapped
            } else if second <= 90.0 && self.longitude() > 180.0 && self.longitude() <= 360.0 {
                Misfit::EastOnly
            } else if first > 180.0 {
                Misfit::Longitude
            } else {
                Misfit::Latitude
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_position_is_told_from_its_numbers() {
        for (longitude, latitude, misfit) in [
            (-180.0, 90.0, None),
            (180.0, -90.0, None),
            (37.7, -122.4, Some(Misfit::Swapped)),
            (-13_627_000.0, 4_547_000.0, Some(Misfit::Projected)),
            (500.0, 4_547_000.0, Some(Misfit::Projected)),
            (190.5, 65.0, Some(Misfit::EastOnly)),
            (-1_224.0, 37.7, Some(Misfit::Longitude)),
            (-122.4, 377.0, Some(Misfit::Latitude)),
            (-122.4, 90.001, Some(Misfit::Latitude)),
        ] {
            let position = Position::new(longitude, latitude);
            assert_eq!(position.misfit(), misfit, "{longitude} {latitude}");
        }
    }
}
