//! The specification's words: open lists, because extensions may add to them (CDS-WG1-01 §6).

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// A word that an extension adds.
            Extension(Box<str>),
        }

        impl $name {
            /// The words that the specification lists.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word as it is written in documents.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Extension(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Extension(other.into()),
                }
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(word: &str) -> Result<Self, Infallible> {
                Ok(Self::from(word))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::open_list(Self::WORDS)
            }
        }
    };
}

vocabulary! {
    /// What a coverage entry describes: its `type` (CDS-WG1-01 §4.4).
    pub enum EntryType {
        /// A territory that can be drawn on a map.
        Geographic = "geographic",
        /// A grouping that is no territory.
        Logical = "logical",
    }
}

vocabulary! {
    /// How the Server stands to what an entry describes: its `role` (CDS-WG1-01 §4.5).
    pub enum EntryRole {
        /// The Server decides who is covered.
        Authoritative = "authoritative",
        /// The Server speaks for the one who decides.
        Official = "official",
        /// The Server collects from others.
        Aggregator = "aggregator",
    }
}

vocabulary! {
    /// What the entity does in the area (CDS-WG1-01 §4.6).
    #[expect(missing_docs, reason = "the words are the specification's own")]
    pub enum InfrastructureType {
        DistributionUtility = "distribution_utility",
        MeteringProvider = "metering_provider",
        Supplier = "supplier",
        Generator = "generator",
        MarketOperator = "market_operator",
        DistributionServiceOperator = "distribution_service_operator",
        TransmissionServiceOperator = "transmission_service_operator",
        ServiceProvider = "service_provider",
    }
}

vocabulary! {
    /// What the entity delivers in the area (CDS-WG1-01 §4.7).
    #[expect(missing_docs, reason = "the words are the specification's own")]
    pub enum CommodityType {
        Electricity = "electricity",
        NaturalGas = "natural_gas",
        FuelOil = "fuel_oil",
        Water = "water",
        Wastewater = "wastewater",
        Trash = "trash",
        DistributedEnergy = "distributed_energy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_comes_back_as_itself_and_unknown_ones_are_kept() {
        for word in InfrastructureType::WORDS {
            let parsed = InfrastructureType::from(*word);
            assert!(!matches!(parsed, InfrastructureType::Extension(_)));
            assert_eq!(parsed.as_str(), *word);
        }
        assert_eq!(
            EntryRole::from("reseller"),
            EntryRole::Extension("reseller".into())
        );
    }
}
