//! What the words around say for or against a name.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Class, Source, Token, is_han};
use super::super::words::Words;
use super::characters::TABLE;

/// The words around say no more than this.
pub(super) const MOST: f32 = 15.5;

/// Natural logarithms: how much more probable a name is here than anywhere.
pub(super) fn support(source: &Source, free: &[bool], range: &Range<usize>) -> f32 {
    // Beside a number, an address, another name.
    let taken = |at: Option<usize>| at.and_then(|at| free.get(at)) == Some(&false);
    let before = before(source, range.start).max(if taken(range.start.checked_sub(1)) { 3.0 } else { -9.0 });
    let after = after(source, range.end).max(if taken(Some(range.end)) { 2.5 } else { -9.0 });
    before + after
}

/// The character before, without blanks, quotation marks and colons: where it ends, and whether a mark was left out.
fn left(source: &Source, start: usize) -> (usize, bool) {
    let mut at = start;
    let mut mark = false;
    while at > 0
        && start - at < 4
        && matches!(
            source.folded(at - 1),
            ' ' | ':' | '"' | '“' | '「' | '‘' | '\'' | '(' | '[' | '【' | ')' | ']' | '】' | '=' | '\t'
        )
    {
        at -= 1;
        mark |= source.folded(at) == ':';
    }
    (at, mark)
}

pub(super) fn before(source: &Source, start: usize) -> f32 {
    let (at, mark) = left(source, start);
    // Whoever types no commas types blanks.
    let parted = if at < start { 2.0 } else { -9.0 };
    if at == 0 { 2.5 } else { beside(source, at, mark).max(parted) }
}

/// What the word and the character that end before `at` say.
fn beside(source: &Source, at: usize, mark: bool) -> f32 {
    let word = word_before(source, at);
    if let Some((_, weight)) = LEFT.ending(&source.folded, at) {
        // 人 says little by itself, and 见证人 much.
        return word.filter(|word| (0.0..=3.0).contains(&weight) && *word > weight).unwrap_or(weight);
    }
    if let Some(weight) = word {
        return weight;
    }
    match source.folded(at - 1) {
        ',' | '、' | '/' | '|' | ';' | '—' | '-' | '\n' | '。' | '!' | '?' | '…' | '~' => 2.5,
        _ if mark => 4.0,
        '*' => 0.0,
        c if c.is_ascii_digit() => 1.0,
        c if !is_han(c) => 1.5,
        _ => 0.0,
    }
}

pub(super) fn after(source: &Source, end: usize) -> f32 {
    let mut at = end;
    while at < source.len()
        && at - end < 2
        && matches!(source.folded(at), ' ' | '"' | '”' | '」' | '’' | ')' | ']' | '】' | '(')
    {
        at += 1;
    }
    if at >= source.len() {
        return 1.5;
    }
    // What speaks against a name is the rest of a word, which no blank cuts.
    if let Some((_, weight)) = RIGHT.at(&source.folded, at).filter(|(_, weight)| *weight > 0.0 || at == end) {
        return weight;
    }
    if let Some(weight) = word_after(source, at) {
        return weight;
    }
    match source.folded(at) {
        ',' | '、' | '/' | '。' | ';' | ':' | '!' | '?' | '|' | '\n' | '…' => 1.5,
        c if c.is_ascii_digit() => 1.5,
        _ => 0.0,
    }
}

/// Whether a word stands here that is known to follow names.
pub(super) fn follows(source: &Source, at: usize) -> bool {
    RIGHT.at(&source.folded, at).is_some()
}

/// Whether a word says who it is and another what is theirs: 我同事雷电的卡.
pub(super) fn owns(source: &Source, range: &Range<usize>) -> bool {
    before(source, range.start) >= 6.0
        && source.folded(range.end) == '的'
        && RIGHT.at(&source.folded, range.end).is_some_and(|(_, weight)| weight >= 3.5)
}

/// Whether somebody is called by the name, where a sentence begins or behind a word such as 客户: 明亮先生您好.
fn addressed(source: &Source, range: &Range<usize>) -> bool {
    const CALLS: [[char; 2]; 3] = [['先', '生'], ['女', '士'], ['小', '姐']];
    let title = range.end..range.end + 2;
    let behind = source.folded(title.end);
    let ends = !is_han(behind) || matches!(behind, '您' | '你' | '吗' | '请' | '好' | '在' | '的');
    // 诸葛先生 has no given name.
    TABLE.compound.at(&source.folded, range.start).is_none()
        && CALLS.iter().any(|call| source.slice(title.clone()) == call)
        && ends
        && (before(source, range.start) >= 6.0 || !is_han(source.before(range.start)))
}

/// Whether the text says in so many words that this is a name: 我叫…，收款人姓名：…，…是我的名字.
pub(super) fn names_itself(source: &Source, range: &Range<usize>) -> bool {
    let (at, _) = left(source, range.start);
    // 客户经理叫, 有个叫.
    let person = source.before(at) == '叫'
        && (before(source, at - 1) >= 4.5 || matches!(source.before(at - 1), '个' | '位' | '我' | '他' | '她'));
    let called = person || LEFT.ending(&source.folded, at).is_some_and(|(_, weight)| weight >= 8.0);
    let ends = !is_han(source.folded(range.end))
        || matches!(source.folded(range.end), '吧' | '啊' | '呢' | '嘛' | '的' | '谢' | '你' | '您' | '我' | '这')
        || RIGHT.at(&source.folded, range.end).is_some_and(|(_, weight)| weight >= 7.0);
    let behind = range.end + usize::from(matches!(source.folded(range.end), ',' | '是'));
    let own = source.slice(behind..(behind + 4).min(source.len())) == ['我', '的', '名', '字'];
    let addressed = addressed(source, range);
    (called && ends || own || addressed) && source.slice(range.clone()) != ['谢', '谢']
}

/// The length of the title that stands here, as behind a surname: 先生, 经理.
pub(super) fn title(source: &Source, at: usize) -> Option<usize> {
    TITLES.at(&source.folded, at).map(|(length, ())| length)
}

static TITLES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "先生 女士 小姐 太太 夫人 老师 经理 主任 行长 总监 董事长 主管 医生 大夫 教授 律师 师傅 同学 同志 阿姨 叔叔 大哥 大姐 大爷 大妈 奶奶 爷爷 老板 会计 院长 校长 局长 处长 科长 队长 厂长 站长 所长 书记 警官 护士 哥 姐姐 哥哥 嫂 婶 伯 爷爷 大叔 大伯 工程师 柜员 坐席 客服 某",
        (),
    )])
});

/// What the word before says that is in no list: somebody's trade or relation, else its part of speech.
fn word_before(source: &Source, at: usize) -> Option<f32> {
    let token = source.token(at.checked_sub(1)?).filter(|t| t.end == at)?;
    let person = matches!(
        source.folded(at - 1),
        '人' | '员'
            | '师'
            | '长'
            | '友'
            | '生'
            | '属'
            | '主'
            | '工'
            | '者'
            | '手'
            | '妈'
            | '爸'
            | '哥'
            | '姐'
            | '弟'
            | '妹'
            | '叔'
            | '婶'
            | '伯'
            | '爷'
            | '奶'
            | '姨'
            | '舅'
            | '嫂'
            | '姑'
            | '妻'
            | '夫'
            | '婆'
            | '婿'
            | '媳'
            | '机'
            | '姆'
            | '侄'
            | '娘'
    );
    // 操作|人: the word for what somebody does, and that it is a person.
    let doer = |token: Token| {
        matches!(source.folded(at - 1), '人' | '员' | '者')
            && token.end == token.start + 1
            && source.token(token.start.wrapping_sub(1)).is_some_and(|t| {
                t.end == token.start && t.end - t.start > 1 && matches!(t.class, Class::Verb | Class::Noun)
            })
    };
    Some(match token.class {
        _ if person && token.end - token.start > 1 && token.class == Class::Noun && !token.place => 4.5,
        _ if doer(token) => 4.5,
        Class::Link => 3.0,
        // 昨天, 上周.
        Class::Quality if token.end - token.start > 1 => 1.0,
        Class::Verb => 1.5,
        Class::Adverb => 1.0,
        Class::Noun if token.end - token.start > 1 => 0.5,
        _ => return None,
    })
}

/// The same of the word behind: people act.
fn word_after(source: &Source, at: usize) -> Option<f32> {
    let token = source.token(at).filter(|t| t.start == at)?;
    Some(match token.class {
        Class::Verb | Class::Adverb | Class::Link => 1.0,
        Class::Noun if token.end - token.start > 1 => 0.5,
        _ => return None,
    })
}

/// What stands before a name, and how much it says.
static LEFT: LazyLock<Words<f32>> = LazyLock::new(|| {
    Words::new(&[
        (
            "收款人叫 爸叫 妈叫 爷叫 奶叫 他叫 她叫 对方叫 孩子叫 儿子叫 女儿叫 孙子叫 孙女叫 老公叫 老婆叫 人叫 就叫 上叫 位叫 客户姓名 客户名称 我叫 名叫 叫做 姓名 姓名是 姓名为 姓名叫 名字叫 名字是 户名 户名是 户名为 户名叫 收款人 收款人是 收款人姓名 付款人 付款人是 汇款人 汇款人是 联系人 联系人是 持卡人 持卡人是 申请人 申请人是 借款人 担保人 法定代表人 法人代表 \
             卡主 机主 户主 曾用名 收件人 收货人 寄件人 受益人 被保险人 投保人 经办人 代办人 监护人 推荐人 预约人 产权人 以前叫 现在叫 改名叫 全名 全名是 本名 真名 真名叫",
            8.0,
        ),
        (
            "他叫 她叫 你叫 姓名 姓名是 姓名为 姓名叫 名字叫 名字是 名字 名字写的是 户名 户名是 户名为 户名叫 户名写的是 开户名 账户名 收款人 收款人是 收款人姓名 收款方 付款人 付款人是 汇款人 汇款人是 转账人 \
             联系人 联系人是 紧急联系人 持卡人 持卡人是 卡主 卡主是 机主 机主是 户主 户主是 申请人 申请人是 借款人 贷款人 担保人 担保人是 受益人 受益人是 被保险人 投保人 经办人 经办人是 代办人 委托人 受托人 法人 法人是 法人代表 \
             法定代表人 法定代表人是 负责人 签名 签名是 落款 落款是 署名 曾用名 收件人 收件人是 收货人 寄件人 预约人 推荐人 推荐人是 介绍人 监护人 监护人是 产权人 产权人是 被告 原告 当事人 我是 我就是 您是 你是 请问是 请问您是 您就是 \
             本人 客户 客户是 客户姓名 客户名 用户 贵姓 全名 全名是 真名 真名是 称呼 称呼您 实名 对方叫 对方是 自称 自称是 自称叫 有个叫 一个叫 个叫 叫 抬头 抬头是 改名 改名叫 更名为 股东 股东是 会计 出纳 财务 柜员 客户经理 理财经理 大堂经理 经理 \
             行长 主任 工作人员 业务员 客服 坐席 房东 老板 同事 同学 朋友 邻居 亲戚 老公 老公叫 老婆 老婆叫 爱人 丈夫 妻子 先生叫 太太 父亲 母亲 爸爸 妈妈 我爸 我妈 爸 妈 儿子 女儿 孙子 孙女 外孙 哥哥 弟弟 姐姐 妹妹 大哥 大姐 表哥 表弟 表姐 \
             表妹 堂哥 堂弟 舅舅 舅妈 姨妈 姑姑 姑妈 叔叔 婶婶 伯伯 伯父 爷爷 奶奶 外公 外婆 姥姥 姥爷 岳父 岳母 公公 婆婆 女婿 儿媳 侄子 侄女 外甥 闺女 媳妇 大伯 二伯 大叔 二叔 三叔 小叔 大爷 大妈 大娘 大婶 大舅 二舅 小舅 大姨 小姨 姨父 大姑 小姑 姑父 姑妈 嫂子 大嫂 姐夫 妹夫 弟媳 弟妹 儿媳妇 亲家 孩子 养父 养母 养子 养女 继父 继母 继子 继女 干爹 干妈 外甥女 外孙女 阿佳 发小 \
             供应商 经销商 主管 专员 顾问 翻译 律师 外教 老师 医生 大夫 护士 护工 司机 秘书 书记 支书 教授 教练 导师 法官 警官 保安 保姆 中介 队长 班长 组长 厂长 校长 院长 工头 包工头 对象 男朋友 女朋友 未婚夫 未婚妻 前夫 前妻 战友 室友 师傅 徒弟 合伙人 学生 \
             共同借款人 配偶 配偶是 家属 持有人 所有人 受让人 出票人 背书人 经办 复核 审批 制表 审核人 操作员 授权人 被授权人 代理人 继承人 被继承人 死者 逝者 车主 业主 租客 房客 签字 签字人 备注 备注写 附言 敬启 此致 下一位 有请",
            6.5,
        ),
        (
            "我姐 我哥 我弟 我妹 我叔 我姨 我舅 我婶 我嫂 主卡 副卡 附属卡 联系人及电话 姓名及电话 及电话 和电话 及手机 及联系方式 转给 打给 汇给 还给 寄给 收汇方 采购 会员 乘客 患者 微信上 其女 其子 其妻 其夫 户内成员 外呼 隔壁 交给 发给 付给 借给 送给 转账给 汇款给 打款给 还钱给 写给 留给 退给",
            5.0,
        ),
        (
            "是 给 找 和 跟 与 让 请 由 为 从 对 同 替 帮 代 问 向 把 被 等 转给 打给 汇给 还给 寄给 交给 发给 付给 借给 送给 联系 转告 通知 告诉 委托 授权 及 或 或者 还有 以及 连同 就是 认识 写 写的 写的是 写成 显示 显示为 改成 \
             改为 填 填的 填的是 应该是 不是 而是 说是 看到 查 查询 查一下 查下 接 拜托 感谢 表扬 投诉 举报 起诉 欠 找到 遇到 见到 陪 带 家长 户口 人 位 名 好 您好 你好 喂 对 嗯 呃 尊敬的 亲爱的 给了 转了 到 属于 归 登记 登记的是 的是 \
             那个 这个 有个 一个 个 啊 哦 是不是 不叫 不认识 核实 确认 转接 呼叫 邀请 连 代替 以 往",
            3.0,
        ),
        ("一下 问过 见过 找过 听说 联系上 凭什么 多亏 要不是 补一下 先 早 晚", 2.5),
        // What is asked for, bought and signed is a product.
        ("咨询 办理 购买 申购 赎回 认购 起购 签约", -6.0),
        ("我 他 她 咱 俺 家 了 着 的 员 长 师 生 友 属 主", 1.5),
    ])
});

/// What stands behind a name.
static RIGHT: LazyLock<Words<f32>> = LazyLock::new(|| {
    Words::new(&[
        (
            "先生 女士 小姐 太太 夫人 老师 经理 主任 行长 总 总监 董事长 主管 医生 大夫 教授 律师 师傅 同学 同志 阿姨 叔叔 大哥 大姐 大爷 大妈 奶奶 爷爷 老板 会计 院长 校长 局长 处长 科长 队长 厂长 站长 所长 书记 警官 护士 \
             是我的名字 客户 家长 本人 名下 敬上 敬启 收 （代） 夫妇 夫妻 这个人 卡里 手里 那里 家里 家也",
            7.5,
        ),
        (
            "的身份证 的卡 的账户 的账号 的名字 的手机 的电话 的工资 的钱 的银行卡 的信用卡 的存款 的地址 的签名 的户口 的密码 的姓名 的贷款 的名义 的存折 的信息 的余额 的女儿 的儿子 的家属 的妈妈 的爸爸 的爱人 的老公 的老婆 的配偶 的父亲 的母亲 \
             身份证 电话 手机 手机号 账号 帐号 卡号 证件 性别 男 女 这个名字 这个人 这个账户 这个户名 这三个字 两个字 三个字 这个 贵姓 开户 户名 邮箱 地址 住址",
            3.5,
        ),
        (
            "之女 之子 之妻 之夫 之父 之母 死了 来了 来电 她妈 他妈 她爸 他爸 家里 家的 代我 代办 特此 声明 托我 转来 转了 转给 汇了 汇来 汇给 打来 打给 打电话 说的 给我 给他 跟我 和我 存入 欠我 欠了 是谁 没接 答应 已经 办了 名字 刚才 刚刚 考上 去世 没来 不在 不认识 办理 来电 打了 联系我 让我 告诉我 接待 \
             在不在 寄来 还我 还了 取走 收到 发来 发给 转账 借了 借我 那个人 这人 来办 去办 来了 找我 约 挂失 开的 开了 委托 签了 同意 答 反映 要求 申请 接的 办 到 取款 拿走",
            2.5,
        ),
        (
            "地铁站 高科 高新 门口 路口 附近 旁边 对面 楼下 有限公司 股份 公司 集团 银行 支行 分行 路 街 大街 大道 镇 区 县 市 省 村 大厦 广场 小区 花园 机场 车站 站 医院 大学 学院 学校 中学 小学 店 厂 超市 饭店 酒店 编码 建筑 科技 贸易 商贸 电子 实业 投资 基金 证券 保险 理财 牌 \
             网点 分公司 事务所 合作社 机械 食品 餐饮 餐饮店 服装 充值 元 块 号 号线 码头 新区 开发区 桥 山 河 湖 岛 寺 宫 庙 镇 乡 岭 峰会 出行 打车 外卖 会员 贷 宝 通 盾 券 币 指数 板块",
            -6.0,
        ),
        (
            "的 了 说 打 转 汇 来 去 在 没 没有 已 已经 要 给 把 被 和 与 跟 同 也 都 是 昨天 今天 刚 刚才 刚刚 上午 下午 上周 不 能 可以 想 让 叫 问 帮 替 代 到 有 从 于 对 吗 吧 呢 啊 您 你 我 他 她 请 联系 负责 推荐 告诉 答应 接 欠 借 去世 住 签 办 存 取 付 收到 还 存入 转来 转账 汇款 打款 汇来 收 反映 来电 需要 要求 名 一起 离婚 结婚 就 那里 那边 这里 这边 托 因为 由 又 再 才 会 发 买 申请 咨询 投诉 提供 收款 查 今年 现在 男 女 谢谢 麻烦 你好 您好 金额 余额 货款",
            1.0,
        ),
    ])
});
