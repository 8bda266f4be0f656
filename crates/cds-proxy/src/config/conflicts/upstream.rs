//! What is wrong with upstreams.

use super::mistake;
use crate::config::mistake::Mistake;
use crate::config::section::{ListenSection, UpstreamSection};

/// Every mistake about upstreams, by themselves and together with the listeners.
pub(super) fn conflicts(section: &UpstreamSection, listeners: &[ListenSection]) -> Vec<Mistake> {
    let Some(urls) = &section.url else {
        return Vec::new();
    };
    let mut mistakes = Vec::new();
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
        // Requests would come back to where they came from.
        let mut own = listeners
            .iter()
            .filter_map(|listener| listener.address.tcp());
        if let Some(own) = own.find(|own| url.is_at(*own)) {
            mistakes.push(mistake(
                &key,
                &format!("the upstream is {own}, which this proxy listens on"),
                "requests would go round; give the address of the portal",
            ));
        }
    }
    mistakes
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
            (portal, &[]),
        ] {
            assert_eq!(
                in_file(&format!("{listen}\nupstream.url = {urls}")),
                keys,
                "{urls}"
            );
        }
    }
}
