"""Names of people and places for the development set."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦齐梅庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺"
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞平刚辉玲桂英华鹏飞鑫波斌宇浩凯健俊帆雪琳倩颖婷晶莹洁萍红燕丹露璐欣悦妍媛怡佳宁雯蕾薇琪瑶岚翔旭博晨阳亮毅峰岩林森楠彬诚信义仁礼哲睿涵轩然昊天雷震霖钢铁柱山川海河江波澜兵武文斐"
GIVEN_A = "建国志晓小玉秀桂淑春海永文明家子雨梓思若雅嘉佳俊浩宇泽天一诗梦欣怡美丽金银宝德福永庆长少云月红艳凤荣彩素慧雪冬秋景振兴宏伟正大立世光学成绍继祥瑞民新东立维振兆克敬先锦绮芷沐亦奕奕语可心依若书启宥承景屹知羽翊"
GIVEN_B = "华国明平强芳英兰珍梅红霞燕玲娟敏静丽萍琴云莲凤香秀杰军伟勇刚涛斌波辉超鹏飞龙虎林森生根福贵财祥瑞成龙海洋江涛峰岩山宇轩涵萱琪怡欣悦妍婷婷娜雯佳慧颖晨曦阳辰熙然泽霖豪博文武斌哲睿诚远航帆清澜舟宁安康乐溪竹桐柠希言之一恩瑜瑾玥"
COMPOUND = ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "宇文", "长孙", "南宫", "独孤", "司空", "轩辕", "百里", "呼延", "澹台", "闻人", "赫连"]
WORDS = ["李想", "马力", "高峰", "江山", "白雪", "石磊", "杜鹃", "文静", "安然", "夏雨", "金星", "方圆", "黄河", "高洁", "常青", "严明", "程功", "万里", "陆地", "田野", "向阳", "路遥", "雷鸣", "关山月", "成龙", "钱多多", "高明", "徐徐", "毛毛", "牛奔"]
LATIN = ["Michael Johnson", "Emily Chen", "David Smith", "John Brown", "Sarah O'Neil", "Wang Xiaoming", "ZHANG WEI", "Li Na", "Kim Min-ji", "Tanaka Hiroshi", "Anna Petrova", "James T. Kirk", "Robert Miller", "MARIA GARCIA", "Jean-Pierre Dupont", "Liu Yang", "CHEN JIAN GUO", "Thomas Müller", "Peter Van Dyke", "Nguyen Van An", "Ouyang Nana", "Jessica Lee", "William Taylor", "ZHAO/LEI", "Sun Yue"]
MINORITY = ["阿依古丽·买买提", "迪丽努尔·阿不都热合曼", "买买提·艾力", "阿卜杜拉·吐尔逊", "努尔江·哈斯木", "古丽米热·肉孜", "扎西·次仁", "热依汗·尼亚孜", "艾山江·玉素甫", "帕丽达•克里木", "阿不力孜·依明", "迈克尔·杰克逊", "安娜·卡列尼娜", "约翰·史密斯", "玛丽亚·加西亚", "让·皮埃尔", "巴特尔", "其其格", "乌兰图雅", "扎西次仁", "卓玛央金", "洛桑平措", "格桑梅朵", "旦增罗布", "阿迪力江", "买买提明", "古丽娜尔", "斯琴高娃", "苏日娜", "山本一郎", "佐藤健", "朴志勋", "金秀贤"]

PLACES = [
    ("北京市", "", ["朝阳区", "海淀区", "丰台区", "通州区", "昌平区"]), ("上海市", "", ["浦东新区", "徐汇区", "闵行区", "静安区"]),
    ("天津市", "", ["河西区", "南开区"]), ("重庆市", "", ["渝北区", "江北区", "九龙坡区"]),
    ("广东省", "深圳市", ["南山区", "福田区", "龙岗区"]), ("广东省", "广州市", ["天河区", "越秀区", "番禺区"]), ("广东省", "东莞市", [""]),
    ("浙江省", "杭州市", ["西湖区", "余杭区", "滨江区"]), ("浙江省", "宁波市", ["鄞州区", "海曙区"]), ("浙江省", "义乌市", [""]),
    ("江苏省", "南京市", ["江宁区", "鼓楼区"]), ("江苏省", "苏州市", ["姑苏区", "昆山市"]), ("四川省", "成都市", ["武侯区", "锦江区", "双流区"]),
    ("湖北省", "武汉市", ["洪山区", "江汉区"]), ("湖南省", "长沙市", ["岳麓区", "雨花区"]), ("陕西省", "西安市", ["雁塔区", "长安区"]),
    ("山东省", "青岛市", ["市南区", "李沧区"]), ("山东省", "济南市", ["历下区"]), ("河南省", "郑州市", ["金水区", "二七区"]),
    ("河北省", "石家庄市", ["长安区", "正定县"]), ("辽宁省", "大连市", ["沙河口区", "中山区"]), ("黑龙江省", "哈尔滨市", ["道里区"]),
    ("福建省", "厦门市", ["思明区", "湖里区"]), ("云南省", "大理白族自治州", ["祥云县"]), ("贵州省", "贵阳市", ["云岩区"]),
    ("广西壮族自治区", "南宁市", ["青秀区"]), ("内蒙古自治区", "呼和浩特市", ["新城区"]), ("新疆维吾尔自治区", "乌鲁木齐市", ["天山区"]),
    ("安徽省", "合肥市", ["蜀山区"]), ("江西省", "赣州市", ["章贡区", "于都县"]), ("甘肃省", "兰州市", ["城关区"]),
]
ROADS = ["建国路", "人民路", "中山北路", "科技园南路", "解放大道", "文一西路", "望京西街", "学院路", "世纪大道", "长江中路", "和平巷", "朝阳门外大街", "五四大街", "二环南路", "前进二路", "珠江东路", "湖滨路", "天府大道中段", "三里屯路", "永嘉路", "南京西路", "龙华街道民治大道"]
ESTATES = ["幸福小区", "阳光花园", "万科城", "翠苑一区", "龙湖滟澜山", "金地名京", "保利香槟国际", "绿地中心", "恒大名都", "碧桂园", "丽水嘉园", "御景湾", "华润置地大厦", "世贸广场", "国贸大厦", "天安数码城", "软件园二期", "中海国际公寓", "教师新村", "机床厂宿舍"]
TOWNS = ["禾甸镇", "柳林乡", "城关镇", "大王庄镇", "石桥乡", "周庄镇", "红旗乡", "龙泉街道", "梅溪镇"]
VILLAGES = ["王家村", "大李庄村", "上河村", "新民村", "黄泥塘村", "三合村", "东湖村"]
DIGITS = "零一二三四五六七八九"


def counted(n):
    """A number under a thousand as it is said: 一百零八."""
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return "十" + (DIGITS[n % 10] if n % 10 else "")
    if n < 100:
        return DIGITS[n // 10] + "十" + (DIGITS[n % 10] if n % 10 else "")
    rest = n % 100
    tail = "" if rest == 0 else ("零" + DIGITS[rest] if rest < 10 else ("一" if rest < 20 else "") + counted(rest))
    return DIGITS[n // 100] + "百" + tail


def address(r):
    said = r.random() < 0.35
    num = (lambda n: (counted(n) if n < 1000 and r.random() < 0.6 else "".join(DIGITS[int(d)] for d in str(n)))) if said else str
    province, city, districts = r.choice(PLACES)
    district = r.choice(districts)
    head = [province, city, district]
    how = r.random()
    if how < 0.25 and city:
        head = [city, district]
    elif how < 0.33 and district:
        head = [district]
    elif how < 0.45:
        short = lambda name: name[:-1] if name.endswith(("省", "市")) else name
        head = [short(province), short(city) if r.random() < 0.5 else city, district]
    parts = [p for p in head if p]
    if r.random() < 0.2:
        parts += [r.choice(TOWNS), r.choice(VILLAGES), r.choice(["%s组" % num(r.randrange(1, 12)), "%s号" % num(r.randrange(1, 200)), "%s组%s号" % (num(r.randrange(1, 9)), num(r.randrange(1, 99)))])]
    else:
        if r.random() < 0.8:
            parts.append(r.choice(ROADS) + (num(r.randrange(1, 999)) + r.choice(["号", "号", "号院", "弄%s号" % num(r.randrange(1, 60))]) if r.random() < 0.85 else ""))
            estate = r.random() < 0.5
        else:
            estate = True
        if estate:
            parts.append(r.choice(ESTATES))
        if estate or r.random() < 0.4:
            block = num(r.randrange(1, 30)) + r.choice(["栋", "幢", "号楼", "座", "号楼"])
            unit = num(r.randrange(1, 6)) + "单元" if r.random() < 0.5 else ""
            room = r.choice([num(r.randrange(101, 3300)) + r.choice(["室", "号", "房", ""]), num(r.randrange(2, 30)) + r.choice(["楼", "层"])])
            parts.append(block + unit + room)
    glue = r.choice(["", "", "", "", " "]) if not said else r.choice(["", "", "，", " ", "，嗯，"])
    return glue.join(parts)


def name(r):
    if r.random() < 0.02:
        return r.choice(WORDS)
    surname = r.choice(COMPOUND) if r.random() < 0.04 else r.choice(SURNAMES[:100] if r.random() < 0.75 else SURNAMES)
    if r.random() < 0.28:
        return surname + r.choice(GIVEN_ONE)
    if r.random() < 0.05:
        return surname + r.choice(GIVEN_B) * 2
    return surname + r.choice(GIVEN_A) + r.choice(GIVEN_B)
