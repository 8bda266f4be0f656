//! The endpoint for operators, and that for scrapers, served.

use std::sync::{Arc, OnceLock, Weak};

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::serving::origin;
use crate::admin::{Admin, Audience};
use crate::metrics::Metrics;
use crate::published::Published;
use crate::server::tls::Renewal;
use crate::server::{Acceptor, Life, Listener, Phase, Room, serve};

/// The admin endpoint. It answers as long as the process lives, or until another one goes on.
#[derive(Debug)]
pub(crate) struct AdminEndpoint {
    /// A task for each listener.
    pub(super) tasks: JoinSet<()>,
    pub(super) acceptors: Vec<Weak<Acceptor>>,
    published: Arc<OnceLock<Published>>,
    /// Its own: it answers while the rest ends.
    life: Life,
}

impl AdminEndpoint {
    /// Starts it, with `scraped` for scrapers if they have a listener of their own, and `renewal` to
    /// ask about certificates; `life` is what it tells of, and it answers once that is in the phase
    /// `from`.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub(crate) fn start(
        admin: Listener,
        scraped: Option<Listener>,
        renewal: Option<&Renewal>,
        metrics: &Arc<Metrics>,
        life: &Life,
        from: Phase,
    ) -> anyhow::Result<Self> {
        let mut endpoint = Self {
            tasks: JoinSet::new(),
            acceptors: Vec::new(),
            published: Arc::default(),
            life: Life::new(),
        };
        let scraped = scraped.map(|listener| (Audience::Scrapers, listener));
        for (audience, listener) in [(Audience::Operators, admin)].into_iter().chain(scraped) {
            let app = Admin {
                audience,
                published: Arc::clone(&endpoint.published),
                metrics: Arc::clone(metrics),
                life: life.clone(),
                renewal: renewal.cloned(),
                reloading: Arc::default(),
            };
            endpoint.serve(listener, app, from)?;
        }
        Ok(endpoint)
    }

    fn serve(&mut self, listener: Listener, app: Admin, from: Phase) -> anyhow::Result<()> {
        let (name, room) = match app.audience {
            Audience::Operators => ("admin", Room::boundless()),
            Audience::Scrapers => ("metrics", Room::of(MOST_SCRAPERS)),
        };
        tracing::info!("{name} on {}", origin(&listener));
        let acceptor =
            Acceptor::new(listener).with_context(|| format!("the {name} listener is broken"))?;
        self.acceptors.push(Arc::downgrade(&acceptor));
        let life = app.life.clone();
        let served = serve(acceptor, Arc::new(app), room, self.life.clone());
        self.tasks.spawn(async move {
            life.reached(from).await;
            served.await;
        });
        Ok(())
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

/// A whole network may connect there, and is to leave files to open for clients. Those that scrape
/// and probe are few.
const MOST_SCRAPERS: usize = 32;
