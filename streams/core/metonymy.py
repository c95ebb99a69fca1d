"""Capitals that stand for governments: "Moscow said", "talks between Oslo and Lima". Rules of form, no names."""

import re
from collections.abc import Sequence
from typing import Final

from streams.contracts.events import Mention

_LOOK: Final = 40  # characters on either side: an auxiliary, an adverb and a verb; "relations between London and"
# What governments do and cities do not, in the forms that follow a subject.
_ACTS: Final = (
    "said|says|saying|accused|accuses|denied|denies|rejected|rejects|warned|warns|insisted|insists|wants|wanted|"
    "announced|announces|condemned|condemns|condemning|demanded|demands|urged|urges|refused|refuses|vowed|vows|"
    "claimed|claims|argued|argues|agreed|agrees|threatened|threatens|imposed|imposes|recognised|recognises|recognized|"
    "recognizes|blamed|blames|expelled|expels|summoned|summons|sanctioned|sanctions|backed|backs|responded|responds|"
    "retaliated|retaliates|maintained|maintains|hopes|fears|believes|considers|views|accepted|accepts|proposed|proposes|"
    "pledged|pledges|ordered|orders|called|calls|calling|declined|declines|invaded|invades|seeks|sought|supports|opposes|"
    "supported|signed|signs|signing|sent|sends|promised|promises|offered|offers|asked|asks|invited|invites|plans|planned|withdrew"
)
_AUXILIARIES: Final = (
    "has|have|had|would|will|could|should|might|may|must|also|later|again|repeatedly|officially|never|not|long"
)
_ACTS_BEHIND: Final = re.compile(rf" (?:(?:{_AUXILIARIES}|[a-z]+ly) ){{0,3}}(?:{_ACTS})\b")
_HOUSES: Final = (
    "government|authorities|officials?|diplomats?|foreign policy|foreign ministry|ambassador|envoys?|position|stance|"
    "claims?|decision|sanctions|allies|ally|intentions|ambitions|demands|response|support|"
    "perspective|plans|efforts|interests|policy"
)
_HOUSE_BEHIND: Final = re.compile(rf"['’]s? (?:[a-z]+ )?(?:{_HOUSES})\b")
_RELATIONS: Final = (
    "talks|ties|relations|tensions|negotiations|cooperation|agreement|deal|war|dispute|row|standoff|alliance|dialogue"
)
_RELATED_BEFORE: Final = re.compile(
    rf"\b(?i:{_RELATIONS}) (?:with|between) $|\b(?i:{_RELATIONS}) between [A-Z][\w. ]{{2,25}} and $"
)
_PLACE_BEFORE: Final = re.compile(
    r"\b(?:in|at|near|from|to|outside|around|of|across|through|into|toward|towards|via|for) (?:the )?$"
)


def stands_for_government(text: str, mentions: Sequence[Mention]) -> bool:
    """Say whether a capital's mentions mean the government that sits there: at least one does, and half of them do."""
    uses = sum(_is_government(text, mention) for mention in mentions)
    return uses > 0 and 2 * uses >= len(mentions)


def _is_government(text: str, mention: Mention) -> bool:
    before = text[max(0, mention.start - _LOOK) : mention.start]
    if _RELATED_BEFORE.search(before):
        return True
    if _PLACE_BEFORE.search(before):
        return False
    behind = text[mention.end : mention.end + _LOOK]
    return _ACTS_BEHIND.match(behind) is not None or _HOUSE_BEHIND.match(behind) is not None
