"""Tables of the forward model in `samples.damage`: the converter's characters and its keys.

The facts come from reading several dozen damaged pages beside their clean originals. The restorer must not import this
file: the real table is longer than what could be observed.
"""

import functools
import json
from importlib import resources

import opencc

KEYS = (
    "創區業規養聯發協態節戰統續衛鎮穩據醫數優環鄉執現驅網經絡監農關內產調礎訓復導預設構結質務應權轉術擴習獨責學風領準財嚴獻儲夢當"
    "蘊誠買賣進補標項負擔達細範災謹側護號紀強機簡點認濟報臺揚個驗堅實運價動級遠營請時冊計費庫績測識險爭競勵場覺會對長見評國勢購無"
    "聽盤門沒語說來過書問樹開寫專類滿線車稱萬話"
)
"""The annotated characters in the order in which they switch on; a page uses the first so many of them."""

LEVELS = (0, 6, 24, 28, 34, 50, 53, 68, 78, 84, 108, 116, 122, 131, 137, 145)
"""How many keys each level 0…15 uses."""

LEFT_SIMPLIFIED = "于后里范并云采干征占么筑愿斗余游郁系制面只志松谷卷升托布伙"
"""Characters that the converter leaves although a traditional form exists, so 骨干 and 范圍 stand in its output."""

# Where OpenCC's first choice is another variant than the one seen, or one that no table of this class of converters
# (one traditional form a character, plain modern variants) carries.
_CORRECTED = str.maketrans(
    "着台准症冲迹鉴脏历汇陕众为启伪沩妫钟签湿艳娴卤叁闲谥",
    "著臺準癥沖跡鑒臟歷匯陜眾為啟偽溈媯鐘簽濕艷嫻鹵叄閑謚",
)
_NOT_CONVERTED = "吃唇群峰床吁岳岩秘粽灶雇凄昵皂腼咤麽谘讬锺馀钜颚鲶麹麺缐侭渖稆藴醖镟迳輼緼縆苧"

_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FA5  # the Han of GBK


@functools.cache
def traditional_forms() -> dict[str, str]:
    """Simplified → traditional, one to one: OpenCC's first choice where GBK holds it, corrected by what was seen."""
    han = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    # one call for all: a line each, so that no phrase can form
    converted = opencc.OpenCC("s2t").convert("\n".join(han)).split("\n")
    forms = {s: t for s, t in zip(han, converted, strict=True) if s != t and _in_gbk(t)}
    forms |= {chr(s): chr(t) for s, t in _CORRECTED.items()}
    return {s: t for s, t in forms.items() if s not in LEFT_SIMPLIFIED + _NOT_CONVERTED}


@functools.cache
def simplified_forms() -> dict[str, str]:
    """Traditional → simplified: the inverse of `traditional_forms`."""
    return {t: s for s, t in traditional_forms().items()}


@functools.cache
def first_readings() -> dict[str, str]:
    """Key → its first dictionary reading with tone marks, as the converter writes it (長 zhǎng, 數 shù)."""
    text = resources.files("pypinyin").joinpath("pinyin_dict.json").read_text("utf-8")
    readings = json.loads(text)
    return {key: readings[str(ord(key))].split(",")[0] for key in KEYS}


def _in_gbk(char: str) -> bool:
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
