use super::model::{ArticleState, SHORT_BODY, VersionState, id_of_code, passage};
use super::seed::demo_articles;
use crate::db::ids::{AccountId, OrgId};
use crate::error::ErrorCode;

#[test]
fn nobody_publishes_his_own_words() {
    let (author, other) = (AccountId::fresh(), AccountId::fresh());
    for state in [VersionState::Draft, VersionState::Superseded] {
        assert_eq!(state.check_publishable(Some(author), author).unwrap_err().code(), ErrorCode::Forbidden);
        assert!(state.check_publishable(Some(author), other).is_ok());
        assert!(state.check_publishable(None, author).is_ok(), "what was loaded has no author");
    }
    for state in [VersionState::Published, VersionState::Retired] {
        let refused = state.check_publishable(Some(author), other).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::TransitionNotAllowed);
    }
}

#[test]
fn a_retired_article_stays_retired() {
    assert!(ArticleState::Draft.check_changeable().is_ok() && ArticleState::Published.check_changeable().is_ok());
    assert_eq!(ArticleState::Retired.check_changeable().unwrap_err().code(), ErrorCode::TransitionNotAllowed);
}

#[test]
fn a_short_article_is_said_as_a_whole_a_long_one_by_the_paragraph() {
    let short = "第一段。\n\n第二段。\n";
    assert_eq!(passage(short, &(0..12)), "第一段。\n\n第二段。");
    let filler = "补充说明。".repeat(SHORT_BODY / 5);
    let long = format!("{filler}\n\n挂失立即生效。请带身份证件。\n\n最后一段。");
    let at = long.find("挂失").unwrap();
    assert_eq!(passage(&long, &(at..at + "挂失立即生效。".len())), "挂失立即生效。请带身份证件。");
    assert_eq!(passage(&long, &(0..15)), filler);
    let at = long.find("最后").unwrap();
    assert_eq!(passage(&long, &(at..long.len())), "最后一段。");
}

#[test]
fn a_code_is_the_same_article_in_one_organisation() {
    let (one, other) = (OrgId::fresh(), OrgId::fresh());
    assert_eq!(id_of_code(one, "card-loss"), id_of_code(one, "card-loss"));
    assert_ne!(id_of_code(one, "card-loss"), id_of_code(one, "complaint"));
    assert_ne!(id_of_code(one, "card-loss"), id_of_code(other, "card-loss"));
    assert_eq!(id_of_code(one, "card-loss").0.get_version_num(), 8);
}

#[test]
fn the_demo_articles_are_built_in() {
    let articles = demo_articles().unwrap();
    assert!(articles.len() >= 24);
    assert!(articles.is_sorted_by(|a, b| a.code < b.code), "codes are unique");
}
