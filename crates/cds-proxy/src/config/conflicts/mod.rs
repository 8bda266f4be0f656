//! Settings that make no sense together.

mod addresses;
mod limits;
mod process;
mod upstream;

use crate::config::layer::Layer;
use crate::config::mistake::Mistake;
use crate::config::section::{ListenFlags, ListenSection, SiteSection};
use crate::config::values::Bind;
use crate::rules::config_invalid::CONFIG_INVALID;

/// Every mistake that shows only when settings are looked at together. What is missing is none:
/// another source may have it.
pub(in crate::config) fn conflicts(layer: &Layer) -> Vec<Mistake> {
    let listeners = layer.listeners();
    let mut mistakes = Vec::new();
    let about_flags = flags(&layer.listen_flags, layer.listen.is_some());
    mistakes.extend(about_flags.or_else(|| socket_mode(&layer.listen_flags, &listeners)));
    if listeners.is_empty() {
        mistakes.push(mistake(
            "listen",
            "there is no address to listen on",
            "give at least one, or leave `listen` out",
        ));
    }
    for (index, listener) in listeners.iter().enumerate() {
        mistakes.extend(mode(index, listener));
        // What flags lack has been told of once, in the words of flags.
        if !layer.listen_flags.have_addresses() {
            mistakes.extend(certificates(index, listener));
        }
    }
    mistakes.extend(addresses::conflicts(layer, &listeners));
    mistakes.extend(upstream::conflicts(layer, &listeners));
    mistakes.extend(documents(&layer.site));
    mistakes.extend(limits::conflicts(&layer.limits));
    mistakes.extend(process::conflicts(layer.process));
    mistakes
}

/// What is wrong with where the documents are.
fn documents(site: &SiteSection) -> Option<Mistake> {
    if site.dir.is_some() && site.sites.is_some() {
        Some(mistake(
            "site.sites",
            "there are both a site and a directory of sites",
            "give one of the two; a site may be in the directory of sites",
        ))
    } else if site.bind == Some(Bind::Directory) && site.dir.is_some() {
        Some(mistake(
            "site.bind",
            "`bind` is for a directory of sites: one alone answers on every host",
            "leave it out, or give a directory of sites (--sites)",
        ))
    } else {
        None
    }
}

/// What is wrong with flags about listeners.
fn flags(flags: &ListenFlags, has_file: bool) -> Option<Mistake> {
    let speaks_tls = flags.tls_addresses.is_some();
    let has_certificates = flags.certificates.is_some() || flags.keys.is_some();
    let (message, help) = if flags.unpaired() > 0 {
        (
            "there are not as many --tls-key as --tls-certificate",
            "give the key of each certificate, in the same order",
        )
    } else if speaks_tls && !has_certificates {
        (
            "--listen-tls has no certificate",
            "give its file and that of its key by --tls-certificate and --tls-key",
        )
    } else if has_certificates && !speaks_tls {
        (
            "the certificate is for no address",
            "give the address to speak TLS on by --listen-tls",
        )
    } else if flags.have_options() && !flags.have_addresses() && has_file {
        (
            "--socket-mode, --http2 and --proxy-protocol are for addresses that flags give",
            "write them under the `[[listen]]` that they are for",
        )
    } else {
        return None;
    };
    Some(mistake("", message, help))
}

/// What is wrong with a mode that flags give.
fn socket_mode(flags: &ListenFlags, listeners: &[ListenSection]) -> Option<Mistake> {
    let have_none = listeners.iter().all(|it| it.address.tcp().is_some());
    (flags.mode.is_some() && have_none).then(|| {
        mistake(
            "",
            "--socket-mode is for Unix sockets, and none is listened on",
            "leave it out, or listen on unix:PATH",
        )
    })
}

/// What is wrong with who may connect.
fn mode(index: usize, listener: &ListenSection) -> Option<Mistake> {
    let has_none = listener.mode.is_some() && listener.address.tcp().is_some();
    has_none.then(|| {
        mistake(
            &format!("listen.{index}.mode"),
            "only a Unix socket has a mode",
            "leave it out, or listen on unix:PATH",
        )
    })
}

/// What is wrong with what TLS is spoken with.
fn certificates(index: usize, listener: &ListenSection) -> Option<Mistake> {
    let is_empty = listener.tls.as_ref().is_some_and(Vec::is_empty);
    is_empty.then(|| {
        mistake(
            &format!("listen.{index}.tls"),
            "there is no certificate to speak TLS with",
            "give `certificate` and `key` under `[[listen.tls]]`, or leave `tls` out",
        )
    })
}

fn mistake(key: &str, message: &str, help: &str) -> Mistake {
    Mistake {
        rule: &CONFIG_INVALID,
        key: key.to_owned(),
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::config::ConfigFile;

    /// The keys of what is wrong with a file.
    pub(super) fn in_file(text: &str) -> Vec<String> {
        let file = ConfigFile::of(Path::new("cds-proxy.toml"), text.as_bytes());
        assert!(file.report().is_empty(), "{:?}", file.report());
        let mistakes = conflicts(file.layer()).into_iter();
        mistakes.map(|mistake| mistake.key).collect()
    }

    /// What is wrong with flags, over a file that has a listener or not.
    pub(super) fn in_flags(flags: &str, has_file: bool) -> Option<String> {
        let args = ["cds-proxy", "run"].into_iter().chain(flags.split(' '));
        let Ok(Command::Run(run)) = Cli::try_parse_from(args).map(|cli| cli.command) else {
            panic!("{flags}");
        };
        let listener = ListenFlags::default().listener("127.0.0.1:1".parse().unwrap(), None);
        let below = Layer {
            listen: has_file.then(|| vec![listener]),
            ..Layer::default()
        };
        let mistakes = conflicts(&run.settings.over(below));
        mistakes.first().map(Mistake::to_string)
    }

    #[test]
    fn what_makes_no_sense_in_a_file_is_told_with_its_key() {
        let certificate = "{ certificate = \"a\", key = \"b\" }";
        for (text, keys) in [
            ("listen = []", &["listen"][..]),
            (
                "listen = [{ address = \"127.0.0.1:80\", mode = \"660\" }]",
                &["listen.0.mode"],
            ),
            (
                "listen = [{ address = \"127.0.0.1:80\", tls = [] }]",
                &["listen.0.tls"],
            ),
            (
                &format!(
                    "listen = [{{ address = \"unix:a\", mode = \"660\", tls = [{certificate}] }}]"
                ),
                &[],
            ),
        ] {
            assert_eq!(in_file(text), keys, "{text}");
        }
    }

    #[test]
    fn flags_that_would_do_nothing_are_refused() {
        for (flags, words) in [
            (
                "--tls-certificate a --listen-tls 127.0.0.1:1",
                "not as many",
            ),
            ("--listen-tls 127.0.0.1:1", "no certificate"),
            ("--tls-certificate a --tls-key b", "for no address"),
        ] {
            let told = in_flags(flags, false).unwrap_or_default();
            assert!(told.contains(words), "{flags}: {told}");
        }
        for flags in [
            "--socket-mode 660 --listen 127.0.0.1:1",
            "--socket-mode 660",
        ] {
            let told = in_flags(flags, false).unwrap_or_default();
            assert!(told.contains("for Unix sockets"), "{told}");
        }
        let mixed = "--socket-mode 660 --listen 127.0.0.1:1,unix:a";
        assert_eq!(in_flags(mixed, false), None);
        let told = in_flags("--http2=false", true).unwrap_or_default();
        assert!(told.contains("for addresses that flags give"), "{told}");
        assert_eq!(in_flags("--http2=false", false), None);
        assert_eq!(in_flags("--http2=false --listen 127.0.0.1:2", true), None);
        let tls = "--listen-tls 127.0.0.1:2 --tls-certificate a --tls-key b";
        assert_eq!(in_flags(tls, true), None);
    }
}
