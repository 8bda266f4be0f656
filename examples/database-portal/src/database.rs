//! A table in memory that stands for the portal's database.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;
use tokio::sync::watch;

/// What the portal asks its database. A real one is asked in SQL and tells of changes by
/// PostgreSQL's `NOTIFY` or the like.
#[derive(Debug)]
pub(crate) struct Database {
    territories: Mutex<BTreeMap<String, Territory>>,
    changed: watch::Sender<()>,
}

/// A row: where the utility delivers what.
#[derive(Debug, Clone)]
pub(crate) struct Territory {
    pub(crate) id: String,
    pub(crate) name: String,
    /// ISO 3166-1 alpha-2, if whoever typed it knew.
    pub(crate) country: String,
    pub(crate) changed: SystemTime,
}

/// New values for some columns of a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    name: Option<String>,
    country: Option<String>,
}

impl Database {
    /// With two territories.
    pub(crate) fn new() -> Self {
        let row = |id: &str, name: &str| Territory {
            id: id.to_owned(),
            name: name.to_owned(),
            country: "US".to_owned(),
            changed: SystemTime::now(),
        };
        let rows = [
            row("east", "Eastern customers"),
            row("west", "Western customers"),
        ];
        Self {
            territories: Mutex::new(rows.map(|row| (row.id.clone(), row)).into()),
            changed: watch::Sender::new(()),
        }
    }

    /// All rows.
    pub(crate) fn territories(&self) -> Vec<Territory> {
        self.lock().values().cloned().collect()
    }

    /// Changes a row; false if there is none with this id.
    pub(crate) fn change(&self, id: &str, change: Change) -> bool {
        let mut territories = self.lock();
        let Some(row) = territories.get_mut(id) else {
            return false;
        };
        let Change { name, country } = change;
        row.name = name.unwrap_or_else(|| row.name.clone());
        row.country = country.unwrap_or_else(|| row.country.clone());
        row.changed = SystemTime::now();
        drop(territories);
        self.changed.send_replace(());
        true
    }

    /// Tells of every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Territory>> {
        self.territories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
