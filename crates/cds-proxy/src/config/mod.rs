//! What `run` is told: flags over environment over file over defaults.

mod closest;
mod conflicts;
mod file;
mod given;
mod keys;
mod layer;
mod load;
mod mistake;
mod reference;
mod schema;
mod section;
mod settings;
mod syntax_help;
mod upstream_settings;
mod values;
mod variables;

pub use file::ConfigFile;
pub use given::Given;
pub use layer::Layer;
pub use load::{Faulty, Loaded};
pub use mistake::Mistake;
pub use reference::reference;
pub use schema::configuration;
pub use section::{
    AccessLogSection, AdminSection, CertificateFiles, ForwardingSection, LimitsSection,
    ListenFlags, ListenSection, LogSection, ProcessSection, SiteSection, UpstreamSection,
};
pub use settings::{
    AccessLogSettings, ForwardingSettings, ListenerSettings, Place, ProcessSettings, Rate,
    RequestLimits, Settings, SiteSettings,
};
pub use upstream_settings::{HealthSettings, UpstreamSettings, UpstreamTls};
pub use values::{
    Balance, Bind, HealthCheck, Host, HostSent, ListenAddress, LogFilter, LogFormat, Mode, Peer,
    Peers, Size, Threads, Timeout, TlsName, UpstreamHttp2, UpstreamUrl, Verify, Wait, Watching,
    leads_to,
};
pub use variables::unknown as unknown_variables;
