//! What `run` is told: flags over environment over file over defaults.

mod file;
mod layer;
mod settings;
mod values;

pub use file::ConfigError;
pub use layer::Layer;
pub use settings::Settings;
pub use values::{Host, Timeout, UpstreamUrl, parse_address};
