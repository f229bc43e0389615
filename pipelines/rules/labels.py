"""Words that label the lines around an article: time, source, views; and what stands there without meaning it.

Written in simplified script and half width; `pipelines.details.bylines.fold` brings a page's line to that form
first, so one table serves both scripts. Origin: the labels met on Chinese news, government and forum pages
from 1998 to 2026.
"""

from pipelines.rules.words import words

# Characters of labels, roles and date words, Traditional over simplified, one for one.
FOLD_FROM = (
    "發佈時間來轉載點擊閱閲讀瀏覽編輯責記攝圖監製審對簽執筆譯繪總統籌導劃員約習視頻錄訪號報國華數內訊機構單於從檢週後長設計樂"
    "詞獻協題標聯關閉體會動網創項資調場據術顧問個開種評論熱權規檔專務實處見聞電臺廣門頭雜誌傳訂贊啟負貼頁"
)
FOLD_TO = (
    "发布时间来转载点击阅阅读浏览编辑责记摄图监制审对签执笔译绘总统筹导划员约习视频录访号报国华数内讯机构单于从检周后长设计乐"
    "词献协题标联关闭体会动网创项资调场据术顾问个开种评论热权规档专务实处见闻电台广门头杂志传订赞启负贴页"
)

# 发布时间: when it was published. A bare 时间 or 日期 in a byline means the same.
PUBLISHED = words(
    """
    发布时间 发布日期 发表时间 发表日期 发稿时间 刊发时间 刊登时间 刊登日期 出版时间 出版日期 上传时间 上传日期
    添加时间 添加日期 加入时间 录入时间 创建时间 提交时间 公布时间 公布日期 公开日期 公开时间 日期 时间 发布于
    创建于 发表于 刊发于 发布在 发布 发表 Published Date
    """
)
# A page that was touched later: heard only where nothing else gives a date.
UPDATED = words(
    """
    更新时间 更新日期 最后更新时间 最后更新 最近更新 更新于 修改时间 最后修改 修改于 编辑于 更新 Updated
    """
)
# Times that are not the article's: 成文日期 is when an official document was signed, 截稿 when the desk closed.
OTHER_TIMES = words(
    """
    成文日期 成文时间 印发日期 生成日期 生效日期 实施日期 废止日期 有效期 截稿时间 截稿 截止时间 截止日期
    活动时间 会议时间 播出时间 注册时间 建立时间 报名时间 开始时间 结束时间 工作时间 办公时间 回复时间 留言时间
    评论时间 抓取时间 采集时间 当前时间 今天是 现在时间 访问时间
    """
)
SOURCE = words(
    """
    文章来源 信息来源 稿件来源 消息来源 新闻来源 本文来源 内容来源 作品来源 来源于 来源自 来源 稿源 转载自 转自
    转载于 摘自 出处 文章出处 来自 来自微信公众号 来自公众号 转自微信公众号 来源微信公众号 供稿单位 信源 Source
    """
)
# who issued an official document: stands in for a source that is not named
PUBLISHER = words(
    """
    发布机构 发布单位 发布机关 发文机关 发文单位 制发机关 制发单位 公开主体 来源单位
    """
)
# who put it online: an office, or somebody who keeps the site (发布者：张三)
UPLOADER = words("发布者 发布人")
# whose a picture is, not the article: 题图来自：视觉青溪, 文/张三 题图/视觉青溪
PICTURE = words("题图 题图来自 头图 头图来自 封面来自 封面图来自 配图来自 图片来自")
# labels that are known and tell nothing that is asked for: 图片来源 tells of a picture, not of the article
OTHER = words(
    """
    图片来源 图源 视频来源 数据来源 资料来源 素材来源 音频来源 封面来源 配图来源 截图来源 头图来源 题图来源
    资金来源 收入来源 经费来源 原标题 标题 关键词 标签 分类 栏目 字号 字体 评论 评论数 回复 收藏 点赞 分享
    索引号 主题分类 文号 发文字号 体裁 摘要 导读 原文链接 链接 网址 地址 电话 邮箱 责任方 转发 顶 推荐 积分 楼主
    用户名 参与
    """
)
VIEWS = words(
    """
    点击量 点击数 点击次数 点击率 点击 阅读量 阅读数 阅读次数 阅读 浏览量 浏览数 浏览次数 浏览人数 浏览 访问量
    访问次数 访问人数 人气 查看次数 查看数 查看 点阅次数 点阅数 点阅 浏览人次 阅读人次 访问人次 观看次数 阅览次数
    播放量 播放次数 播放 围观 Views Hits PV
    """
)
AUTHOR = words(
    """
    文章作者 原作者 作者 本文作者 文 文字作者 Author By
    """
)

# A source that names nobody. Places stand behind 来自 and 发布于: where the writer's address is registered.
NO_SOURCE = words(
    """
    不详 互联网 佚名 其他 其它 匿名 整理 无 暂无 未知 本站整理 综合 网上 网友 网络 网络整理 网络转载 转载
    转载文章 admin none null undefined
    北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州
    云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 海外 未知地区
    """
)
# An author who is nobody.
NO_AUTHOR = words(
    """
    不详 互联网 佚名 匿名 小编 无 暂无 未知 本站 本站编辑 本网 管理员 系统管理员 编辑部 网友 网络 网络整理 admin
    administrator none null undefined
    """
)
# Words of the page's furniture that stand behind a value without a separator: 来源: 示例日报 举报
FURNITURE = words(
    """
    举报 字号 字体 打印 分享 收藏 评论 投稿 纠错 关闭 锁定 讨论 更多 返回 查看 手机看新闻 我要评论 发表评论
    网友评论 我有话说 参与 跟贴 微博 微信 扫一扫 订阅 大中小 关注 下载 点赞
    """
)
# How the name of an outlet ends: read as a source where it stands beside the time without a label.
OUTLET_ENDS = words(
    """
    日报 晚报 早报 晨报 时报 商报 快报 导报 周报 周刊 月刊 杂志 报道 新闻 电视台 广播电台 电台 客户端 通讯社
    新华社 中新社 新闻社 新闻网 在线 频道 公众号 门户 头条 新闻客户端 融媒体中心 融媒体 融媒 传媒 都市报 青年报
    法制报 工人报 经济报 网 报 台
    """
)
