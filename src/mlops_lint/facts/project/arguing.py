"""Whether a text argues for learning against something simpler, or admits that something simpler would do."""

from __future__ import annotations

import re

_RULE = re.compile(
    r"\b(?:(?<!as a )(?<!slide )rules?(?! out\b)(?: of thumb)?|rule-?based|heuristics?|hard-?coded|"
    r"hand-?(?:written|picked|made|coded|tuned)|"
    r"if[- ]then|if/else|decision (?:table|tree)s?|thresholds?|cut-?offs?|key-?words?|regex(?:es|p)?|"
    r"regular expressions?|"
    r"look-?ups?(?: tables?)?|sql|(?:a|one|plain|simple|database) quer(?:y|ies)|formulas?|formulae|equations?|"
    r"statistics?|"
    r"statistical|averages?|means?(?= of\b| per\b| by\b| over\b)|medians?|moving averages?|quantiles?|percentiles?|"
    r"z-scores?|counts?|counting|correlations?|seasonal naive|naive|last (?:value|week|year|month)(?:'s)?|"
    r"same (?:day|week|month|hour)(?: last)?|extrapolat\w+|exponential smoothing|arima|holt|ets|baselines?|"
    r"spread-?sheets?|"
    r"excel|calculators?|scorecards?|check-?lists?|dictionar(?:y|ies)|white-?lists?|black-?lists?|block-?lists?|"
    r"blacklisting|"
    r"deterministic|templates?(?: matching)?|pattern matching|string matching|fuzzy matching|edge detection|"
    r"histograms?|"
    r"bm25|tf-?idf|full[- ]text search|(?:keyword|text|plain|site|boolean) search|popularity|most[- ]popular|"
    r"best-?sellers?|bestselling|edit distance|levenshtein|kalman|"
    r"pid(?: controllers?)?|control charts?|shewhart|algorithms?(?= (?:that|which|we|already|in use|used|from))|"
    r"(?:existing|current|present|previous|old|today's|legacy|commercial|off-the-shelf|off the shelf|classical?|"
    r"known|"
    r"standard|simple[r]?|simplest|manual|fixed|linear|logistic|physical|physics|numerical|analytic(?:al)?)[- ]"
    r"(?:\w+[- ]){0,2}?(?:algorithms?|systems?|methods?|tools?|solutions?|software|approach(?:es)?|formulas?|"
    r"models?|scores?|scoring|regressions?|process(?:es)?|procedures?|search|engine|vendor|filters?|averages?|"
    r"solvers?|"
    r"simulat\w+|programs?|scripts?|interpolation|schedules?|lists?|counts?|statistics?))\b|"
    r"규칙|룰|휴리스틱|통계|평균|중앙값|임계|문턱|키워드|정규 ?식|쿼리|수식|공식|베이스라인|기준선|조건문|알고리즘|"
    r"단순한? ?(?:비교|방법|모델|모형|계산)|기존 ?(?:의 )?(?:방식|방법|시스템|모델|알고리즘|도구|솔루션)|선형|"
    r"로지스틱|이동 ?평균|"
    r"인기 ?순|최빈|전년|지난 ?(?:주|달|해)|스코어 ?카드|엑셀",
    re.IGNORECASE,
)
_UNTRIED = re.compile(
    r"\b(?:no|never|not|without|nobody|didn['’]?t|haven['’]?t|have not|did not)\b[^.;]{0,40}?"
    r"\b(?:tried|tested|considered|compared?|looked at|evaluated|thought (?:of|about)|bother\w*)\b|"
    r"\b(?:compar(?:e[sd]?|ing)|test(?:s|ed|ing)?|tr(?:y|ies|ied|ying)|evaluat(?:e[sd]?|ing)|consider(?:s|ed|ing)?|"
    r"benchmark(?:s|ed|ing)?)\s+(?:against |with |to )?(?:no|not (?:a|one|any))\s+(?:\w+[- ]){0,2}?"
    r"(?:rules?|heuristics?|statistics?|baselines?|averages?|algorithms?|alternatives?|methods?)\b|"
    r"(?:규칙|룰|통계|알고리즘|방법)[^.]{0,20}(?:시도|검토|비교)(?:하지|해 ?보지|는 안)",
    re.IGNORECASE,
)
_BY_PEOPLE = re.compile(
    r"\b(?:by hand|manual(?:ly)?|people|persons?|humans?|experts?|staff|clerks?|agents?|doctors?|inspectors?|"
    r"analysts?|"
    r"readers?|reviewers?|annotators?|radiologists?|nurses?|operators?|engineers?)\b|수작업|사람|직원|전문가|"
    r"상담원|담당자",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:modern|state[- ]of[- ]the[- ]art|cutting[- ]edge|bleeding[- ]edge|industry[- ]standard|best practice|latest|"
    r"innovati\w+|powerful|trend\w*|hype|future|strategy|vision|everybody|everyone|competitors?|"
    r"fashion\w*|exciting|"
    r"up[- ]to[- ]date|buzz\w*|prestige|reputation|ai[- ]first|"
    r"(?:customers?|users?|clients?|partners?) expect|"
    r"other (?:teams?|divisions?|departments?|companies|firms|banks|shops|groups?|units?|sites?) "
    r"(?:already |now )?(?:have|has|use|uses|do|did|run)|"
    r"(?:board|management|leadership|ceo|investors?) (?:has |have )?(?:wants?|asks?|asked|wanted|expects?|decided)|"
    r"(?:team|we) (?:has|have|had) (?:\w+ )?(?:experience|skills?|expertise)|best (?:results?|performance|accuracy)|"
    r"(?:ai|machine learning|deep learning|neural networks?|ml) (?:is|are) (?:\w+ ){0,2}"
    r"(?:the way|the best|good|great))\b|"
    r"최신|혁신|트렌드|대세|경험이 (?:있|많)",
    re.IGNORECASE,
)
_WEIGHED = re.compile(
    r"\d|\b(?:no|not|none|never|nothing|neither|nor|cannot|can['’]?t|n['’]t|fail\w*|miss\w*|but|than|instead|only|"
    r"too(?= \w)|beyond|unlike|while|where|"
    r"interact\w*|non-?linear\w*|var(?:y|ies|ied)|complex\w*|many|hundreds|thousands|"
    r"escape\w*|confus\w*|because|since)\b|않|못|없|보다|때문|지만",
    re.IGNORECASE,
)
"""What an argument has and praise lacks."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=다\.)\s*")
_SIMPLE = (
    r"(?:rules?|heuristics?|thresholds?|formulas?|quer(?:y|ies)|sql|statistics?|averages?|look-?ups?|key-?words?|"
    r"regex(?:es)?|regular expressions?|spread-?sheets?|scripts?|(?:if[- ](?:then|else)|if) statements?)"
)
_SUFFICES = re.compile(
    rf"\b{_SIMPLE}\b[^.;,]{{0,60}}\b(?:(?:is|are|was|were|would be|will be|seems?)\s+(?:already\s+|quite\s+|"
    rf"perfectly\s+|"
    rf"good\s+|fully\s+)*(?:enough|sufficient|adequate|fine|as good)|suffices?|sufficed|would suffice|would do|"
    rf"(?:works?|performs?|does|do)\s+(?:just\s+|equally\s+)?(?:as well|well enough|the job|the same)|"
    rf"solves? (?:it|this|the problem|everything)|(?:can|could|would) (?:also )?(?:solve|do|handle) (?:it|this|"
    rf"the (?:job|problem|same)))\b|"
    rf"\b(?:could|can|would) (?:also |just as well |easily )?(?:be )?(?:done|solved|handled|answered) (?:with|"
    rf"by|using) "
    rf"(?:a |one |two |three |some |simple |plain |an )*{_SIMPLE}\b|"
    rf"\b(?:ml|machine learning|a model) is (?:not (?:really |strictly )?(?:needed|necessary|required)|"
    rf"unnecessary|overkill)\b|"
    rf"(?:규칙|룰|쿼리|통계|평균|수식|조건문)[^.]{{0,20}}(?:충분|해결된다|해결됩니다|가능하다)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|neither|nor|hardly|barely|cannot|can['’]?t|n['’]t|isn['’]?t|aren['’]?t|wasn['’]?t|"
    r"don['’]?t|"
    r"doesn['’]?t|won['’]?t|wouldn['’]?t|if|only (?:for|when|in|where|on|while)|until|were it|fail\w*|"
    r"miss\w*|but|nobody|"
    r"whether|used to|no longer|than|once|unless)\b|않|못|없|아니|부족|하지만|지만",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"\b(?:is|are) (?:not (?:really |strictly )?(?:needed|necessary|required)|unnecessary|overkill)\b", re.I
)


def compares(text: str) -> bool:
    """Whether a text names a rule, a statistic or an existing algorithm, and does not say that none was tried."""
    return bool(_RULE.search(text)) and not _UNTRIED.search(text)


def praises(text: str) -> bool:
    """Whether a text speaks of fashion, wishes or experience alone: no number, and nothing that something fails at."""
    return bool(_PRAISE.search(text)) and not (compares(text) or _WEIGHED.search(text))


def speaks_of_people(text: str) -> bool:
    """Whether a text compares with people who do it today, or may."""
    return bool(_BY_PEOPLE.search(text))


def admits(text: str) -> str:
    """The sentence that says that something simple suffices; empty where there is none."""
    for sentence in _SENTENCE.split(text):
        found = _SUFFICES.search(sentence)
        if found and (not _DENIED.search(_SUFFICES.sub(" ", sentence)) and not _denied_inside(found[0])):
            return sentence.strip()
    return ""


def _denied_inside(said: str) -> bool:
    return bool(_DENIED.search(said)) and not _SURE.search(said)
