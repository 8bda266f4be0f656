//! What was found, in the form that its reader wants.
//!
//! Every form is made from [`Results`] alone: findings carry the line they are about, so no file
//! is opened again.

mod file;
mod fingerprint;
mod github;
pub mod human;
mod json;
mod results;
mod sarif;
mod visible;
mod words;

pub use file::write;
pub(crate) use json::rows;
pub use results::{Item, Omitted, Results, Tally};
pub use visible::visible;

/// How findings are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the line with a mark under it, and what to do
    #[default]
    Human,
    /// One JSON array with an object per finding
    Json,
    /// SARIF 2.1.0, for code scanning services
    Sarif,
    /// GitHub workflow commands, which become annotations of a pull request
    Github,
}

impl Format {
    /// The results in this form. The human form has ANSI colours, for a stream that takes them
    /// out again where they aren't wanted.
    pub fn render(self, results: &Results) -> String {
        match self {
            Self::Human => human::styled(results),
            Self::Json => json::render(results),
            Self::Sarif => sarif::render(results),
            Self::Github => github::render(results),
        }
    }
}

#[cfg(test)]
mod fixtures;
