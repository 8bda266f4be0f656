//! The binary; all of it but the allocator is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request that is passed on takes a hundred small allocations, so a quick allocator is a tenth
/// of its cost.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cds_proxy::main()
}
