//! Files under a temporary name, before they get the one that they are to have.

/// Makes files whose temporary names begin with `prefix`, for everyone whom the umask lets:
/// temporary files are for their owner only unless said otherwise.
pub(crate) fn builder(prefix: &'static str) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(Permissions::from_mode(0o666));
    }
    builder
}
