//! All settings as one source gives them.

use std::path::Path;

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;

use super::section::{
    AccessLogSection, AdminSection, ForwardingSection, LimitsSection, ListenFlags, ListenSection,
    LogSection, ProcessSection, SiteSection, UpstreamSection, listen_sections,
};
use super::settings::ListenerSettings;

/// All settings as one source gives them: the command line with the environment, or the file.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "Configuration of cds-proxy")]
pub struct Layer {
    #[arg(skip)]
    #[serde(deserialize_with = "listen_sections")]
    pub(crate) listen: Option<Vec<ListenSection>>,
    #[command(flatten)]
    #[serde(skip)]
    pub(crate) listen_flags: ListenFlags,
    #[command(flatten)]
    pub(crate) upstream: UpstreamSection,
    #[command(flatten)]
    pub(crate) site: SiteSection,
    #[command(flatten)]
    pub(crate) forwarding: ForwardingSection,
    #[command(flatten)]
    pub(crate) limits: LimitsSection,
    #[command(flatten)]
    pub(crate) admin: AdminSection,
    #[command(flatten)]
    pub(crate) log: LogSection,
    #[command(flatten)]
    pub(crate) access_log: AccessLogSection,
    #[command(flatten)]
    pub(crate) process: ProcessSection,
}

impl Layer {
    /// This layer, and what it doesn't say as `below` says it.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            listen_flags: self.listen_flags.over(below.listen_flags),
            upstream: self.upstream.over(below.upstream),
            site: self.site.over(below.site),
            forwarding: self.forwarding.over(below.forwarding),
            limits: self.limits.over(below.limits),
            admin: self.admin.over(below.admin),
            log: self.log.over(below.log),
            access_log: self.access_log.over(below.access_log),
            process: self.process.over(below.process),
        }
    }

    /// What there is to listen on: what the flags say, else the file, else the default.
    pub(super) fn listeners(&self) -> Vec<ListenSection> {
        match &self.listen {
            _ if self.listen_flags.have_addresses() => self.listen_flags.listeners(),
            Some(listen) => listen.clone(),
            None => vec![self.listen_flags.listener(ListenerSettings::DEFAULT, None)],
        }
    }

    /// Paths that are relative begin at `dir`.
    #[must_use]
    pub fn relative_to(self, dir: &Path) -> Self {
        let listen = |listen: Vec<ListenSection>| {
            let sections = listen.into_iter();
            sections.map(|section| section.relative_to(dir)).collect()
        };
        Self {
            listen: self.listen.map(listen),
            upstream: self.upstream.relative_to(dir),
            site: self.site.relative_to(dir),
            admin: self.admin.relative_to(dir),
            ..self
        }
    }
}
