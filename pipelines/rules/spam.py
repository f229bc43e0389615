"""Words that injected headers and link farms are made of, in label form (see `pipelines.article.labelling`).

Origin: the catalogue of such campaigns on Chinese sites: pornography, gambling, game servers, forged papers. A word
alone proves nothing, newspapers write about all of this; several different ones in one header or one farm do.
"""

# Words that headlines of newspapers hardly ever use.
STRONG = (
    *("一区二区", "二区三区", "三区四区", "无码", "中文字幕", "国产精品", "国产av", "亚洲av", "欧美日韩", "日韩欧美"),
    *("精品久久", "久久精品", "成人av", "成人免费", "成人在线", "成人网站", "成人片", "免费观看", "在线观看"),
    *("在线播放", "高清无码", "人妻", "熟女", "自拍偷拍", "偷拍", "av在线", "麻豆", "91精品", "福利视频", "黄片"),
    *("黄色视频", "色情网", "狠狠", "毛片", "a片", "性色", "三级片", "伦理片", "乱码1区", "激情视频", "娱乐城"),
    *("百家乐", "老虎机", "时时彩", "六合彩", "北京赛车", "快三", "葡京", "威尼斯人", "太阳城", "金沙娱乐"),
    *("皇冠体育", "皇冠足球", "真人娱乐", "真人荷官", "体育投注", "棋牌游戏", "捕鱼游戏", "电子游艺", "博彩网"),
    *("博彩平台", "注册送", "开户送", "彩票网", "彩票平台", "彩票注册", "亚博", "万博体育", "伟德", "必威", "betway"),
    *("betvictor", "betvlctor", "188bet", "bet365", "ku游", "九游会", "开云体育", "ag真人", "凯发", "利来国际"),
    *("新葡京", "永利", "澳门新葡", "天天中彩票", "澳门彩", "香港六合", "特码", "一肖一码", "管家婆", "马会"),
    *("传奇sf", "变态传奇", "传奇一条龙", "传奇登录器", "传奇开服", "合击传奇", "单职业传奇", "开服表", "魔域私服"),
    *("看片", "撸啊", "午夜影", "成人影", "博彩", "棋牌", "真人视讯", "pk10"),
    *("传奇私服", "新开传奇", "sf999", "私服发布网", "代开发票", "办证", "迷药", "春药", "催情", "网上赌", "赌球"),
    *("外围", "约炮", "裸聊", "网赌", "手机投注", "投注网", "下注", "电竞竞猜", "官方网站首页", "官网首页登录"),
    *("app下载安装", "手机版app", "客服热线电话"),
)
# How a brand is pushed into the middle of a clean text: 市伟德betvlctor体育举行 (Latin letters grown into Han).
BRAND = r"[\u4e00-\u9fff]{2}(?:bet[a-z0-9]{3,10}|[a-z0-9]{1,8}bet|yabo|kok|leyu|jiuyou)[\u4e00-\u9fff]{2}"
BRAND_STEMS = ("bet", "yabo", "kok", "leyu", "jiuyou")
# Words of tests that show other content to search engines than to readers.
CRAWLERS = (
    *("baiduspider", "googlebot", "360spider", "sogou web spider", "sogouspider", "yisouspider", "bingbot"),
    *("haosouspider",),
)
SEARCH_ENGINES = ("baidu", "google", "sogou", "haosou", "so.com", "bing", "soso", "yisou", "sm.cn")
# How names of outlets, offices and sections end: a partner's link and the tail of an honest title are called so.
NAMES_OF_SITES = (
    *("网", "网站", "新闻", "频道", "报", "报社", "在线", "门户", "论坛", "博客", "首页", "中心", "客户端", "社区"),
    *("资讯", "电视台", "电台", "百科", "专栏", "公众号", "杂志", "周刊", "专题", "热线", "之窗", ".com", ".cn"),
    *("政府", "委", "委员会", "办", "办公室", "局", "厅", "部", "院", "协会", "学会", "商会", "大学", "学院", "学校"),
    *("图书馆", "博物馆", "公司", "集团", "银行", "医院", "主管", "主办", "承办", "协办", "支持"),
)
