//! Reading values of which nothing is known beforehand, without holding them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use hashbrown::HashSet;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use xxhash_rust::xxh3::xxh3_64;

use super::path::Step;
use super::reader::Reader;
use crate::rules::geojson_invalid;

/// What is done with a value: the same for every scalar, its own for arrays and objects.
pub(crate) trait Read<'d>: Sized {
    type Output: From<Scalar<'d>>;

    fn array<A: SeqAccess<'d>>(self, elements: A) -> Result<Self::Output, A::Error>;

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Self::Output, A::Error>;
}

/// A value that has no parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'d> {
    Null,
    Boolean,
    Number(f64),
    Text(Cow<'d, str>),
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen<'d> {
    Scalar(Scalar<'d>),
    /// An array of so many elements.
    Array(usize),
    Object,
}

impl<'d> From<Scalar<'d>> for Seen<'d> {
    fn from(scalar: Scalar<'d>) -> Self {
        Self::Scalar(scalar)
    }
}

impl Seen<'_> {
    pub(crate) const NULL: Self = Self::Scalar(Scalar::Null);

    /// The JSON type with its article, for sentences.
    pub(crate) const fn what(&self) -> &'static str {
        match self {
            Self::Scalar(scalar) => scalar.what(),
            Self::Array(_) => "a list",
            Self::Object => "an object",
        }
    }
}

impl Scalar<'_> {
    pub(crate) const fn what(&self) -> &'static str {
        match self {
            Self::Null => "`null`",
            Self::Boolean => "`true` or `false`",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
        }
    }
}

/// Gives a [`Read`] to a deserializer.
pub(crate) struct Seed<R>(pub(super) R);

impl<'de, R: Read<'de>> DeserializeSeed<'de> for Seed<R> {
    type Value = R::Output;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Output, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: Read<'de>> Visitor<'de> for Seed<R> {
    type Value = R::Output;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<R::Output, E> {
        Ok(Scalar::Null.into())
    }

    fn visit_bool<E>(self, _: bool) -> Result<R::Output, E> {
        Ok(Scalar::Boolean.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<R::Output, E> {
        Ok(Scalar::Number(number as f64).into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<R::Output, E> {
        Ok(Scalar::Number(number as f64).into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<R::Output, E> {
        Ok(Scalar::Number(number).into())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<R::Output, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)).into())
    }

    fn visit_str<E>(self, text: &str) -> Result<R::Output, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<R::Output, A::Error> {
        self.0.array(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<R::Output, A::Error> {
        self.0.object(members)
    }
}

/// Reads a member's name.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// The members of one object as they come by.
pub(crate) struct Members<'d, A> {
    access: A,
    /// Hashes of the names so far. An object may have millions of members: the names
    /// themselves would take several times its size.
    names: HashSet<u64>,
    _document: PhantomData<&'d str>,
}

impl<'d, A: MapAccess<'d>> Members<'d, A> {
    pub(crate) fn new(access: A) -> Self {
        Self {
            access,
            names: HashSet::new(),
            _document: PhantomData,
        }
    }

    /// Steps into the next member and gives its name. Its value must be read, and the step
    /// taken back.
    pub(crate) fn next(
        &mut self,
        reader: &mut Reader<'d>,
    ) -> Result<Option<Cow<'d, str>>, A::Error> {
        let Some(name) = self.access.next_key_seed(Name)? else {
            return Ok(None);
        };
        reader.path.push(Step::Key(name.clone()));
        if !self.names.insert(xxh3_64(name.as_bytes())) {
            geojson_invalid::repeated(reader, &name);
        }
        Ok(Some(name))
    }

    pub(crate) fn value<R: Read<'d>>(&mut self, read: R) -> Result<R::Output, A::Error> {
        self.access.next_value_seed(Seed(read))
    }
}

/// Walks over a value that GeoJSON says nothing of.
///
/// Skipping it, as serde's `IgnoredAny` does, would let lone surrogates and repeated names
/// through.
pub(crate) struct Foreign<'r, 'd>(pub(super) &'r mut Reader<'d>);

impl<'d> Read<'d> for Foreign<'_, 'd> {
    type Output = Seen<'d>;

    fn array<A: SeqAccess<'d>>(self, mut elements: A) -> Result<Seen<'d>, A::Error> {
        let mut count = 0;
        self.0.path.push(Step::Index(0));
        while elements.next_element_seed(Seed(Foreign(self.0)))?.is_some() {
            count += 1;
            self.0.path.set_index(count);
        }
        self.0.path.pop();
        Ok(Seen::Array(count))
    }

    fn object<A: MapAccess<'d>>(self, members: A) -> Result<Seen<'d>, A::Error> {
        let mut members = Members::new(members);
        while members.next(self.0)?.is_some() {
            members.value(Foreign(self.0))?;
            self.0.path.pop();
        }
        Ok(Seen::Object)
    }
}
