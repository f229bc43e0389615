"""Words of a page's furniture: what stands around and below an article and is not part of it.

Every pattern is matched against the label form of a line (`pipelines.article.labelling`): simplified script,
half-width marks, no white space, no pinyin notes. All but those named `…_ENDS` and `…_INSIDE` must match from the
line's start. Origin: the furniture of Chinese news, government, portal, blog, forum and WeChat pages, 1998 to 2026.
"""

_OPENING = r"[\[<【#>■●◆▼▲*+.\-|(]*"

# A line that ends the article: what follows belongs to other articles or to the readers.
CLOSING = (
    # related stories: 相关新闻, 延伸阅读：…, 【推荐阅读】
    (
        _OPENING + r"(?:相关|延伸|推荐|拓展|扩展|更多|往期|热门|热点|精彩|最新|近期|其他|其它|今日|本周|同类|关联)的?"
        r"(?:阅读|新闻|报道|文章|链接|推荐|专题|内容|资讯|稿件|话题|回顾|消息|信息|热点|要闻|图片|图集|视频|"
        r"评论|搜索|产品|精彩|头条|排行|下载|主题|帖子|日志|博文|文档|标签)"
        r"(?:[:>\]】|.].{0,30}|\(.{0,8}\)|推荐|阅读|列表|排行榜?)?[>#\]】]*$"
    ),
    (
        _OPENING + r"(?:猜你喜欢|大家(?:都|还)在看|[为给][您你]推荐|(?:编辑|小编|精品|专题|图文|站内|本类)推荐|"
        r"你可能(?:还)?(?:喜欢|感兴趣).{0,6}|看过本文的人还看过.{0,6}|"
        r"(?:阅读|点击|新闻|人气|一周|24小时)?(?:排行|热点|热门)(?:榜|文章)?|"
        r"延伸阅读|热文|热门文章|随机文章|最新文章|最近更新|本类热门)[:>\]】]*$"
    ),
    # the neighbours in time: 上一篇：…, 下一条
    _OPENING + r"[上下前后]一?(?:篇|条|则|章|节)(?:文章|新闻)?(?:[\])】:.>|].*|[\])】]*)$",
    # readers: 网友评论, 最新留言(12), 发表评论
    (
        _OPENING + r"(?:网友|网民|最新|热门|全部|精彩|精选|读者|文章|用户|发表|我[要来也]|写|查看|添加|暂无)?"
        r"(?:评论|留言|跟帖|跟贴|热评|书评|回复|讨论)"
        r"(?:列表|区|内容|\(\d*条?\)|\d{1,6}条?|一下|仅供参考.*|.{0,4}|规则.*)[:>\]】]*$"
    ),
    r"共有?\d+[条个](?:评论|留言|回复).{0,10}$",
    r"已有\d+[人位条].{0,8}(?:评论|发言|参与|跟帖|跟贴|回复|留言)",
    r"(?:网友评论仅供|文明上网|登录后(?:发表|评论)|发表您?你?的(?:评论|看法|观点|留言)).{0,20}$",
    r"(?:您?(?:需要|必须)登录|请先?登录后).{0,20}$",
    # what an encyclopedia's entry ends with
    r"(?:参考资料|词条标签|扩展阅读|词条统计)[:>\]】]?$",
    # calls to share, scan, follow, go back
    r"(?:分享|转发|推荐)(?:到|至|给|本文|按钮)[:.]?.{0,24}$",
    (
        r"(?:扫一扫|扫描|扫码|长按|微信扫|打开微信).{0,40}"
        r"(?:关注|下载|分享|阅读|二维码|朋友圈|手机|公众号|打开|添加|查看|识别|网页).{0,30}$"
    ),
    r".{0,20}(?:扫描|扫码|长按|识别).{0,20}(?:二维码|小程序码).{0,40}$",
    r"(?:更多.{0,8}?,?)?(?:欢迎|敬请|请)?(?:关注|订阅|搜索|添加).{0,24}(?:微信|公众号|微博|头条号|抖音|官方).{0,40}$",
    (
        r"(?:返回|回到|进入|访问).{0,14}"
        r"(?:首页|顶部|列表|频道|主页|网站|论坛|目录|上页|上级|专题|页首|栏目|搜狐)(?:,?查看更多.{0,10})?[>\]】]*$"
    ),
    (
        r"[【\[(]?(?:打印|关闭|收藏|推荐|复制|投稿|纠错|字号|字体|繁体|发表评论|推荐给朋友|举报|我要纠错|保存|顶部)"
        r"[:\[\]【】|()+\-大中小打印关闭本页文此窗口收藏推荐复制纠错分享举报返回首顶部保存链接给好友]*$"
    ),
)

# What templates call the summary that they print above a text: 摘要: …
SUMMARY = frozenset({"摘要", "内容摘要", "文章摘要", "新闻摘要", "内容提要"})

# A line that is no part of the text wherever it stands.
CHROME = (
    (
        r"(?:分享|收藏|点赞|赞|踩|举报|打印|关闭|复制|返回|转发|评论|更多|展开|收起|展开全文|阅读全文|"
        r"点击(?:查看.{0,8}|播放|图片.{0,12}|进入.{0,10})|查看[原大]图|大中小|[大中小]|全文|正文|广告|推广|赞助商链接|"
        r"首页|顶部|top|字[体号](?::.{0,12})?|订阅|\+?关注|已关注|播报|编辑|语音播报|倍速|听新闻|\d+(?:赞|评论|收藏|阅读))$"
    ),
    r"分享(?:到|至|给|:).{0,24}$",
    r"[-—=\[(]+(?:广告|推广)[-—=\])]+$",
    # players: 00:00/03:12, 播放暂停静音全屏
    r"(?:\d{1,2}:)?\d{1,2}:\d\d/(?:\d{1,2}:)?\d{1,2}:\d\d$",
    r"(?:播放|暂停|静音|全屏|倍速|重播|音量|弹幕|高清|标清|超清|清晰度|\d{1,3}%){2,20}$",
    r"yourbrowserdoesnotsupport.{0,40}$",
    (
        r"(?:微信|微博|新浪微博|qq空间|qq好友|qq|朋友圈|腾讯微博|人人网|豆瓣|facebook|twitter|line|email|邮箱|"
        r"手机版|客户端|小程序)++$"
    ),
    # pagers: 首页 上一页 1 2 3 … 下一页
    # (possessive, or a row of digits could be cut in as many ways as it has digits)
    r"(?:第?\d++页?|[首尾末]页|[上下]一?页|共\d++页|[<>]++|\.{3}|\|)+$",
    r"(?:\[\d++\]|\(\d++\)){2,}(?:下一页)?$",
    r"本文(?:共|分为?)\d+页.{0,12}$",
    r"[\[(【<>↑▲]*(?:点击|戳|轻触)(?:上方|上面|下方|下面|左上角?|右上角?|文末|标题).{0,16}(?:关注|订阅|蓝字|名片|卡片).{0,16}$",
    r"(?:用手机|手机|扫码)(?:看|阅读|浏览).{0,14}$",
    r"\(?(?:本文来自|转载(?:请)?注明|转载自?|本文转自).{0,40}$",
    r"(?:关键[词字]|标签|tags?|分类|本文标签|文章标签|所属分类|归档)[:].{0,60}$",
    r"(?:视频加载中|加载中|正在加载).*$",
    r"(?:您的浏览器|感谢您的反馈).{0,30}$",
    # 您现在的位置:云溪信息港>>文章列表, on a page of links the only line that is no link
    r"(?:您|你)?的?(?:当前|现在|目前)?的?(?:所在|所处)?的?位置(?:是|为)?:.{0,40}>",
    r"分享让更多人看到$",
    r"(?:天才)?(?:一秒)?(?:请?记住|收藏)本站(?:地址|域名|网址|最新).{0,40}$",
    r"(?:点击)?阅读原文[>.]*$",
    r"(?:播报|编辑|讨论|上传视频|收藏|查看){2,}$",
    # what bulletin boards put around a post
    r"--+$",
    r"[※*]+(?:来源|修改|转载|引述)[:.].{0,80}$",
    r"(?:打开|下载|进入|前往).{0,8}(?:app|客户端).{0,24}$",
    r".{0,30}尽在.{2,14}(?:app|客户端|公众号)$",
    # "小礼物走一走，来简介书关注我" above the button that pays the writer; 她说她来信说一直关注我 is a sentence
    r"\"?.{0,8}(?:小礼物|打赏|赞赏).{0,8},来.{2,8}关注我\"?$",
    # what sites show to readers who block advertisements: 您查看的内容可能不完整，部分内容和推荐被拦截！… and not
    # 网上流传的内容可能不完整，读者应以公告为准
    r".{0,12}内容可能不完整.{0,16}(?:拦截|屏蔽).{0,40}$",
    r".{0,30}(?:点我|点此|点击|立即|马上|扫码)下载(?:最新版?)?(?:app|客户端).{0,24}$",
    # how WeChat accounts end their posts
    r"[-—=*.>]*(?:end|the end)[-—=*.<]*$",
    r"(?:(?:关注者|被浏览|赞同|喜欢|收藏|点赞|转发|评论|好评|差评)数?:?\(?\d[\d,.]{0,9}[万w+]?\)?[次人条|/.]?){2,}$",
    r".{0,10}(?:flash|javascript).{0,16}(?:插件|支持|播放器)",
)

# Lines that hold rights, disclaimers and funding; kept as notices. How they begin:
NOTICE_STARTS = (
    (
        r"[\[(【*.※]*(?:(?:免责|版权|特别|郑重|法律|网站|本网|著作权|版权[与及]免责)声明|声明|版权说明|免责条款|特别提[示醒])"
        r"[\])】]*(?:[:.]|$)"
    ),
    r"(?:\(c\)|©|copyright|版权所有|版权归|本版权|著作权)",
    r"凡(?:本网|本站|注明|是本网|本报).{0,30}(?:注明|来源|转载|作品|稿件)",
    r"(?:以上|[本该此]文)(?:内容|文章|言论|图片|观点).{0,16}(?:不代表|仅代表|版权)",
    # the platforms' own notice in English: Notice: The content above (including the pictures and videos if any) is …
    r"notice:thecontentabove",
    # 新浪声明：…, 平台声明：…, “特别声明：以上作品为用户上传，本平台仅提供信息存储空间服务。; no “声明：我与此事无关。”
    r"\"?[\u4e00-\u9fff]{2,4}声明:.{0,80}(?:登载|刊载|转载|不代表|意味着|仅供|信息存储|原创性|版权)",
    r"本文(?:仅代表|不代表|内容仅|版权|系转载|为转载|图片来|由.{0,12}授权)",
    r"文章(?:仅代表|不代表|内容仅|版权)",
    r"(?:本文|文章|原文|本页)的?(?:永久)?(?:链接|地址|网址)[为是]?:",
    r"(?:内容|图片|文字|图文|素材|部分图片|部分内容|资料)(?:来源|来自)于?(?:网络|互联网).{0,40}$",
    r"本站(?:所有|部分|文章|仅).{0,60}$",
    r"(?:转载|投稿|版权|侵权)(?:请|须|联系|事宜|合作|投诉|热线|及|与).{0,60}$",
)
# … of them those that claim the text as a whole, and so stand at its end: ©著作权归作者所有.
RIGHTS = (r"(?:\(c\)|©)?(?:本文)?(?:著作权|版权)归.{1,24}所有",)
# … and what they hold, where one of the words stands in the line at all.
NOTICE_WORDS = ("转载", "侵权", "侵删", "侵犯", "支持项目", "资助项目", "授权", "版权")
NOTICES_INSIDE = (
    (
        r"[未非]经.{0,24}(?:许可|授权|同意|允许).{0,12}(?:不得|请勿|禁止|严禁|谢绝).{0,16}"
        r"(?:转载|摘编|复制|使用|镜像|刊登|引用)"
    ),
    r"版权所有.{0,16}(?:不得|请勿|禁止|严禁|转载|违者|侵权)",
    r"(?:如有|若有|如).{0,10}侵[权犯删].{0,40}(?:联系|告知|删|通知)",
    r"(?:基金|专项|项目|计划|课题).{0,6}(?:支持|资助)项目$",
    r"^.{0,12}(?:独家稿件|独家报道|原创稿件|原创作品|原创内容).{0,24}(?:转载|授权|版权).{0,40}$",
)

# A line that belongs to the byline: where from, when, how often read.
BYLINE = (
    r"[\[(【]*(?:来源|稿源|转自|摘自|出处|(?:文章|本文|信息|新闻|稿件|内容)来源|文章出处)[:/|].{0,60}$",
    r"(?:发布|发表|更新|创建|添加|录入|上传|编辑|加入|刊发|出版)?(?:时间|日期|于)[:].{0,60}$",
    r"(?:点击|阅读|浏览|访问|人气|围观|点阅|观看)(?:量|数|次数|人数|人次|率)?:?\(?\d",
    r"(?:发信人|发信站|寄信人|信区|看板|标题)[:].{0,80}$",
    r"(?:发布|发表|更新|创建|编辑|修改)于(?:19|20)\d\d[-/.年].{0,30}$",
    # 《白鹭日报》（2026年03月12日 第 06 版）
    r"\(?<[^<>]{2,16}>\(?(?:19|20)\d\d年\d{1,2}月\d{1,2}日,?第?[A-Z]?\d{1,3}版.{0,8}$",
    # （文/张三 图/李四 审核/王五） at the foot; 记者：那年我才十二岁。 is a turn of a dialogue
    r"[\[(【]?(?:作者|文|撰文|记者|通讯员|原作者|文章作者|发布[者人]|发布机构|责任方|信息提供)[:/|](?:[^?!;]{0,39}[^?!;.\])】][\])】]{0,2})?$",
)
# Labels of which two in one line make it a byline.
BYLINE_LABELS = (
    *("来源", "稿源", "作者", "编辑", "责编", "责任编辑", "记者", "通讯员", "撰稿", "摄影", "供稿", "信息来源"),
    *("时间", "日期", "发布日期", "发布时间", "发表时间", "更新时间", "发布人", "发布单位", "字号", "字体"),
    *("点击", "阅读", "点击量", "阅读量", "浏览", "浏览量", "浏览次数", "点击数", "阅读次数", "人气"),
)

# How captions begin, and how they end.
CAPTION_STARTS = (
    (
        r"[\[(【]?(?:[△▲▼▽↑↓]|图(?:为|:|说[:|]|注[:|]|片说明|解[:|]|[一二三四五六七八九十\d]{1,2}[:.、|])|资料图|"
        r"[上下]图(?:为|:)|组图[:|]|图片(?:来源|说明)[:|]|图源)"
    ),
)
CAPTION_ENDS = (
    r"[^,.;]{2,}(?:摄|供图)[)\]】.]?$",
    (
        r"(?:资料图片?|资料照片|效果图|网络图|示意图|视频截图|图自.{0,14}|图源.{0,14}|图片来源.{0,20}|图/.{2,20}|"
        r"\(图片?来[自源].{0,20}\))[)\]】.]?$"
    ),
)

# Names (class or id) of boxes that hold furniture: whole words between - _ and spaces, and parts of words.
_NAMES = (
    *(
        "comment",
        "comments",
        "commentlist",
        "cmt",
        "reply",
        "replies",
        "pinglun",
        "liuyan",
        "footer",
        "foot",
        "copyright",
        "qr",
    ),
    *(
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "sidebar",
        "aside",
        "related",
        "relate",
        "recommend",
        "recommended",
    ),
    *(
        "recommendation",
        "tuijian",
        "hotnews",
        "rank",
        "ranking",
        "paihang",
        "share",
        "shares",
        "bdsharebuttonbox",
        "bdshare",
    ),
    *("jiathis", "social", "toolbar", "tools", "nav", "navbar", "navigation", "menu", "pagination", "pager", "pages"),
    *("page_nav", "tag", "tags", "ad", "ads", "advert", "advertisement", "qrcode", "ewm", "erweima", "popup", "modal"),
    *("dialog", "login", "toplink", "friendlink", "weixin_code", "statement", "mianze", "sign", "signature", "infobox"),
)
FURNITURE_BOXES = (
    rf"(?:^|[\s_-])(?:{'|'.join(_NAMES)})(?:$|[\s_-])",
    # appendQr_wrap, articleQr; names that programs make up end so, too, but have digits and are short: _21bLQr
    r"(?:^|[\s_-])[a-z]{4,12}qr(?:$|[\s_-])",
    (
        r"comment|recommend|relat(?:ed|ive)|sidebar|copyright|breadcrumb|bdshare|share[-_]?(?:bar|box|btn|to)|"
        r"hot[-_]?(?:news|list|article)|paginat|qrcode|foot(?:er)?[-_]?(?:bar|nav|box|link)|more[-_]?(?:news|article)|"
        r"guess|post-?meta(?:data)?|basic[-_]?info|prev[-_]?next|next[-_]?prev|declare|disclaimer"
    ),
)
