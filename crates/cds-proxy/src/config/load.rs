//! Hearing every source.

use cds_metadata::Report;

use super::conflicts::conflicts;
use super::file::ConfigFile;
use super::given::Given;
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

/// Settings, and where they come from.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    file: Option<ConfigFile>,
    /// What flags and the environment have a say in.
    given: Given,
}

impl Loaded {
    /// Reads the file, if one is named, and puts flags and environment over it.
    ///
    /// # Errors
    ///
    /// A file that can't be read or has a mistake, a setting that is missing, or one that makes
    /// no sense.
    pub fn load(args: RunArgs) -> Result<Self, Faulty> {
        let RunArgs {
            given,
            config,
            settings,
        } = args;
        let Some(path) = config else {
            let settings = Settings::resolve(settings).map_err(Faulty::Given)?;
            return Ok(Self {
                settings,
                file: None,
                given,
            });
        };
        let mut file = ConfigFile::read(&path).map_err(Faulty::Unreadable)?;
        // What a half file lacks is no news.
        if file.report().is_empty() {
            match Settings::resolve(settings.over(file.layer().clone())) {
                Ok(settings) => {
                    return Ok(Self {
                        settings,
                        file: Some(file),
                        given,
                    });
                }
                Err(mistakes) => file.add_beside(&given, mistakes),
            }
        }
        Err(Faulty::in_file(file))
    }

    /// Mistakes that show when what settings name is looked at.
    pub fn into_faulty(self, mistakes: Vec<Mistake>) -> Faulty {
        let is_in_file = |mistake: &Mistake| self.place_in_file(&mistake.key).is_some();
        if !mistakes.iter().any(is_in_file) {
            return Faulty::Given(mistakes);
        }
        match self.file {
            Some(mut file) => {
                file.add_beside(&self.given, mistakes);
                Faulty::in_file(file)
            }
            None => Faulty::Given(mistakes),
        }
    }

    /// How a setting is chosen, in words that follow what is to be done: by the flag, unless it
    /// stands in the file.
    pub fn way_to_choose(&self, key: &str, flag: &str) -> String {
        match self.place_in_file(key) {
            Some(place) => format!("as `{key}` ({place})"),
            None => format!("with {flag}"),
        }
    }

    fn place_in_file(&self, key: &str) -> Option<String> {
        let file = self.file.as_ref().filter(|_| !self.given.have(key))?;
        let place = file.place_of(key)?;
        Some(format!("{}:{}:{}", file.name(), place.line, place.column))
    }
}

impl Faulty {
    fn in_file(file: ConfigFile) -> Self {
        Self::File {
            name: file.name().to_owned(),
            report: file.into_report(),
        }
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
