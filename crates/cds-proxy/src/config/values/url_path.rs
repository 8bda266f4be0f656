//! The path of a URL.

use std::str::FromStr;

use serde::Deserialize;

use super::written_as_string;

/// The path of a URL (RFC 3986 §3.3), as requests have it: from the slash on, without a query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct UrlPath(String);

impl UrlPath {
    /// Whether this is a path, or what that is below.
    pub fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.0.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.0.ends_with('/'))
    }
}

impl FromStr for UrlPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.split(['?', '#', '*']).next().unwrap_or_default();
        match path.strip_prefix('/') {
            None if path.is_empty() || path.contains("://") => {
                Err(format!("`{text}` is no path; write one such as `/healthz`"))
            }
            None => Err(format!("`{text}` is no path; write `/{path}`")),
            Some(_) if path.len() < text.len() => Err(format!(
                "`{text}` is more than a path, whose queries and what is below it count anyway; write \
                 `{path}`"
            )),
            Some(_) => Ok(Self(text.to_owned())),
        }
    }
}

written_as_string!(UrlPath: "/healthz");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_path_is_refused_with_the_one_that_was_meant() {
        for (text, meant) in [
            ("healthz", "write `/healthz`"),
            ("/static/*", "write `/static/`"),
            ("/a?b", "write `/a`"),
            ("https://h/healthz", "such as `/healthz`"),
            ("", "such as `/healthz`"),
        ] {
            let mistake = text.parse::<UrlPath>().unwrap_err();
            assert!(mistake.contains(meant), "{mistake}");
        }
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        let covers = |above: &str, path| above.parse::<UrlPath>().unwrap().covers(path);
        for path in ["/healthz", "/healthz/db"] {
            assert!(covers("/healthz", path), "{path}");
        }
        assert!(!covers("/healthz", "/healthzilla"));
        assert!(covers("/static/", "/static/a.css"));
        assert!(!covers("/static/", "/static"));
    }
}
