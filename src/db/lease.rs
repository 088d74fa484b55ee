//! Singletons: work that one node at a time does, held by a lease row with a fencing token.
//!
//! Table: `leases`. What always holds: each holder's token is greater than every one before it; a holder that calls [`check`] in each of
//! its writing transactions writes nothing once another has taken over, however late it wakes up. Safety rests on the token alone and
//! never on clocks; clocks only decide how soon a silent holder is replaced.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::backoff::later;
use super::schema::leases;
use super::{Clock, Connection, Db, OptionalRow};
use crate::error::{ErrorCode, Result};

/// A holder that stops in the middle of a write keeps the lease row locked; after this long the server ends its transaction.
const WRITE_WITHIN: &str = "5s";

diesel::define_sql_function! {
    /// PostgreSQL's `set_config(name, value, is_local)`.
    fn set_config(name: Text, value: Text, local: Bool) -> Nullable<Text>;
}

/// The right to be the one who does something, until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub name: &'static str,
    pub token: i64,
    pub expires_at: DateTime<Utc>,
}

/// Takes the lease when it is free, expired, or the same holder's already; `None` while another holds it. The token always goes up, so
/// a holder that starts anew fences its former self.
pub async fn acquire(
    conn: &mut Connection,
    name: &'static str,
    holder: Uuid,
    for_: Duration,
    now: DateTime<Utc>,
) -> Result<Option<Lease>> {
    let expires_at = later(now, for_);
    let taken = diesel::insert_into(leases::table)
        .values((
            leases::name.eq(name),
            leases::holder.eq(holder),
            leases::token.eq(1),
            leases::expires_at.eq(expires_at),
        ))
        .on_conflict(leases::name)
        .do_update()
        .set((leases::holder.eq(holder), leases::token.eq(leases::token + 1), leases::expires_at.eq(expires_at)));
    let token = methods::FilterDsl::filter(taken, leases::expires_at.le(now).or(leases::holder.eq(holder)))
        .returning(leases::token)
        .get_result::<i64>(conn)
        .await
        .optional_row()?;
    Ok(token.map(|token| Lease { name, token, expires_at }))
}

/// Holds it longer; `false` when another has it now.
pub async fn renew(conn: &mut Connection, lease: &mut Lease, for_: Duration, now: DateTime<Utc>) -> Result<bool> {
    let expires_at = later(now, for_);
    let held = leases::table.filter(leases::name.eq(lease.name)).filter(leases::token.eq(lease.token));
    let renewed = diesel::update(held).set(leases::expires_at.eq(expires_at)).execute(conn).await? == 1;
    if renewed {
        lease.expires_at = expires_at;
    }
    Ok(renewed)
}

/// Lets it go, so that another may have it at once. The row stays, because tokens must go on from where they are.
pub async fn release(conn: &mut Connection, lease: Lease, now: DateTime<Utc>) -> Result<()> {
    let held = leases::table.filter(leases::name.eq(lease.name)).filter(leases::token.eq(lease.token));
    diesel::update(held).set(leases::expires_at.eq(now)).execute(conn).await?;
    Ok(())
}

/// Stands in every writing transaction of a holder: [`ErrorCode::LeaseLost`] when another has taken over, and until the transaction ends
/// nobody can. Must run inside a transaction.
pub async fn check(conn: &mut Connection, name: &str, token: i64) -> Result<()> {
    diesel::select(set_config("idle_in_transaction_session_timeout", WRITE_WITHIN, true)).execute(conn).await?;
    leases::table
        .filter(leases::name.eq(name))
        .filter(leases::token.eq(token))
        .select(leases::token)
        .for_share()
        .first::<i64>(conn)
        .await
        .optional_row()?
        .map(|_| ())
        .ok_or_else(|| ErrorCode::LeaseLost.because(name.to_owned()))
}

/// What the work of a singleton is given.
#[derive(Debug, Clone)]
pub struct Held {
    pub name: &'static str,
    pub token: i64,
    /// Cancelled when the lease is lost and when the process stops.
    pub over: CancellationToken,
}

impl Held {
    /// [`check`] for this holder.
    pub async fn check(&self, conn: &mut Connection) -> Result<()> {
        check(conn, self.name, self.token).await
    }
}

/// Takes part in being the one who does `work`, until `stop`: waits for the lease, works while it is renewed, and waits again when it was
/// lost or the work ended. Another node takes over within `for_` of this one's death. The work is dropped when the lease is lost, and
/// given `for_` to end by itself at `stop`.
pub async fn singleton<F>(
    db: &Db,
    clock: &Clock,
    name: &'static str,
    for_: Duration,
    stop: &CancellationToken,
    work: impl Fn(Held) -> F,
) where
    F: Future<Output = Result<()>>,
{
    let holder = Uuid::now_v7();
    let mut turn = tokio::time::interval(for_ / 3);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = turn.tick() => {}
        }
        let taken = async { acquire(&mut *db.connection().await?, name, holder, for_, clock.now()).await };
        let mut lease = match taken.await {
            Ok(Some(lease)) => lease,
            Ok(None) => continue,
            Err(e) => {
                tracing::warn!(lease.name = name, error = ?e, "lease cannot be asked for");
                continue;
            }
        };
        tracing::info!(lease.name = name, lease.token = lease.token, "lease taken");
        let over = stop.child_token();
        let held = Held { name, token: lease.token, over: over.clone() };
        let ended = tokio::select! {
            ended = work(held) => Some(ended),
            () = keep(db, clock, &mut lease, for_, stop) => None,
        };
        over.cancel();
        if let Some(Err(e)) = ended {
            tracing::warn!(lease.name = name, error = ?e, "work under a lease failed");
        }
        let let_go = async { release(&mut *db.connection().await?, lease, clock.now()).await };
        if let Err(e) = let_go.await {
            tracing::warn!(lease.name = name, error = ?e, "lease not released; it will expire");
        }
    }
}

/// Renews until the lease is lost, or has expired unrenewed because the database is away, or time is up after `stop`.
async fn keep(db: &Db, clock: &Clock, lease: &mut Lease, for_: Duration, stop: &CancellationToken) {
    let mut turn = tokio::time::interval(for_ / 3);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut time_is_up = std::pin::pin!(async {
        stop.cancelled().await;
        tokio::time::sleep(for_).await;
    });
    loop {
        tokio::select! {
            _ = turn.tick() => {}
            () = &mut time_is_up => return,
        }
        let renewed = async { renew(&mut *db.connection().await?, lease, for_, clock.now()).await };
        match renewed.await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(lease.name = lease.name, "lease lost to another holder");
                return;
            }
            Err(e) => {
                tracing::warn!(lease.name = lease.name, error = ?e, "lease not renewed");
                if clock.now() >= lease.expires_at {
                    return;
                }
            }
        }
    }
}
