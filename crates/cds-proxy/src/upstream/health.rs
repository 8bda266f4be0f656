//! Asking upstreams whether they are well, before a request finds out.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use http::{StatusCode, Version, header};
use pingora::connectors::ConnectorOptions;
use pingora::connectors::http::Connector;
use pingora::http::RequestHeader;
use pingora::protocols::http::client::HttpSession;
use pingora::{Error, ErrorType, OrErr as _};
use tokio::time::{sleep, timeout};

use super::member::Member;
use super::peer::{Demand, NO_AUTHORITIES, Pace, Speech};
use super::reason::{is_own_lack, os_error, reason};
use crate::config::HealthCheck;

/// How upstreams are asked whether they are well.
#[derive(Debug, Clone)]
pub struct Checks {
    /// What is asked.
    pub check: HealthCheck,
    /// How long after one answer the next is wanted.
    pub interval: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// After so many bad answers in a row an upstream is left out.
    pub failures: u32,
    /// After so many good ones in a row it is asked again.
    pub successes: u32,
}

/// Checks an upstream again and again, for as long as it is polled. Until it has failed it is
/// taken to be well: a proxy that has just started knows nothing.
pub(super) async fn keep_checked(member: Arc<Member>, checks: Checks, speech: Speech) {
    let (mut well, mut in_a_row) = (true, 0);
    member.first_asked().await;
    loop {
        let Some(answer) = question(&member, &checks, &speech).await else {
            sleep(checks.interval).await;
            continue;
        };
        let fault = answer.err();
        in_a_row = match fault.is_none() == well {
            true => 0,
            false => in_a_row + 1,
        };
        let enough = if well {
            checks.failures
        } else {
            checks.successes
        };
        if in_a_row >= enough {
            well = !well;
            in_a_row = 0;
            member.is_found(well, fault.as_deref().unwrap_or_default());
        }
        sleep(checks.interval).await;
    }
}

/// What an upstream answers, or why it doesn't; `None` if this machine lacks what it takes to ask.
async fn question(
    member: &Arc<Member>,
    checks: &Checks,
    speech: &Speech,
) -> Option<Result<(), String>> {
    // Pingora panics where this file can't be opened, and a task of its own ends alone by it.
    File::open(NO_AUTHORITIES).ok()?;
    let (asked, checks, speech) = (Arc::clone(member), checks.clone(), speech.clone());
    let task = async move { timeout(checks.timeout, ask(&asked, &checks.check, &speech)).await };
    match tokio::spawn(task).await.ok()? {
        Ok(Ok(())) => Some(Ok(())),
        Ok(Err(error)) if os_error(&error).is_some_and(is_own_lack) => None,
        Ok(Err(error)) => Some(Err(reason(&error).into_owned())),
        Err(_) => Some(Err("no answer in time".to_owned())),
    }
}

/// One question, on a connection of its own: one that is kept would hide that no new one is taken.
async fn ask(member: &Member, check: &HealthCheck, speech: &Speech) -> pingora::Result<()> {
    let mut options = ConnectorOptions::new(1);
    options.ca_file = Some(NO_AUTHORITIES.to_owned());
    // One that has been used before would go on with its HTTP/2 connection.
    let connector: Connector = Connector::new(Some(options));
    let nowhere = || Error::explain(ErrorType::ConnectNoRoute, member.why_nowhere());
    let address = member.address_beside(&[]).ok_or_else(nowhere)?;
    let peer = speech.peer(member.url(), address, 1, DEMAND);
    let peer = peer.ok_or_else(nowhere)?;
    let connected = connector.get_http_session(&peer).await;
    let (mut session, _) = connected.inspect_err(|_| member.pass_over(address))?;
    let HealthCheck::Path(path) = check else {
        return Ok(());
    };
    let mut request = RequestHeader::build("GET", path.as_bytes(), None)?;
    request.insert_header(header::USER_AGENT, AGENT)?;
    if let HttpSession::H2(_) = session {
        let uri = member.url().with_path(path);
        request.set_version(Version::HTTP_2);
        request.set_uri(uri.parse().or_err(ErrorType::InternalError, "no URI")?);
    } else {
        request.insert_header(header::HOST, member.authority())?;
    }
    session.write_request_header(Box::new(request)).await?;
    session.finish_request_body().await?;
    session.read_response_header().await?;
    let status = session.response_header().map(|head| head.status);
    match status.filter(|status| *status < StatusCode::BAD_REQUEST) {
        Some(_) => Ok(()),
        None => {
            let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            Error::e_explain(ErrorType::HTTPStatus(0), format!("the status is {status}"))
        }
    }
}

const DEMAND: Demand = Demand {
    pace: Pace::Steady,
    http1: false,
};

const AGENT: &str = concat!("cds-proxy/", env!("CARGO_PKG_VERSION"));
