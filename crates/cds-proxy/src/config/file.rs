//! The configuration file, and what is said about mistakes in it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::layer::Layer;

/// A mistake in the configuration file.
#[derive(Debug)]
pub struct ConfigError {
    path: PathBuf,
    /// Line and column, from 1; the column in characters.
    place: Option<(usize, usize)>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Reads the text of a configuration file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Layer, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span();
        let given = at
            .clone()
            .and_then(|span| text.get(span))
            .unwrap_or_default();
        ConfigError {
            path: path.to_owned(),
            place: at.map(|span| place(text, span.start)),
            message: explain(error.message(), given),
        }
    })
}

fn explain(message: &str, given: &str) -> String {
    if !message.starts_with("unknown field") {
        return message.to_owned();
    }
    let key = given.trim_matches(['"', '\'']);
    match closest(key, &Layer::keys()) {
        Some(known) => format!("unknown key `{key}`; did you mean `{known}`?"),
        None => format!(
            "unknown key `{key}`; known are {}",
            Layer::keys().join(", ")
        ),
    }
}

/// The known key that `key` is most likely a slip of.
fn closest<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    // The measure and threshold of clap, so that file and flags suggest alike. Underscores are
    // the likeliest slip of all.
    let key = key.replace('_', "-");
    known
        .iter()
        .map(|known| (strsim::jaro(&key, known), known.as_str()))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(Path::new("cds-proxy.toml"), text)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn every_key_can_be_given() {
        let layer = parse(
            Path::new("cds-proxy.toml"),
            r#"
            site = "cds"
            upstream = "http://[::1]:3000"
            listen = ["127.0.0.1:8080", "[::1]:8080"]
            admin = "127.0.0.1:9901"
            trusted-proxies = "10.0.0.0/8"
            connect-timeout = "500ms"
            upstream-timeout = "1m"
            drain-timeout = "5s"
            threads = 2
            strict = true
            "#,
        )
        .unwrap();
        assert_eq!(layer.listen.map(|listen| listen.len()), Some(2));
        assert_eq!(
            layer.trusted_proxies.map(|networks| networks.len()),
            Some(1)
        );
        assert_eq!(layer.strict, Some(true));
    }

    #[test]
    fn an_unknown_key_is_refused_with_place_and_suggestion() {
        assert_eq!(
            error("site = \"cds\"\n  lisen = \"127.0.0.1:80\"\n"),
            "cds-proxy.toml:2:3: unknown key `lisen`; did you mean `listen`?"
        );
        assert_eq!(
            error("upstream_timeout = \"1s\""),
            "cds-proxy.toml:1:1: unknown key `upstream_timeout`; did you mean `upstream-timeout`?"
        );
        assert!(error("xyz = 1").contains("known are site, upstream"));
    }

    #[test]
    fn a_wrong_value_has_its_place() {
        let message = error("listen = \"8080\"");
        assert!(
            message.starts_with("cds-proxy.toml:1:10: `8080` is not an address"),
            "{message}"
        );
        let message = error("\nupstream = \"https://portal\"");
        assert!(
            message.starts_with("cds-proxy.toml:2:12: an https upstream"),
            "{message}"
        );
        let message = error("threads = \"two\"");
        assert!(message.starts_with("cds-proxy.toml:1:11: "), "{message}");
        let message = error("site = ");
        assert!(message.starts_with("cds-proxy.toml:1:"), "{message}");
    }
}
