use super::*;
use proptest::prelude::*;

#[test]
fn the_policy_s_examples() {
    for (kind, cases) in [
        (
            phone as fn(&str) -> String,
            &[
                ("13812345678", "138****5678"),
                ("138 1234 5678", "138 **** 5678"),
                ("+8613812345678", "+86138****5678"),
                ("１３８１２３４５６７８", "１３８****５６７８"),
                ("010-88886666", "***-****6666"),
                ("95588", "*****"),
                ("", ""),
            ][..],
        ),
        (
            card,
            &[
                ("6222021234561234", "622202******1234"),
                ("6222021234567891234", "622202*********1234"),
                ("6222 0212 3456 1234", "6222 02** **** 1234"),
                ("12345678", "****5678"),
                ("1234", "****"),
            ],
        ),
        (account, &[("0200001234567890", "************7890"), ("1234567", "*******")]),
        (
            id_number,
            &[
                ("11010119900307123X", "110101********123X"),
                ("110101900307123", "110101******123"),
                ("E12345678", "E*******8"),
                ("12345", "*****"),
            ],
        ),
        (
            name,
            &[
                ("张三", "张*"),
                ("张小三", "张*三"),
                ("欧阳娜娜", "欧**娜"),
                ("阿卜杜拉·买买提", "阿******提"),
                ("张", "*"),
                ("", ""),
                ("John Smith", "J*** S****"),
                ("上海某某贸易有限公司", "上海某某贸易有限公司"),
            ],
        ),
        (
            email,
            &[
                ("alice@x.com", "a***@x.com"),
                ("ab@x.com", "a***@x.com"),
                ("a@x.com", "***@x.com"),
                ("not an address", "***"),
            ],
        ),
        (
            address,
            &[
                ("北京市朝阳区建国路88号", "北京市朝阳区***"),
                ("广东省深圳市南山区科技园1栋", "广东省深圳市南山区***"),
                ("内蒙古自治区呼和浩特市新城区海东路1号", "内蒙古自治区呼和浩特市新城区***"),
                ("浙江省义乌市幸福小区3幢201", "浙江省义乌市***"),
                ("云南省大理州祥云县禾甸镇", "云南省大理州祥云县***"),
                ("幸福小区3幢", "***"),
            ],
        ),
    ] {
        for (clear, masked) in cases {
            assert_eq!(kind(clear), *masked, "{clear}");
        }
    }
}

#[test]
fn free_text() {
    for (clear, masked) in [
        ("我的手机是13812345678，谢谢", "我的手机是138****5678，谢谢"),
        ("电话 138-1234-5678 或 +86 139 1234 5678", "电话 138-****-5678 或 +86 139 **** 5678"),
        ("打一三八一二三四五六七八", "打一三八****五六七八"),
        ("打幺三八 一二三四 五六七八", "打幺三八 **** 五六七八"),
        ("卡号6222021234567894。", "卡号622202******7894。"),
        ("卡号 6222 0212 3456 7894", "卡号 6222 02** **** 7894"),
        // With a slip in it, it is no card, and shows less.
        ("卡号 6222 0212 3456 7890", "卡号 **** **** **** 7890"),
        ("账号020000123456789012345", "账号*****************2345"),
        ("身份证11010119900307123X，", "身份证110101********123X，"),
        ("身份证 110101 19900307 123x", "身份证 110101 ******** 123x"),
        // As in its field: the area code goes too.
        ("座机010-88886666或0755-8888666", "座机***-****6666或****-***8666"),
        ("座机(010)88886666", "座机(***)****6666"),
        ("护照E12345678", "护照E*******8"),
        ("邮箱 alice.wang@example.com", "邮箱 a***@example.com"),
        ("邮箱 13812345678@139.com", "邮箱 1***@139.com"),
        ("我的密码是123456", "我的密码是******"),
        ("验证码：8842 不要告诉别人", "验证码：**** 不要告诉别人"),
        ("CVV2 是 123", "CVV2 是 ***"),
        // What is nobody's number stays.
        ("2024-01-15 10:30:00 转账 50000.00 元", "2024-01-15 10:30:00 转账 50000.00 元"),
        ("请拨打 400-820-8820 或 95588", "请拨打 400-820-8820 或 95588"),
        ("请拨打4008208820", "请拨打4008208820"),
        ("年化收益 3.85%，期限 365 天，起购 10000 元", "年化收益 3.85%，期限 365 天，起购 10000 元"),
        ("会话 0190a5c2-7b1d-7c3e-8f00-138123456789 已结束", "会话 0190a5c2-7b1d-7c3e-8f00-138123456789 已结束"),
        ("一千二百三十四元", "一千二百三十四元"),
        ("没有什么要遮的 @ 这里", "没有什么要遮的 @ 这里"),
        ("", ""),
        // Neighbours do not lend each other digits to show.
        ("12 13812345678 99", "12 138****5678 99"),
        ("日期2024-01-15 13812345678", "日期2024-01-15 138****5678"),
        ("13812345678 13987654321", "138****5678 139****4321"),
    ] {
        assert_eq!(text(clear), masked, "{clear}");
    }
}

/// The digits that are still to be read, in ASCII.
fn readable(masked: &str) -> usize {
    masked.chars().filter(char::is_ascii_digit).count()
}

fn with_luhn(body: &str) -> String {
    let doubled = |(i, c): (usize, char)| {
        let d = c.to_digit(10).unwrap();
        if i % 2 == 0 { if d > 4 { d * 2 - 9 } else { d * 2 } } else { d }
    };
    let sum: u32 = body.chars().rev().enumerate().map(doubled).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Writes digits in groups.
fn grouped(digits: &str, sizes: &[usize], with: &str) -> String {
    let (mut out, mut chars, mut sizes) = (Vec::new(), digits.chars().peekable(), sizes.iter().cycle());
    while chars.peek().is_some() {
        out.push(chars.by_ref().take(*sizes.next().unwrap()).collect::<String>());
    }
    out.join(with)
}

const AROUND: [(&str, &str); 6] =
    [("", ""), ("我的是", "，谢谢"), ("tel:", ";"), ("（", "）"), ("编号 ", " 号"), ("a", "b")];

proptest! {
    #[test]
    fn fields_never_show_more_than_the_policy(value in "\\PC{0,40}") {
        let shown = |masked: &str| masked.chars().filter(|c| c.is_alphanumeric()).count();
        let whole = value.chars().filter(|c| c.is_alphanumeric()).count();
        prop_assert!(shown(&phone(&value)) <= 11);
        prop_assert!(shown(&account(&value)) <= 4);
        prop_assert!(shown(&card(&value)) <= 10);
        prop_assert!(shown(&id_number(&value)) <= 10);
        for masked in [phone(&value), account(&value), card(&value), id_number(&value)] {
            prop_assert!(whole == 0 || shown(&masked) < whole);
            prop_assert_eq!(masked.chars().count(), value.chars().count());
        }
        prop_assert!(!email(&value).is_empty());
        prop_assert!(address(&value).ends_with("***"));
    }

    #[test]
    fn a_person_s_name_shows_two_characters_at_most(person in "[一-龥·]{1,12}") {
        prop_assume!(name(&person) != person);
        prop_assert!(name(&person).chars().filter(|c| *c != '*').count() <= 2.min(person.chars().count() - 1));
    }

    #[test]
    fn addresses_in_text_are_masked_like_the_field(local in "[a-z0-9][a-z0-9._]{0,19}", domain in "[a-z]{1,9}\\.(com|com\\.cn)", around in 0usize..4) {
        let address = format!("{local}@{domain}");
        let (before, after) = AROUND[around];
        prop_assert_eq!(text(&format!("{before} {address}{after}")), format!("{before} {}{after}", email(&address)));
    }

    #[test]
    fn phones_in_text(second in 3u8..=9, rest in "[0-9]{9}", form in 0usize..6, around in 0usize..6) {
        let number = format!("1{second}{rest}");
        let written = [number.clone(), grouped(&number, &[3, 4, 4], " "), grouped(&number, &[3, 4, 4], "-"), grouped(&number, &[3, 8], " "), grouped(&number, &[1], " "), grouped(&number, &[4], " ")];
        let masked = text(&format!("{}{}{}", AROUND[around].0, written[form], AROUND[around].1));
        prop_assert!(readable(&masked) <= 7, "{}", masked);
        prop_assert_eq!(masked.matches('*').count(), 11 - readable(&masked));
    }

    #[test]
    fn cards_in_text(issuer in "(62|4[0-9]|5[1-5])[0-9]{4}", rest in "[0-9]{9,12}", form in 0usize..4, around in 0usize..6) {
        let number = with_luhn(&format!("{issuer}{rest}"));
        let written = [number.clone(), grouped(&number, &[4], " "), grouped(&number, &[4], "-"), grouped(&number, &[6, 13], " ")];
        let masked = text(&format!("{}{}{}", AROUND[around].0, written[form], AROUND[around].1));
        prop_assert!(readable(&masked) <= 10, "{}", masked);
    }

    #[test]
    fn identity_numbers_in_text(region in "(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}", year in 1900u32..2020, month in 1u32..=12, day in 1u32..=28, serial in "[0-9]{3}[0-9X]", form in 0usize..3, around in 0usize..5) {
        let number = format!("{region}{year}{month:02}{day:02}{serial}");
        let written = [number.clone(), grouped(&number, &[6, 8, 4], " "), grouped(&number, &[6, 4, 4, 4], "-")];
        let masked = text(&format!("{}{}{}", AROUND[around].0, written[form], AROUND[around].1));
        prop_assert!(readable(&masked) <= 10, "{}", masked);
        prop_assert_eq!(masked.matches('*').count(), 8);
    }

    #[test]
    fn two_numbers_side_by_side(a in "1[3-9][0-9]{9}", b in "1[3-9][0-9]{9}", between in "[ ,;，/]") {
        let masked = text(&format!("{a}{between}{b}"));
        prop_assert_eq!(readable(&masked), 14, "{}", masked);
    }

    #[test]
    fn text_is_changed_only_by_stars_and_masking_twice_changes_nothing(clear in "\\PC{0,80}") {
        let masked = text(&clear);
        if !clear.contains(['@', '＠']) {
            prop_assert_eq!(masked.chars().count(), clear.chars().count());
            prop_assert!(masked.chars().zip(clear.chars()).all(|(m, c)| m == c || m == '*'));
        }
        prop_assert_eq!(text(&masked), masked);
    }

    #[test]
    fn no_long_number_survives(digits in "[0-9]{11,30}") {
        // The number that a service's text messages come from is nobody's.
        prop_assume!(!digits.starts_with("106"));
        let masked = text(&format!("号码{digits}"));
        prop_assert!(readable(&masked) <= 11 && masked.contains('*'), "{}", masked);
    }
}
