//! Messages as they come in at a bank's customer service, made up from a seed: the same every time.
//!
//! Words are drawn with a frequency that falls with their rank (Zipf), as in natural language; names, numbers and products give the long
//! tail of terms that stand in a few messages each.

/// Words of the trade and of talk, the common ones first.
const WORDS: &str = "我 的 了 是 你 好 请问 怎么 可以 不 吗 在 要 这个 什么 银行卡 转账 没有 信用卡 手机银行 一下 还是 为什么 账户 密码 查询 \
    已经 办理 多少 时候 需要 额度 还款 收到 贷款 短信 登录 不能 网点 限额 账单 利息 客服 谢谢 今天 昨天 理财 到账 开户 柜台 验证码 \
    存款 利率 失败 提示 显示 申请 冻结 挂失 激活 年费 提前 逾期 分期 手续费 余额 流水 明细 身份证 本人 修改 绑定 解绑 微信 支付宝 \
    扣款 退款 商户 消费 积分 兑换 礼品 活动 优惠 房贷 车贷 公积金 社保 代发 工资 对公 企业 网银 盾牌 证书 到期 续期 销户 预约 \
    取款 现金 大额 外汇 汇率 美元 欧元 港币 境外 汇款 跨行 实时 次日 节假日 营业 时间 地址 电话 投诉 建议 态度 排队 叫号 自助 \
    机器 吞卡 存折 补登 打印 回单 发票 盖章 证明 资信 征信 报告 记录 异议 更正 担保 抵押 合同 签约 解约 违约金 罚息 宽限期 \
    最低 全额 循环 取现 临时 提额 降额 风险 评估 基金 保险 黄金 国债 大额存单 结构性 净值 赎回 申购 份额 收益 亏损 亲属 老人 \
    孩子 学生 助学 农户 小微 商贷 经营 流动 资金 票据 承兑 贴现 保函 信用证 托收 结算 清算 对账 差错 长款 短款 冲正 调账 \
    盗刷 诈骗 可疑 报警 止付 解冻 司法 公证 继承 遗产 赠与 代理 授权 委托 视频 面签 刷脸 指纹 声纹 设备 更换 升级 卸载 闪退 \
    卡顿 白屏 网络 信号 漫游 国外 回国 护照 港澳 台胞 外籍 税务 居民 声明 反洗钱 尽职 调查 更新 职业 住址 邮编 邮箱 电子 纸质 \
    邮寄 快递 丢失 损坏 磁条 芯片 免密 小额 闪付 公交 地铁 停车 加油 餐饮 酒店 机票 火车 景区 门票 影院 健身 医院 药店 学费 \
    水费 电费 燃气 物业 有线 宽带 话费 充值 缴费 代扣 自动 定期 活期 通知 零存整取 整存整取 教育 储蓄 养老 年金 万能 分红";
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂玉兰萍红鹏华建国志峰梅宇欣雨佳琪子涵浩然思远一诺梓轩诗雅晨曦俊凯婷雪琳莹嘉豪泽楠瑞博文哲旭东海燕春晓冬青松柏云飞龙凤翔宁安康乐怡心悦彤";
const PRODUCTS: &str =
    "稳利 增盈 安心 日日 月月 季季 悦享 尊享 惠农 融易 快贷 薪金 乐分期 白金 钻石 标准 联名 青春 长城 丰收";

/// A generator of pseudo-random numbers (SplitMix64, Steele and others 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What messages are made of.
pub struct Corpus {
    words: Vec<&'static str>,
    /// The share of draws that fall on a word or one before it.
    up_to: Vec<f64>,
    surnames: Vec<char>,
    given: Vec<char>,
    products: Vec<&'static str>,
}

impl Corpus {
    pub fn new() -> Self {
        let words: Vec<&str> = WORDS.split_whitespace().collect();
        let weights: Vec<f64> = (1..=words.len()).map(|rank| 1.0 / (rank as f64 + 2.7)).collect();
        let all: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let up_to = weights.iter().map(|weight| {
            sum += weight / all;
            sum
        });
        let up_to = up_to.collect();
        Corpus {
            words,
            up_to,
            surnames: SURNAMES.chars().collect(),
            given: GIVEN.chars().collect(),
            products: PRODUCTS.split_whitespace().collect(),
        }
    }

    /// A word of a rank, 0 the most common one.
    pub fn word(&self, rank: usize) -> &'static str {
        self.words.get(rank.min(self.words.len() - 1)).copied().unwrap_or_default()
    }

    pub fn words(&self) -> usize {
        self.words.len()
    }

    pub fn name(&self, random: &mut Random) -> String {
        let mut pick = |from: &[char]| from.get(random.below(from.len())).copied().unwrap_or_default();
        [pick(&self.surnames), pick(&self.given), pick(&self.given)].iter().collect()
    }

    pub fn product(&self, random: &mut Random) -> String {
        let name = self.products.get(random.below(self.products.len())).copied().unwrap_or_default();
        format!("{name}{}号", random.below(500))
    }

    /// A message of 5 to 80 characters.
    pub fn message(&self, random: &mut Random) -> String {
        // Most are short, some are long.
        let length = 5 + (random.unit().powi(2) * 75.0) as usize;
        let mut text = String::with_capacity(length * 3 + 16);
        let mut count = 0;
        while count < length {
            let piece = match random.below(40) {
                0 => self.name(random),
                1 => self.product(random),
                2 => format!("{}元", random.below(100_000)),
                3 => format!("尾号{:04}", random.below(10_000)),
                4 => format!("{}月{}日", 1 + random.below(12), 1 + random.below(28)),
                5 => "，".into(),
                6 => format!("单号{}", 10_000_000 + random.below(90_000_000)),
                _ => {
                    let at = random.unit();
                    self.word(self.up_to.partition_point(|share| *share < at)).to_owned()
                }
            };
            count += piece.chars().count();
            text.push_str(&piece);
        }
        text
    }
}
