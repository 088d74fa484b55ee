use super::*;
use crate::mask;
use proptest::prelude::*;

/// What is found, by kind and text.
fn found(text: &str) -> Vec<(Kind, &str)> {
    find(text).into_iter().map(|span| (span.kind, text.get(span.range).unwrap_or_default())).collect()
}

pub(super) fn check(kind: Kind, sentences: &[(&str, &[&str])]) {
    for (text, values) in sentences {
        let expected: Vec<(Kind, &str)> = values.iter().map(|value| (kind, *value)).collect();
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn phones() {
    check(
        Kind::Phone,
        &[
            ("我的手机是13812345678，谢谢", &["13812345678"]),
            ("一三八一二三四五六七八打这个", &["一三八一二三四五六七八"]),
            ("幺三八，嗯，一二三四，然后五六七八", &["幺三八，嗯，一二三四，然后五六七八"]),
            ("138三个零123五六", &["138三个零123五六"]),
            ("号码是138 1234 5677 不对 5678", &["138 1234 5677 不对 5678"]),
            ("前面是139，后面是八七六五四三二一", &["139，后面是八七六五四三二一"]),
            ("1 3 8 1 2 3 4 5 6 7 8", &["1 3 8 1 2 3 4 5 6 7 8"]),
            ("联系+86 138-1234-5678", &["+86 138-1234-5678"]),
            ("１３８１２３４５６７８", &["１３８１２３４５６７８"]),
            ("13812345678，再说一遍，13812345678", &["13812345678", "13812345678"]),
            ("手机13812345678，座机0755-86543210", &["13812345678", "0755-86543210"]),
            ("座机零一零，六五四三二幺零九", &["零一零，六五四三二幺零九"]),
            ("区号是0571，号码是8765 4321", &["0571，号码是8765 4321"]),
            ("家里电话8765 4321", &["8765 4321"]),
            ("电话号码幺三八，您稍等我找一下眼镜，一二三四五六七八", &["幺三八，您稍等我找一下眼镜，一二三四五六七八"]),
        ],
    );
}

#[test]
fn cards_and_accounts() {
    check(
        Kind::Card,
        &[
            ("卡号6222021234567894。", &["6222021234567894"]),
            ("6222 0212 3456 7894", &["6222 0212 3456 7894"]),
            ("卡号是六二二二，零二幺二，三四五六，七八九四", &["六二二二，零二幺二，三四五六，七八九四"]),
            ("转到6222021234567894", &["6222021234567894"]),
        ],
    );
    check(
        Kind::Account,
        &[
            ("账号020000123456789012", &["020000123456789012"]),
            ("对公账号 0200 0012 3456 7890 1", &["0200 0012 3456 7890 1"]),
            ("存折上是零二零零零零一二三四五六七", &["零二零零零零一二三四五六七"]),
            ("020000123456789012这个账号对吗", &["020000123456789012"]),
            // With a slip in it, it is no card.
            ("卡号 6222 0212 3456 7890", &["6222 0212 3456 7890"]),
        ],
    );
}

#[test]
fn identity_numbers() {
    check(
        Kind::IdNumber,
        &[
            ("身份证11010519491231002X，", &["11010519491231002X"]),
            ("身份证 110105 19491231 002x", &["110105 19491231 002x"]),
            ("幺幺零幺零五，一九四九一二三一，零零二叉", &["幺幺零幺零五，一九四九一二三一，零零二叉"]),
            ("老身份证110105491231002", &["110105491231002"]),
            ("护照E12345678", &["E12345678"]),
            ("护照号EA1234567", &["EA1234567"]),
            ("回乡证H1012345601", &["H1012345601"]),
            ("台胞证12345678", &["12345678"]),
        ],
    );
}

#[test]
fn secrets() {
    check(
        Kind::VerificationCode,
        &[
            ("验证码是482913", &["482913"]),
            ("我收到的短信是 4 8 2 9 1 3", &["4 8 2 9 1 3"]),
            ("四八二九一三是刚才的验证码", &["四八二九一三"]),
            ("验证码收到了，是四八二九一三", &["四八二九一三"]),
            ("【某某银行】482913为您的登录验证码，5分钟内有效", &["482913"]),
        ],
    );
    check(
        Kind::Password,
        &[
            ("密码设成886655", &["886655"]),
            ("取款密码是六个八", &["六个八"]),
            ("登录密码是Abc@1234", &["Abc@1234"]),
            ("密码大写A小写b一二三四", &["大写A小写b一二三四"]),
            ("778899是我的密码", &["778899"]),
        ],
    );
    check(
        Kind::Cvn,
        &[
            ("CVV2 是 123", &["123"]),
            ("背面那三位是七八九", &["七八九"]),
            ("卡片背面的校验码 5 6 7", &["5 6 7"]),
            ("签名栏旁边的三个数字，456", &["456"]),
        ],
    );
}

#[test]
fn emails() {
    check(
        Kind::Email,
        &[
            ("邮箱 alice.wang@example.com", &["alice.wang@example.com"]),
            ("发到zhang_san艾特幺六三点com", &["zhang_san艾特幺六三点com"]),
            ("z h a n g 艾特 q q 点 c o m", &["z h a n g 艾特 q q 点 c o m"]),
            ("lilei下划线八八 at gmail dot com", &["lilei下划线八八 at gmail dot com"]),
            ("一二三四五圈a扣扣点康姆", &["一二三四五圈a扣扣点康姆"]),
            ("没有什么要遮的 @ 这里", &[]),
            ("look at this dot", &[]),
        ],
    );
}

#[test]
fn addresses() {
    check(
        Kind::Address,
        &[
            ("我住北京市朝阳区建国路88号", &["北京市朝阳区建国路88号"]),
            ("寄到广东省深圳市南山区科技园南路三号楼二单元五零一", &["广东省深圳市南山区科技园南路三号楼二单元五零一"]),
            ("云南省大理州祥云县禾甸镇新民村二组", &["云南省大理州祥云县禾甸镇新民村二组"]),
            ("浙江省 杭州市 西湖区 文一西路 88号 3幢 201室", &["浙江省 杭州市 西湖区 文一西路 88号 3幢 201室"]),
            ("我在上海出差", &[]),
            ("北京市朝阳区的网点几点开门", &[]),
            ("上海2号线", &[]),
        ],
    );
}

#[test]
fn names() {
    check(
        Kind::Name,
        &[
            ("我叫王小明", &["王小明"]),
            ("收款人是欧阳修远", &["欧阳修远"]),
            ("请问是刘芳女士吗", &["刘芳"]),
            ("周敏刚刚汇了一笔款", &["周敏"]),
            ("帮我查一下赵磊的卡", &["赵磊"]),
            ("户名阿依古丽·买买提", &["阿依古丽·买买提"]),
            ("客户扎西次仁来电", &["扎西次仁"]),
            ("我叫 Michael Johnson", &["Michael Johnson"]),
            ("姓名ZHANG WEI", &["ZHANG WEI"]),
            ("王小明和陈建国都是股东", &["王小明", "陈建国"]),
        ],
    );
}

#[test]
fn what_is_nobody_s() {
    for text in [
        "2024-01-15 10:30:00 转账 50000.00 元",
        "请拨打 400-820-8820 或 95588",
        "年化收益 3.85%，期限 365 天，起购 10000 元",
        "会话 0190a5c2-7b1d-7c3e-8f00-138123456789 已结束",
        "一千二百三十四元",
        "密码输错三次锁定24小时",
        "密码要6位数字",
        "验证码60秒后重发",
        "订单号20261121123456789",
        "快递单号SF1234567890123",
        "邮编100020",
        "尾号1234的卡",
        "很高兴为您服务",
        "黄金多少钱一克",
        "方便的话给我回电",
        "王府井支行几点开门",
        "于是就没办",
        "上海明德贸易有限公司",
        "Apple Pay怎么绑",
        "一五一十地说",
        "",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

/// Whatever repeats, a text of forty thousand characters takes a second or two without optimisation; where time grew
/// with the square of the length it would take minutes.
#[test]
fn long_texts() {
    let bits = [
        "1 ",
        "12 ",
        "1，",
        "零",
        "三个八",
        "1380000 ",
        "不对 12 ",
        "密码",
        "密码 ",
        "密码1 ",
        "编号1 ",
        "验证码，12 34 ",
        "a1 ",
        "a1@",
        "号码 a1b2 ",
        "@",
        "a点",
        "艾特",
        "北京市",
        "北京市朝阳区",
        "一号",
        "路1号",
        "张",
        "张伟",
        "李小明，",
        "古丽",
        "·",
        "阿·",
        "A ",
        "Ab ",
        "400 ",
        "E1 ",
        "身份证 E1 ",
        "10612345678901 收到",
        "*",
        "1*",
        "x",
        "1x",
        "十",
        "一十",
        " ",
        "后三位 123 ",
        "卡背面 1 2 ",
    ];
    let began = std::time::Instant::now();
    for bit in bits {
        let text: String = bit.chars().cycle().take(40_000).collect();
        find(&text);
    }
    assert!(began.elapsed().as_secs() < 120, "{:?}", began.elapsed());
}

/// Bits of sentences from which anything may be put together.
const PIECES: [&str; 28] = [
    "我叫",
    "张",
    "小明",
    "的",
    "卡号",
    "6222021234567894",
    "，",
    " ",
    "验证码",
    "是",
    "482913",
    "一三八",
    "零零",
    "不对",
    "艾特",
    "qq",
    "点com",
    "北京市",
    "朝阳区",
    "建国路",
    "88号",
    "密码",
    "Abc@12",
    "三个八",
    "身份证",
    "*",
    "·",
    "\u{1f600}",
];

proptest! {
    #[test]
    fn spans_lie_in_the_text_in_order(text in "\\PC{0,120}") {
        well_formed(&text)?;
    }

    #[test]
    fn spans_of_anything_put_together(pieces in prop::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.iter().map(|i| PIECES[*i]).collect();
        well_formed(&text)?;
    }

    #[test]
    fn no_secret_is_left(code in "[0-9]{4,8}", before in "(短信)?验证码(是|：| )|密码(是|设成)|动态码", after in "(，谢谢|。|)") {
        let text = format!("{before}{code}{after}");
        let secrets: Vec<Span> = find(&text).into_iter().filter(|s| s.kind.is_secret()).collect();
        prop_assert_eq!(secrets.len(), 1, "{}", text);
        prop_assert!(!mask::text(&text).contains(|c: char| c.is_ascii_digit()));
    }
}

fn well_formed(text: &str) -> Result<(), TestCaseError> {
    let mut end = 0;
    for span in find(text) {
        prop_assert!(span.range.start >= end && span.range.end > span.range.start, "{}", text);
        prop_assert!(text.get(span.range.clone()).is_some(), "{}", text);
        end = span.range.end;
        if span.kind.is_secret() {
            let value: String =
                text.get(span.range).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
            let kept: String = mask::text(text).chars().filter(|c| !c.is_whitespace()).collect();
            let clear: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            // What was masked may stand in the text elsewhere, announced by nothing.
            prop_assert!(
                kept.matches(&value).count() < clear.matches(&value).count().max(1) || value.chars().all(|c| c == '*'),
                "{}",
                text
            );
        }
    }
    Ok(())
}
