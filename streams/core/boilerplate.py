"""Phrases that sites put around and between the paragraphs of an article.

Every pattern has to match a whole paragraph: an article may well report on a newsletter or quote a cookie banner.
"""

import re
from collections.abc import Iterable
from typing import Final

from streams.core.gallery import is_gallery

MAX_WORDS: Final = 40  # an invitation is short; longer paragraphs are prose that happens to start like one
MAX_CHARS: Final = 400
MAX_CREDIT_WORDS: Final = 70  # an agency names all who took part
MAX_BYLINE_WORDS: Final = 14
MAX_PROMOTION_WORDS: Final = 90  # an appeal to readers explains itself at length
MAX_NOTE_WORDS: Final = 120  # of a life in brief

_SITES: Final = r"(?:facebook|twitter|x|instagram|youtube|telegram|whatsapp|linkedin|google news|threads|bluesky)"


def _any_of(patterns: Iterable[str], flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


_BOILERPLATE: Final = _any_of(
    (
        r"(?:(?:advertisements?|advertising|ads?|sponsored(?: content)?|promoted(?: content)?|paid content|photos?"
        r"|video|image|close|play video|publicité|publicidad|werbung|anzeige|pubblicità|реклама)[\s.|/-]*)+",
        r"(?:advertisement )?(?:story|article|post|content) continue[sd] (?:below|after)\b.*",
        r"(?:advertisement )?continue reading(?: (?:the main story|below|this story).*)?[.…]*",
        r"(?:skip|scroll|keep scrolling|swipe) (?:down |up )?(?:to|for|past|ad)\b.*",
        r"read (?:or|and) share this (?:story|article)\b.*",
        # cookies and consent
        r"(?:we|this (?:web)?site|our (?:web)?site|our partners|[\w.]+\.com) (?:and our partners )?uses? "
        r".*\bcookies?\b.*",
        r"by (?:continuing|clicking|using|browsing|signing|subscribing)\b.*"
        r"\b(?:cookies?|terms|privacy|consent|agree)\b.*",
        r"(?:accept|reject|manage|allow)(?: all)?(?: (?:cookies|preferences|settings))+[.!]?",
        r"(?:cookie|privacy) (?:settings|policy|preferences|notice)",
        # newsletters, accounts, apps
        r"sign(?:ing)? ?up (?:now |here |today |free )*(?:for|to|and)\b[^“”\"]*\b"
        r"(?:newsletters?|e-?mails?|inbox|alerts?|briefings?|updates|daily|weekly|free)\b.*",
        r"subscribe(?: (?:now|here|today|to|for|and)\b[^“”\"]*)?[.!]?",
        r"get (?:the|our|all|your|more)\b[^“”\"]*\b(?:newsletters?|(?:to|in) your inbox|our app|the app)\b.*",
        r"(?:please )?(?:log|sign) ?in(?: or (?:register|sign up|subscribe))?(?: to .*)?[.!]?",
        r"(?:create|register for) (?:an|a free) account\b.*",
        r"already (?:a|have an?) (?:subscriber|member|account)\b.*",
        r"(?:please )?(?:click|tap) (?:here|on the link|below|the link|for more|to (?:read|see|view|watch|listen))\b.*",
        r"(?:to )?(?:download|install|get) (?:the|our) (?:free )?(?:\w+ ){0,4}app\b.*",
        r"(?:please )?(?:enable|turn on|activate) (?:javascript|cookies)\b.*",
        # follow and share
        rf"(?:follow|find|like|join|visit) (?:us|[@#]?\w[\w .:’'-]{{0,60}}) (?:on|at|via) (?:our )?"
        rf"(?:\w+ )?{_SITES}\b.*",
        r"[-–—\s]*follow (?:us|@\w+)(?:[ ,]+(?:and )?@?\w+)*[.!:]?",
        # links to other articles
        r"(?:read|see|watch|listen)(?: more| also| next| now| here)?\s?[:|»>].*",
        r"read (?:more|also|next|full (?:story|article))\b.{0,12}",
        r"(?:also read|see also|more on this(?: story)?"
        r"|related(?: (?:articles?|stor(?:y|ies)|coverage|news|links?|topics?))?"
        r"|recommended|must[- ]read|don[’']t miss|you (?:may|might) (?:also )?like)\b\s?[:|»>–-].*",
        r"(?:lire aussi|à lire aussi|lesen sie auch|lee también|leer también|leggi anche|leia (?:também|mais)"
        r"|читайте также)\b.*",
        # pictures and players
        r"media playback is (?:un|not )?supported on (?:this|your) device\b.*",
        r"photographer: .*|\w+=\"https?://\S+",
        r"(?:image|photo|video|picture) (?:copyright|source|credit|courtesy)\b.*",
        r"(?:enlarge this image|toggle caption|hide caption|view image in fullscreen|view gallery)\b.*",
        r"this article is more than \d+ \w+ old\.?",
        r"\[?(?:email protected|pullquote|audio-clip|embedded content|gallery|video|image)\]?",
        r"https?://\S+",
        r"(?:loading|please wait)\W*",
    )
)

# Lines that only ever end an article.
_FAREWELL: Final = _any_of(
    (
        r"(?:©|\(c\)|copyright\b|all rights reserved).*",
        r".*\ball rights reserved\b.{0,120}",
        r".*\bmay not be (?:published|reproduced|copied|redistributed)\b.*"
        r"\b(?:rewritten|redistributed|permission|consent)\b.*",
        r".*\b(?:reprint permission|republished with permission|terms of use apply)\b.*",
        rf"(?:follow|find|like|join|connect with) .{{1,80}}\b(?:on|at)\b .{{0,40}}\b{_SITES}\b.*",
        r"(?:if you have|have|got|do you have|send us|share) (?:a |any |your )?(?:story|news|tip|question|comment)s?\b"
        r".*(?:@|e-?mail|contact|whatsapp|\?).*",
        r"(?:contact (?:us|the (?:author|writer|reporter))|e-?mail us|write to|send (?:letters|comments|tips)"
        r"|get in touch)\b.*(?:@|\bat\b|here|below).*",
        r"(?:this|the) (?:article|story|post) (?:was )?(?:first|originally) (?:appeared|published)\b.*",
        r"to (?:read|see|get|receive) more\b.*\b(?:click|subscribe|visit|sign up)\b.*",
        r"(?:support|help) (?:our|us|independent)\b.*\b(?:journalism|donat\w+|contribut\w+|subscri\w+)\b.*",
        r"[•*—–-]*\s*(?-i:[A-Z][\w.’'-]+ ){2,4}is (?:an? |the )?(?:[\w’',&-]+ ){0,8}"
        r"(?:editor|columnist|reporter|blogger|correspondent|contributor|fellow|contributing writer|staff writer)\b.*",
        r".*\b(?:follow|reach|contact|e-?mail) (?:him|her|them|me) (?:on|at|via|by)\b.*",
        r"(?:tags?|topics?|keywords?|filed under|categor(?:y|ies)|more on)\s*[:|].{0,200}",
        r"#\w+(?:[\s,]+#\w+)*",
    )
)

# An appeal is made by three things together: a sentence opens by asking the reader for something, it names what
# readers subscribe to, install, pay for or write to, and it says "you" or "we".
_ASKED: Final = re.compile(
    r"(?:^\W*|[.!?:…–—-][\"'”’)]?\s+|\bplease )(?:to (?:receive|get|read|sign|respond)|sign(?:ing)? up|subscribe|join"
    r"|become|follow|download|click|tap|get|listen|tune in|donate|support|consider|make|check out|stay|register|visit"
    r"|read|like|catch|send|submit|e-?mail|want|looking|ready|interested|enjoy\w*|love|have|thank|help|see|add|watch"
    r"|find|let us|tell us|give|try|keep up|respond|receive|share|contact|write to|if you"
    r"|we (?:want|would like|encourage))\b",
    re.IGNORECASE,
)
_OFFERED: Final = re.compile(
    r"\b(?:news ?letters?|inbox|e-?mail box|mailing list|e-?mail (?:alerts?|updates?|list|address)|push alerts?"
    r"|breaking news alerts?|podcasts?|(?:phone|mobile|our|the|free|news) apps?|app store|google play|paywalls?"
    r"|promo code|ad-free|free trial"
    r"|(?:our|digital|premium) (?:members?|memberships?|subscriptions?|subscribers?)"
    r"|become an? (?:\w+ )?(?:member|subscriber|supporter|patron)"
    r"|(?:our|nonprofit|independent|support \w+) (?:journalism|newsroom|reporting)|click (?:here|to)|sign(?:ing)? up"
    r"|(?:on|our) (?:facebook|twitter|instagram|youtube|flipboard)|letters? to the editor|new posts by email)\b"
    r"|@[\w-]+\.\w{2,}",
    re.IGNORECASE,
)
# One of these stands in every text in which `_OFFERED` finds something; they are found much faster.
_OFFER_HINTS: Final = (
    "letter", "mail", "inbox", "alert", "podcast", " app", "app store", "google play", "paywall", "promo code",
    "ad-free", "free trial", " member", " subscri", "become a", " journalism", " newsroom", " reporting", "click ",
    "sign up", "signing up", " facebook", " twitter", " instagram", " youtube", " flipboard", "@",
)  # fmt: skip
_ADDRESSED: Final = re.compile(r"\b(?:you|your|you[’'](?:re|ve|ll)|we|we[’'](?:re|ve|ll)|our|us)\b", re.IGNORECASE)
_REPORTED: Final = re.compile(
    r"[“”]|\b(?:said|says|told|tweeted|added|wrote|according to|he|she|his|her)\b", re.IGNORECASE
)

_PROMOTION: Final = _any_of(
    (
        # links to other pages
        r"[(\[•>*-]*\s?(?-i:PHOTOS?|VIDEOS?|WATCH|READ|RELATED|TIMELINE|QUIZ|POLL|GALLERY|LISTEN|GRAPHICS?|INTERACTIVE"
        r"|SLIDE ?SHOW|ALSO|SEE ALSO|SEE MORE|SEE RELATED|MAP|TRANSCRIPT|FULL TEXT|CHART|DOCUMENTS?|[A-Z]{3,12} VIDEO)"
        r"(?: [\w ]{1,40})?\s?:[^“”]{3,250}",
        r"\(\s?[^():]{2,30}: [^()]{3,120}[^().!?]\)",
        r"\(?\s?(?:also|more|see more) (?:on|from|at) (?-i:[A-Z][\w’']+)(?: \w+)?: [^“”]{3,160}",
        r"(?:watch|listen to) [^.“”]{0,60}\b(?:above|below|here)[.:!]?",
        r"slide ?show \(?\d+ images?\)?|(?:prev|next|previous)? ?(?:image|photo|slide) \d+ of \d+.{0,20}",
        r"just watched\b.{0,200}\bmust watch\b.*",
        r"interested in [^.?]{2,60}\? add [^.]{2,80} as an interest\b.*",
        # who pays, who may copy
        r"content created by .{3,80} is available without charge\b.*",
        r"(?:the )?associated press\b.{0,60}\breceives support\b.*\bsolely responsible\b.*",
        r"[*⦁•-]*\s?this (?:article|story|report) (?:is|was) based in part on\b.*",
        r"(?:note: )?this is a rush transcript\b.*",
        r"(?:tell us|help us report)\b.*\bthis form\b.*",
    )
)

# Patterns that may start with any words, and so take long to fail, behind words that they cannot do without.
_PROMOTION_WITH: Final = (
    ((" more",), _any_of((r"[^.“”]{8,200}\s(?-i:Read|Watch|Learn) more[.»>]?",))),
    ((" here",), _any_of((r"[^.“”]{0,60}\b(?:click|tap) here\b[.!]?",))),
    (
        ("nonprofit", "reader-", "reader "),
        _any_of(
            (
                r"[^.]{2,60} (?:is|are) (?:an? )?(?:[\w-]+ ){0,3}(?:nonprofit|reader[- ]supported|reader[- ]funded)\b"
                r".*\b(?:sign up|subscribe|donat\w+|chip in|support us)\b.*",
            )
        ),
    ),
)

_NAME: Final = r"[^\W\d_a-zß-ÿ][\w.’'-]*"
_FULL_NAME: Final = rf"{_NAME}(?:\s(?:(?:de|van|von|al|el|bin|da|di|la|le|der|den)\s)*{_NAME}){{0,4}}"
_ROLES: Final = (
    r"(?:editor|editor-in-chief|editor-at-large|columnist|reporter|writer|author|blogger|correspondent|contributor|host"
    r"|co-host|fellow|scholar|professor|director|president|analyst|commentator|strategist|attorney|lawyer|journalist"
    r"|producer|researcher|consultant|founder|co-founder|historian|economist|pollster|adviser|advisor|lecturer|novelist"
    r"|critic|critic-at-large|speechwriter|dean|assistant|associate|chair|chairman|chairwoman|ceo|CEO|partner)s?"
)
_AUTHOR_NOTE: Final = re.compile(
    r"[•*—–\s-]{0,4}(?:[Ee]ditor[’']s [Nn]ote: ?|About the [Aa]uthors?:? ?)?"
    rf"(?P<name>{_NAME}(?:\s(?:(?:de|van|von|al|el|bin|da|di|la|le|der|den)\s)*{_NAME}){{1,4}})"
    rf"(?:, (?:\d\d|Ph\.?D\.?|M\.?D\.?|Jr\.?),?)? (?:is|are) (?:(?!(?:to|by) )[\w’'&./-]+,? ){{0,10}}?{_ROLES}\b.*"
    rf"|[•*—–\s-]{{0,4}}(?P<busy>{_NAME}(?:\s{_NAME}){{1,3}})(?:, [^.”]{{5,120}},)? (?:runs|hosts|directs"
    r"|teaches|blogs|covers|holds an?|serves (?:as|on)|contributes to"
    r"|writes (?:an?|the|his|her|for|about|on|regularly)) .*"
)
_SPOKEN: Final = re.compile(r"\b(?:said|says|told|tweeted|added|wrote|according)\b")
# Where an author can be found; tells nothing when it stands in what somebody said.
_REACHED: Final = _any_of(
    (
        r".*\bcan be (?:reached|contacted|followed) (?:at|on|by|via)\b.*",
        r".*\bfollow (?:him|her|them|me|(?-i:[A-Z])[\w .’'-]{2,40}) (?:on|at) (?:twitter|facebook|instagram|@)\b.*",
        r".*\b(?:e-?mail|contact) (?:him|her|them|me|the author|(?-i:[A-Z])[\w .’'-]{2,40}) at\b.*",
        r"(?-i:[A-Z]).{3,200}\b(?:e-?mail|twitter): ?\S*@\S+.*",
        r"[^.]{3,80}\bcovers [^.]{3,80} for (?:the )?(?-i:[A-Z])[^.]{2,60}\..{0,80}",
    )
)
_REACHED_HINTS: Final = ("can be ", "follow ", "mail", "contact ", "twitter", "covers ")  # one is in all of these
_DISCLAIMER: Final = _any_of(
    (
        r"(?:note: )?(?:the )?(?:views|opinions)(?: and (?:views|opinions))? (?:expressed|stated) .{0,120}\b"
        r"(?:his|hers?|their|the|your|solely|own|author|writer|columnists?|alone)\b.{0,240}",
        r"(?:note: )?this (?:article|piece|column|post) (?:gives|represents|reflects) the (?:views|opinions?) of the "
        r"author\b.*",
    )
)

# What only forms and galleries say, however long the paragraph that holds it.
MAX_MARKED_WORDS: Final = 300
_MARKERS: Final = (
    "by signing up you ", "by signing up, you ", "you can unsubscribe at any time", "verify you're not a robot",
    "protected by recaptcha", "your browser does not support", "hide caption 1 of", "photos: photos:",
    "newsletter sign up", "newsletters sign up", "please enter a valid email", "choose your country",
    "thank you for subscribing",
)  # fmt: skip

_TAIL_HEADING: Final = _any_of(
    (
        r"(?:last|latest|breaking|top|more|other|related|recent|popular|trending|recommended) "
        r"(?:news|stor(?:y|ies)|articles?|posts?|headlines|topics|content|coverage|links|videos|reading)",
        r"read (?:more|next|also)|(?:most|more) (?:read|popular|viewed|shared|commented|watched)",
        r"(?:trending|popular)(?: now)?|recommended(?: for you)?|more (?:from|on|about) .{1,50}",
        r"you (?:may|might) (?:also )?(?:like|be interested in)|what to read next|don[’']t miss",
        r"editor[’']?s[’']? picks?",
        r"tags?|topics?|categor(?:y|ies)|comments?(?: \(\d+\))?|leave a (?:comment|reply)|post a comment",
        r"join the conversation|follow us.{0,60}|share this.{0,30}|newsletters?|about the author|explore more|up next",
        r"see also|external links|also (?:on|in|from) .{1,40}|(?:from )?around the web|sponsored (?:links|stories)",
        r"contact us|dernières nouvelles|últimas noticias|neueste nachrichten|ultime notizie",
        r"последние новости|son haberler",
    )
)

_TASKS: Final = "reporting|writing|editing|production|translation|compiled|edited|written"
_CREDIT: Final = _any_of(
    (
        rf"\W*(?i:(?:additional |with )?(?:{_TASKS})(?:,? (?:and|&) (?:additional )?(?:{_TASKS}))* by:?) [A-Z(].*",
        r"(?i:.{3,400}\bcontribut(?:ed|ing) (?:additional )?(?:reporting |research |information )?(?:to|for) this "
        r"(?:report|story|article|dispatch|post)\b.{0,40})",
        r"(?i:contribut(?:ing|ors?|ed)(?: by)?\s?:.*)",
        r"\W*(?:(?:[A-Z][\w.’'-]*|and|in|at|of|for|from|the|also|staff|writers?|reporters?|correspondents?|researchers?),?\s)+"
        r"contributed(?: (?:reporting|research))?\.?",
        r"\W*(?i:with (?:assistance|reporting|contributions|files|inputs?) (?:by|from)) .*",
        r"(?:[A-Z][\w.’'-]+(?: and|,)? ){1,8}reported from [A-Z].*",
        r"\(?(?i:source|via)\s?: [A-Z][\w .&/-]{1,40}\)?",
    ),
    flags=0,
)

_BYLINE: Final = re.compile(
    rf"(?:By|BY|Von|Por|Par)\s+(?P<names>{_FULL_NAME}(?:(?:,?\s(?:and|AND|&)\s|,\s){_FULL_NAME})*)"
    r"(?:\s?[|,/–-]\s?[\w .@’'-]{2,60})?"
)

# An agency's or a photographer's name: "(Reuters)", in brackets of East Asia, too.
_BRACKETED: Final = re.compile(r"[(\uff08][^\W\d_a-z][^().!?\uff08\uff09]{0,40}[)\uff09]")
_SENTENCE_ENDS: Final = (".", "!", "?")

_SHARE_STARTS: Final = frozenset(
    ("share", "shares", "tweet", "pin", "email", "e-mail", "print", "copy", "facebook", "twitter")
)
_SHARE_WORDS: Final = _SHARE_STARTS | frozenset(
    ("tweets", "pinterest", "mail", "link", "links", "whatsapp", "linkedin", "reddit", "tumblr", "telegram",
     "messenger", "flipboard", "google", "google+", "pocket", "comment", "comments", "save", "like", "likes", "this",
     "article", "story", "page", "post", "on", "via", "with", "close", "by", "to", "x", "more")
)  # fmt: skip


def is_boilerplate(text: str) -> bool:
    """Tell whether a paragraph is an invitation, a banner, a link or a rule of dashes."""
    if text.isascii() and not any(char.isalnum() for char in text):
        return True
    if _is_short(text) and (_is_share_line(text) or _BOILERPLATE.fullmatch(text)):
        return True
    if is_gallery(text):
        return True
    lower = text.lower()
    return _has(lower, _MARKERS) and len(text.split()) <= MAX_MARKED_WORDS


def is_promotion(text: str) -> bool:
    """Tell whether a paragraph points to other pages or asks the reader to subscribe, to pay, to follow or to write."""
    if _is_longer(text, MAX_PROMOTION_WORDS):
        return False
    if _PROMOTION.fullmatch(text):
        return True
    lower = text.lower()
    if any(_has(lower, hints) and pattern.fullmatch(text) for hints, pattern in _PROMOTION_WITH):
        return True
    if not _has(lower, _OFFER_HINTS) or not _ADDRESSED.search(text) or _REPORTED.search(text):
        return False
    return bool(_OFFERED.search(text) and _ASKED.search(text))


def author_noted(text: str) -> str:
    """Return who is described in a note such as "Ann Lee is a fellow at the Institute", "" for any other paragraph."""
    found = None if _is_longer(text, MAX_NOTE_WORDS) else _AUTHOR_NOTE.fullmatch(text)
    return (found["name"] or found["busy"]) if found and not _SPOKEN.search(text) else ""


def is_author_line(text: str) -> bool:
    """Tell whether a paragraph says whose opinions an article gives, or how its author is reached."""
    if _is_longer(text, MAX_NOTE_WORDS):
        return False
    if _DISCLAIMER.fullmatch(text):
        return True
    return bool(_has(text.lower(), _REACHED_HINTS) and _REACHED.fullmatch(text) and not _SPOKEN.search(text))


def is_farewell(text: str) -> bool:
    """Tell whether a paragraph is one that only ends articles: rights, contacts, tags."""
    return _is_short(text) and _FAREWELL.fullmatch(text) is not None


def is_tail_heading(text: str) -> bool:
    """Tell whether a paragraph is the heading over links to other articles."""
    return len(text) <= MAX_CHARS and _TAIL_HEADING.fullmatch(text.rstrip(" :.…»>")) is not None


def is_credit(text: str) -> bool:
    """Tell whether a paragraph says who reported, wrote and edited."""
    return not _is_longer(text, MAX_CREDIT_WORDS) and _CREDIT.fullmatch(text) is not None


def byline_names(text: str) -> str:
    """Return the names of a line such as "By A. One and B. Two", "" for any other."""
    found = _BYLINE.fullmatch(text) if len(text) <= MAX_CHARS and len(text.split()) <= MAX_BYLINE_WORDS else None
    return found["names"] if found else ""


def is_furniture(text: str) -> bool:
    """Tell whether a paragraph says nothing where it stands alone, though it may belong to an article around it."""
    if is_credit(text) or byline_names(text) or _BRACKETED.fullmatch(text):
        return True
    return is_tail_heading(text) and not text.endswith(_SENTENCE_ENDS)


def _has(text: str, hints: Iterable[str]) -> bool:
    return any(map(text.__contains__, hints))


def _is_longer(text: str, words: int) -> bool:
    # So many words and the spaces between them have twice as many characters.
    return len(text) > 2 * words and len(text.split()) > words


def _is_short(text: str) -> bool:
    return len(text) <= MAX_CHARS and not _is_longer(text, MAX_WORDS)


def _is_share_line(text: str) -> bool:
    if text.split(maxsplit=1)[0].lower() not in _SHARE_STARTS:
        return False
    return all(word in _SHARE_WORDS or word.isdigit() for word in text.lower().split())
