//! What the demo says, on standard output.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use cds_live::{Outcome, Reload};

/// Where everything is.
#[derive(Debug)]
pub(super) struct Here<'a> {
    pub(super) proxy: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) portal: SocketAddr,
    pub(super) dir: &'a Path,
}

/// Says what there is to see and to try.
pub(super) fn introduce(here: &Here<'_>, written: bool) {
    let Here {
        proxy,
        admin,
        portal,
        dir,
    } = here;
    let dir = dir.display();
    let origin = if written {
        "written just now"
    } else {
        "as it was found"
    };
    say(&format!(
        "\
Demo Gas & Electric has an old portal on http://{portal} that knows nothing of CDS.
The proxy in front of it is on http://{proxy}. The documents are in {dir} ({origin}).

Try:
  curl -i http://{proxy}/.well-known/cds-server-metadata.json
  curl -i http://{proxy}/cds-coverage.json
  curl -i http://{proxy}/territories/electric-west.json
  curl -i http://{proxy}/outages                         (the portal, untouched)
  curl -i -d user=ada -d password=secret http://{proxy}/login
  curl -s http://{admin}/sites                         (what operators see)
  curl -s http://{admin}/metrics
Or with a browser: http://{proxy}/

Now edit {dir}/cds-server-metadata.json and ask again: a change is served within a second.
Then make a mistake: it is refused and shown here, and what was served before stays.
Ctrl-C ends the demo.
"
    ));
}

/// Says what is wrong with the site from the start, if anything is.
pub(super) fn tell_first(load: &Reload) {
    if load.outcome == Outcome::Kept {
        say(&format!(
            "{}The site has errors, so its paths answer 503 until they are mended.\n",
            findings(load)
        ));
    }
}

/// Says how a reload ended.
pub(super) fn tell(reload: &Reload) {
    let end = match reload.outcome {
        Outcome::Swapped => "Reloaded: the edit is served now.",
        Outcome::Unchanged => "Read again: nothing has changed.",
        Outcome::Kept => "Refused: what was served before still is. Mend the file and save it.",
        Outcome::Dropped => "The directory is gone, and nothing is served until it is back.",
    };
    let at = humantime::format_rfc3339_seconds(reload.at);
    say(&format!("{}{at}  {end}\n", findings(reload)));
}

fn findings(reload: &Reload) -> String {
    let mut text = String::new();
    for finding in reload.report.findings() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{finding}");
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  {help}");
        }
    }
    text
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // A demo whose output nobody reads any more goes on.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
