//! Addresses that more than one listener is to have.

use super::mistake;
use crate::config::keys;
use crate::config::layer::Layer;
use crate::config::mistake::Mistake;
use crate::config::section::ListenSection;
use crate::config::settings::Settings;
use crate::config::values::{ListenAddress, UpstreamUrl};

/// Every address that is taken by one that comes before it: those of clients, the admin endpoint's,
/// that for metrics.
pub(super) fn conflicts(layer: &Layer, listeners: &[ListenSection]) -> Vec<Mistake> {
    let clients: Vec<_> = (0..)
        .zip(listeners)
        .map(|(index, listener)| of_clients(layer, index, listener))
        .collect();
    let admin = of_admin(layer);
    let metrics = layer.admin.metrics.as_ref().map(of_metrics);
    let mut mistakes = Vec::new();
    for (index, one) in clients.iter().enumerate() {
        let mut before = clients.iter().take(index);
        if let Some(other) = before.find(|other| one.overlaps(other)) {
            mistakes.push(twice(one, other));
        }
    }
    if let Some(other) = clients.iter().find(|other| admin.overlaps(other)) {
        let key = match layer.admin.address {
            Some(_) => &admin.key,
            None => &other.key,
        };
        mistakes.push(mistake(key, &met(&admin, other), "give another port"));
    }
    if let Some(metrics) = metrics {
        if metrics.overlaps(&admin) {
            let help = "give another port, or leave it out: the admin endpoint has /metrics, too";
            mistakes.push(mistake(&metrics.key, &met(&metrics, &admin), help));
        } else if let Some(other) = clients.iter().find(|other| metrics.overlaps(other)) {
            let help = "give another port";
            mistakes.push(mistake(&metrics.key, &met(&metrics, other), help));
        }
    }
    mistakes
}

/// Who listens where an upstream is, as far as can be told without resolving.
pub(super) fn who_is_at(
    url: &UpstreamUrl,
    layer: &Layer,
    listeners: &[ListenSection],
) -> Option<String> {
    let clients = (0..)
        .zip(listeners)
        .map(|(index, listener)| of_clients(layer, index, listener));
    let metrics = layer.admin.metrics.as_ref().map(of_metrics);
    let mut claims = clients.chain([of_admin(layer)]).chain(metrics);
    let claim = claims.find(|claim| claim.address.tcp().is_some_and(|it| url.is_at(it)))?;
    Some(claim.who())
}

/// An address that is to be listened on.
#[derive(Debug)]
struct Claim {
    address: ListenAddress,
    key: String,
    /// Where it was set, in an operator's words.
    source: String,
    /// Who is to be there, and who is.
    words: [&'static str; 2],
}

impl Claim {
    fn overlaps(&self, other: &Self) -> bool {
        self.address.overlaps(&other.address)
    }

    /// Who is there, and where that was set.
    fn who(&self) -> String {
        format!("{} ({}; {})", self.words[1], self.address, self.source)
    }
}

fn of_clients(layer: &Layer, index: usize, listener: &ListenSection) -> Claim {
    let key = format!("listen.{index}.address");
    let source = match (&layer.listen, &listener.tls) {
        (_, Some(_)) if layer.listen_flags.have_addresses() => "--listen-tls".to_owned(),
        (_, None) if layer.listen_flags.have_addresses() => "--listen".to_owned(),
        (Some(_), _) => format!("`{key}`"),
        (None, _) => "the default of --listen".to_owned(),
    };
    Claim {
        address: listener.address.clone(),
        key,
        source,
        words: ["clients are to connect to", "clients connect"],
    }
}

fn of_admin(layer: &Layer) -> Claim {
    let key = "admin.address";
    Claim {
        address: layer.admin.address.clone().unwrap_or(Settings::ADMIN),
        key: key.to_owned(),
        source: match layer.admin.address {
            Some(_) => keys::given(key),
            None => format!("the default of {}", keys::given(key)),
        },
        words: ["the admin endpoint is to be on", "the admin endpoint is"],
    }
}

fn of_metrics(address: &ListenAddress) -> Claim {
    let key = "admin.metrics";
    Claim {
        address: address.clone(),
        key: key.to_owned(),
        source: keys::given(key),
        words: ["metrics are to be on", "metrics are"],
    }
}

/// That one is to be where another is.
fn met(one: &Claim, other: &Claim) -> String {
    format!(
        "{} {} ({}), where {}",
        one.words[0],
        one.address,
        one.source,
        other.who()
    )
}

fn twice(one: &Claim, other: &Claim) -> Mistake {
    let message = match one.address == other.address {
        true => format!("{} is listened on already", one.address),
        false => format!(
            "{} is listened on already by {} ({})",
            one.address, other.address, other.source
        ),
    };
    mistake(&one.key, &message, "leave one of the two out")
}

#[cfg(test)]
mod tests {
    use crate::config::conflicts::tests::{in_file, in_flags};

    #[test]
    fn listeners_of_clients_share_no_address() {
        for (addresses, keys) in [
            (["127.0.0.1:80", "127.0.0.1:80"], &["listen.1.address"][..]),
            (["127.0.0.1:80", "0.0.0.0:80"], &["listen.1.address"]),
            (["unix:a", "unix:a"], &["listen.1.address"]),
            (["127.0.0.1:0", "127.0.0.1:0"], &[]),
            (["127.0.0.1:80", "127.0.0.2:80"], &[]),
        ] {
            let [first, second] = addresses;
            let text = format!("listen = [{{ address = {first:?} }}, {{ address = {second:?} }}]");
            assert_eq!(in_file(&text), keys, "{text}");
        }
    }

    #[test]
    fn the_admin_endpoint_has_an_address_of_its_own() {
        let listen = |address: &str| format!("listen = [{{ address = \"{address}\" }}]\n");
        for (text, keys) in [
            // Clients connect to 127.0.0.1:8080 unless anything else is said.
            (
                "admin.address = \"0.0.0.0:8080\"".to_owned(),
                &["admin.address"][..],
            ),
            (listen("0.0.0.0:9901"), &["listen.0.address"]),
            (
                listen("127.0.0.1:80") + "admin.address = \"0.0.0.0:80\"",
                &["admin.address"],
            ),
            (
                listen("127.0.0.1:0") + "admin.address = \"127.0.0.1:0\"",
                &[],
            ),
            (
                listen("unix:a") + "admin.address = \"unix:a\"",
                &["admin.address"],
            ),
        ] {
            assert_eq!(in_file(&text), keys, "{text}");
        }
    }

    #[test]
    fn metrics_have_an_address_of_their_own() {
        for (text, keys) in [
            ("metrics = \"0.0.0.0:9901\"", &["admin.metrics"][..]),
            ("metrics = \"0.0.0.0:8080\"", &["admin.metrics"]),
            (
                "address = \"unix:a\"\nmetrics = \"unix:a\"",
                &["admin.metrics"],
            ),
            ("address = \"unix:a\"\nmetrics = \"0.0.0.0:9901\"", &[]),
            ("metrics = \"0.0.0.0:9090\"", &[]),
        ] {
            assert_eq!(in_file(&format!("[admin]\n{text}")), keys, "{text}");
        }
    }

    #[test]
    fn both_are_told_with_where_they_were_set() {
        for (flags, words) in [
            (
                "--metrics 127.0.0.1:9901",
                "(`admin.metrics`, --metrics), where the admin endpoint is (127.0.0.1:9901; the \
                 default of `admin.address`, --admin)",
            ),
            (
                "--admin 127.0.0.1:8080",
                "the admin endpoint is to be on 127.0.0.1:8080 (`admin.address`, --admin), where \
                 clients connect (127.0.0.1:8080; the default of --listen)",
            ),
            (
                "--listen [::]:9901 --admin [::1]:9901",
                "where clients connect ([::]:9901; --listen)",
            ),
        ] {
            let told = in_flags(flags, false).unwrap_or_default();
            assert!(told.contains(words), "{told}");
        }
        let told = in_flags("--admin 127.0.0.1:1", true).unwrap_or_default();
        assert!(told.contains("(127.0.0.1:1; `listen.0.address`)"), "{told}");
    }
}
