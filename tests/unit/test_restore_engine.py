"""The restorer on invented sentences: one test a rule, and what must stay as it is."""

import time
from pathlib import Path

import pytest

from pipelines.notes import replay
from pipelines.restore.classify import classify
from pipelines.restore.engine import Restored, restore, restore_fields
from pipelines.restore.quotes import Quotation
from pipelines.restore.runs import _quotation
from pipelines.restore.width import widen
from samples.damage import damage

# Enough of a damaged page for the verdict; level 6 and level 0 of the converter.
ANNOTATED = "青埠縣科技創(chuàng)新協(xié)會昨天召開會議,發(fā)布了漁業(yè)發(fā)展規(guī)劃,要求關(guān)心漁民生活。"
CONVERTED = "青埠縣的漁業協會昨天召開會議,對今后的發展范圍、制造業和關系作了說明,并且邀請了干部,大家都愿意參與。"


def _restored(line: str, page: str = CONVERTED) -> str:
    given = f"{page}\n{line}"
    result = restore(given)
    assert replay(given, result.notes) == result.text
    return result.text.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("國(guó)家的創(chuàng)新", "国家的创新"),
        ("減少I(mǎi)PO的數量", "减少IPO的数量"),
        ("陳翀（chōng）和程珉(mín)來了", "陈翀（chōng）和程珉（mín）来了"),
        ("他在當?shù)亟?jīng)濟發展中起了作用", "他在当地经济发展中起了作用"),
        ("他學到了知識??茖W需要耐心", "他学到了知识。科学需要耐心"),
        ("這事沒有關系??！", "这事没有关系啊！"),
        ("進入新階段，F(xiàn)代化的步子加快了", "进入新阶段。现代化的步子加快了"),
        ("他想去看?！搬t(yī)生說的", "他想去看。“医生说的"),
        ("處處彰顯著著名科學家的顯著成績", "处处彰显着著名科学家的显著成绩"),
        ("什么人在皇后大道上走了三公里", "什么人在皇后大道上走了三公里"),
        ("陜西的乾坤灣", "陕西的乾坤湾"),
        (
            "比賽15:49開始,票價1,000元,詳見http://a.example/b,c?d=1,歡迎!",
            "比赛15:49开始，票价1,000元，详见http://a.example/b,c?d=1，欢迎！",
        ),
        ("世界貿易組織(WTO)成立了", "世界贸易组织（WTO）成立了"),
        ("道路日益清晰,；北邊也通了", "道路日益清晰；北边也通了"),
        ("這是真的。/p>", "这是真的。"),
        ("國\u200b家\u200d的規則", "国家的规则"),
        ("⼈⼝與⼤⼩", "人口与大小"),
        ("我👋🏻們都很好", "我们都很好"),
        ("分 享 至 手 機", "分享至手机"),
    ],
)
def test_a_line_of_a_damaged_page(line: str, after: str) -> None:
    assert _restored(line, ANNOTATED + CONVERTED) == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "青埠县昨天召开会议，对今后的发展作了说明。",
        "主演程珉(mín)今年三十岁，和陈翀（chōng）是同学。",
        "青埠縣政府於昨日召開會議，並對今後的發展做了說明，這裡的漁民都很願意參與製作。",
        "學(xué)習(xí)漢(hàn)語(yǔ)：你(nǐ)好(hǎo)，我(wǒ)是(shì)老(lǎo)師(shī)。",
        "今天真高兴😀，我们明天再去！🌟",
        "print('a,b'); x = f(1, 2)",
        "今天?明天?",
    ],
)
def test_what_no_converter_made_stays(text: str) -> None:
    assert restore(text) == Restored(text=text, verdict=restore(text).verdict)
    assert restore(text).verdict.kind == "clean"


@pytest.mark.parametrize(
    ("text", "kind", "after"),
    [
        ("青埠县渔业协会".encode("gbk").decode("latin-1"), "misread", "青埠县渔业协会"),
        ("青埠县渔业协会在渔港开会了".encode().decode("gbk", "ignore"), None, None),
        ("????????????", "lost", "????????????"),
        ("锟斤拷锟斤拷锟斤拷锟斤拷", "lost", "锟斤拷锟斤拷锟斤拷锟斤拷"),
        ("青埠😀县昨天🌟召开会议，渔👨‍👩‍👧民都去👍🏻了", "sprinkled", "青埠县昨天召开会议，渔民都去了"),
        (
            "青埠(bu)县昨天召(zhao)开会议，对今后的发(fa)展作了说明，渔民(min)们都很关心(xin)。",
            "toneless",
            "青埠县昨天召开会议，对今后的发展作了说明，渔民们都很关心。",
        ),
    ],
)
def test_other_damage(text: str, kind: str | None, after: str | None) -> None:
    result = restore(text)
    assert replay(text, result.notes) == result.text
    if kind is not None:
        assert (result.verdict.kind, result.text) == (kind, after)
        assert result.verdict.evidence


def test_a_spam_header_that_was_never_converted_is_dropped_and_kept_as_a_note() -> None:
    header = "青埠买车网_渔港游戏平台_县城彩票开户"
    result = restore(f"{header}\n{ANNOTATED}")
    assert result.text.startswith("青埠县科技创新")
    assert result.notes[0].rule == "spam-header"
    assert result.notes[0].before == header + "\n"


def test_an_eaten_character_is_never_guessed() -> None:
    assert "17.9" not in _restored("他在當?shù)?7.9%的漁船上工作過")
    assert "�" in _restored("他在當?shù)?7.9%的漁船上工作過")


def test_an_orphan_that_is_still_known_decides() -> None:
    # the lost byte of 。 (A1) and that of 專 (8C), which looks likely here, give different texts
    assert _restored("師范\uf7a1\x02？茖W校") == "师范。科学校"


def test_a_margin_is_kept_and_a_small_one_is_doubtful() -> None:
    result = restore(CONVERTED + "\n他學到了知識??茖W需要耐心")
    notes = [note for note in result.notes if note.rule == "byte-run"]
    assert [note.before for note in notes] == ["??茖W"]
    assert notes[0].confidence is not None


def test_fields_of_a_page_share_its_verdict() -> None:
    result = restore_fields([("headline", "渔港"), ("byline/0", "來源:青埠縣"), ("body/0", ANNOTATED)])
    assert result.verdict.kind == "annotated"
    assert result.texts[:2] == ("渔港", "来源：青埠县")
    assert {note.where for note in result.notes} == {"byline/0", "body/0"}


def test_a_headline_alone_is_no_evidence() -> None:
    assert restore_fields([("headline", "青埠縣漁業大會")]).texts == ("青埠縣漁業大會",)


def test_restoring_twice_equals_once() -> None:
    once = restore(f"{ANNOTATED}\n{CONVERTED}").text
    assert restore(once).text == once


def test_marks_stay_where_no_folding_is_evident() -> None:
    page = classify([CONVERTED.replace(",", "，")])
    assert not page.folded
    assert list(widen("他說:好", page)) == []


def test_a_mark_beside_an_orphan_byte_says_nothing_of_width() -> None:
    damaged = (
        "云岫縣的關系戶問題為什么難辦?“我們關心的是制造業和建筑業的骨干?！笨h長說,旅游業也有關系,志愿者為數眾多。"
        "“為了大家的愿望,范圍還要擴大?！睍浹a充說,標志還要更換。"
    )
    assert classify([damaged]).folded


def test_simplified_text_that_quotes_traditional_is_left_alone() -> None:
    quoted = "臺灣的創業園區規劃與產業發展,志愿者為旅游業制造業的骨干,關系重大,范圍廣大。"
    page = f"一段繁体引文\n这里说的话都是简体，我们国家的发展离不开人民。原文如下：\n{quoted}"
    assert restore(quoted).text != quoted
    assert restore(page).text == page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("云溪縣創(chuàng)新中心揭牌,匯聚三十家企業(yè)。", "annotated"),
        ("他帶著鸕(lú)鶿(cí)到河邊捕魚,三十年來生活十分愜意。", "clean"),
        ("銀行行(háng)長(zhǎng)昨天宣布,今年的獎金按時發給員工。", "clean"),
    ],
)
def test_two_notes_in_one_sentence(text: str, kind: str) -> None:
    assert restore(text).verdict.kind == kind


@pytest.mark.parametrize("quoted", ["他說：“往左", "他說：「往左"])
def test_speech_before_a_run_is_open_in_marks_of_either_kind(quoted: str) -> None:
    assert _quotation(quoted, Quotation.NONE) == Quotation.SPEECH
    assert _quotation(f"{quoted}。”", Quotation.NONE) == _quotation(f"{quoted}。」", Quotation.NONE) == Quotation.NONE


@pytest.mark.parametrize("noise", ["?", "?！", "??！", "當?shù)", "，F(xiàn)", "?！彼", "(((((", "國?"])
def test_hostile_repetition_takes_linear_time(noise: str) -> None:
    def seconds(times: int) -> float:
        text = f"{ANNOTATED}{CONVERTED}\n" + noise * times
        start = time.process_time()
        restore(text)
        return time.process_time() - start

    seconds(50)
    assert seconds(800) < 40 * max(seconds(100), 0.01)


A_NAME = (
    "盐滩上长出的林子\n"
    "於素琴教授在云渡的盐滩上种了二十年树。头三年，种下去的苗全军覆没，於素琴不肯走，在窝棚里住了四个冬天。学生说，於老师的"
    "布包里总装着一把尺子，见树就量。去年，第一片林子通过了验收，制种的农户也富裕起来。“树活了，后来的人才留得住。”於素琴说。"
)


def test_a_name_that_only_authors_write_is_one_kind_of_character() -> None:
    made = damage(A_NAME, level=0, straddle_rate=0.0)
    restored = restore(made.text)
    assert restored.verdict.kind == "converted"
    assert restored.text == made.expected


@pytest.mark.parametrize(
    "text",
    [
        "中央銀行公布本周外匯市場統計，日均成交占整體市場三成，占比持平，交易員說下週仍要看海外消息。",
        "議員余小萍質疑，施工的期程一再延誤。余小萍說，居民每天繞路，學生上學多花二十分鐘，商家生意也受影響，要求月底前公布期程。",
        (
            "週末從埔里搭車上阿里山看日出,山頂只有三度,老師傅在月台賣熱薑茶,一杯五十元。隔天轉往后里騎單車,鐵馬道沿著舊鐵橋走,兩旁是稻田,風很大,"
            "孩子騎得滿臉通紅。回程經過大里,買了一斤里肌肉,朋友說這家開了四十年,賣完就關門。晚餐滷了一鍋,蘿蔔燉得透明,湯頭清甜,連不吃肉的女兒都喝了兩碗。"
        ),
        "惟庚寅吾以降。皇覽揆余初度兮，肇錫余以嘉名。名余曰正則兮，字余曰靈均。",
        "鄭武公娶于申，曰武姜，生莊公及共叔段。莊公寤生，驚姜氏，故名曰寤生，遂惡之。愛共叔段，欲立之，亟請于武公，公弗許。",
    ],
    ids=[
        "公布 and 占 are printed in Taiwan",
        "the surname 余",
        "places called 里",
        "余 of the Chu songs",
        "于 of the annals",
    ],
)
def test_what_writers_of_traditional_choose_too_is_no_evidence(text: str) -> None:
    assert restore(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        (
            "材料:雞蛋三顆,蝦仁一百五十公克,白飯兩碗,紅蘿蔔半條,鹽一小匙,醬油一大匙.\n"
            "步驟一:蝦仁洗淨,挑去腸泥,用鹽,米酒,太白粉抓醃十分鐘.\n步驟二:熱鍋倒油,蛋液下鍋,快速攪散,七分熟就盛起來.\n"
            "步驟三:同一鍋,爆香蔥白,蝦仁下鍋,變紅就盛起.\n步驟四:紅蘿蔔丁炒軟,白飯下鍋,用鍋鏟壓散,炒到粒粒分明.\n"
            "小技巧:隔夜飯最好,沒有隔夜飯就把熱飯攤開吹涼!蛋不要炒太老!醬油一定要淋鍋邊,香氣才會出來!孩子愛吃的話,加點玉米,豌豆,"
            "顏色漂亮,營養也夠!買不到新鮮的蝦仁,冷凍的也可以,退冰以紙巾吸去水分再下鍋!"
        ),
        (
            "阿明:到了嗎?我們在門口等你!\n小玲:快了快了,還在塞車,前面好像出車禍!\n阿明:要不要先點餐?\n"
            "小玲:好啊,幫我點牛肉飯,不要蔥!\n大頭:我也要!雞腿飯,半糖奶茶!\n阿明:你不是減肥嗎?\n大頭:明天再說!\n"
            "阿明:老闆說雞腿賣完了,換排骨可以嗎?\n大頭:可以!加一顆滷蛋!\n小玲:停車好難找,誰出來幫我看一下?\n"
            "阿明:我去,你在哪一條路?\n小玲:國小對面,郵局旁邊,紅色的車!\n阿明:看到了,往左,對,再往左,停!\n"
            "大頭:你們快點,飯來了,我先吃囉!\n小玲:等一下啦!蛋給我留著,不准吃!\n阿明:你再動筷子,我就把你的奶茶喝掉!\n"
            "大頭:好啦好啦,不動,你們到底還要多久?\n小玲:三分鐘!已經看到招牌了!"
        ),
        (
            "起初,神創造天地。地是空虛混沌,淵面黑暗;神的靈運行在水面上。神說:“要有光”,就有了光。神看光是好的,就把光暗分開了。神稱光爲晝,"
            "稱暗爲夜。有晚上,有早晨,這是頭一日。\n神說:“諸水之間要有空氣,將水分爲上下!”神就造出空氣,將空氣以下的水,空氣以上的水分開了。"
            "事就這樣成了!神稱空氣爲天。有晚上,有早晨,是第二日!\n神說:“天下的水要聚在一處,使旱地露出來!”事就這樣成了!神稱旱地爲地,"
            "稱水的聚處爲海。神看著是好的!神說:“地要發生青草,結種子的菜蔬,結果子的樹木,各從其類!”事就這樣成了!"
        ),
        (
            "觀自在菩薩,行深般若波羅蜜多時,照見五蘊皆空,度一切苦厄。舍利子,色不異空,空不異色,色即是空,空即是色,受想行識,亦復如是。舍利子,"
            "是諸法空相,不生不滅,不垢不淨,不增不減。是故空中無色,無受想行識,無眼耳鼻舌身意,無色聲香味觸法,無眼界,乃至無意識界。無無明,"
            "亦無無明盡,乃至無老死,亦無老死盡。無苦集滅道,無智亦無得,以無所得故,菩提薩埵。依般若波羅蜜多故,心無罣礙,無罣礙故,無有恐怖,"
            "遠離顛倒夢想,究竟涅槃。三世諸佛,依般若波羅蜜多故,得阿耨多羅三藐三菩提。"
        ),
    ],
    ids=["a recipe", "a chat", "a scripture with 爲", "a sutra"],
)
def test_half_width_marks_alone_are_no_evidence(text: str) -> None:
    assert restore(text).text == text


def test_articles_without_a_telling_word_are_recognised_by_their_marks() -> None:
    """Two or three in a hundred have none: 乒超聯賽鏖戰五盤,小將救主."""
    corpus = Path(__file__).parents[2] / "scripts" / "corpus"
    articles = [
        article
        for path in sorted(corpus.glob("*.txt"))
        for article in path.read_text("utf-8").split("\n\n")[::40]
        if len(article) > 300
    ]
    missed = [text[:20] for text in articles if classify([damage(text[:300], level=0).text]).kind != "converted"]
    assert len(articles) > 100
    assert len(missed) <= 0.01 * len(articles), missed
