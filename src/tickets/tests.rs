use chrono::DateTime;

use super::model::{Kind, Priority, Standing, State, To, number};
use crate::error::ErrorCode;

const NOBODY: Standing = Standing { supervisor: false, creator: false, assignee: false, unassigned: false };
const SUPERVISOR: Standing = Standing { supervisor: true, ..NOBODY };
const ASSIGNEE: Standing = Standing { assignee: true, ..NOBODY };
const CREATOR: Standing = Standing { creator: true, ..NOBODY };
const ANYBODY: Standing = Standing { unassigned: true, ..NOBODY };

#[test]
fn only_these_transitions_exist() {
    use State::{Cancelled, Closed, InProgress, Open, Resolved, WaitingCustomer};
    let exist = [
        (Open, InProgress),
        (Open, Cancelled),
        (InProgress, WaitingCustomer),
        (InProgress, Resolved),
        (InProgress, Cancelled),
        (WaitingCustomer, InProgress),
        (WaitingCustomer, Resolved),
        (WaitingCustomer, Cancelled),
        (Resolved, InProgress),
        (Resolved, Closed),
    ];
    for from in State::ALL.iter().copied() {
        for to in State::ALL.iter().copied() {
            for kind in Kind::ALL.iter().copied() {
                let done = from.to(to, kind, SUPERVISOR);
                assert_eq!(done.is_ok(), exist.contains(&(from, to)), "{from:?} → {to:?}");
                if let Err(e) = done {
                    assert_eq!(e.code(), ErrorCode::TransitionNotAllowed);
                    // What does not exist is not there for anybody, and says so rather than "forbidden".
                    assert_eq!(from.to(to, kind, NOBODY).unwrap_err().code(), ErrorCode::TransitionNotAllowed);
                } else {
                    assert_eq!(from.to(to, kind, NOBODY).unwrap_err().code(), ErrorCode::Forbidden);
                }
            }
        }
    }
}

#[test]
fn a_ticket_is_moved_by_whose_it_is() {
    use State::{Cancelled, Closed, InProgress, Open, Resolved, WaitingCustomer};
    let kind = Kind::Inquiry;
    assert_eq!(Open.allowed(kind, ANYBODY), [InProgress]);
    assert_eq!(Open.allowed(kind, CREATOR), [Cancelled]);
    assert_eq!(Open.allowed(kind, NOBODY), []);
    assert_eq!(InProgress.allowed(kind, ASSIGNEE), [WaitingCustomer, Resolved, Cancelled]);
    assert_eq!(InProgress.allowed(kind, CREATOR), []);
    assert_eq!(Resolved.allowed(kind, ASSIGNEE), [InProgress, Closed]);
    assert_eq!(Closed.allowed(kind, SUPERVISOR), []);
}

#[test]
fn a_complaint_is_called_off_by_a_supervisor_only() {
    for from in [State::Open, State::InProgress, State::WaitingCustomer] {
        assert!(from.to(State::Cancelled, Kind::Complaint, SUPERVISOR).is_ok());
        for who in [ASSIGNEE, CREATOR] {
            let refused = from.to(State::Cancelled, Kind::Complaint, who).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::Forbidden);
        }
    }
}

#[test]
fn the_queue_is_seen_until_a_ticket_is_finished() {
    assert!(ANYBODY.sees(State::Open) && ANYBODY.sees(State::InProgress));
    assert!(!ANYBODY.sees(State::Closed) && !ANYBODY.sees(State::Cancelled));
    assert!(CREATOR.sees(State::Closed) && SUPERVISOR.sees(State::Cancelled));
    assert!(!NOBODY.sees(State::Open));
}

#[test]
fn what_nobody_has_an_agent_may_take() {
    let open = State::Open;
    assert!(ANYBODY.may_assign(open, Some(To::Himself)).is_ok());
    assert_eq!(ANYBODY.may_assign(open, Some(To::Another)).unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(CREATOR.may_assign(open, Some(To::Himself)).unwrap_err().code(), ErrorCode::Forbidden);
    for to in [None, Some(To::Himself), Some(To::Another)] {
        assert!(ASSIGNEE.may_assign(open, to).is_ok());
        assert_eq!(SUPERVISOR.may_assign(State::Closed, to).unwrap_err().code(), ErrorCode::TransitionNotAllowed);
    }
}

#[test]
fn numbers_carry_the_day_in_beijing() {
    let late_in_utc = DateTime::parse_from_rfc3339("2026-11-21T16:00:00Z").unwrap().to_utc();
    assert_eq!(number(late_in_utc, 1).unwrap(), "T20261122-000001");
    assert_eq!(number(late_in_utc, 12_345_678).unwrap(), "T20261122-12345678");
}

#[test]
fn the_more_urgent_the_sooner() {
    let allowed: Vec<_> = Priority::ALL.iter().map(|p| p.time_allowed()).collect();
    assert!(allowed.is_sorted_by(|low, high| low > high));
}
