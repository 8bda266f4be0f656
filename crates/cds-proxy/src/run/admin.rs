//! The endpoint for operators, served.

use std::sync::{Arc, OnceLock, Weak};

use anyhow::Context as _;
use cds_live::LiveSite;
use tokio::task::JoinHandle;

use super::serving::origin;
use crate::admin::{Admin, NamedSite};
use crate::config::Settings;
use crate::metrics::Metrics;
use crate::server::{Acceptor, Life, Listener, Phase, Room, serve};

/// The admin endpoint. It answers as long as the process lives, or until another one goes on.
#[derive(Debug)]
pub(crate) struct AdminEndpoint {
    pub(super) task: JoinHandle<()>,
    pub(super) acceptor: Weak<Acceptor>,
    sites: Arc<OnceLock<Vec<NamedSite>>>,
    /// Its own: it answers while the rest ends.
    life: Life,
}

impl AdminEndpoint {
    /// Starts it; `life` is what it tells of, and it answers once that is in the phase `from`.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn start(
        listener: Listener,
        metrics: Arc<Metrics>,
        life: Life,
        from: Phase,
    ) -> anyhow::Result<Self> {
        tracing::info!("admin on {}", origin(&listener));
        let acceptor = Acceptor::new(listener).context("the admin listener is broken")?;
        let sites = Arc::default();
        let admin = Admin {
            sites: Arc::clone(&sites),
            metrics,
            life: life.clone(),
        };
        let (own, weak) = (Life::new(), Arc::downgrade(&acceptor));
        let served = serve(acceptor, Arc::new(admin), Room::boundless(), own.clone());
        let task = tokio::spawn(async move {
            life.reached(from).await;
            served.await;
        });
        Ok(Self {
            task,
            acceptor: weak,
            sites,
            life: own,
        })
    }

    /// Lets it tell about the site.
    pub(crate) fn tell_about(&self, settings: &Settings, site: &LiveSite) {
        let site = NamedSite {
            name: settings.site.dir.display().to_string(),
            site: site.clone(),
        };
        self.sites.get_or_init(|| vec![site]);
    }

    /// Leaves operators to another process.
    pub(super) fn stop(&self) {
        self.life.enter(Phase::Stopping);
    }
}
