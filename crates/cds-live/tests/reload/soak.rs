//! Swaps, mistakes and pauses at random, for as long as `CDS_LIVE_SOAK_SECONDS` says.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::thread;
use std::time::{Duration, Instant};

use crate::site::{COVERAGE, Directory, METADATA, write};

#[test]
#[ignore = "takes as long as one likes"]
fn random_swaps_and_mistakes_are_never_served_mixed_or_broken() {
    let seconds = env::var("CDS_LIVE_SOAK_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(60));
    let directory = Directory::empty();
    directory.write_site("cds/..0", "0");
    symlink("..0", directory.cds("..data")).unwrap();
    for name in [METADATA, COVERAGE, "public"] {
        symlink(format!("..data/{name}"), directory.cds(name)).unwrap();
    }
    let fixture = directory.open();
    fixture.wait_for(["0", "0", "0"]);

    let mut random = Random(u64::from(std::process::id()) | 1);
    let mut good = 0;
    let mut version = 0;
    while Instant::now() < end {
        let before = version;
        version += 1;
        let name = version.to_string();
        fixture
            .directory
            .write_site(&format!("cds/..{name}"), &name);
        let is_good = random.below(4) > 0;
        if is_good {
            good = version;
        } else {
            write(
                &fixture.cds(&format!("..{name}/{METADATA}")),
                "{ \"name\": \"broken\"",
            );
        }
        symlink(format!("..{name}"), fixture.cds("..beside")).unwrap();
        fs::rename(fixture.cds("..beside"), fixture.cds("..data")).unwrap();
        if random.below(2) == 0 {
            thread::sleep(Duration::from_millis(random.below(30)));
        }
        fs::remove_dir_all(fixture.cds(&format!("..{before}"))).unwrap();
        if is_good && random.below(3) == 0 {
            fixture.wait_for([&name, &name, &name]);
        } else {
            thread::sleep(Duration::from_millis(random.below(400)));
        }
    }
    if good == version {
        fixture.wait_for([&good.to_string(), &good.to_string(), &good.to_string()]);
    }
    let generation = fixture.live.status().generation;
    let served = fixture.served();
    println!(
        "{version} versions, {generation} taken up, {} seen",
        served.len()
    );
    for seen in served {
        assert!(
            seen[0] == seen[1] && seen[1] == seen[2] && seen[0] != "broken",
            "{seen:?}"
        );
    }
}

/// Xorshift: the same everywhere, and enough for pauses.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
