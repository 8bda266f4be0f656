//! Settings that make no sense together.

use super::layer::Layer;
use super::mistake::Mistake;
use crate::rules::config_invalid::CONFIG_INVALID;

/// Every mistake that shows only when settings are looked at together. What is missing is none:
/// another source may have it.
pub(super) fn conflicts(layer: &Layer) -> Vec<Mistake> {
    let listeners = layer.listeners();
    let mut mistakes = Vec::new();
    if listeners.is_empty() {
        mistakes.push(Mistake {
            rule: &CONFIG_INVALID,
            key: "listen".to_owned(),
            message: "there is no address to listen on".to_owned(),
            help: "give at least one, or leave `listen` out".to_owned(),
        });
    }
    if let Some(url) = &layer.upstream.url {
        let own = listeners.iter().find(|own| url.is_at(own.address.0));
        mistakes.extend(own.map(|own| Mistake {
            rule: &CONFIG_INVALID,
            key: "upstream.url".to_owned(),
            message: format!(
                "the upstream is {}, which this proxy listens on",
                own.address
            ),
            help: "requests would go round; give the address of the portal".to_owned(),
        }));
    }
    mistakes
}
