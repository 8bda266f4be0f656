//! The endpoint for operators, served.

use std::sync::{Arc, OnceLock, Weak};

use anyhow::Context as _;
use tokio::task::JoinHandle;

use super::serving::origin;
use crate::admin::Admin;
use crate::metrics::Metrics;
use crate::published::Published;
use crate::server::{Acceptor, Life, Listener, Phase, Room, serve};

/// The admin endpoint. It answers as long as the process lives, or until another one goes on.
#[derive(Debug)]
pub(crate) struct AdminEndpoint {
    pub(super) task: JoinHandle<()>,
    pub(super) acceptor: Weak<Acceptor>,
    published: Arc<OnceLock<Published>>,
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
        let published = Arc::default();
        let admin = Admin {
            published: Arc::clone(&published),
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
            published,
            life: own,
        })
    }

    /// Lets it tell about what is published.
    pub(crate) fn tell_about(&self, published: &Published) {
        self.published.get_or_init(|| published.clone());
    }

    /// Leaves operators to another process.
    pub(super) fn stop(&self) {
        self.life.enter(Phase::Stopping);
    }
}
