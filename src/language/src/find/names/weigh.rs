//! What speaks for and against a name of a surname and one or two characters, in natural logarithms.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::places::{Known, PLACES};
use super::super::source::{Class, Source, is_han};
use super::super::words::Words;
use super::characters::{TABLE, Weights};
use super::context;
use crate::dictionary::dictionary;
use crate::numerals::digit;

/// Words in the corpus behind the dictionary's frequencies.
const LN_CORPUS: f32 = 17.91;
/// What a name costs where nothing speaks for one.
const RARE: f32 = 6.5;

/// Words that look like names and that the dictionary lacks, or thinks rarer than they are in a bank.
static NO_NAMES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "英文名 敬礼 空白 沃德 戴森 申通 方太官 单于 东门 西门 南门 刘海 谷歌 海淘 蓝屏 方试 爱克斯 埃克斯 艾克斯 高露洁 马自达 金龙鱼 江小白 花西子 江铃 戴尔 余利宝 钟薛高 江中 周大福 周生生 周六福 白云山 张小泉 王老吉 李锦记 王致和 方太 康师傅 安踏 华润 马应龙 全聚德 古井 金六福 林清轩 乐高 牛栏山 万宝龙 沃尔玛 白象 桂格 华莱士 郎酒 夏普 施耐德 贝因美 雷克萨斯 雷诺 高德 高通 安利 安佳 海尔 海信 康佳 金山 金蝶 荣威 江淮 毕马威 安永 曾用名 别老 张口 付定金 付款 仇富 乌龙 黄牛 农家乐 备付金 华丽 侯机 栾树 韶光 仇家 陆仟 陆佰 陆拾 陆万 伍仟 伍拾 柒 商祺 顺颂 商旅 商谈 安卓 韩元 李宁 马云 邓白氏 伍佰 余额 余额宝 谭木匠 易方达 易付宝 苏宁 花呗 花旗 贝壳 金卡 金条 金币 金豆 金税 金店 石化 石油 万能 万科 万达 万事达 车贷 车险 车位 房贷 房产 房租 党费 团费 封顶 封号          龙卡 龙支付 贺卡 钱包 钱款 金牌 银联 白金 白领 白条 方案 方向 方式 安心 安逸 安全 平安 平台 安装 安排 高铁 高管 高速 高峰 高级 高档 高额 高端 路由 路费 毛利 毛重 严重 严格 任性 任何 任意 时间 时候 常用 常见          经常 经理 成功 成本 成年 明细 明白 明天 何时 何况 应收 应付 应该 许可 许多 左右 左边 向上 向左 温馨 温度 温州 牛市 熊市 水费 水电 解除 解冻 解释 解绑 项目 费用 席位 强制 冷静 柜台 管理 管家 关闭 关联 关系          都可 乐观 同意 同行 东方 南方 西安 江苏 江西 江南 宁夏 宁波 海关 阳光 元旦 年年 申请 申购 双方 全部 原因 通知 通过 连续 连接 支付 支持 别人 相关 巨额 计算 计划 皮肤 危险 贵行 贵宾 师傅 暴力 充值 古董 商户          商量 空白 曾经 沙发 查询 查账 盖章 后来 游戏 习惯 谈判 宣布 卓越 江门 曹操 苹果 荣耀 华为 小米 京东 淘宝 美团 滴滴 拼多多 抖音 快手 马上 白天 黄金 王府井 张贴 高兴 方便 谢谢 和平 石家庄 宋体 邮储          龙头 雷同 段落 夏天 夏季 钟点 钟表 任务 董事 董事长 程度 程序 权限 权益 安康 明年 明月 季度 季节 文件 文化 文明 时代 牛奶 齐全 康复 叶子 陆续 汪汪 田地 童装 庄稼 申诉 游泳 欧元 欧洲 辛苦 祝好 符合 甘愿          孙子 孙女 舅舅 姐姐 弟弟 公公 婆婆 丁点 万元 万一 元宝 于是 余下 和好 连累 习题 费劲 宫颈 武警 水果 沙特 时段 时常 全额 单据 单子 单位 单独 单笔 单身 成都 成交 成分 盛大 景区 景点 卜蜂 伏特 苗头 白银 凌晨 盛夏 舒服          国债 国内 国际 国家 水单 金融 金额 通用 通话 双重 双倍 年费 年化 年底 年初 月初 月底 季末 车辆 车主 房东 房主 房间 麻烦 麻将 牛仔 马虎 马甲 羊毛 鱼缸 花费 花销 花店 包裹 包括 包含 包邮 向来 强迫 曲线 池子 艾滋          司机 司法 边远 边上 东西 贵重 原本 原始 原路 原件 家人 家属 家长 家里 家庭 宝贝 宝宝 良心 阴历 阳历 农历 公历 公积金 公章 公安 公告 公证 公证处 甘肃 桂林 黎明 黎巴嫩 东方红 付清 双木林 木林 白金卡 钱一 陆金所 微信 微博 陆家嘴 袁大头 潘家园 张家口 付宝 田园 向大 艾特 弓长张 立早章 耳东陈 口天吴 木子李 言午许 古月胡 三横王 草头黄 莫名 莫非 柳州 柏林 洛阳 洪水 樊笼 汤圆 邮箱 邮件",
        (),
    )])
});
/// What the words of a text cost, computed once each.
pub(super) struct Costs<'a> {
    pub source: &'a Source<'a>,
    pub known: Vec<Option<f32>>,
}

impl Costs<'_> {
    fn token(&mut self, index: usize) -> f32 {
        if let Some(Some(cost)) = self.known.get(index) {
            return *cost;
        }
        let cost = self.source.tokens.get(index).map_or(LN_CORPUS, |t| word(self.source.str(&(t.start..t.end))));
        if let Some(slot) = self.known.get_mut(index) {
            *slot = Some(cost);
        }
        cost
    }
}

pub(super) fn word(word: &str) -> f32 {
    if word.trim().is_empty() {
        return 0.0;
    }
    LN_CORPUS - (dictionary().suggest_freq(word) as f32).ln()
}

/// What the characters cost as words of their own.
fn words(text: &str) -> f32 {
    match text.chars().count() {
        0 => 0.0,
        1 => word(text),
        _ => dictionary().cut(text, false).iter().map(|t| word(t.word)).sum(),
    }
}

/// Whether the characters behind are the rest of a company's name.
fn company(source: &Source, end: usize) -> bool {
    const TAILS: [&[char]; 13] = [
        &['公', '司'],
        &['集', '团'],
        &['银', '行'],
        &['支', '行'],
        &['分', '行'],
        &['有', '限'],
        &['事', '务', '所'],
        &['合', '作', '社'],
        &['商', '行'],
        &['饭', '店'],
        &['餐', '饮', '店'],
        &['超', '市'],
        &['厂'],
    ];
    let stop = |c: char| {
        !is_han(c)
            || matches!(
                c,
                '的' | '是'
                    | '在'
                    | '和'
                    | '说'
                    | '我'
                    | '给'
                    | '到'
                    | '去'
                    | '来'
                    | '了'
                    | '从'
                    | '开'
                    | '跟'
                    | '与'
            )
    };
    let length = (end..source.len()).take(12).take_while(|at| !stop(source.folded(*at))).count();
    // 陆艳芹银行里登记的: the bank is another word.
    if source.slice(end..end + 2) == ['银', '行']
        && matches!(source.folded(end + 2), '里' | '的' | '卡' | '给' | '上' | '说' | '那' | '账')
    {
        return false;
    }
    let behind = source.slice(end..end + length);
    TAILS.iter().any(|tail| behind.windows(tail.len()).any(|w| w == *tail))
}

/// Whether the name begins with a character that is rather a word before a name: 付刘琴, 向苗琳, 母王红.
pub(super) fn doubtful_surname(source: &Source, start: usize) -> bool {
    matches!(
        source.folded(start),
        '从' | '代'
            | '向'
            | '付'
            | '母'
            | '父'
            | '字'
            | '和'
            | '官'
            | '管'
            | '由'
            | '与'
            | '称'
            | '收'
            | '商'
            | '方'
            | '祝'
            | '过'
            | '连'
            | '听'
            | '托'
            | '查'
    ) && TABLE.surname.get(source.folded(start + 1)).is_some_and(|weight| weight <= 6.0)
}

/// Whether what stands before such a character says that it is a surname all the same: a label with its mark, a word
/// that no preposition follows, and, for what ends words (收款|方), a word that is whole.
fn sure_surname(source: &Source, start: usize) -> bool {
    let before = context::before(source, start);
    let ends_words = matches!(source.folded(start), '方' | '母' | '父' | '字' | '官' | '管' | '商' | '祝' | '连');
    before >= 4.5 && !is_han(source.before(start))
        || matches!(source.before(start), '为' | '叫')
        || before >= 6.0 && ends_words
}

fn no_name(source: &Source, range: &Range<usize>) -> bool {
    NO_NAMES.at(&source.folded, range.start).is_some_and(|(length, ())| length >= range.len())
}

/// What stands behind a name more often than at its end.
const FOLLOWS: [char; 42] = [
    '刚', '代', '会', '开', '加', '下', '来', '退', '持', '充', '存', '那', '好', '借', '在', '到', '已', '将', '就',
    '都', '也', '还', '说', '去', '没', '先', '正', '保', '尾', '贷', '拉', '回', '嘞', '带', '系', '家', '约', '晚',
    '挺', '赞', '人', '休',
];

/// Whether a single character follows that is hardly a word there but may well end the given name: 袁语|晚, 廖鹏|月.
fn leaves_over(source: &Source, end: usize) -> bool {
    let Some(token) = source.token(end).filter(|t| t.start == end && t.end == end + 1) else { return false };
    let c = source.folded(end);
    TABLE.second.get(c).is_some_and(|weight| weight <= 9.0)
        && TABLE.surname.get(c).is_none_or(|weight| weight > 6.0)
        && if context::follows(source, end) {
            !may_begin_rest(source, end)
        } else {
            // A verb does not stand alone at the end, nor is a month without a number.
            matches!(token.class, Class::Noun | Class::Quality) || c == '月' || !is_han(source.folded(end + 1))
        }
}

/// Whether the character may be the first word behind a name, seen what comes next: 和 joins it to a noun, and an adverb
/// stands before a verb. 武清和的卡 and 王国刚不是 have neither.
fn may_begin_rest(source: &Source, at: usize) -> bool {
    let next = source.folded(at + 1);
    let Some(token) = source.token(at + 1).filter(|_| is_han(next)) else {
        return !matches!(source.folded(at), '和' | '刚' | '将' | '已' | '正' | '就' | '先');
    };
    let particle = matches!(next, '的' | '了' | '过' | '吗' | '吧' | '是' | '不' | '和' | '跟');
    match source.folded(at) {
        '和' => !particle && !matches!(token.class, Class::Verb | Class::Adverb),
        '刚' => !particle && token.class != Class::Noun,
        _ => true,
    }
}

/// What the name of a village or a quarter ends with behind a family's.
fn is_place(c: char) -> bool {
    "河岛角堡桥窑巷湾庄坡沟村店屯岭寨塘营铺坝岗口嘴墩楼园渡浜洼台".contains(c)
}

/// Whether the character says what somebody did to what is named behind: 陆延|开的证明, 梁昶|贷的款.
fn done(source: &Source, at: usize) -> bool {
    matches!(source.folded(at), '开' | '带' | '充' | '贷' | '存' | '借' | '发' | '办' | '签' | '付' | '交' | '卖')
        && source.folded(at + 1) == '的'
}

/// How much more probable the name is than the words that it would replace.
pub(super) fn gain(source: &Source, free: &[bool], costs: &mut Costs, range: &Range<usize>, name: f32) -> Option<f32> {
    let (from, to) = (source.token_index(range.start)?, source.token_index(range.end - 1)?);
    let (first, last) = (source.tokens.get(from)?, source.tokens.get(to)?);
    let support = context::support(source, free, range);
    // The parts of words that the name leaves over.
    let rest = words(source.str(&(first.start..range.start))) + words(source.str(&(range.end..last.end)));
    let mut as_words: f32 = (from..=to).map(|i| costs.token(i)).sum();
    let exact = from == to && first.start == range.start && last.end == range.end;
    let light = |weights: &Weights, at: usize, most: f32| weights.get(source.folded(at)).is_some_and(|w| w <= most);
    // Surname and given name could hardly be anything else; the dictionary calls some such names places.
    let clear = range.len() == 3
        && light(&TABLE.surname, range.start, 6.0)
        && light(&TABLE.first, range.start + 1, 8.0)
        && light(&TABLE.second, range.start + 2, 8.0);
    if exact && (first.person || clear) && (as_words > 9.0 || range.len() > 2) {
        // The dictionary knows it as a name.
        as_words += if range.len() > 2 { 8.0 } else { 3.0 };
    }
    // 欧阳修远 begins as a name that the dictionary knows.
    if range.len() == 4 && name < 24.0 && first.person && first.start == range.start && first.end + 1 == range.end {
        as_words += 10.0;
    }
    // 我叫冷静，: somebody says that the word is a name.
    let named = range.len() == 2
        && exact
        && (context::names_itself(source, range) || context::owns(source, range) && !no_name(source, range));
    if named {
        as_words += 6.0;
    }
    if exact && !first.person && !named && !clear {
        // An ordinary word.
        as_words -= 4.0;
    }
    if company(source, range.end) {
        as_words -= 8.0;
    }
    // 这张卡: a measure, no surname.
    if source.folded(range.start) == '张'
        && matches!(
            source.before(range.start),
            '这' | '那' | '有' | '一' | '几' | '两' | '每' | '哪' | '三' | '四' | '五' | '张'
        )
    {
        as_words -= 6.0;
    }
    // 58万先交.
    if source.folded(range.start) == '万' && digit(source.before(range.start)).is_some() {
        as_words -= 8.0;
    }
    // 多少钱一克.
    if source.folded(range.start) == '钱'
        && !(clear && source.before(range.start) == '的')
        && matches!(
            source.before(range.start),
            '少' | '块' | '元' | '毛' | '分' | '多' | '的' | '把' | '没' | '花' | '有' | '存' | '取' | '赚'
        )
    {
        as_words -= 8.0;
    }
    // 英文|名: a surname that is rather a word, in a word.
    let rare = TABLE.surname.get(source.folded(range.start)).is_some_and(|weight| weight > 9.5);
    if rare && first.start == range.start && (first.end - first.start > 1) && !exact && !first.person {
        as_words -= 4.0;
    }
    // The dictionary calls many cities persons' names.
    let city = PLACES.at(&source.folded, range.start) == Some((range.len(), Known::HardlyName));
    if (city || exact && first.place && !clear) && !named {
        as_words -= if city { 6.0 } else { 3.0 };
    }
    // 冯|双喜: parents choose words, too; but 于国庆 is a day.
    if range.len() == 3
        && last.start == range.start + 1
        && last.end == range.end
        && matches!(last.class, Class::Noun | Class::Quality | Class::Other)
        && light(&TABLE.surname, range.start, 6.5)
        && source.folded(range.start) != '于'
        && light(&TABLE.first, last.start, 8.0)
        && light(&TABLE.second, last.start + 1, 10.0)
    {
        as_words += 2.5;
    }
    // 向|海燕: a given name that many people have, behind a surname.
    if range.len() == 2
        && let [a, b] = source.slice(range.clone())
        && TABLE.pairs.contains(&[*a, *b])
        && !light(&TABLE.surname, range.start, 6.5)
        && range.start > 0
        && light(&TABLE.surname, range.start - 1, 6.5)
    {
        as_words -= 3.0;
    }
    // 朱家角, 薛家|岛: somebody's place.
    if source.folded(range.start + 1) == '家' && is_place(source.folded(range.start + 2)) {
        as_words -= 8.0;
    }
    if doubtful_surname(source, range.start) && !sure_surname(source, range.start) {
        as_words -= 5.0;
    }
    let end = source.folded(range.end - 1);
    if matches!(
        end,
        '镇' | '乡'
            | '村'
            | '屯'
            | '县'
            | '市'
            | '区'
            | '路'
            | '街'
            | '巷'
            | '湾'
            | '庄'
            | '坡'
            | '沟'
            | '省'
            | '窑'
    ) {
        as_words -= 6.0;
    }
    // A word that goes on behind the name, or one that follows names: 王芷|退租, 郭瑛|刚来.
    let pair = range.len() == 3 && {
        let given = source.slice(range.start + 1..range.end);
        matches!(given, [a, b] if TABLE.pairs.contains(&[*a, *b]))
    };
    if !pair && last.start + 1 == range.end && range.len() > 2 {
        let follows = FOLLOWS.contains(&end);
        // What is left is a name too: of three characters, or with a given name of one that is common.
        let shorter = range.len() > 3 || light(&TABLE.one, range.end - 2, 7.0);
        if last.end > range.end {
            as_words -= 3.0;
        } else if done(source, range.end - 1) {
            as_words -= 2.5;
        } else if shorter && follows && is_han(source.folded(range.end)) && may_begin_rest(source, range.end - 1) {
            as_words -= 4.0;
        }
    }
    if leaves_over(source, range.end) {
        as_words -= 2.5;
    }
    if !named && no_name(source, range) {
        as_words -= 6.0;
    }
    Some(as_words - rest - name - RARE + support)
}
