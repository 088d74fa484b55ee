//! Names of other peoples and from other languages: with a dot between their parts (阿依古丽·买买提), or made of parts
//! that are common among Uyghurs, Kazakhs, Tibetans and Mongols.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use super::context;

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let mut found = dotted(source, free);
    let mut open = free.to_vec();
    for range in &found {
        if let Some(slots) = open.get_mut(range.clone()) {
            slots.fill(false);
        }
    }
    let mut at = 0;
    while at < source.len() {
        match made_of_parts(source, free, at) {
            Some(range) => {
                at = range.end;
                if open.get(range.clone()).is_some_and(|slots| slots.iter().all(|open| *open)) {
                    found.push(range);
                }
            }
            None => at += 1,
        }
    }
    found
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '‧' | '∙' | '･' | '⋅' | '﹒')
}

/// Chinese characters on both sides of a dot, as far as they are such as names from other languages have.
fn dotted(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let usable = |at: usize| free.get(at) == Some(&true) && is_han(source.char(at));
    let (mut found, mut at): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    while at < source.len() {
        if !(is_dot(source.char(at)) || source.char(at) == '.') || at == 0 || !usable(at - 1) || !usable(at + 1) {
            at += 1;
            continue;
        }
        let floor = found.last().map_or(0, |r| r.end);
        let mut start = at;
        // What announces a name is no part of it: 大伯, 顾问.
        let announced = |at: usize| context::before(source, at) >= 4.5;
        while start > floor
            && usable(start - 1)
            && at - start < 8
            && part_of_name(source, start - 1)
            && !(start < at && announced(start))
        {
            start -= 1;
        }
        // Nearly nothing but a name has the dot in the middle: then the word before it is one.
        if start + 1 >= at && is_dot(source.char(at)) {
            let word = source.token(at - 1).map_or(at - 1, |t| t.start).max(floor).max(at.saturating_sub(4));
            let wider = (word..at).all(usable) && !announced(start);
            let before = source.token(word.saturating_sub(1)).filter(|t| t.end == word && t.end == t.start + 1);
            start = match before {
                _ if !wider => start,
                Some(t) if word + 1 == at && t.start >= floor && usable(t.start) && !announced(word) => t.start,
                _ => word.min(start),
            };
        }
        let mut end = at + 1;
        while end < source.len() && end - at < 24 {
            let dot = is_dot(source.char(end)) || source.char(end) == '.';
            if usable(end) && part_of_name(source, end) || dot && usable(end + 1) && part_of_name(source, end + 1) {
                end += 1;
            } else {
                break;
            }
        }
        if is_dot(source.char(at)) && end < at + 3 {
            let word = source.token(at + 1).map_or(at + 2, |t| t.end).max(at + 2);
            let one_more = word == at + 2 && usable(at + 2) && context::after(source, at + 2) < 1.0;
            end = end.max(word.min(at + 5) + usize::from(one_more));
        }
        if start < at && end > at + 1 {
            found.push(start..end);
        }
        at = end.max(at + 1);
    }
    found
}

/// Whether the character may be part of a name from another language here: one that such names have, in no other word.
fn part_of_name(source: &Source, at: usize) -> bool {
    SOUNDS.contains(&source.char(at)) || source.token(at).is_some_and(|t| t.person && t.end - t.start > 1)
}

static SOUNDS: LazyLock<std::collections::HashSet<char>> = LazyLock::new(|| {
    "呷苦俄且海来曲比子如塞克尔阿依古丽买提迪努尔不都热合曼艾力卜杜拉吐逊江哈斯木米肉孜扎西次仁汗尼亚山玉素甫帕达克里木孜明迈杰逊安娜卡列约翰史密玛加让皮埃巴特其格乌兰图雅卓央金洛桑平措梅朵旦增罗布那日苏\
     伊伯易卜萨迪赛买赫默德穆罕默侯赛因贾法优素福库尔班沙塔什肯沃弗瓦维奇诺夫斯基耶娃柳德薇莎索菲奥戈瑞托马菲利普珀森乔治詹姆威廉亨利查理罗伯彼得保大卫丹露西珍妮凯瑟琳伊莎贝拉苏珊黛安德烈亚历山\
     莉莱恩汉弥尔顿华盛林肯肯尼福克纳海明威雪狄更莫泊桑巴扎伽略达芬奇拿破仑拜登朗奇泰勒霍金爱因坦牛居雷蒙费曼图阿赫曼买吐送麦麦提艾孜帕孜热沙依坎巴合江別克叶克热木哈孜别克库尔曼别克波拉提加娜尔\
     贡嘎才让德吉白玛拉姆多吉尼次旺边巴普布罗松顿珠晋美强久赤列丹巴曲珍卓嘎益西索朗阿旺格列坚赞坚参旺堆班觉云登旦巴江村扎堆龙宝音呼和那仁朝鲁高勒敖其赛罕毕力阿古拉孟根娜仁花托娅萨仁高娃斯琴塔拉满都拉\
     洪本比边别宾波采蔡查昌车茨登邓蒂丁东杜顿恩凡范芬丰佛富盖甘冈根贡瓜圭郭果豪黑侯华怀惠霍基季佳贾姜津久坎康考科孔夸奎昆赖劳楞冷黎李连廉列隆鲁伦孟门芒毛穆瑙嫩娘聂宁纽农派潘庞彭皮泊齐恰乔琴青丘荣茹撒瑟绍舍申圣施石什史舒丝汤唐陶腾田铁廷土韦卫温文翁武锡香肖谢辛欣兴雄休雅延扬耶叶易因英永尤约泽曾哲真芝智宗祖佐佩蓬\
     胡尔西丹帕尔哈提阿布力孜米提艾合买塔依尔司马义吾斯曼夏库提祖丽亚森麦尔耶姆阿孜古茹仙姑丽帕夏苏丽坦排日代阿米娜热孜万凡范冯卢玻璃维尔兹奥黛赫本芙蓉萝丝玫琼杰西弗兰克林贝克汉姆梅西内罗纳多"
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\\')
        .collect()
});

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
    let around = context::before(source, start) >= 3.0 || context::after(source, at) >= 3.5;
    // Some of the parts are words and places too.
    let place = source.token(start).is_some_and(|t| t.place && t.end >= at);
    (!place && at - start >= 3 && (parts >= 2 || at - start >= 4 || parts == 1 && around)
        || at - start == 2 && parts == 1 && around && strong(source, start))
    .then_some(start..at)
}

/// A single short part needs a word such as 我叫 right before it.
fn strong(source: &Source, start: usize) -> bool {
    context::before(source, start) >= 6.0
}

static PARTS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "阿依 阿衣 古丽 古力 努尔 努尔江 买买提 买买提明 麦麦提 迪丽 迪里 热巴 娜扎 热娜 阿孜 阿迪力 阿迪力江 艾力 艾合买提 艾尼瓦尔 艾山 艾山江 吐尔逊 吐尔洪 吐尔地 阿卜杜 阿卜杜拉 阿不都 阿布都 阿不力孜 阿不来提 热合曼 热依汗 热西提 \
         玉素甫 玉山江 依明 依马木 依布拉音 伊力哈木 帕提古丽 帕丽达 米热古丽 米热 再努尔 再娜甫 阿曼古丽 哈斯木 哈力克 库尔班 卡德尔 卡哈尔 司马义 沙吾提 塔依尔 吾斯曼 亚森 肉孜 克里木 凯赛尔 迪力夏提 迪丽努尔 努尔古丽 古丽娜尔 古丽米热 古丽娜 \
         阿依古丽 阿依努尔 别克 江别克 巴合提 波拉提 叶尔 加娜尔 \
         扎西 次仁 卓玛 央金 洛桑 平措 格桑 梅朵 旦增 丹增 罗布 多吉 尼玛 达瓦 边巴 白玛 拉姆 德吉 才让 仁青 仁增 索朗 次旺 晋美 顿珠 贡布 贡嘎 益西 曲珍 曲吉 卓嘎 旺堆 旺姆 强巴 桑珠 桑吉 班觉 坚赞 坚参 加措 嘉措 普布 巴桑 赤列 云丹 阿旺 更登 更尕 \
         巴特尔 巴雅尔 布仁 托雅 巴图 其其格 乌兰 图雅 托娅 斯琴 高娃 斯琴高娃 苏日娜 那日苏 那仁 娜仁 娜仁花 娜仁托娅 萨仁 萨日娜 阿拉坦 敖登 宝音 呼和 朝鲁 朝格图 格日勒 格根 乌日娜 乌云 牧仁 孟和 毕力格 哈斯 哈斯高娃 苏和 阿古拉 达来 塔娜 娜日娜 额尔敦 额尔德尼 照日格图 布和 吉日嘎拉 特木尔 \
         帖木尔 呼日勒 恩和 白音 嘎拉 苏德 满都拉 群培 措姆 央宗 达娃 沙吾列提 叶尔兰 赛力克 胡安德克 马依努尔 木拉提 阿斯哈尔 哈那提 阿依丹 阿勒腾 一郎 太郎 次郎 健一 和子 惠子 美智子 由美 真由美 直子 大辅 翔太",
        (),
    )])
});
