"""Parts of an address that say how the reader came, not which page it is.

Origin: the parameters that the big analytics and sharing services document (Google, Baidu, Facebook, Microsoft, WeChat,
Weibo), and the session ids of PHP, Java and ASP.NET.
"""

import re

CAMPAIGN = {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"}
BAIDU_ANALYTICS = {"hmsr", "hmpl", "hmcu", "hmkw", "hmci"}
CLICK_IDS = {"gclid", "dclid", "gbraid", "wbraid", "fbclid", "msclkid", "yclid", "bd_vid"}
PLACE_ON_THE_REFERRING_PAGE = {"spm", "scm"}
SHARING = {
    *("share_token", "share_from", "share_medium", "share_source", "sharer_shareid", "sharer_sharetime", "tt_from"),
    *("nsukey", "isappinstalled", "wxshare_count", "weixin_share_count", "from_source", "vd_source"),
}
SESSIONS = {"phpsessid", "jsessionid", "aspsessionid", "sessionid"}

TRACKING_PARAMETERS = frozenset(
    CAMPAIGN | BAIDU_ANALYTICS | CLICK_IDS | PLACE_ON_THE_REFERRING_PAGE | SHARING | SESSIONS
)
# `from` names a section on many sites; only with WeChat's values does it say how a page was shared
SHARING_PAIRS = frozenset({"from=timeline", "from=singlemessage", "from=groupmessage"})

# http://host/page.jsp;jsessionid=0A1B and ASP.NET's http://host/(S(abc123))/page.aspx
SESSION_IN_PATH = re.compile(r";jsessionid=[\w.!-]*|/\(S\(\w+\)\)", re.IGNORECASE)
