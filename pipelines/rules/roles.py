"""The roles that Chinese credit lines name, in simplified script (see `pipelines.details.bylines.fold`).

Origin: credit lines of newspapers, broadcasters and their apps, 2000 to 2026; what a role means is not interpreted
beyond `WRITING`.
"""

from pipelines.rules.words import words

# who wrote it: these people are authors as well
WRITING = words(
    """
    撰文 撰稿 撰稿人 采写 执笔 记者 本报记者 特约记者 特派记者 见习记者 实习记者 全媒体记者 首席记者 文字记者
    特约撰稿 特约撰稿人 特约通讯员 通讯员 文字 文稿 编写 编译 采编
    """
)
LEADING = words(
    """
    总监制 监制 总制片人 制片人 制片 总出品人 出品人 联合出品 出品 总策划 策划 策划人 总统筹 统筹 项目统筹
    内容统筹 总导演 导演 执行导演 编导 导播 总编辑 副总编辑 主编 副主编 执行主编 值班主编 总值班 值班主任
    值班编委 值班总编辑 值班总编 编委 主任 总负责 顾问 策划统筹 总编 负责人 创意 创意策划 制作人 监审 总监
    """
)
EDITING = words(
    """
    责任编辑 责编 编辑 值班编辑 本期编辑 执行编辑 文字编辑 图片编辑 视频编辑 视觉编辑 新媒体编辑 网络编辑
    网站编辑 流程编辑 美术编辑 美编 编审 编校 审校 校对 责任校对 责校 校审 审核 责任审核 审读 审稿 审定 审签
    签发 终审 初审 复审 复核 一审 二审 三审 一校 二校 三校 初编 终编 组稿 整理 编排 统稿 值班审核 内容审核 核稿
    编发 录入 责任编委 初审编辑 复审编辑 终审编辑 签审 审核人
    """
)
MAKING = words(
    """
    摄影 摄像 摄影记者 视频记者 摄制 拍摄 图片 供图 制图 绘图 插画 插图 漫画 海报 图 图文 设计 视觉设计 视觉
    平面设计 版式 版式设计 排版 美术 美工 剪辑 后期 后期制作 包装 动画 动效 特效 视频 音频 配音 播音 主播 主持
    主持人 出镜 出镜记者 录音 音乐 作词 作曲 演唱 朗读 朗诵 旁白 制作 视频制作 技术 技术支持 开发 前端 数据 运营
    新媒体 素材 资料 翻译 译者 采访 供稿 文案 实习生 协助 协调 联络 航拍 调色 字幕 场记
    """
)

ROLES = (*WRITING, *LEADING, *EDITING, *MAKING)
