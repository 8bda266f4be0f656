//! The course of a process: it reads, serves and ends, or lets another go on.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Weak};

use anyhow::{Context as _, bail};
use cds_live::{State, Status};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use super::admin::AdminEndpoint;
use super::serving::{Serving, start};
use super::sockets::Sockets;
use super::{follow, reload, show, systemd};
use crate::config::Settings;
use crate::exit::Verdict;
use crate::metrics::Metrics;
use crate::published::Published;
use crate::server::tls::Renewal;
use crate::server::{Acceptor, Asked, Ending, Inherited, Life, Phase, Program, Signals, Successor};
use crate::upstream::Trust;

/// What a process goes by.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) settings: &'a Settings,
    /// Whom the upstreams' certificates are checked against.
    pub(super) trust: Option<Trust>,
    pub(super) renewal: Renewal,
    /// How it was started; an error says why it can't be started again.
    pub(super) program: io::Result<Program>,
}

/// Why a process serves no longer.
#[derive(Debug)]
enum Over {
    /// The end was asked for.
    Asked,
    /// Another process goes on.
    HandedOver(Successor),
}

impl Course<'_> {
    /// Goes all the way.
    pub(super) async fn run(
        &self,
        sockets: Sockets,
        inherited: Inherited,
    ) -> anyhow::Result<Verdict> {
        // Before the site is read, which may take long: a signal must not kill, and probes want to
        // know how it goes.
        let mut signals = Signals::catch().context("signals can't be caught")?;
        let life = Life::starting();
        let metrics = Arc::new(Metrics::new());
        let answers_from = match inherited.have_predecessor() {
            // Until then it answers, and is ready.
            true => Phase::Serving,
            false => Phase::Starting,
        };
        let own = sockets.addresses();
        let (listeners, scraped) = (sockets.listeners, sockets.metrics);
        let mut admin = AdminEndpoint::start(
            sockets.admin,
            scraped,
            Some(&self.renewal),
            &metrics,
            &life,
            answers_from,
        )?;
        tokio::spawn(systemd::keep_watchdog_calm());

        let published = match self.open(&mut signals, &metrics).await? {
            Ok(published) => published,
            Err(verdict) => return Ok(verdict),
        };
        if let Some(name) = lost(&published, inherited.sites()) {
            tracing::error!(
                "not taking over, because {name} could not be served: its errors are to be mended \
                 first, or its last good version kept by --state-dir"
            );
            return Ok(Verdict::Failed);
        }
        admin.tell_about(&published);
        let mut serving = start(
            self.settings,
            self.trust.clone(),
            listeners,
            &own,
            published.clone(),
            &metrics,
            &life,
        )?;
        let over = if spawn_blocking(|| inherited.confirm()).await? {
            own_files(true, &serving, &admin);
            systemd::ready();
            self.serve(&mut signals, &published, &mut serving, &mut admin)
                .await?
        } else {
            tracing::info!("the process before was asked to end, and so is this one");
            Over::Asked
        };
        let first = match over {
            Over::Asked => {
                systemd::stopping();
                Phase::Draining
            }
            Over::HandedOver(successor) => {
                tracing::info!("handed over to process {}", successor.id());
                own_files(false, &serving, &admin);
                systemd::main_process(successor.id());
                admin.stop();
                successor.let_go();
                Phase::HandedOver
            }
        };
        self.drain(&mut signals, &life, first, &mut serving).await;
        spawn_blocking(move || serving.flush_log()).await?;
        Ok(Verdict::Good)
    }

    /// Reads the documents, unless the end is asked for meanwhile. `Err` says how all ends instead.
    async fn open(
        &self,
        signals: &mut Signals,
        metrics: &Arc<Metrics>,
    ) -> anyhow::Result<Result<Published, Verdict>> {
        let settings = self.settings.site.clone();
        let mut opening = spawn_blocking(move || Published::open(&settings));
        let published = loop {
            tokio::select! {
                opened = &mut opening => break opened.context("reading the documents failed")??,
                asked = signals.next() => match asked {
                    Asked::End => {
                        tracing::info!("ended");
                        return Ok(Err(Verdict::Good));
                    }
                    Asked::Reload => tracing::info!("SIGHUP: the documents are being read already"),
                    Asked::HandOver => tracing::info!("SIGUSR2: there is nothing to hand over yet"),
                },
            }
        };
        follow(self.settings, &published, metrics)?;
        if published.is_failing() {
            if self.settings.site.strict {
                show(&published.results());
                tracing::error!("not starting, because there are errors and --strict is given");
                return Ok(Err(Verdict::Failed));
            }
            warn_of_failing(&published);
        }
        Ok(Ok(published))
    }

    /// Serves until that is over.
    async fn serve(
        &self,
        signals: &mut Signals,
        published: &Published,
        serving: &mut Serving,
        admin: &mut AdminEndpoint,
    ) -> anyhow::Result<Over> {
        let mut starting = None;
        loop {
            tokio::select! {
                asked = signals.next() => match asked {
                    Asked::End => return Ok(Over::Asked),
                    Asked::Reload => self.reload(published),
                    Asked::HandOver if starting.is_some() => {
                        tracing::info!("SIGUSR2: another process is starting already");
                    }
                    Asked::HandOver => {
                        tracing::info!("SIGUSR2: starting another process to hand over to");
                        starting = self.start_successor(published, serving, admin);
                    }
                },
                started = outcome(&mut starting) => {
                    starting = None;
                    match started {
                        Ok(successor) => return Ok(Over::HandedOver(successor)),
                        Err(error) => tracing::error!(
                            "the other process has not taken over, so this one goes on: {error:#}"
                        ),
                    }
                }
                () = ended_early(&mut serving.tasks, &mut admin.tasks) => {
                    bail!("a listener has failed, so the program ends");
                }
            }
        }
    }

    fn reload(&self, published: &Published) {
        systemd::reloading();
        self.renewal.look_again();
        let reading = reload(published.clone());
        tokio::spawn(async {
            let _ = reading.await;
            systemd::ready();
        });
    }

    fn start_successor(
        &self,
        published: &Published,
        serving: &Serving,
        admin: &AdminEndpoint,
    ) -> Option<JoinHandle<anyhow::Result<Successor>>> {
        let program = match &self.program {
            Ok(program) => program.clone(),
            Err(error) => {
                tracing::error!("the program can't be started again: {error}");
                return None;
            }
        };
        let acceptors = acceptors(serving, admin);
        let sites = served(published).map(|name| name.to_string()).collect();
        Some(spawn_blocking(move || {
            program.start_successor(acceptors, sites)
        }))
    }

    async fn drain(&self, signals: &mut Signals, life: &Life, first: Phase, serving: &mut Serving) {
        tracing::info!(
            "ending; requests in flight have {:?}",
            self.settings.process.drain_timeout
        );
        let process = self.settings.process;
        let ending = signals.drain(life, first, process, serving.ended()).await;
        serving.tell_rest();
        match ending {
            Ending::Drained => tracing::info!("ended"),
            Ending::TimedOut => tracing::warn!("ended; the time was too short for some requests"),
            Ending::Forced => tracing::warn!("ended at once, as asked"),
        }
    }
}

/// Says what errors mean for clients.
fn warn_of_failing(published: &Published) {
    match published {
        // What was kept for a restart is served, which the log has told.
        Published::Site { live, .. } if live.status().loaded_at.is_some() => {}
        Published::Site { .. } => tracing::warn!(
            "the site's paths answer 503 until its errors are mended; other requests pass on"
        ),
        Published::Sites { live, .. } => {
            let statuses = live.statuses();
            let failing = |(_, status): &&(_, Status)| status.state == State::Failing;
            tracing::warn!(
                "{} of {} sites have errors, which /sites tells; other requests pass on",
                statuses.iter().filter(failing).count(),
                statuses.len()
            );
        }
    }
}

/// The names of the sites of which something is served.
fn served(published: &Published) -> impl Iterator<Item = Arc<str>> {
    let statuses = published.statuses().into_iter();
    statuses.filter_map(|(name, status)| status.loaded_at.map(|_| name))
}

/// A site that is there and that another process serves, but this one couldn't.
fn lost(published: &Published, served: &[String]) -> Option<Arc<str>> {
    let served: HashSet<&str> = served.iter().map(String::as_str).collect();
    let statuses = published.statuses().into_iter();
    statuses
        .filter(|(_, status)| status.loaded_at.is_none())
        .map(|(name, _)| name)
        .find(|name| served.contains(&**name))
}

/// Those that are still served.
fn acceptors(serving: &Serving, admin: &AdminEndpoint) -> Vec<Arc<Acceptor>> {
    let all = serving.acceptors.iter().chain(&admin.acceptors);
    all.filter_map(Weak::upgrade).collect()
}

/// Says whether the files of Unix sockets go with this process.
fn own_files(ours: bool, serving: &Serving, admin: &AdminEndpoint) {
    let acceptors = acceptors(serving, admin);
    acceptors
        .iter()
        .for_each(|acceptor| acceptor.own_file(ours));
}

/// How the start of another process has ended, once it has.
async fn outcome(
    starting: &mut Option<JoinHandle<anyhow::Result<Successor>>>,
) -> anyhow::Result<Successor> {
    match starting {
        Some(starting) => starting.await?,
        None => std::future::pending().await,
    }
}

/// Waits until a listener is served no more, which before the end was asked for is a fault: a
/// process that lives on deaf would never be restarted.
async fn ended_early(clients: &mut JoinSet<()>, admin: &mut JoinSet<()>) {
    tokio::select! {
        Some(_) = clients.join_next() => {}
        Some(_) = admin.join_next() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_is_served_no_more_is_noticed() {
        let forever = std::future::pending::<()>;
        let (mut clients, mut admin) = (JoinSet::new(), JoinSet::new());
        admin.spawn(forever());
        clients.spawn(forever());
        clients.spawn(async {});
        ended_early(&mut clients, &mut admin).await;

        admin.spawn(async {});
        ended_early(&mut clients, &mut admin).await;
    }
}
