//! Every key on one page of Markdown.

use std::fmt::Write as _;

use super::keys::{Key, Section, sections};

/// Every section and key, with what it does, its default, and the flag and the variable that say
/// the same.
pub fn reference() -> String {
    let mut page = format!("{INTRODUCTION}\n```toml\n{EXAMPLE}```\n");
    for section in sections() {
        page.push_str(&chapter(&section));
    }
    page
}

fn chapter(section: &Section) -> String {
    let mut chapter = format!("\n## `{}`\n\n{}\n\n{HEAD}", section.heading, section.text);
    for key in &section.keys {
        chapter.push_str(&row(key));
    }
    chapter
}

fn row(key: &Key) -> String {
    let mut row = format!("| `{}` | {} | ", key.name, cell(&key.text));
    let default = key.default.as_deref().unwrap_or_default();
    let is_literal = !default.is_empty() && !default.contains(' ') && default != "none";
    // Writing to a string can't fail.
    let _ = match is_literal {
        true => write!(row, "`{default}` | "),
        false => write!(row, "{default} | "),
    };
    let _ = match &key.flag {
        Some(flag) => writeln!(
            row,
            "`{} {}` | `{}` |",
            flag.name, flag.value, flag.variable
        ),
        None => writeln!(row, "| |"),
    };
    row
}

/// A line of text that may stand in a table.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

const HEAD: &str = "\
| key | what it does | default | flag | environment |
| --- | --- | --- | --- | --- |
";

const INTRODUCTION: &str = "\
# Configuration

Every key of the file that `cds-proxy run --config FILE` reads. No file is needed: most keys have a
flag and an environment variable, and flags alone are enough. A flag beats its environment variable,
which beats the file. Paths in the file begin at its own folder.

`cds-proxy check FILE` says what is wrong with a file, and with the documents that it names, without
starting anything. With the JSON Schema that `cds-proxy schema config` prints, an editor completes
the keys.

<!-- Generated: cds-proxy reference > docs/configuration.md -->

## A whole file
";

/// What the page begins with. A test reads it.
const EXAMPLE: &str = r#"# /etc/cds-proxy/cds-proxy.toml
[[listen]]
address = "0.0.0.0:8080"

[[listen]]
address = "0.0.0.0:8443"

[[listen.tls]]
certificate = "tls/portal.pem"
key = "tls/portal.key"

[upstream]
url = "http://127.0.0.1:3000"
timeout = "30s"

[site]
dir = "/srv/cds"

[forwarding]
trusted-proxies = ["10.0.0.0/8"]

[process]
drain-delay = "5s"
drain-timeout = "20s"
"#;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{ConfigFile, Layer, Settings};

    fn read(text: &str) -> Layer {
        let mut file = ConfigFile::of(Path::new("cds-proxy.toml"), text.as_bytes());
        file.check();
        assert!(file.report().is_empty(), "{text}: {:?}", file.report());
        file.layer().clone()
    }

    #[test]
    fn the_example_is_a_whole_configuration() {
        assert!(Settings::resolve(read(EXAMPLE)).is_ok());
    }

    #[test]
    fn every_key_says_what_it_does() {
        for section in sections() {
            assert!(!section.text.is_empty(), "{}", section.heading);
            assert!(!section.keys.is_empty(), "{}", section.heading);
            for key in section.keys {
                assert!(!key.text.is_empty(), "{}: {}", section.heading, key.name);
            }
        }
    }

    #[test]
    fn what_the_help_calls_a_default_is_what_a_missing_key_means() {
        let enough = "site.dir = \"cds\"\nupstream.url = \"http://127.0.0.1:3000\"\n\
                      upstream.health-check = \"tcp\"\n";
        let resolved = |text: &str| {
            let settings = Settings::resolve(read(&format!("{enough}{text}")));
            format!("{:?}", settings.unwrap())
        };
        let mut compared = 0;
        for section in sections() {
            let name = section.heading.trim_matches(['[', ']']);
            for key in section.keys {
                let Some(default) = key.default.filter(|default| !default.contains(' ')) else {
                    continue;
                };
                if default == "none" || section.heading.starts_with("[[") {
                    continue;
                }
                let is_bare = default.parse::<bool>().is_ok() || default.parse::<u32>().is_ok();
                let value = match is_bare {
                    true => default,
                    false => format!("{default:?}"),
                };
                let said = resolved(&format!("{name}.{} = {value}", key.name));
                assert_eq!(said, resolved(""), "{name}.{}", key.name);
                compared += 1;
            }
        }
        assert!(compared > 5);
    }
}
