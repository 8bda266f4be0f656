//! Web pages in a browser on this machine: they reach loopback, too.

use std::net::{IpAddr, SocketAddr};

use http::uri::Authority;
use http::{HeaderMap, header};
use pingora::http::RequestHeader;
use pingora::protocols::http::ServerSession;

/// Why a request that only an operator may make is refused: it may be a page's.
pub(super) fn refusal(session: &ServerSession) -> Option<&'static str> {
    let here = session.server_addr().and_then(|address| address.as_inet());
    refused(session.req_header(), here.map(SocketAddr::ip))
}

/// `here` is the address that was connected to, if it was one.
fn refused(request: &RequestHeader, here: Option<IpAddr>) -> Option<&'static str> {
    // A page may send a POST anywhere without asking first, and the browser says that it does.
    if !request.method.is_safe() && comes_of_page(&request.headers) {
        return Some("refused: a web page may not ask for this");
    }
    // The answer to any other a page can read only if its own name leads here (DNS rebinding). On a
    // network, names are how operators ask.
    let is_local = here.is_some_and(|ip| ip.to_canonical().is_loopback());
    (is_local && !names_this_machine(request))
        .then_some("refused: on loopback, ask for an IP address or for localhost (Host)")
}

/// Of what a client sends that is no browser, nothing says that it is one.
fn comes_of_page(fields: &HeaderMap) -> bool {
    let site = fields.get(SEC_FETCH_SITE);
    fields.contains_key(header::ORIGIN)
        || site.is_some_and(|site| site != "same-origin" && site != "none")
}

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whether the host of a request is one that no page can have.
fn names_this_machine(request: &RequestHeader) -> bool {
    let Some(host) = request.headers.get(header::HOST) else {
        // Browsers say it.
        return true;
    };
    let Ok(authority) = Authority::try_from(host.as_bytes()) else {
        return false;
    };
    let host = authority.host();
    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    // RFC 6761 §6.3.
    is_address || name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn is_refused(method: &Method, fields: &[(&'static str, &str)], here: &str) -> bool {
        let mut request = RequestHeader::build(method.clone(), b"/", None).unwrap();
        for (name, value) in fields {
            request.insert_header(*name, *value).unwrap();
        }
        refused(&request, here.parse().ok()).is_some()
    }

    #[test]
    fn a_name_that_leads_to_loopback_is_no_operators() {
        let on = |host, here| is_refused(&Method::GET, &[("host", host)], here);
        for host in [
            "127.0.0.1:9901",
            "[::1]:9901",
            "10.1.2.3:9901",
            "localhost",
            "LOCALHOST.:9901",
            "portal.localhost:9901",
        ] {
            assert!(!on(host, "127.0.0.1"), "{host}");
        }
        for host in ["attacker.example:9901", "localhost.example", "", "a b"] {
            for here in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert!(on(host, here), "{host} {here}");
            }
            // Where nobody is connected to by a name of their own, or only by a socket's file.
            assert!(!on(host, "10.1.2.3") && !on(host, ""), "{host}");
        }
        assert!(!is_refused(&Method::GET, &[], "127.0.0.1"));
    }

    #[test]
    fn a_page_may_cause_no_work() {
        for here in ["127.0.0.1", "10.1.2.3"] {
            let post = |field| is_refused(&Method::POST, &[("host", "localhost"), field], here);
            assert!(post(("origin", "http://localhost")), "{here}");
            assert!(post(("origin", "null")), "{here}");
            assert!(post(("sec-fetch-site", "cross-site")), "{here}");
            assert!(!post(("sec-fetch-site", "none")), "{here}");
            assert!(!post(("user-agent", "curl")), "{here}");
        }
        // A link to it is none.
        let link = [("host", "localhost"), ("sec-fetch-site", "cross-site")];
        assert!(!is_refused(&Method::GET, &link, "127.0.0.1"));
    }
}
