//! `[[listen]]`

use std::fmt;

use clap::Args;
use schemars::JsonSchema;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::values::ListenAddress;

/// Where clients connect to. Each address has a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a table with `address = \"127.0.0.1:8080\"` in it"
)]
pub struct ListenSection {
    /// Address to listen on: IP:PORT
    pub address: ListenAddress,
}

/// Reads all tables of the section.
pub(in crate::config) fn listen_sections<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ListenSection>>, D::Error> {
    deserializer.deserialize_seq(Sections).map(Some)
}

/// Says how tables are written where there are none.
struct Sections;

impl<'de> Visitor<'de> for Sections {
    type Value = Vec<ListenSection>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, such as `[[listen]]` with `address = \"127.0.0.1:8080\"` in it")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tables: A) -> Result<Self::Value, A::Error> {
        let mut sections = Vec::new();
        while let Some(section) = tables.next_element()? {
            sections.push(section);
        }
        Ok(sections)
    }
}

/// Addresses to listen on, given as flags. They take the place of all that the file has.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Listening")]
pub struct ListenFlags {
    /// Address to listen on, can be given several times [default: 127.0.0.1:8080]
    #[arg(id = "listen.address", long = "listen", value_name = "ADDR", env = "CDS_PROXY_LISTEN",
          num_args = 1.., value_delimiter = ',')]
    pub addresses: Option<Vec<ListenAddress>>,
}

impl ListenFlags {
    pub(in crate::config) fn over(self, below: Self) -> Self {
        Self {
            addresses: self.addresses.or(below.addresses),
        }
    }

    /// The listeners that the flags name, if they name any.
    pub(in crate::config) fn listeners(&self) -> Option<Vec<ListenSection>> {
        let addresses = self.addresses.as_ref()?.iter();
        let listener = |address: &ListenAddress| ListenSection { address: *address };
        Some(addresses.map(listener).collect())
    }
}
