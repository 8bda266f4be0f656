//! Which paths may be ours, told at a glance.

/// What paths look like from afar: their lengths, and the characters after their first slash.
///
/// Most requests are for the portal, and nearly all of them end here: it takes a few instructions,
/// where looking a path up takes a hash of all of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outlines {
    starts: Bytes,
    lengths: Bytes,
    is_any_long: bool,
}

/// A set of numbers below 256.
#[derive(Debug, Clone, Default)]
struct Bytes([u64; 4]);

impl Outlines {
    /// Adds a path, as it is normalised.
    pub(crate) fn insert(&mut self, path: &str) {
        self.starts.insert(start(path));
        match u8::try_from(path.len()) {
            Ok(length) => self.lengths.insert(length),
            Err(_) => self.is_any_long = true,
        }
    }

    /// Whether a request's path may be one of these.
    pub(crate) fn may_have(&self, path: &str) -> bool {
        let start = start(path);
        // Normalising may change length and start.
        start == b'%'
            || self.starts.contains(start) && (self.has_length(path) || path.contains('%'))
    }

    fn has_length(&self, path: &str) -> bool {
        u8::try_from(path.len()).map_or(self.is_any_long, |length| self.lengths.contains(length))
    }
}

impl Bytes {
    fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte / 64)) {
            *word |= 1 << (byte % 64);
        }
    }

    fn contains(&self, byte: u8) -> bool {
        self.0
            .get(usize::from(byte / 64))
            .is_some_and(|word| word & (1 << (byte % 64)) != 0)
    }
}

/// The octet after the first; zero, which no path has, if there is none.
fn start(path: &str) -> u8 {
    path.as_bytes().get(1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::normalise;

    fn outlines(paths: &[&str]) -> Outlines {
        let mut outlines = Outlines::default();
        for path in paths {
            outlines.insert(&normalise(path));
        }
        outlines
    }

    #[test]
    fn no_spelling_of_a_path_is_missed() {
        let long = format!("/{}", "a".repeat(300));
        let outlines = outlines(&["/maps/west", "/%C3%A9", "/", &long]);
        for path in [
            "/maps/west",
            "/%6Daps/west",
            "/m%61ps/%77est",
            "/%c3%a9",
            "/",
            &long,
            &long.replacen('a', "%61", 3),
            &long.replacen("aa", "a%61", 1),
        ] {
            assert!(outlines.may_have(path), "{path}");
        }
    }

    #[test]
    fn most_paths_are_nobodys_by_their_looks() {
        let outlines = outlines(&["/maps/west"]);
        for path in [
            "",
            "/",
            "*",
            "/outages",
            "/maps",
            "/bills/7?",
            "/apples/ab",
            "/maps/west/",
        ] {
            assert!(!outlines.may_have(path), "{path}");
        }
    }
}
