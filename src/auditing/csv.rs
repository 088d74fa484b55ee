//! Records as CSV (RFC 4180), for people who open it in a spreadsheet.

use chrono::{FixedOffset, SecondsFormat};
use guitai_language::mask;

use super::model::AuditRecordView;

/// UTF-8 with a byte order mark: without it the spreadsheet of the office reads Chinese as something else.
const BOM: &str = "\u{feff}";
const BEIJING: i32 = 8 * 3600;

const HEADER_ZH: &[&str] = &[
    "序号",
    "记录编号",
    "时间",
    "操作者类型",
    "操作者编号",
    "操作者",
    "角色",
    "操作代码",
    "操作",
    "对象类型",
    "对象编号",
    "对象",
    "客户编号",
    "结果",
    "结果代码",
    "来源地址",
    "登录会话",
    "理由",
    "审批编号",
    "追踪号",
    "详情",
    "校验",
];
const HEADER_EN: &[&str] = &[
    "position",
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "roles",
    "action",
    "action_text",
    "object_kind",
    "object_id",
    "object",
    "customer_id",
    "outcome",
    "code",
    "source_ip",
    "session_id",
    "reason",
    "approval_id",
    "trace_id",
    "detail",
    "authentic",
];

/// The first line.
pub fn header(english: bool) -> String {
    let names = if english { HEADER_EN } else { HEADER_ZH };
    let mut out = BOM.to_owned();
    line(&mut out, names.iter().map(|n| (*n).to_owned()));
    out
}

/// One record as one line. Numbers of people in the reason are masked: an export leaves the house.
pub fn row(out: &mut String, r: &AuditRecordView) {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    fn id<T: ToString>(v: &Option<T>) -> String {
        v.as_ref().map(ToString::to_string).unwrap_or_default()
    }
    let at = match FixedOffset::east_opt(BEIJING) {
        Some(zone) => r.at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, false),
        None => r.at.to_rfc3339_opts(SecondsFormat::Millis, false),
    };
    let object = r.object.as_ref();
    let cells = [
        id(&r.position),
        r.id.to_string(),
        at,
        r.actor.kind.clone(),
        id(&r.actor.id),
        r.actor.name.clone(),
        r.actor.roles.join(" "),
        r.action.clone(),
        r.action_text.clone(),
        object.map(|o| o.kind.clone()).unwrap_or_default(),
        object.map(|o| o.id.to_string()).unwrap_or_default(),
        object.and_then(|o| o.label.clone()).unwrap_or_default(),
        id(&r.customer_id),
        r.outcome.clone(),
        text(&r.code),
        text(&r.source_ip),
        id(&r.session_id),
        r.reason.as_deref().map(mask::text).unwrap_or_default(),
        id(&r.approval_id),
        r.trace_id.clone(),
        r.detail.to_string(),
        if r.authentic { "ok" } else { "altered" }.to_owned(),
    ];
    line(out, cells.into_iter());
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        push_cell(out, &cell);
    }
    out.push_str("\r\n");
}

/// Quotes what needs it. A cell that a spreadsheet would take for a formula gets an apostrophe in front, which makes it text.
fn push_cell(out: &mut String, cell: &str) {
    let is_formula =
        cell.trim_start_matches([' ', '"']).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let needs_quotes = is_formula || cell.contains(['"', ',', '\r', '\n']);
    if !needs_quotes {
        out.push_str(cell);
        return;
    }
    out.push('"');
    if is_formula {
        out.push('\'');
    }
    for c in cell.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        push_cell(&mut out, text);
        out
    }

    #[test]
    fn formulas_become_text() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\"=1\"", "＝1", "\r=1"] {
            assert!(cell(bad).starts_with("\"'"), "{bad}: {}", cell(bad));
        }
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
    }

    #[test]
    fn plain_cells_stay_plain_and_others_are_quoted() {
        assert_eq!(cell("陈静"), "陈静");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("a\"b"), "\"a\"\"b\"");
        assert_eq!(cell("a\nb"), "\"a\nb\"");
        assert_eq!(cell(""), "");
    }

    #[test]
    fn both_headers_have_a_name_for_every_cell() {
        assert_eq!(HEADER_ZH.len(), HEADER_EN.len());
        assert!(header(false).starts_with("\u{feff}序号,"));
    }
}
