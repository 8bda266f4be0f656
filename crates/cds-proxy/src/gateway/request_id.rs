//! The name by which a request is found in every log.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name by which a request is found in every log: visible ASCII, at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestId(HeaderValue);

/// Longer than a UUID or a trace id with a prefix; what is longer is no name.
const LONGEST: usize = 128;

impl RequestId {
    /// The field as it is written.
    pub(super) const FIELD: &str = "X-Request-Id";

    /// The one that a request brings along.
    pub(super) fn of(fields: &HeaderMap) -> Option<Self> {
        let mut values = fields.get_all(REQUEST_ID).iter();
        let value = values.next().filter(|_| values.next().is_none())?;
        let is_name = (1..=LONGEST).contains(&value.len())
            && value.as_bytes().iter().all(u8::is_ascii_graphic);
        is_name.then(|| Self(value.clone()))
    }

    /// A new one: 32 hexadecimal digits. They are unique, not secret.
    pub(super) fn new() -> Self {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let (process, offset) = *PROCESS;
        let digits = [process, digits(mix(count.wrapping_add(offset)))];
        let value = HeaderValue::from_bytes(digits.as_flattened());
        Self(value.unwrap_or_else(|_| HeaderValue::from_static("-")))
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.to_str().ok()
    }

    /// Says it in an answer's fields.
    pub(super) fn tell(&self, fields: &mut HeaderMap) {
        fields.insert(REQUEST_ID, self.0.clone());
    }

    pub(super) const fn value(&self) -> &HeaderValue {
        &self.0
    }
}

/// Digits and a number that no other process has, of which the standard library gets the keys of
/// its hash maps from the system.
static PROCESS: LazyLock<([u8; 16], u64)> = LazyLock::new(|| {
    let random = RandomState::new();
    (digits(random.hash_one(0)), random.hash_one(1))
});

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A permutation of all numbers (splitmix64), so that ids don't say how many requests there were.
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A number in hexadecimal digits, at a tenth of what formatting takes.
fn digits(number: u64) -> [u8; 16] {
    std::array::from_fn(|place| {
        let digit = number >> (60 - 4 * place) & 0xf;
        b"0123456789abcdef"[digit as usize]
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn brought(values: &[&[u8]]) -> Option<RequestId> {
        let mut fields = HeaderMap::new();
        for value in values {
            fields.append(REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        }
        RequestId::of(&fields)
    }

    #[test]
    fn only_what_can_be_a_name_is_taken_for_one() {
        assert!(brought(&[b"7f3a-1"]).is_some());
        assert!(brought(&[&[b'a'; 128]]).is_some());
        let refused: [&[&[u8]]; 6] = [
            &[],
            &[b""],
            &[b"two words"],
            &["\u{e9}".as_bytes()],
            &[&[b'a'; 129]],
            &[b"a", b"b"],
        ];
        for values in refused {
            assert_eq!(brought(values), None, "{values:?}");
        }
    }

    #[test]
    fn no_two_are_alike() {
        let ids: HashSet<_> = (0..1000)
            .map(|_| RequestId::new().value().clone())
            .collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 32));
        assert_eq!(&digits(0x0123_4567_89ab_cdef), b"0123456789abcdef");
    }
}
