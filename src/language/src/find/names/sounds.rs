//! The characters that write the sounds of other languages.

use std::sync::LazyLock;

use super::super::words::Chars;

/// Whether names from other languages are written with the character.
pub(super) fn is_sound(c: char) -> bool {
    SOUNDS.has(c)
}

static SOUNDS: LazyLock<Chars> = LazyLock::new(|| {
    Chars::new(
        "呷苦俄且海来曲比子如塞克尔阿依古丽买提迪努不都热合曼艾力卜杜拉吐逊江哈斯木米肉孜扎西次仁汗尼亚山玉素甫帕达里明迈杰安娜卡列约翰史密玛加让皮埃巴特其格乌兰图雅卓央金洛桑平措梅朵旦增罗布那日苏伊伯易萨赛赫\
     默德穆罕侯因贾法优福库班沙塔什肯沃弗瓦维奇诺夫基耶娃柳薇莎索菲奥戈瑞托马利普珀森乔治詹姆威廉亨查理彼得保大卫丹露珍妮凯瑟琳贝珊黛烈历莉莱恩汉弥顿华盛林纳雪狄更莫泊伽略芬拿破仑拜登朗泰勒霍爱坦牛居雷蒙费\
     送麦坎別叶别波贡嘎才吉白多旺边松珠晋美强久赤益坚赞参堆觉云村龙宝音呼和朝鲁高敖毕孟根花娅琴满洪本宾采蔡昌车茨邓蒂丁东凡范丰佛富盖甘冈瓜圭郭果豪黑怀惠季佳姜津康考科孔夸奎昆赖劳楞冷黎李连隆伦门芒毛瑙嫩娘\
     聂宁纽农派潘庞彭齐恰青丘荣茹撒绍舍申圣施石舒丝汤唐陶腾田铁廷土韦温文翁武锡香肖谢辛欣兴雄休延扬英永尤泽曾哲真芝智宗祖佐佩蓬胡司义吾夏仙姑排代万冯卢玻璃兹芙蓉萝玫琼内昂澳邦包堡鲍博勃策察彻慈聪戴地敦厄哥\
     简京腊蕾良吕缅敏摩乃奈南涅欧匹切钦屈儒尚生朔孙魏希许旭章朱牙力火"
        .chars(),
    )
});
