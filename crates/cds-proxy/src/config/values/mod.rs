//! Values that settings are made of, checked where they are read.

mod address;
mod balance;
mod bind;
mod health_check;
mod host_sent;
mod listening;
mod log_filter;
mod log_format;
mod mode;
mod one_or_many;
mod peers;
mod size;
mod threads;
mod time;
mod upstream_tls;
mod upstream_url;
mod url_path;
mod watching;

pub use address::ListenAddress;
pub use balance::Balance;
pub use bind::Bind;
pub use health_check::HealthCheck;
pub use host_sent::HostSent;
pub use listening::leads_to;
pub use log_filter::LogFilter;
pub use log_format::LogFormat;
pub use mode::Mode;
pub(super) use one_or_many::{one_or_many, one_or_many_schema};
pub use peers::{Peer, Peers};
pub use size::Size;
pub use threads::Threads;
pub use time::{Timeout, Wait};
pub use upstream_tls::{TlsName, UpstreamHttp2, Verify};
pub use upstream_url::{Host, UpstreamUrl};
pub(super) use url_path::UrlPath;
pub use watching::Watching;

/// Lets a value be read from a string of the file just as from a flag, and says in the schema
/// how it is written.
macro_rules! written_as_string {
    ($value:ident: $($example:literal),+) => {
        impl TryFrom<String> for $value {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl schemars::JsonSchema for $value {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($value).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [$($example),+] })
            }
        }
    };
}

use written_as_string;
