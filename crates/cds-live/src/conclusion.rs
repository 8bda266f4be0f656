//! What came of a look at one site directory, for people to know.

use std::sync::mpsc;

use crate::current::Taken;
use crate::reload::Reload;

/// What came of a look, for people to know.
pub(crate) struct Conclusion {
    pub(crate) news: News,
    /// Whether somebody asked for it.
    pub(crate) asked: bool,
    /// Who did, and waits.
    pub(crate) callers: Vec<mpsc::SyncSender<Reload>>,
}

/// What there is to tell.
pub(crate) enum News {
    /// Files were read.
    Taken(Taken),
    /// Files go on changing; nothing was read, at all if it is the first look.
    Unsettled { reload: Reload, is_first: bool },
}

impl Conclusion {
    /// Tells those who wait how it ended.
    pub(crate) fn answer(self, reload: &Reload) {
        for caller in self.callers {
            // A caller that is gone doesn't want to know.
            let _ = caller.try_send(reload.clone());
        }
    }
}
