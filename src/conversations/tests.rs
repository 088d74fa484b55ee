use super::model::{State, asks_for_person, check_body, check_client_id};
use crate::error::ErrorCode;

#[test]
fn any_wording_for_a_person_is_understood() {
    for text in [
        "人工",
        "转 人 工",
        "我要找真人！",
        "能不能给我转接客服",
        "叫个活人来",
        "换人",
        "I want a HUMAN",
        "talk to an agent please",
    ] {
        assert!(asks_for_person(text), "{text}");
    }
    for text in ["信用卡年费多少", "怎么修改密码", "转账限额是多少", "我想预约大额取现"] {
        assert!(!asks_for_person(text), "{text}");
    }
}

#[test]
fn only_these_transitions_exist() {
    use State::{Active, Bot, Closed, Queued};
    let allowed = [(Bot, Queued), (Queued, Active), (Bot, Closed), (Queued, Closed), (Active, Closed)];
    for from in [Bot, Queued, Active, Closed] {
        for to in [Bot, Queued, Active, Closed] {
            assert_eq!(from.to(to).is_ok(), allowed.contains(&(from, to)), "{from:?} → {to:?}");
        }
    }
    assert_eq!(Closed.to(Active).unwrap_err().code(), ErrorCode::ConversationClosed);
}

#[test]
fn bodies_and_client_ids_are_checked() {
    assert_eq!(check_body("  你好\n", 10, "body").unwrap(), "你好");
    for bad in ["", "   ", "a\u{0}b", "\u{7}"] {
        assert!(check_body(bad, 10, "body").is_err(), "{bad:?}");
    }
    assert!(check_body(&"字".repeat(11), 10, "body").is_err());
    assert!(check_client_id("018f-abc_9").is_ok());
    for bad in ["short", "含中文的客户端编号", &"x".repeat(65)] {
        assert!(check_client_id(bad).is_err(), "{bad}");
    }
}
