//! The labels. Each has a fixed, small set of values: nothing that a client sends becomes one.

use std::fmt;

use cds_live::{Outcome, State, Watching};
use clap::ValueEnum;
use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};
use schemars::JsonSchema;
use serde::Deserialize;

/// Declares a label with its values as they are written.
macro_rules! label {
    (
        $(#[$doc:meta])*
        $vis:vis enum $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name { $($(#[$value_doc])* $value),+ }

        impl $name {
            /// All values, in the order of their discriminants.
            pub(crate) const ALL: &[Self] = &[$(Self::$value),+];

            /// As it is written.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }

        impl EncodeLabelValue for $name {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
                EncodeLabelValue::encode(&self.as_str(), encoder)
            }
        }
    };
}

label! {
    /// Who answered a request.
    #[derive(ValueEnum, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[schemars(inline)]
    pub enum Source {
        /// A site: a CDS path.
        Site = "site",
        /// The portal.
        Upstream = "upstream",
        /// The proxy itself: an error.
        Proxy = "proxy",
    }
}

label! {
    /// On whose side an exchange broke off before the whole answer was sent.
    pub enum BrokenBy {
        /// The client's: it left, or was too slow.
        Client = "client",
        /// The portal's.
        Upstream = "upstream",
        /// The proxy's own.
        Proxy = "proxy",
    }
}

label! {
    /// The method of a request (RFC 9110 §9). Most are one: a client can send any word.
    pub(super) enum Method {
        Get = "get",
        Head = "head",
        Options = "options",
        Post = "post",
        Other = "other",
    }
}

label! {
    /// The first digit of a status (RFC 9110 §15).
    pub(super) enum Class {
        Informational = "1xx",
        Successful = "2xx",
        Redirection = "3xx",
        ClientError = "4xx",
        ServerError = "5xx",
        None = "none",
    }
}

label! {
    /// Why the upstream gave no answer.
    pub enum UpstreamError {
        /// No connection could be made.
        Unreachable = "unreachable",
        /// It did not answer or go on in time.
        Timeout = "timeout",
        /// It closed the connection early, or what it said is not HTTP.
        Broken = "broken",
    }
}

label! {
    pub(super) enum ReloadResult {
        Swapped = "swapped",
        Unchanged = "unchanged",
        Resumed = "resumed",
        Restored = "restored",
        Kept = "kept",
        Dropped = "dropped",
    }
}

label! {
    pub(super) enum SiteState {
        Good = "good",
        Failing = "failing",
    }
}

label! {
    pub(super) enum WatchMode {
        Events = "events",
        Polling = "polling",
        Off = "off",
        Ended = "ended",
    }
}

impl WatchMode {
    /// As it is counted; one that this version doesn't know is not.
    pub(super) fn of(watching: &Watching) -> Option<Self> {
        Some(match watching {
            Watching::Events => Self::Events,
            Watching::Polling { .. } => Self::Polling,
            Watching::Off => Self::Off,
            Watching::Ended => Self::Ended,
            _ => return None,
        })
    }
}

impl Method {
    /// As a method is counted; one that nobody could read is another.
    pub(super) fn of(method: Option<&http::Method>) -> Self {
        match method {
            Some(&http::Method::GET) => Self::Get,
            Some(&http::Method::HEAD) => Self::Head,
            Some(&http::Method::OPTIONS) => Self::Options,
            Some(&http::Method::POST) => Self::Post,
            _ => Self::Other,
        }
    }
}

impl Class {
    pub(super) fn of(status: Option<StatusCode>) -> Self {
        match status.map(|status| status.as_u16() / 100) {
            Some(1) => Self::Informational,
            Some(2) => Self::Successful,
            Some(3) => Self::Redirection,
            Some(4) => Self::ClientError,
            Some(_) => Self::ServerError,
            None => Self::None,
        }
    }
}

impl ReloadResult {
    /// As an outcome is counted; one that this version doesn't know is not.
    pub(super) fn of(outcome: Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Swapped => Self::Swapped,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Resumed => Self::Resumed,
            Outcome::Restored => Self::Restored,
            Outcome::Kept => Self::Kept,
            Outcome::Dropped => Self::Dropped,
            _ => return None,
        })
    }
}

impl From<State> for SiteState {
    fn from(state: State) -> Self {
        match state {
            State::Good => Self::Good,
            _ => Self::Failing,
        }
    }
}
