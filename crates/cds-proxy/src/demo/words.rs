//! What the demo says, on standard output.

use std::path::Path;

use cds_live::{Outcome, Reload};
use clap::ColorChoice;

use crate::config::ListenAddress;
use crate::report::{Results, human};
use crate::terminal::Color;

/// Where everything is.
#[derive(Debug)]
pub(super) struct Here<'a> {
    pub(super) proxy: ListenAddress,
    pub(super) admin: ListenAddress,
    pub(super) portal: ListenAddress,
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
pub(super) fn tell_first(dir: &Path, load: &Reload) {
    if !load.serving {
        let end = "The site has errors, so its paths answer 503 until they are mended.";
        say(&format!("{}{end}\n", findings(dir, load)));
    }
}

/// Says how a reload ended.
pub(super) fn tell(dir: &Path, reload: &Reload) {
    let end = match reload.outcome {
        Outcome::Swapped => "Reloaded: the edit is served now.",
        Outcome::Unchanged => "Read again: what the files say is what is served.",
        Outcome::Resumed => "The maintenance has ended: the documents are served again.",
        Outcome::Restored => {
            "What was served before the start is again. Mend the file and save it."
        }
        Outcome::Kept if reload.serving => {
            "Refused: what was served before still is. Mend the file and save it."
        }
        Outcome::Kept => {
            "Nothing is served until the errors are mended. Mend the file and save it."
        }
        Outcome::Dropped => "The directory is gone, and nothing is served until it is back.",
        _ => "Read again.",
    };
    let at = humantime::format_rfc3339_seconds(reload.at);
    say(&format!("{}{at}  {end}\n", findings(dir, reload)));
}

fn findings(dir: &Path, reload: &Reload) -> String {
    if reload.report.is_empty() {
        return String::new();
    }
    let mut results = Results::new();
    results.add_site(dir, [], &reload.report);
    human::styled(&results)
}

fn say(text: &str) {
    // A demo whose output nobody reads any more goes on.
    let _ = Color {
        color: ColorChoice::Auto,
    }
    .print(&format!("{text}\n"));
}
