//! What is wrong with upstreams.

use super::{addresses, mistake};
use crate::config::keys;
use crate::config::layer::Layer;
use crate::config::mistake::Mistake;
use crate::config::section::{ListenSection, UpstreamSection};
use crate::config::values::{Balance, UpstreamUrl, Verify};

/// Every mistake about upstreams, by themselves and together with the listeners.
pub(super) fn conflicts(layer: &Layer, listeners: &[ListenSection]) -> Vec<Mistake> {
    let section = &layer.upstream;
    let Some(urls) = &section.url else {
        return Vec::new();
    };
    let mut mistakes = Vec::new();
    mistakes.extend(secrecy(section, urls));
    mistakes.extend(identity(section));
    mistakes.extend(health(section));
    mistakes.extend(balance(section, urls));
    if urls.is_empty() {
        mistakes.push(mistake(
            "upstream.url",
            "there is no upstream",
            "give the URL of the portal",
        ));
    }
    for (index, url) in urls.iter().enumerate() {
        let key = match urls.len() {
            1 => "upstream.url".to_owned(),
            _ => format!("upstream.url.{index}"),
        };
        if urls.iter().take(index).any(|other| other == url) {
            mistakes.push(mistake(
                &key,
                &format!("{url} is there already"),
                "leave one of the two out: all get as many requests",
            ));
        }
        // Requests would go round, or reach what is not for everybody.
        if let Some(who) = addresses::who_is_at(url, layer, listeners) {
            mistakes.push(mistake(
                &key,
                &format!("the upstream is to be {url}, where {who}"),
                "give the address of the portal: this proxy passes nothing on to itself",
            ));
        }
    }
    mistakes
}

/// What is wrong with how upstreams prove who they are.
fn secrecy(section: &UpstreamSection, urls: &[UpstreamUrl]) -> Option<Mistake> {
    let said = [
        ("tls-ca", section.tls_ca.is_some()),
        ("tls-name", section.tls_name.is_some()),
        ("tls-verify", section.tls_verify == Some(Verify::Insecure)),
        ("tls-certificate", section.tls_certificate.is_some()),
        ("tls-key", section.tls_key.is_some()),
    ];
    let first = said.into_iter().find(|(_, is_said)| *is_said);
    if let Some((key, _)) = first.filter(|_| !urls.iter().any(|url| url.is_tls)) {
        return Some(mistake(
            &format!("upstream.{key}"),
            &format!("`{key}` is for upstreams that speak TLS"),
            "leave it out, or write the URL with https",
        ));
    }
    let is_unused = section.tls_verify == Some(Verify::Insecure) && section.tls_ca.is_some();
    is_unused.then(|| {
        mistake(
            "upstream.tls-verify",
            "there are authorities, but nothing is checked by them",
            "leave `tls-verify` out, so that the certificate is checked",
        )
    })
}

/// What is wrong with the certificate that upstreams are shown.
fn identity(section: &UpstreamSection) -> Option<Mistake> {
    let (there, lacking) = match (&section.tls_certificate, &section.tls_key) {
        (Some(_), None) => ("tls-certificate", "tls-key"),
        (None, Some(_)) => ("tls-key", "tls-certificate"),
        _ => return None,
    };
    Some(mistake(
        &format!("upstream.{there}"),
        &format!("there is a `{there}`, but no `{lacking}`"),
        &format!(
            "{}; both may be in one file",
            keys::ways_to_give(&format!("upstream.{lacking}"))
        ),
    ))
}

/// What is said of a choice where there is none.
fn balance(section: &UpstreamSection, urls: &[UpstreamUrl]) -> Option<Mistake> {
    let is_chosen = section
        .balance
        .is_some_and(|balance| balance != Balance::default());
    (is_chosen && urls.len() == 1).then(|| {
        mistake(
            "upstream.balance",
            "`balance` is for several upstreams, and there is one",
            "leave it out; of a name with several addresses, one is asked until it fails",
        )
    })
}

/// What is said of health checks where none is made.
fn health(section: &UpstreamSection) -> Option<Mistake> {
    let said = [
        ("health-interval", section.health_interval.is_some()),
        ("health-timeout", section.health_timeout.is_some()),
        ("health-failures", section.health_failures.is_some()),
        ("health-successes", section.health_successes.is_some()),
    ];
    let (key, _) = said.into_iter().find(|(_, is_said)| *is_said)?;
    section.health_check.is_none().then(|| {
        mistake(
            &format!("upstream.{key}"),
            &format!("`{key}` is for health checks, and there are none"),
            "say by `health-check` what is asked, or leave it out",
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::config::conflicts::tests::in_file;

    #[test]
    fn upstreams_that_can_not_be_meant_are_told_with_their_key() {
        let listen = "listen = [{ address = \"0.0.0.0:80\" }]";
        let portal = "\"http://127.0.0.1:81\"";
        for (urls, keys) in [
            ("\"http://127.0.0.1:80\"", &["upstream.url"][..]),
            ("[\"http://127.0.0.1:80\"]", &["upstream.url"]),
            ("[]", &["upstream.url"]),
            (&format!("[{portal}, {portal}]"), &["upstream.url.1"]),
            (
                &format!("[{portal}, \"http://127.0.0.1:80\"]"),
                &["upstream.url.1"],
            ),
            // The admin endpoint, which nothing is said about.
            ("\"http://127.0.0.1:9901\"", &["upstream.url"]),
            ("\"http://[::1]:80\"", &[]),
            (portal, &[]),
        ] {
            assert_eq!(
                in_file(&format!("{listen}\nupstream.url = {urls}")),
                keys,
                "{urls}"
            );
        }
    }

    #[test]
    fn what_is_said_of_tls_must_be_of_use() {
        for (text, keys) in [
            (
                "url = \"http://a\"\ntls-name = \"b\"",
                &["upstream.tls-name"][..],
            ),
            (
                "url = \"http://a\"\ntls-verify = \"insecure\"",
                &["upstream.tls-verify"],
            ),
            (
                "url = \"https://a\"\ntls-verify = \"insecure\"\ntls-ca = \"c\"",
                &["upstream.tls-verify"],
            ),
            ("url = \"https://a\"\ntls-name = \"b\"\ntls-ca = \"c\"", &[]),
            (
                "url = \"http://a\"\ntls-certificate = \"b\"\ntls-key = \"c\"",
                &["upstream.tls-certificate"],
            ),
            (
                "url = \"https://a\"\ntls-certificate = \"b\"",
                &["upstream.tls-certificate"],
            ),
            (
                "url = \"https://a\"\ntls-key = \"b\"",
                &["upstream.tls-key"],
            ),
            (
                "url = \"https://a\"\ntls-certificate = \"b\"\ntls-key = \"c\"",
                &[],
            ),
            (
                "url = [\"http://a\", \"https://b\"]\ntls-verify = \"insecure\"",
                &[],
            ),
        ] {
            assert_eq!(in_file(&format!("[upstream]\n{text}")), keys, "{text}");
        }
    }

    #[test]
    fn a_choice_is_told_of_only_where_there_is_one() {
        let balance = "upstream.balance = \"least-connections\"";
        for (urls, keys) in [
            ("\"http://a\"", &["upstream.balance"][..]),
            ("[\"http://a\"]", &["upstream.balance"]),
            ("[\"http://a\", \"http://b\"]", &[]),
        ] {
            assert_eq!(in_file(&format!("upstream.url = {urls}\n{balance}")), keys);
        }
        assert_eq!(in_file(balance), [""; 0]);
    }

    #[test]
    fn health_checks_are_described_only_where_they_are_made() {
        assert_eq!(in_file("upstream.health-interval = \"1s\""), [""; 0]);
        let url = "upstream.url = \"http://a\"\nupstream.health-interval = \"1s\"";
        assert_eq!(in_file(url), ["upstream.health-interval"]);
        let check = format!("{url}\nupstream.health-check = \"/healthz\"");
        assert_eq!(in_file(&check), [""; 0]);
    }
}
