//! Waiting for what must come, without guessing how long it takes.

use std::time::Duration;

/// Nothing in a test takes this long; the machine may be busy with a compiler.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is yes; panics, naming what was waited for, when it never is.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(5));
        while !holds().await {
            pause.tick().await;
        }
    };
    within(what, asking).await;
}

/// The result of what must end by itself.
pub async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
