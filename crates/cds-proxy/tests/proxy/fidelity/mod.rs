//! Whether the portal behind us behaves as alone: each exchange is had with it directly and
//! through the proxy, and what either side has seen is compared. What may differ is in
//! [`differences`], and in the guide under *What passing through changes*.

mod cases;
mod differences;
mod exchange;
mod wire;

use self::differences::{Loses, without_allowed};
use self::exchange::{have, portal};
use super::support::{Proxy, SiteDir};

#[test]
fn the_portal_and_its_clients_see_the_same_as_without_the_proxy() {
    let site = SiteDir::good();
    let (address, prepare, requests) = portal();
    let proxy = Proxy::start_with(&site, &format!("http://{address}"), &[]);
    let mut faults = Vec::new();
    for case in cases::all() {
        prepare(&case);
        let alone = have(&case, address, &requests);
        let loses = Loses::of(&alone);
        let alone = without_allowed(alone, loses);
        prepare(&case);
        let behind = without_allowed(have(&case, proxy.address, &requests), loses);
        if alone != behind {
            faults.push(format!(
                "{}\n  alone:  {alone:?}\n  behind: {behind:?}",
                case.name
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
