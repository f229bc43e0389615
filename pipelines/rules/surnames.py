"""Family names: what tells a reporter's name from a word where a line has no label (示例网记者看东北 names nobody).

Origin: the 300 most frequent family names of the People's Republic (census reports), the compound ones of the Hundred
Family Names, and the first characters under which Mongol, Tibetan, Uyghur and Hui names are usually written; both
scripts.
"""

from pipelines.rules.words import words

_SINGLE = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹"
    "黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴"
    "华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥"
    "保和苍满初邝矫麻莘尚信修宣禹云訾宰展占战支寿赛才昌阿巴扎次多格旦丹德尼扎仁吾买帕艾热图那玛娜斯依努布塔"
)
_TRADITIONAL = (
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘鍾譚鄒陸顧龍萬錢湯賀賴龔龐蘭陶顏嚴溫蘆魯韋畢聶叢莊塗時關費紀項"
    "陽衛鮑單寧閔華車邊饒臧來蓋穆黨談連欒鄔喬齊歐盧婁蘆練樂應雲戰佔"
)

SURNAMES = frozenset(_SINGLE + _TRADITIONAL)
COMPOUND = frozenset(
    words(
        """
    上官 东方 令狐 公孙 公孫 南宫 司徒 司空 司馬 司马 呼延 夏侯 宇文 尉迟 尉遲 慕容 東方 欧阳 歐陽 淳于 独孤
    百里 皇甫 端木 第五 諸葛 诸葛 轩辕 長孫 长孙
        """
    )
)
