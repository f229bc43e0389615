"""How the tables of words are written: several a line, as one reads them."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order.

    >>> words("来源 稿源 转自")
    ('来源', '稿源', '转自')
    """
    return tuple(text.split())
