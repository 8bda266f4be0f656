//! File systems that announce no change which is made elsewhere.

use std::path::Path;

/// The kind of file system, when changes made on another machine (or on the other side of a
/// virtual machine or a user-space driver) cause no events here.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn without_events(path: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(path).ok()?.f_type;
    // The type of the field differs between platforms; the numbers are 32 bits wide everywhere.
    let kind = u32::try_from(i128::from(kind) & 0xffff_ffff).ok()?;
    KINDS
        .iter()
        .find(|(number, _)| *number == kind)
        .map(|(_, name)| *name)
}

/// Elsewhere it isn't known.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn without_events(_: &Path) -> Option<&'static str> {
    None
}

/// From statfs(2) and linux/magic.h.
#[cfg(any(target_os = "linux", target_os = "android"))]
const KINDS: &[(u32, &str)] = &[
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x0102_1997, "9P"),
    (0x6573_5546, "FUSE"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x786f_4256, "VirtualBox shared folders"),
    (0xbacb_acbc, "VMware shared folders"),
    (0x0bd0_0bd0, "Lustre"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
];
