"""What pages say that hold no article, in label form (see `pipelines.article.labelling`).

Origin: error pages, login pages and empty application shells of Chinese sites and content management systems.
"""

_THING = r"(?:页面|网页|文章|内容|信息|稿件|新闻|帖子|主题|资源)"

# Said by the title, or in the first lines of a page with hardly any text.
NOT_FOUND = (
    r"(?:^|\D)404(?:\D|$)",
    (
        rf"(?:{_THING}|[您你]?(?:访问|查看|浏览|请求|找)的.{{0,10}})(?:不存在|不见了|找不到|未找到|没有找到|"
        r"已(?:被)?(?:删除|下线|移除|撤销|屏蔽)|无法(?:访问|显示|找到)|走丢了|飞走了|迷路了|已过期|已失效)"
    ),
    rf"(?:找不到|未找到|没有找到|无法找到)[您你]?[要想所]?(?:访问|浏览|查看|请求|查找|找)?的?{_THING}",
    r"(?:page|file|object|document|article)(?:was|is|youarelookingfor|yourequested|could|can|cannot|be){0,3}not(?:be)?found",
    # 系统发生错误, 页面错误！请稍后再试: nothing else in the line, for newspapers write of failures, too
    (
        r"^.{0,3}(?:系统|页面|程序|服务器|网站|数据库)(?:发生|出现|内部|连接)?(?:了?一?[个些]?)(?:错误|异常|出错|繁忙)"
        r"[,.!~:]*(?:请?稍[后候]再?[试来访].{0,4})?$"
    ),
    (
        r"^(?:internalservererror|badgateway|servicetemporarilyunavailable|serviceunavailable|gatewaytime-?out|"
        r"(?:403)?forbidden|accessdenied|50[0-4].{0,30})$"
    ),
    r"[该此](?:内容|文章|页面|帖子|信息|账号).{0,8}(?:删除|不存在|违规|下架|屏蔽|无法查看)",
)
LOGIN = (
    r"(?:请|需要?|必须|[您你]?还?没有|[您你]?还?未)[先要]?(?:登录|登陆|注册).{0,12}",
    (
        r"(?:登录|登陆|注册|付费|开通会员|订阅)(?:后|才)(?:可|能|可以|才能|继续|方可).{0,8}"
        r"(?:查看|阅读|浏览|访问|观看)"
    ),
    r"(?:用户|会员|账号|密码|扫码)登录|统一身份认证|loginrequired|pleaselogin|signintocontinue",
)
# … each of which holds one of these words; most lines hold none.
LOGIN_WORDS = ("登[录陆]", "注册", "付费", "开通会员", "订阅", "统一身份认证", "loginrequired", "pleaselogin", "signin")
# … but not to read: what the reader would do then.
LOGIN_TO_WRITE = (r"回帖|回复|评论|跟帖|跟贴|留言|发帖|发言|发表|收藏|点赞|投票|投稿|签到|评分|打分|参与",)
# … or for proof that the reader is human.
CHECK = (
    r"^(?:安全|访问|人机|滑动|图形|身份)?(?:验证|校验)(?:码|中心|中|页面)?[:.]*$",
    r"(?:访问|请求|操作)(?:过于|太过?|次数过于?)频繁|(?:完成|通过).{0,8}验证.{0,4}(?:后|以|,)?.{0,4}(?:继续|访问|$)",
    r"(?:拖动|按住|滑动).{0,4}滑块|请输入.{0,8}验证码|异常流量|verifyyouarehuman|checkingyourbrowser|justamoment",
)
SCRIPT = (
    r"(?:启用|开启|打开|允许|运行).{0,6}javascript|enablejavascript",
    r"javascript(?:isdisabled|isrequired|isnotenabled|被禁用|已禁用)",
    r"(?:正在|页面)?加载中|loading\.{2,3}|浏览器(?:版本过低|不支持)",
)
# What ends a teaser on a list of articles.
TEASER_ENDS = (
    (
        r"(?:\.{3}|\[?(?:阅读全文|查看全文|阅读更多|查看更多|全文|详细|详情|更多|继续阅读|点击阅读|查看详情|readmore|more)"
        r"\]?[>.]*)$"
    ),
)
