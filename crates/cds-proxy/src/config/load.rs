//! Hearing every source.

use cds_metadata::Report;

use super::conflicts::conflicts;
use super::file::ConfigFile;
use super::mistake::Mistake;
use super::settings::Settings;
use crate::cli::RunArgs;

/// Why there are no settings.
#[derive(Debug)]
pub enum Faulty {
    /// The configuration file has mistakes.
    File {
        /// The file as it was named.
        name: String,
        /// Its mistakes.
        report: Report,
    },
    /// Flags and the environment alone have mistakes.
    Given(Vec<Mistake>),
    /// The configuration file can't be read.
    Unreadable(anyhow::Error),
}

impl Settings {
    /// Reads the file, if one is named, and puts flags and environment over it.
    ///
    /// # Errors
    ///
    /// A file that can't be read or has a mistake, a setting that is missing, or one that makes
    /// no sense.
    pub fn load(args: RunArgs) -> Result<Self, Faulty> {
        let Some(path) = args.config else {
            return Self::resolve(args.settings).map_err(Faulty::Given);
        };
        let mut file = ConfigFile::read(&path).map_err(Faulty::Unreadable)?;
        // What a half file lacks is no news.
        if file.report().is_empty() {
            match Self::resolve(args.settings.over(file.layer().clone())) {
                Ok(settings) => return Ok(settings),
                Err(mistakes) => file.add(mistakes),
            }
        }
        Err(Faulty::File {
            name: file.name().to_owned(),
            report: file.into_report(),
        })
    }
}

impl ConfigFile {
    /// Looks for what only shows when settings are looked at together. What is missing is no
    /// mistake: flags and the environment may have it.
    pub fn check(&mut self) {
        if self.report().is_empty() {
            let mistakes = conflicts(self.layer());
            self.add(mistakes);
        }
    }
}
