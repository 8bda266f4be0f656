//! The sections of the configuration, each as one source gives it.
//!
//! A section is one type for the command line with the environment and for the file, so that
//! flags and keys can't drift apart. A flag's id is the path of its key, by which the reference
//! and messages find one from the other. The first paragraph of a field's documentation is what
//! the help, the reference and the schema say of it; a default stands at its end as
//! `[default: …]`.

mod access_log;
mod admin;
mod forwarding;
mod limits;
mod listen;
mod log;
mod process;
mod site;
mod upstream;

pub use access_log::AccessLogSection;
pub use admin::AdminSection;
pub use forwarding::ForwardingSection;
pub use limits::LimitsSection;
pub(super) use listen::listen_sections;
pub use listen::{CertificateFiles, ListenFlags, ListenSection};
pub use log::LogSection;
pub use process::ProcessSection;
pub use site::SiteSection;
pub use upstream::UpstreamSection;
