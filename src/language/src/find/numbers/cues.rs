//! Words that say what a number is.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use crate::numerals::digit;

/// What a word announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Cue {
    Phone,
    Card,
    Account,
    /// Where money goes: an account or a card.
    Payee,
    Id,
    /// Passports and travel permits.
    Document,
    Cvn,
    Password,
    Code,
    /// Something came, a code perhaps: where the text speaks of messages or codes.
    Received,
    /// Three or four digits on a card when the text speaks of its back: 后三位.
    LastThree,
    /// Orders, parcels, contracts, codes: a number that is nobody's.
    Serial,
    /// A number of everything, such as 编号: weighs less than the form of the number.
    Numbered,
    /// Amounts, the last digits of something, public lines: what is no secret though it has the length of one.
    Plain,
}

/// A word that announces a number, where it stands, in characters.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub cue: Cue,
    pub range: Range<usize>,
}

pub(super) fn mentions(source: &Source) -> Vec<Mention> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < source.len() {
        let Some((length, cue)) = CUES.at(&source.folded, at).or_else(|| code(source, at)) else {
            at += 1;
            continue;
        };
        let latin = |c: char| c.is_ascii_alphabetic();
        let glued = source.before(at).is_ascii_alphanumeric()
            || latin(source.folded(at + length - 1)) && latin(source.folded(at + length));
        // 然后四三: none of 后四. 尾巴上是: none of 尾. cvv报错了: said wrong, no error.
        let other_word = match source.folded(at) {
            '后' => matches!(source.before(at), '然' | '往' | '之' | '以' | '随' | '最'),
            '尾' => length == 1 && source.folded(at + 1) == '巴',
            '花' => source.before(at) == '眼',
            '报' => length == 2 && source.folded(at + 2) == '了',
            _ => false,
        };
        if other_word {
            at += 1;
            continue;
        }
        let Some(cue) = of_a_thing(source, at, length, cue) else {
            found.push(Mention { cue: Cue::Serial, range: at..at + length });
            at += length;
            continue;
        };
        // 订单号码 is 订单号.
        let length = length
            + usize::from(
                cue == Cue::Serial && source.before(at + length) == '号' && source.folded(at + length) == '码',
            );
        let length = if cue == Cue::Cvn { without_first_digit(source, at, length) } else { length };
        let near_back = |m: &Mention| m.cue == Cue::Cvn && m.range.end + 2 >= at;
        let code = matches!(source.folded(at + length - 1), '码' | '碼');
        if cue == Cue::Code && code && found.last().is_some_and(near_back) {
            // 背面的校验码 did not come by text message.
            found.push(Mention { cue: Cue::Cvn, range: at..at + length });
            at += length;
        } else if length == 2
            && source.slice(at..at + 2) == ['号', '码']
            && found.last().is_some_and(|m: &Mention| m.range.end == at)
        {
            // 证件号码 is no telephone number.
            found.last_mut().into_iter().for_each(|m| m.range.end += length);
            at += length;
        } else if cue == Cue::Card
            && found.last().is_some_and(|m| m.cue == Cue::Serial && m.range.end == at && source.before(at) == '卡')
        {
            // 礼品卡卡号 is no bank's.
            found.last_mut().into_iter().for_each(|m| m.range.end += length);
            at += length;
        } else if continues(source, cue, at) || a_place(source, cue, at + length) {
            at += length;
        } else if !latin(source.folded(at)) || !glued {
            found.push(Mention { cue, range: at..at + length });
            at += length;
        } else {
            at += 1;
        }
    }
    found
}

/// What the word announces, unless it says of some thing that it is its number: 汇款编号, 设备ID, traceId.
fn of_a_thing(source: &Source, at: usize, length: usize, cue: Cue) -> Option<Cue> {
    let before = source.before(at);
    let thing = match source.slice(at..at + length) {
        ['编', '号'] => is_han(before) && !matches!(before, '户' | '卡' | '的' | '个' | '是' | '这' | '那' | '证'),
        ['i', 'd'] if source.folded(at + length).is_ascii_alphabetic() => false,
        ['i', 'd'] => {
            is_han(before) && !matches!(before, '份' | '证' | '户' | '的' | '是') || before.is_ascii_alphabetic()
        }
        _ => false,
    };
    (!thing).then_some(cue)
}

/// 较验码, 验政码, 核验码: whatever is written around 验 before 码.
fn code(source: &Source, at: usize) -> Option<(usize, Cue)> {
    if !matches!(source.folded(at + 2), '码' | '碼') {
        return None;
    }
    let word = source.slice(at..at + 3);
    let verifies =
        matches!(word, ['验', ..] | [_, '验', _]) && !word.contains(&'密') && word.iter().all(|c| is_han(*c));
    verifies.then_some((3, Cue::Code))
}

/// The length of the word without its 2 where that begins the three digits: CVV209 is CVV and 209, CVV2 123 is not.
fn without_first_digit(source: &Source, at: usize, length: usize) -> usize {
    let more = (at + length..source.len()).take(3).take_while(|at| digit(source.folded(*at)).is_some()).count();
    length - usize::from(more == 2 && digit(source.folded(at + length - 1)) == Some(2))
}

/// Whether a word for a telephone stands between an area code and its line: 区号是0571，座机号……; 前面加0571，电话…….
fn continues(source: &Source, cue: Cue, at: usize) -> bool {
    if cue != Cue::Phone {
        return false;
    }
    let end = at - (0..at).rev().take(3).take_while(|at| matches!(source.folded(*at), ',' | ' ' | '、' | '再')).count();
    let code = (0..end).rev().take(5).map_while(|at| digit(source.folded(at))).collect::<Vec<_>>();
    matches!(code.as_slice(), [_, 1..=9, 0] | [_, _, 1..=9, 0])
}

/// Whether the word for a paper is where a number stands, not what it is: 回单最上面那串, 合同里写的.
fn a_place(source: &Source, cue: Cue, end: usize) -> bool {
    cue == Cue::Serial
        && matches!(source.slice(end.saturating_sub(2)..end), ['回' | '单', '单' | '据'] | ['合', '同'] | ['凭', '证'])
        && matches!(source.folded(end), '上' | '里' | '最' | '中' | '背' | '下')
}

static CUES: LazyLock<Words<Cue>> = LazyLock::new(|| {
    Words::new(&[
        ("security_code c_v_v c_v_n c_v_c", Cue::Cvn),
        (
            "verification_code one-time_password one_time_password one-time_code one_time_code 欧踢皮码 欧踢皮 欧替屁 欧提皮 欧梯皮",
            Cue::Code,
        ),
        (
            "总机 直线电话 客户号码 用户号码 手機 手機號碼 電話 電話號碼 号马 手机 手机号 手机号码 手机号吗 电话 电话号 电话号码 联系方式 联系电话 座机 固话 固定电话 传真 来电 主叫 致电 回电 拨打 拨 打给 预留号 预留手机 \
             移动电话 办公室电话 宅电 热线号 微信 微信号 微信同号 微信是 微信号是 小灵通 本机 机主 短信发到 充话费 话费 tel mobile phone cell fax telephone 手机卡 新号 旧号 老号 \
             我的号 我号 他的号 她的号 打这个 打我 港澳号码 香港号码 澳门号码 台湾号码 呼叫 回拨 联系我 联系他 联系她 区号",
            Cue::Phone,
        ),
        (
            "卡号 银行卡 银行卡号 信用卡 信用卡号 储蓄卡 借记卡 贷记卡 工资卡 卡片 卡面 这张卡 那张卡 我的卡 主卡 附属卡 副卡 新卡 旧卡 卡是 这个卡 \
             card 收款卡 付款卡 还款卡 社保卡 尾号卡 银联卡 龙卡 金卡 白金卡",
            Cue::Card,
        ),
        (
            "张号 涨号 临时户 开户许可证 托管户 理财账户 acc acc号 戶口號碼 户口号码 零余额 维修基金 维修基金交 零余额账户 监管户 戶口 賬號 賬戶 账好 資料户 社保代扣 共管户 备用金户 账号 帐号 账户 帐户 账户号 户头 存折 存单 一本通 对公 对公户 基本户 一般户 结算户 专户 银行账号 收款账号 付款账号 公司账上 账上 银行账户 户号 \
             account acct a/c 公积金账号 贷款账号 开户账号 收款户 付款户 内部户 保证金户 子账户 子账号 虚拟账户 存折号 公户 公账 对公账 电子账户 养老金账户 证券账户 三方存管 账户信息 户头号 账户号码 折子",
            Cue::Account,
        ),
        (
            "代扣 提现到 提现至 转去 轉到 打去 代扣从 代扣账 汇到 汇往 汇至 打到 打进 打入 转到 转至 转入 转进 转往 存到 存进 划到 划入 付给 退到 转回 拨到 款到 入账 打款 打款到 汇款到 汇款 收款 退款退到",
            Cue::Payee,
        ),
        (
            "身分证 身分证号 身份證 證件 证号 證號 id_number id_card 身份证 身份证号 身份证号码 证件 证件号 证件号码 身份号码 身份 id 身份证件 居民证 一代证 二代证 老证 户口本 公民身份 十五位 15位 十八位 18位 社保号 社会保障号",
            Cue::Id,
        ),
        (
            "台胞證 台胞證號 護照 回鄉證 return_permit permit 同胞 护照 护照号 护照号码 passport 回乡证 通行证 通行证号 通行证号码 台胞证 台胞 回乡卡 台湾居民 香港居民 澳门居民 港澳居民 港澳证 港澳通行证 来往内地 来往大陆 往来 居留证 居住证 台湾证",
            Cue::Document,
        ),
        (
            "西维西 西维西码 西微西 西威西 c_v_v_二 cvv二 c_v_v_2 西威威 验证值 白色条条 涂层 签名的地方 v啥v 翻转 csc ccv cvd cav 4dbc 4csc 按全码 three_digits digits_on_back digits_on_the_back on_the_back 安全碼 安全马 安全嘛 背书栏 磁条下面 磁条下 卡背后 背面末尾 卡背签名栏 card_verification_number verification_number 签字的地方 后面那仨 背面那仨 卡后面那 cvn cvv cvc cvn2 cvv2 cvc2 cid 安全码 背面三位 背面的三位 背面后三位 背面末三位 背面最后三位 后背三位 卡背 卡背面 卡片背面 背面 背后 反面 签名栏 签名条 签名处 签字栏 卡后面 \
             三位安全码 校验三位 背面校验码 背面的校验码 卡片校验码 信用卡校验码 卡验证码 卡片验证码 卡验证值 背面验证码 背面的验证码 三位校验码 卡安全码 后面三位数 后面那三位 \
             后面的三位 翻过来 卡后边 卡后头 卡的后面 卡的背面 卡的反面 签名框 签名区 签名旁 签名那 签字那 安全校验码 安全数字 安全密码 西微微 西维维 维维吗 cv码 cvv码 cvn码 cvc码 cvv2码 cvv号 反面三位 正面四位",
            Cue::Cvn,
        ),
        (
            "那仨 三个数儿 后头三个 三码 后三码 后3码 末3码 3位 后3位 末3位 三个小数字 小数字 三位码 三位的码 三个数目字 3个数字 3个数 后三个 最后3位 最后三个 末尾3位 后面3位 3位数 3位数字 三位的 四个数字 4位 后三位 末三位 最后三位 末尾三位 三位数 三位数字 三个数字 三个数 三位 四位 四位数 四位数字 后面三位",
            Cue::LastThree,
        ),
        (
            "网银密码 卡密码 卡的密码 uk的密码 动态密码牌 动态口令牌 动态令牌 密码牌 暗号就是 密_码 密馬 密碼是 mm_ mm是 mm: mima是 mima: 秘密码 令牌 密码器 密码锁 密码 口令 pin password passwd pwd passcode 密碼 暗号 暗语 密钥 pin码 密保答案 密保 解锁码 登录密码 支付密码 取款密码 交易密码 查询密码 u盾密码 \
             初始密码 默认密码 原密码 新密码 旧密码 手势密码 六位密码 pw pswd 蜜码 秘码 密马 密匙 暗记 通行口令 安全口令 卡密 密码卡 口令卡 设的是 设的 设置的 设置的是 我设的 设了 登录时输入 输入的是 输的是 按的是 按的 设为 设成 设置成 设置为 改成了 暗码 私钥 保护码 锁屏 查询密 交易密 支付密 登录密 取款密 网银密 uk密码 盾密码 u盾pin",
            Cue::Password,
        ),
        (
            "o_t_p 随机数字 随机数 登录校验 来码 来码了 收了个码 收到个码 收到一个码 验_证_码 驗證碼 验证吗 验证嘛 验证马 校验吗 yzm otp码 预约码 取款码 查询码 3ds码 3d码 绑卡验证码 绑定验证码 动态数 动态数字 验证数字 验证的数字 语音播报 语音给我报 播报 安全验证码 验证码 验证碼 校验码 动态码 动态密码 动态口令 动态密码是 短信码 短信密码 短信验证码 短信口令 随机码 随机密码 一次性密码 一次性口令 授权码 确认码 激活码 手机码 登录码 \
             收码 otp code captcha 短信 收到的码 收到码 那个码 这个码 发来的码 发的码 的码 发到我手机上 发到手机上 我手机上的 手机上显示 手机上收到 短信里 短信上 短信内容 短信说 动态验证码 校验密码 临时密码 临时码 数字码 码来了 码是 来短信 来的码 识别码 认证码 交易码",
            Cue::Code,
        ),
        (
            "说是 弹出来的 弹出来 弹窗里 报的数字 报的数 念的数字 念的数 就说 遍的是 次的是 条的是 我输 你输 上来的是 又来一条 来一条 有了 看到了 你们发的 回你 回您 来了 到了 发我 发我了 弄了个 念给我听的是 一串 试了 试过 试的 用的是 输成 填成 填的是 写着 写的是 显示 显示的 显示出来 跳出 跳出个 蹦出 念了 念的是 念的 报的是 上面是 上面写着 最新的是 最新的 重新发的 重发的 上一条 发的是 发了 发了个 发了一串 给了个 发你了 发你 告诉我 告诉我是 先用 设置 让我先用 收到的是 收到了 收到 收到个 收到一个 收到一条 发来 发过来 给我发 来了个 来了一串 六位数 六位数字 6位数 6位数字 那几个数 几个数字 六个数字 六个数 我输的 我输了 我输入 \
             输的 输了 输入 输入了 按了 我按 填的 填了 填 念给你 念给他 报给你 报给他 报了 说了 告诉你 告诉他 告诉了",
            Cue::Received,
        ),
        (
            "礼品卡 购物卡 会员卡 会员卡号 油卡 加油卡 etc卡 积分卡 就诊卡 公交卡 医保卡 充值卡 sim卡 校园卡 门禁卡 燃气卡 工会卡 菜鸟 顺丰 圆通 中通 申通 韵达 极兔 德邦 运单 物流 小票 存根 电子客票 双色球 大乐透 彩票 经度 纬度 营业执照 水表户号 电表户号 比分 房产证号 房产证 不动产证 不动产证号 产权证 产权证号 行驶证 驾驶证号 结婚证号 毕业证号 cnaps cnaps_code 寄件单 兑换单 登记编码 核准号 经纬度 串号 背后那串号 条款 zip_code 邮政编码 投递单 受理单号 机身号 error_code sort_code swift_code status_code 原因码 状态码 故障码 gb/t 订单 订单号 订单编号 单号 快递单 快递单号 快递号 运单号 物流单号 物流号 包裹号 流水 流水号 交易流水 交易号 交易单号 参考号 回单 回单号 回单编号 凭证 凭证号 凭证号码 业务编号 \
             序列号 合同 合同号 合同编号 保单 保单号 保险单号 发票 发票号 发票号码 发票代码 设备号 终端号 终端编号 商户号 商户编号 申请编号 申请单 申请号 进件 进件号 进件编号 \
             排队号 取号 预约号 预约编号 取件码 提货码 优惠码 邀请码 推荐码 兑换码 券码 券号 会员号 退款单 退款单号 受理号 受理编号 受理单 工单 工单号 工单编号 投诉单 案件编号 案件号 报案号 imei imsi sn \
             会话编号 请求 版本 版本号 车牌 车牌号 代码 错误码 错误代码 返回码 响应码 报错 提示码 信用代码 社会信用代码 统一社会信用代码 执照号 营业执照号 纳税人识别号 税号 \
             机构号 网点号 网点编号 行号 联行号 支付行号 大额行号 swift iban 基金 基金代码 产品代码 产品编号 股票 股票代码 理财 国债 批次号 型号 货号 条码 条形码 学号 \
             准考证 准考证号 票号 备案号 许可证号 文号 证书号 档案号 水费户号 电费户号 燃气户号 缴费号 缴费编号 电表号 冠字号 冠字号码 客户号 客户编号 \
             借据号 提单 箱号 车架号 发动机号 案号 收据号 小票号 支票号 票据号 汇票号 登记号 机具号 机器号 设备编号 资产编号 卡bin 投保单 投保单号 理赔号 订座 航班 航班号 车次 qq qq号 群号 imei号 sn码 mac ip ip地址",
            Cue::Serial,
        ),
        ("手机银行 掌上银行 网上银行 电话银行 手机端 手机版 编号 序号 编码 号 号码 数字 末尾 结尾", Cue::Numbered),
        (
            "快递 包裹 提示 返回 异常 exit_code error err 报了个 弹出 弹窗 密码器背后 ping 失败代码 设备 终端 商户 会员 会话 案件 工号 员工号 坐席 错误 邮编 邮政编码 产品 批次 房号 门牌 楼号 期号 许可证 证书 档案 年份 日期 时间 有效期 到期 生日 出生 出生日期 \
             尾号 尾数 末四位 后四位 末位 最后四位 末尾四位 后六位 后四 末四 尾 前四位 前六位 前四 分机 分机号 转 \
             金额 首付 扣划 划扣 累计 余额 消费 支出 收入 转账 转了 扣了 扣 扣款 利息 本金 手续费 年费 额度 限额 工资 共 一共 总共 合计 花了 取了 存了 还了 还款 人民币 rmb usd cny 价格 起购 起存 积分 汇率 利率 \
             客服热线 客服电话 服务热线 公众号 举报电话 投诉电话 网址 端口 服务号 通道号 \
             门牌号 排在 等了 超过 低于 高于 大约 大概",
            Cue::Plain,
        ),
    ])
});
