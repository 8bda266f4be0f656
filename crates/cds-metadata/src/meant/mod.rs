//! What people probably mean by values that they write as they do elsewhere.

pub(crate) mod datetime;
pub(crate) mod url;
