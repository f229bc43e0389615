"""Words of what sites print under every article: three of them in one sentence, and it is not the article's.

For comparing texts only: extraction decides line by line what is an article's text (`pipelines.rules.furniture`), but a
footer may stand inside a paragraph, and two notices of a sentence each must not be taken for one because of it. Words
are matched in simplified script. Origin: the footers, disclaimers and calls of Chinese news, government, finance and
portal sites.
"""

BOILERPLATE_SIGNS = (
    # rights and disclaimers
    *("转载", "摘编", "版权", "著作权", "侵权", "侵犯", "删除", "授权", "免责", "声明", "不代表", "仅代表", "观点"),
    *("本网", "本站", "本平台", "原创性", "证实", "核实", "读者仅作", "仅供", "参考", "不承担", "责任", "自担", "据此"),
    *("投资建议", "买卖建议", "投资有风险", "入市需谨慎", "注明来源", "来源于网络", "来自网络", "如有异议"),
    # who runs the site
    *("主办", "承办", "主管单位", "技术支持", "网站标识码", "备案", "许可证", "举报电话", "举报邮箱", "违法和不良信息"),
    *("邮政编码", "邮编", "地址：", "地址:", "热线：", "热线:", "电话：", "电话:", "传真", "投稿邮箱", "联系我们"),
    # calls to readers
    *("关注", "订阅", "扫码", "扫一扫", "二维码", "公众号", "客户端", "官方账号", "官方微信", "官方微博", "下载"),
    *("更多精彩", "更多资讯", "第一时间", "点击", "首页", "欢迎广大", "提供新闻线索", "来信来电", "打开微信"),
)  # fmt: skip
"""Each is an everyday word; 关注 alone, or 责任 alone, stands in many sentences of news."""
ENOUGH_SIGNS = 3
"""A report about scanning codes holds three as well (扫一扫二维码点餐，却被要求授权): all of its copies are compared
without that sentence, which does no harm."""
