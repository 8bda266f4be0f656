//! Saying that an upstream that was left out is asked again once its time is over.

use std::sync::Arc;

use tokio::time::sleep;

use super::member::Member;

/// Has the metrics say so, for as long as it is polled. Nothing else happens at that moment: the
/// next request finds out by itself.
pub(super) async fn keep_readmitted(member: Arc<Member>) {
    loop {
        member.is_left_out().await;
        loop {
            member.tell_fitness();
            let Some(rest) = member.left_out_for() else {
                break;
            };
            sleep(rest).await;
        }
    }
}
