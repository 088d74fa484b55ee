//! What looks like a name and is nobody's: words, cities, villages, companies. In natural logarithms, at most nothing.

use std::sync::LazyLock;

use super::super::places::{Known, PLACES};
use super::super::source::{Source, is_han};
use super::super::words::Words;
use super::weigh::Reading;

/// How much less probable a name is for being one of these.
pub(super) fn weight(reading: &Reading) -> f32 {
    let (source, range) = (reading.source, &reading.range);
    let mut weight = 0.0;
    if company(source, range.end) {
        weight -= 8.0;
    }
    if !reading.named {
        // The dictionary calls many cities persons' names.
        if PLACES.at(&source.folded, range.start) == Some((range.len(), Known::HardlyName)) {
            weight -= 6.0;
        } else if reading.exact && reading.first.place && !reading.clear {
            weight -= 3.0;
        }
        if is_word(source, range.start, range.len()) {
            weight -= 6.0;
        }
    }
    // 微信|里, 池子|里: in something.
    let token = reading.first.start == range.start && reading.first.end + 1 == range.end && !reading.first.person;
    let thing = range.len() == 3 && (token || is_word(source, range.start, 2));
    if thing && "里上下中内".contains(source.folded(range.end - 1)) {
        weight -= 6.0;
    }
    // 南阳人: where somebody is from.
    let from = range.len() == 3 && source.folded(range.end - 1) == '人';
    if from && (PLACES.at(&source.folded, range.start).is_some_and(|(length, _)| length == 2) || reading.first.place) {
        weight -= 8.0;
    }
    // 朱家角, 薛家|岛: somebody's place.
    if source.folded(range.start + 1) == '家' && is_place(source.folded(range.start + 2)) {
        weight -= 8.0;
    }
    if "镇乡村屯县市区路街巷湾庄坡沟省窑".contains(source.folded(range.end - 1)) {
        weight -= 6.0;
    }
    weight
}

/// Whether a word of at least this length stands here that is no name.
pub(super) fn is_word(source: &Source, start: usize, length: usize) -> bool {
    NO_NAMES.at(&source.folded, start).is_some_and(|(known, ())| known >= length)
}

/// What the name of a village or a quarter ends with behind a family's.
fn is_place(c: char) -> bool {
    "河岛角堡桥窑巷湾庄坡沟村店屯岭寨塘营铺坝岗口嘴墩楼园渡浜洼台".contains(c)
}

/// Whether the characters behind are the rest of a company's name.
fn company(source: &Source, end: usize) -> bool {
    const TAILS: [&[char]; 18] = [
        &['五', '金'],
        &['药', '店'],
        &['商', '店'],
        &['门', '店'],
        &['专', '柜'],
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

/// Words that look like names and that the dictionary lacks, or thinks rarer than they are in a bank.
static NO_NAMES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "康姆 养老金 法定 寿星 王字旁 包耳邹 木易杨 英文名 敬礼 空白 沃德 戴森 申通 方太官 单于 东门 西门 南门 刘海 谷歌 海淘 蓝屏 方试 爱克斯 埃克斯 艾克斯 高露洁 马自达 金龙鱼 江小白 花西子 江铃 戴尔 余利宝 钟薛高 江中 周大福 周生生 周六福 白云山 张小泉 王老吉 李锦记 王致和 方太 康师傅 安踏 华润 马应龙 全聚德 古井 金六福 林清轩 乐高 牛栏山 万宝龙 沃尔玛 白象 桂格 华莱士 郎酒 夏普 施耐德 贝因美 雷克萨斯 雷诺 高德 高通 安利 安佳 海尔 海信 康佳 金山 金蝶 荣威 江淮 毕马威 安永 曾用名 别老 张口 付定金 付款 仇富 乌龙 黄牛 农家乐 备付金 华丽 侯机 栾树 韶光 仇家 陆仟 陆佰 陆拾 陆万 伍仟 伍拾 柒 商祺 顺颂 商旅 商谈 安卓 韩元 李宁 马云 邓白氏 伍佰 余额 余额宝 谭木匠 易方达 易付宝 苏宁 花呗 花旗 贝壳 金卡 金条 金币 金豆 金税 金店 石化 石油 万能 万科 万达 万事达 车贷 车险 车位 房贷 房产 房租 党费 团费 封顶 封号          龙卡 龙支付 贺卡 钱包 钱款 金牌 银联 白金 白领 白条 白名单 方案 方向 方式 安心 安逸 安全 平安 平台 安装 安排 高铁 高管 高速 高峰 高级 高档 高额 高端 路由 路费 毛利 毛重 严重 严格 任性 任何 任意 时间 时候 常用 常见          经常 经理 成功 成本 成年 明细 明白 明天 何时 何况 应收 应付 应该 许可 许多 左右 左边 向上 向左 温馨 温度 温州 牛市 熊市 水费 水电 解除 解冻 解释 解绑 项目 费用 席位 强制 冷静 柜台 管理 管家 关闭 关联 关系          都可 乐观 同意 同行 东方 南方 西安 江苏 江西 江南 宁夏 宁波 海关 阳光 元旦 年年 申请 申购 双方 全部 原因 通知 通过 连续 连接 支付 支持 别人 相关 巨额 计算 计划 皮肤 危险 贵行 贵宾 师傅 暴力 充值 古董 商户          商量 空白 曾经 沙发 查询 查账 盖章 后来 游戏 习惯 谈判 宣布 卓越 江门 曹操 苹果 荣耀 华为 小米 京东 淘宝 美团 滴滴 拼多多 抖音 快手 马上 白天 黄金 王府井 张贴 高兴 方便 谢谢 和平 石家庄 宋体 邮储          龙头 雷同 段落 夏天 夏季 钟点 钟表 任务 董事 董事长 程度 程序 权限 权益 安康 明年 明月 季度 季节 文件 文化 文明 时代 牛奶 齐全 康复 叶子 陆续 汪汪 田地 童装 庄稼 申诉 游泳 欧元 欧洲 辛苦 祝好 符合 甘愿          孙子 孙女 舅舅 姐姐 弟弟 公公 婆婆 丁点 万元 万一 元宝 于是 余下 和好 连累 习题 费劲 宫颈 武警 水果 沙特 时段 时常 全额 单据 单子 单位 单独 单笔 单身 成都 成交 成分 盛大 景区 景点 卜蜂 伏特 苗头 白银 凌晨 盛夏 舒服          国债 国内 国际 国家 水单 金融 金额 通用 通话 双重 双倍 年费 年化 年底 年初 月初 月底 季末 车辆 车主 房东 房主 房间 麻烦 麻将 牛仔 马虎 马甲 羊毛 鱼缸 花费 花销 花店 包裹 包括 包含 包邮 向来 强迫 曲线 池子 艾滋          司机 司法 边远 边上 东西 贵重 原本 原始 原路 原件 家人 家属 家长 家里 家庭 宝贝 宝宝 良心 阴历 阳历 农历 公历 公积金 公章 公安 公告 公证 公证处 甘肃 桂林 黎明 黎巴嫩 东方红 付清 双木林 木林 白金卡 钱一 陆金所 微信 微博 陆家嘴 袁大头 潘家园 张家口 付宝 田园 向大 艾特 弓长张 立早章 耳东陈 口天吴 木子李 言午许 古月胡 三横王 草头黄 莫名 莫非 柳州 柏林 洛阳 洪水 樊笼 汤圆 邮箱 邮件",
        (),
    )])
});
