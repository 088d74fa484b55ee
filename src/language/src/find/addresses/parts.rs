//! The parts of an address behind its place: streets, estates, buildings, rooms, each told by the word it ends with.

use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use crate::numerals::{digit, multiplies};

/// What the end of a part says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Province, city, county: where an address begins.
    Place,
    Town,
    Village,
    /// A street or an estate.
    Named,
}

/// The parts behind the place.
pub(super) struct Parts<'a> {
    pub source: &'a Source<'a>,
    pub free: &'a [bool],
    pub at: usize,
    /// Behind the last part.
    pub end: Option<usize>,
    pub numbered: usize,
    pub named: usize,
    /// Further places: a city behind the province.
    pub places: usize,
    pub town: bool,
    pub village: bool,
    /// Characters of the name that is being read.
    pub name: usize,
}

/// An address has no more characters than these.
const LONGEST: usize = 160;

/// A name in an address has no more characters than these.
const LONGEST_NAME: usize = 14;

impl Parts<'_> {
    pub fn read(&mut self) {
        let mut pauses = 0;
        let start = self.at;
        while self.at < self.source.len() && self.at - start < LONGEST && self.free.get(self.at) == Some(&true) {
            let c = self.source.folded(self.at);
            if self.number() || self.named() {
                pauses = 0;
                continue;
            }
            let digits = self.numerals();
            if self.crossing() {
                continue;
            }
            // 高要区 and 郫都区 have a character that stands alone elsewhere.
            let district = self.name == 1 && matches!(self.source.folded(self.at + 1), '区' | '县' | '市');
            // 万和城: behind a part 和 joins another one, in a name it is a character.
            let within = self.name > 0 && c == '和';
            if stops(self.source, self.at) && !district && !within || digits > 5 {
                break;
            } else if digits > 0 {
                // 文一路, 二七广场: part of a name.
                self.at += digits;
                self.name += digits;
            } else if matches!(c, ' ' | ',' | '、' | '-' | '#' | '(' | ')' | '·') {
                self.at += 1;
                pauses += 1;
            } else if let Some((length, ())) = PAUSES.at(&self.source.folded, self.at) {
                self.at += length;
                pauses += 1;
            } else if is_han(c) || c.is_ascii_alphanumeric() {
                self.at += 1;
                self.name += 1;
            } else {
                break;
            }
            if self.name > LONGEST_NAME || pauses > 8 {
                break;
            }
        }
    }

    /// How many digits stand here.
    fn numerals(&self) -> usize {
        (self.at..self.source.len()).take_while(|at| digit(self.source.folded(*at)).is_some()).count()
    }

    /// A number with the word for what it counts: 88号, 三单元, 12-3-501.
    fn number(&mut self) -> bool {
        let numeral =
            |c: char| digit(c).is_some() || multiplies(c) || matches!(c, '-' | '#') || c.is_ascii_alphabetic();
        let source = self.source;
        let length = (self.at..source.len())
            .take(12)
            .take_while(|at| numeral(source.folded(*at)) && self.free.get(*at) == Some(&true))
            .count();
        let run = source.slice(self.at..self.at + length);
        let digits = run.iter().filter(|c| digit(**c).is_some()).count();
        if length == 0 || digits == 0 && !run.iter().any(|c| multiplies(*c)) && length > 2 || digits > 8 {
            return false;
        }
        let end = self.at + length;
        if let Some((unit, ())) = UNITS.at(&source.folded, end) {
            let behind = source.folded(end + unit);
            if matches!(behind, '线' | '窗' | '柜' | '机' | '店' | '文' | '令' | '通' | '前' | '以' | '下' | '上')
                && source.folded(end + unit + 1) != '室'
            {
                return false;
            }
            // 三号之前 and 三号到五号 are days; 801室到了 is not.
            if behind == '到' && digit(source.folded(end + unit + 1)).is_some() {
                return false;
            }
            if behind == '之' && matches!(source.folded(end + unit + 1), '前' | '后' | '内') {
                return false;
            }
            // 第三方, and a day of the month, are no part.
            if matches!(source.before(self.at), '第' | '月') {
                return false;
            }
            self.numbered += 1;
            self.accept(end + unit);
            self.suffix();
            return true;
        }
        // A room behind a building or unit, without a word.
        let joined = self.end.is_some_and(|last| {
            let house = matches!(source.before(last), '栋' | '幢' | '座' | '元' | '楼' | '门' | '层');
            let said = house && (3..=4).contains(&digits) && !matches!(source.folded(end), ',' | ' ' | '、');
            (last..self.at).all(|at| matches!(source.folded(at), ' ' | '-' | '#') || said && source.folded(at) == ',')
        });
        if joined
            && self.numbered > 0
            && (2..=4).contains(&digits)
            && run.iter().all(|c| digit(*c).is_some() || multiplies(*c))
            && !matches!(source.folded(end), '元' | '块' | '万' | '年' | '月' | '%' | '.' | '位')
        {
            self.numbered += 1;
            self.accept(end);
            return true;
        }
        // 3-2-501 behind an estate.
        if digits >= 3
            && run.iter().any(|c| matches!(c, '-' | '#'))
            // A blank and a name before it are a person's, and the number a telephone.
            && !(self.name > 0 && source.before(self.at) == ' ')
            && self.named + self.numbered > 0
            && length <= 10
            && run
                .iter()
                .all(|c| digit(*c).is_some() || matches!(c, '-' | '#') || *c == 't' && run.first() == Some(&'t'))
            && !matches!(run.first(), Some('-' | '#'))
        {
            self.numbered += 1;
            self.accept(end);
            return true;
        }
        false
    }

    /// 青年路和文化路交叉口: a road, a word between, another road and that they cross.
    fn crossing(&mut self) -> bool {
        let source = self.source;
        let between = matches!(source.folded(self.at), '和' | '与') && self.end == Some(self.at);
        let ahead = source.slice(self.at..(self.at + 12).min(source.len()));
        let crosses: [&[char]; 3] = [&['交', '叉', '口'], &['交', '汇', '处'], &['路', '口']];
        let crosses = between && crosses.iter().any(|word| ahead.windows(word.len()).any(|w| w == *word));
        if crosses {
            self.at += 1;
            self.numbered += 1;
        }
        crosses
    }

    /// Where from a crossing: 往东50米, 东北角, 西侧.
    fn direction(&mut self) {
        let source = self.source;
        let quarter = |at: usize| matches!(source.folded(at), '东' | '南' | '西' | '北');
        let mut at = self.at + usize::from(matches!(source.folded(self.at), '往' | '向'));
        while quarter(at) && at - self.at < 4 {
            at += 1;
        }
        let digits = (at..source.len())
            .take(5)
            .take_while(|at| digit(source.folded(*at)).is_some() || multiplies(source.folded(*at)))
            .count();
        if at > self.at && digits > 0 && source.folded(at + digits) == '米' {
            self.accept(at + digits + 1);
            if source.folded(self.at) == '路' && quarter(self.at + 1) {
                self.accept(self.at + 2);
            }
        } else if at > self.at && matches!(source.folded(at), '角' | '侧') {
            self.accept(at + 1);
        }
    }

    /// What stands behind a number of a house or floor: 之二, 附5号, 乙, 西户, 21楼F.
    fn suffix(&mut self) {
        let source = self.source;
        while let Some((length, ())) = SUFFIXES.at(&source.folded, self.at) {
            self.accept(self.at + length);
        }
        let c = source.folded(self.at);
        let ends = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '@' | '_' | '-');
        if matches!(source.before(self.at), '楼' | '层' | '号' | '座')
            && c.is_ascii_alphabetic()
            && ends(source.folded(self.at + 1))
        {
            self.accept(self.at + 1);
        }
    }

    /// A word that ends the name of a street, an estate, a village.
    fn named(&mut self) -> bool {
        let source = self.source;
        let Some((length, part)) = NAMED.at(&source.folded, self.at) else { return false };
        let end = self.at + length;
        // 石家庄 and 青岛 are cities.
        let city = matches!(
            source.folded(end - 1),
            '庄' | '台' | '口' | '港' | '湖' | '岛' | '城' | '洲' | '溪' | '店' | '坊' | '营' | '桥'
        );
        let whole = source.token(end - 1).is_none_or(|t| t.end == end && !((t.place || t.person) && city));
        if self.name == 0 && part != Part::Place || !whole {
            return false;
        }
        match part {
            Part::Place => {
                // A further district is no local part.
                self.at = end;
                self.name = 0;
                self.places += 1;
                return true;
            }
            Part::Town => self.town = true,
            Part::Village => self.village = true,
            Part::Named => {}
        }
        self.named += 1;
        self.accept(end);
        if part == Part::Village {
            // 新建寨村 has two such words.
            if source.folded(self.at) == '村' {
                self.accept(self.at + 1);
            }
            self.suffix();
        } else if matches!(source.folded(end - 1), '口' | '处') {
            self.direction();
        }
        true
    }

    fn accept(&mut self, end: usize) {
        self.at = end;
        self.end = Some(end);
        self.name = 0;
    }
}

/// Whether no address goes on here: a word of the sentence around it.
pub(super) fn stops(source: &Source, at: usize) -> bool {
    let alone = source.token(at).is_none_or(|t| t.end == t.start + 1);
    let c = source.folded(at);
    (alone
        && matches!(
            c,
            '的' | '了'
                | '是'
                | '在'
                | '我'
                | '你'
                | '您'
                | '他'
                | '她'
                | '它'
                | '和'
                | '与'
                | '跟'
                | '这'
                | '那'
                | '有'
                | '没'
                | '不'
                | '就'
                | '都'
                | '也'
                | '还'
                | '去'
                | '来'
                | '到'
                | '给'
                | '把'
                | '被'
                | '让'
                | '要'
                | '说'
                | '问'
                | '打'
                | '请'
                | '吗'
                | '呢'
                | '吧'
                | '啊'
                | '呀'
                | '收'
                | '寄'
                | '住'
                | '办'
                | '从'
                | '用'
                | '刷'
                | '卡'
        ))
        || STOPS.at(&source.folded, at).is_some_and(|(length, ())| {
            // 大学路 and 公园街 are named after what is none.
            !NAMED.at(&source.folded, at + length).is_some_and(|(_, part)| part == Part::Named)
        })
}

static STOPS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "地址 住址 址 位于 坐落 座落 快递 邮寄 填的 我们 你们 他们 咱们 自己 这个 那个卡 附近 旁边 支行 分行 银行 网点 营业部 营业厅 柜台 窗口 手机 电话 联系 身份证 邮编 邮政编码 卡号 账号 账单 还款 收件人 收货人 姓名 密码 \
         验证码 谢谢 麻烦 帮我 可以 怎么 什么 多少 为什么 时候 出差 上班 旅游 户口 办理 开户 取款 转账 消费 金额 余额 对吗 对吧 没错 已经 然后寄 寄到 住在 收到 请问 电话是 门口 新地址 旧地址 \
         户主 房东 业主 租客 联系人 持卡人 客户 收件 叫 不是 而是 这里 那边 天气 分公司 公司 法院 大学 医院 派出所 机场 火车站 高铁",
        (),
    )])
});

/// What may follow the number of a house or a floor.
static SUFFIXES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "之一 之二 之三 附1号 附2号 附3号 附4号 附5号 附6号 附7号 附8号 附9号 甲 乙 丙 东户 西户 中户 东区 西区 东 西 底商 临街商铺 商铺 门面 门面房 一楼门面 一楼 \
         二楼 三楼 2楼 3楼 东组 西组 南组 北组 前组 后组 后院 地下室 厂房 院 村民小组",
        (),
    )])
});

static PAUSES: LazyLock<Words<()>> =
    LazyLock::new(|| Words::new(&[("嗯 呃 额 啊 那个 然后 然后是 就是 对 哦 再 后面是 逗号", ())]));

/// What a number counts in an address.
static UNITS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "门牌 门面房 号门牌 村民小组 号 号院 号楼 号门 号房 号室 号馆 号库 栋 幢 座 楼 号大院 单元 门 层 室 房 户 弄 巷 组 队 社 村 院 期 区 号附 支弄 里 街 路 条 号地块 号仓 号铺 铺 号商铺 号门面 门面 号厂房 排",
        (),
    )])
});

/// What names end with.
pub(super) static NAMED: LazyLock<Words<Part>> = LazyLock::new(|| {
    Words::new(&[
        ("省 市 区 县 自治州 自治县 州 旗 盟 新区 开发区 高新区 地区", Part::Place),
        ("镇 乡 街道 街道办 街道办事处 苏木 办事处", Part::Town),
        ("村 屯 庄 寨 自然村 行政村 村委会 社区 居委会 大队 生产队 嘎查 村民小组", Part::Village),
        (
            "交叉口 交汇处 路口 路 街 大街 大道 道 巷 胡同 弄 里 条 段 环 公路 国道 省道 辅路 支路 横街 正街 老街 东路 西路 南路 北路 中路 东街 西街 南街 北街 东段 西段 南段 北段 中段 小区 花园 苑 公寓 大厦 广场 中心 \
             城 园 家园 庄园 新村 宿舍 名都 府 湾 山庄 院 大院 大楼 写字楼 工业园 工业区 产业园 科技园 软件园 物流园 市场 商场 商城 学校 嘉园 名苑 雅苑 华府 公馆 名邸 国际 新城 别墅 里弄 楼 阁 轩 居 庭 台 郡 墅 \
             半岛 小镇 世家 华庭 豪庭 花苑 佳苑 都会 天地 港 坊 桥 营 庙 店 口 坡 湖 溪 岸 谷 洲 岛",
            Part::Named,
        ),
    ])
});
