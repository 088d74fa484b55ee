//! What is found of names, by the property of language that tells them.

use crate::{Kind, find};

fn names(text: &str) -> Vec<&str> {
    let spans = find(text).into_iter().filter(|span| span.kind == Kind::Name);
    spans.map(|span| text.get(span.range).unwrap_or_default()).collect()
}

fn check(sentences: &[(&str, &[&str])]) {
    for (text, expected) in sentences {
        assert_eq!(names(text), *expected, "{text}");
    }
}

#[test]
fn rare_surnames() {
    check(&[
        ("户名区志强", &["区志强"]),
        ("请问雒文静在吗", &["雒文静"]),
        ("我同学黑玉梅", &["黑玉梅"]),
        ("我户口在黑龙江", &[]),
        ("英语角周末开吗", &[]),
        // In no list, but announced and with a given name that leaves no doubt.
        ("户名爨小明，查一下", &["爨小明"]),
        ("收款人夒玉兰", &["夒玉兰"]),
        ("推荐人填李珺", &["李珺"]),
        ("姓名栏梁玲", &["梁玲"]),
    ]);
}

#[test]
fn where_a_given_name_ends() {
    check(&[
        // A single noun or adjective is hardly a word behind a name.
        ("收款人：汪鹏月；用途", &["汪鹏月"]),
        ("我女儿沈语晚那张卡", &["沈语晚"]),
        // 和 joins a name to a noun, 刚 stands before a verb; here neither does.
        ("孙清和的存折", &["孙清和"]),
        ("孙清和韩丽的存折", &["孙清", "韩丽"]),
        ("梁国刚不是我家的", &["梁国刚"]),
        ("梁敏刚汇了一笔款", &["梁敏"]),
        ("医生陆延开的证明", &["陆延"]),
        ("大堂的卢丽挺热心", &["卢丽"]),
        ("谭松向我行反映", &["谭松"]),
        ("吴媛嘞？", &["吴媛"]),
        // A day, cut by a name, does not leave half of it.
        ("郑芳明天来取", &["郑芳"]),
    ]);
}

#[test]
fn names_in_a_row() {
    check(&[
        ("把龚占元管红加到常用收款人", &["龚占元", "管红"]),
        ("参会的有田桂芳 柏红兵 闵双喜", &["田桂芳", "柏红兵", "闵双喜"]),
        ("联系人及电话：冯双喜", &["冯双喜"]),
    ]);
}

#[test]
fn words_that_are_names() {
    check(&[
        ("明亮先生您好", &["明亮"]),
        ("诸葛先生您好", &[]),
        ("很高兴先生能来", &[]),
        ("江河，我的名字", &["江河"]),
        ("我同事雷电的卡", &["雷电"]),
        ("客户安全的账户", &[]),
        ("有个叫米兰的给我打电话", &["米兰"]),
        // A given name that is a word, and a title that is part of one.
        ("万忠良说他不来", &["万忠良"]),
        ("我叫丛伯年，今年七十六", &["丛伯年"]),
        ("张伯今年七十六", &[]),
        ("小刘挺热心的", &[]),
        ("彭姐人不错", &[]),
    ]);
}

#[test]
fn who_is_announced() {
    check(&[
        ("见证人朱刚已经签字", &["朱刚"]),
        ("操作人 方向东 操作时间", &["方向东"]),
        ("【姓名】宁静", &["宁静"]),
        ("收款方苑俊", &["苑俊"]),
        ("孩子方苏禾在上学", &["方苏禾"]),
        ("由孔国民变更为向秀兰", &["孔国民", "向秀兰"]),
        ("你记一下向海燕电话", &["向海燕"]),
    ]);
}

#[test]
fn pinyin() {
    check(&[
        ("拼音zhao lihua，写反了", &["zhao lihua"]),
        ("卡上凸字QianPeng", &["QianPeng"]),
        ("护照上是Fang, Mingzhe", &["Fang, Mingzhe"]),
        ("My name is Qiu, Hui", &["Qiu, Hui"]),
        ("I am Shen Na", &["Shen Na"]),
        ("cardholder song haoran", &["song haoran"]),
        ("Dear Laura Peng,", &["Laura Peng"]),
        ("Beneficiary Anna Petrova", &["Anna Petrova"]),
        ("微信WeiXin和TaoBao都绑了", &[]),
        ("please wait", &[]),
    ]);
}

#[test]
fn other_languages() {
    check(&[
        ("转给沙吾提·卡地尔退回来了", &["沙吾提·卡地尔"]),
        ("请了顾问马克·泰勒，劳务费按外币付", &["马克·泰勒"]),
        ("扎西·多吉银行卡丢了", &["扎西·多吉"]),
        ("连凯瑟琳·怀特都收到红包了", &["凯瑟琳·怀特"]),
        ("姓名：让·皮埃尔谢谢", &["让·皮埃尔"]),
        // Without a dot: words that the dictionary knows as such names.
        ("房子租给大卫米勒了", &["大卫米勒"]),
        ("外教奥列格斯米尔诺夫要开卡", &["奥列格斯米尔诺夫"]),
        ("马丽李娜都来了", &["马丽", "李娜"]),
        ("保姆盛夏阳用我的卡", &["盛夏阳"]),
        ("易方达基金", &[]),
    ]);
}

#[test]
fn parts_of_names() {
    check(&[
        ("仁青加的卡坏了", &["仁青加"]),
        ("仁青加入了群聊", &[]),
        ("吐尔洪江，电话", &["吐尔洪江"]),
        ("同学吉克阿木", &["吉克阿木"]),
        ("阿佳次仁旺堆在上班", &["次仁旺堆"]),
    ]);
}

#[test]
fn places_and_products() {
    for text in [
        "唐山那边能办吗",
        "吕梁的网点",
        "梁家河",
        "薛家岛站",
        "李子园门口",
        "客户咨询安盈宝",
        "58万先交一半",
        "持卡人英文名",
        "财务微信里写的",
        "他是南阳人",
        "叫他别老喊先生",
        "您于国庆前申请的业务",
        "清单于上月前发出",
        "商户是金龙五金店",
    ] {
        assert_eq!(names(text), Vec::<&str>::new(), "{text}");
    }
}
