//! Names of Uyghurs, Kazakhs, Tibetans, Mongols, Yi and Dai, and Japanese given names, without a dot: made of parts that
//! are common among them.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::Source;
use super::super::words::Words;
use super::context;

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < source.len() {
        match made_of_parts(source, free, at) {
            Some(range) => {
                at = range.end;
                found.push(range);
            }
            None => at += 1,
        }
    }
    found
}

/// A name of at least two common parts, or of one behind a word that announces a name.
fn made_of_parts(source: &Source, free: &[bool], start: usize) -> Option<Range<usize>> {
    let usable = |range: Range<usize>| free.get(range).is_some_and(|slots| slots.iter().all(|free| *free));
    let (mut at, mut parts) = (start, 0);
    while let Some((length, ())) = PARTS.at(&source.folded, at).filter(|(length, ())| usable(at..at + length)) {
        at += length;
        parts += 1;
        if parts == 5 {
            break;
        }
    }
    if parts == 0 {
        return None;
    }
    // 仁青|加, 吐尔洪|江: what such names end with, where it is no word of its own.
    let tail = matches!(source.folded(at), '江' | '汗' | '木' | '加' | '仓' | '拉' | '吉' | '措' | '罕' | '草' | '太');
    if tail && usable(at..at + 1) && source.token(at).is_some_and(|t| t.end == at + 1) {
        at += 1;
    }
    let (before, after) = (context::before(source, start), context::after(source, at));
    let around = before >= 3.0 || after >= 3.5 || before + after >= 4.0;
    // Some of the parts are words and places too.
    let place = parts < 2 && source.token(start).is_some_and(|t| t.place && t.end >= at);
    (!place && at - start >= 3 && (parts >= 2 || at - start >= 4 || around)
        // A single short part needs a word such as 我叫 right before it.
        || at - start == 2 && parts == 1 && before >= 6.0)
        .then_some(start..at)
}

static PARTS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "阿依 阿衣 古丽 古力 努尔 努尔江 买买提 买买提明 麦麦提 迪丽 迪里 热巴 娜扎 热娜 阿孜 阿迪力 阿迪力江 艾力 艾合买提 艾尼瓦尔 艾山 艾山江 吐尔逊 吐尔洪 吐尔地 阿卜杜 阿卜杜拉 阿不都 阿布都 \
         阿不力孜 阿不来提 热合曼 热依汗 热西提 玉素甫 玉山江 依明 依马木 依布拉音 伊力哈木 帕提古丽 帕丽达 米热古丽 米热 再努尔 再娜甫 阿曼古丽 哈斯木 哈力克 库尔班 卡德尔 卡哈尔 司马义 沙吾提 塔依尔 \
         吾斯曼 亚森 肉孜 克里木 凯赛尔 迪力夏提 迪丽努尔 努尔古丽 古丽娜尔 古丽米热 古丽娜 阿依古丽 阿依努尔 别克 江别克 巴合提 波拉提 叶尔 加娜尔 扎西 次仁 卓玛 央金 洛桑 平措 格桑 梅朵 旦增 丹增 \
         罗布 多吉 尼玛 达瓦 边巴 白玛 拉姆 德吉 才让 仁青 仁增 索朗 次旺 晋美 顿珠 贡布 贡嘎 益西 曲珍 曲吉 卓嘎 旺堆 旺姆 强巴 桑珠 桑吉 班觉 坚赞 坚参 加措 嘉措 普布 巴桑 赤列 云丹 阿旺 更登 \
         更尕 巴特尔 巴雅尔 布仁 托雅 巴图 其其格 乌兰 图雅 托娅 斯琴 高娃 斯琴高娃 苏日娜 那日苏 那仁 娜仁 娜仁花 娜仁托娅 萨仁 萨日娜 阿拉坦 敖登 宝音 呼和 朝鲁 朝格图 格日勒 格根 乌日娜 乌云 牧仁 \
         孟和 毕力格 哈斯 哈斯高娃 苏和 阿古拉 达来 塔娜 娜日娜 额尔敦 额尔德尼 照日格图 布和 吉日嘎拉 特木尔 帖木尔 呼日勒 恩和 白音 嘎拉 苏德 满都拉 群培 措姆 央宗 达娃 沙吾列提 叶尔兰 赛力克 \
         胡安德克 马依努尔 木拉提 阿斯哈尔 哈那提 阿依丹 阿勒腾 一郎 太郎 次郎 健一 和子 惠子 美智子 由美 真由美 直子 大辅 翔太 格日乐 德力格尔 孟根 孟克 巴音 乌力吉 吉日木图 青格勒 青格乐 哈达 满达 \
         其木格 其木德 苏布德 通拉嘎 乌日图 乌仁 斯日古楞 特日格乐 阿木古楞 阿木尔 巴根 巴达玛 布日古德 查干 朝克图 都仁 宝力德 宝力高 必力格 吉木斯 莫日根 那顺 那木拉 娜布其 诺敏 萨其拉 赛罕 赛音 图门 \
         图布信 旺其格 乌恩 乌恩其 希吉尔 扎那 旦正 东知 才旦 才仁 才吉 完玛 多杰 尕藏 桑杰 华旦 南杰 拉毛 措毛 先巴 久美 尖措 公保 项欠 昂毛 更松 求吉 青措 江措 旺扎 旺杰 旺青 丁增 土登 曲扎 \
         曲措 曲尼 贡桑 贡秋 德庆 德央 色珍 巴珠 加央 泽仁 泽翁 翁姆 拥措 拥忠 呷绒 罗绒 降央 降初 买买提江 艾力江 阿里木 阿里木江 木合塔尔 木塔力甫 牙生 牙合甫 卡地尔 赛买提 热依拉 热孜亚 巴哈尔 \
         古丽仙 古丽扎尔 再努拉 图尔荪 图尔贡 吐逊 吾买尔 伊明 伊敏 阿不力米提 阿不都热依木 阿迪拉 阿斯木 阿尔祖 艾则孜 艾比布拉 艾海提 麦合木提 麦尔丹 马木提 马合木提 米吉提 尼加提 尼亚孜 努尔兰 努尔夏提 \
         帕尔哈提 排祖拉 色依提 沙塔尔 沙比尔 司迪克 托合提 托乎提 玉苏甫 祖农 赛力 沙依拉 叶尔肯 叶尔波力 哈丽旦 加米拉 库尔曼 哈布力 木沙江 吉克 吉木 吉伍 阿木 阿牛 阿洛 阿呷 阿支 阿果 阿加 曲比 \
         曲木 曲别 沙马 马海 马黑 木乃 俄木 俄底 拉铁 拉马 的日 尔古 尔布 尔呷 伍呷 伍果 伍来 约洛 衣布 日布 日火 日哈 史古 子尔 莫色 木果 木呷 木加 布铁 依伙 色惹 金古 海来 勒伍 岩温 岩罕 岩香 \
         岩叫 岩光 玉罕 玉波 玉应",
        (),
    )])
});
