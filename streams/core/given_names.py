"""Short forms of English given names. Written for this project, from what is common in newspapers."""

from typing import Final

_SHORT_FORMS: Final = """
abraham: abe
albert: al bert
alexander: alex sandy
alexandra: alex sandra
alfred: alf fred
andrew: andy drew
anthony: tony
antonio: tony
arthur: art
barbara: barb
benjamin: ben benny
bernard: bernie
bradley: brad
calvin: cal
catherine: cathy kate
charles: charlie chuck
christine: chris
christopher: chris kit
cynthia: cindy
daniel: dan danny
david: dave
deborah: deb debbie
dennis: denny
donald: don donnie
dorothy: dot
douglas: doug
edmund: ed
edward: ed eddie ted ned
edwin: ed
elizabeth: liz beth betsy betty lizzie
eugene: gene
francis: frank
franklin: frank
frederick: fred freddie
gabriel: gabe
geoffrey: geoff
gerald: gerry jerry
gerard: gerry
gregory: greg
harold: hal harry
henry: hank harry
herbert: herb
howard: howie
jacob: jake
james: jim jimmy jamie
janet: jan
jeffrey: jeff
jennifer: jen jenny
jeremiah: jerry
jerome: jerry
jessica: jess
john: jack johnny
jonathan: jon
joseph: joe joey
joshua: josh
judith: judy
katherine: kathy kate katie
kathleen: kathy
kenneth: ken kenny
kimberly: kim
lawrence: larry
leonard: len lenny
leslie: les
louis: lou
louise: lou
margaret: maggie meg peggy
martin: marty
matthew: matt
melissa: mel
melvin: mel
michael: mike mickey mick
michelle: shelly
mitchell: mitch
mohammed: mo
nancy: nan
nathan: nate
nathaniel: nate nat
nicholas: nick
norman: norm
pamela: pam
patricia: pat patty trish
patrick: pat paddy
peter: pete
philip: phil
phillip: phil
rachel: rach
randall: randy
randolph: randy
raymond: ray
rebecca: becky
reginald: reg reggie
richard: dick rick ricky rich
robert: bob bobby rob robbie
roderick: rod
rodney: rod
roger: rog
ronald: ron ronnie
russell: russ
samantha: sam
samuel: sam sammy
sarah: sally
sidney: sid
stanley: stan
stephen: steve
steven: steve
stuart: stu
susan: sue susie
suzanne: sue
terence: terry
theodore: ted teddy
theresa: terry
thomas: tom tommy thom
timothy: tim
valerie: val
victor: vic
victoria: vicky
vincent: vince vinny
walter: walt wally
william: bill billy will willie
zachary: zach zack
"""


def _full_forms() -> dict[str, frozenset[str]]:
    pairs = [line.split(": ") for line in _SHORT_FORMS.strip().splitlines()]
    shorts = {short for _, forms in pairs for short in forms.split()}
    return {short: frozenset(full for full, forms in pairs if short in forms.split()) for short in shorts}


FULL_FORMS: Final = _full_forms()
"""Short form -> the names that it is short for, in small letters."""
