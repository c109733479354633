"""Whether a sentence says what software predicts or answers, for which input. English and Korean are read."""

from __future__ import annotations

import re

SAYS = "says"
NAMES = "names"

_VERB = (
    r"(?:predict(?:s|ed|ing)?|forecast(?:s|ing)?|classif(?:y|ies|ying)|detect(?:s|ed|ing)?|recogni[sz](?:es?|ing)|"
    r"estimat(?:es?|ing)|recommend(?:s|ing)|translat(?:es?|ing)|transcrib(?:es?|ing)|summari[sz](?:es?|ing)|"
    r"diagnos(?:es?|ing)|categori[sz](?:es?|ing)|anticipat(?:es?|ing)|coloriz(?:es?|ing))"
)
_LOOSE_VERB = (
    r"(?:segment(?:s|ing)?|identif(?:y|ies|ying)|distinguish(?:es|ing)?|generat(?:es?|ing)|"
    r"extract(?:s|ing)?|rank(?:s|ing)?|"
    r"scor(?:es?|ing)|suggest(?:s|ing)?|cluster(?:s|ing)?|assess(?:es|ing)?|determin(?:es?|"
    r"ing)|count(?:s|ing)?|simulat(?:es?|ing))"
)
_TASK = (
    r"(?:predictions?|forecasts?|forecasting|classifications?|detection|recognition|estimation|"
    r"recommendations?|recommender|"
    r"summari[sz]ation|transcription|diagnosis|captioning|scoring|classifier|detector|predictor|segmentation|"
    r"translation|localization|analysis of sentiment|chatbot|re-?identification|super-?resolution)"
)
_SUBJECT = re.compile(
    r"\b(?:project|app|application|repo(?:sitory)?|model|models|system|tool|service|api|software|"
    r"package|library|solution|"
    r"notebook|code|classifier|network|pipeline|bot|agent|assistant|chatbot|demo|website|platform|program|algorithm|"
    r"goal|aim|aims|aimed|objective|purpose|task|problem|challenge|competition|we|i|our|it|idea|"
    r"approach|implementation|example|dataset|learning|use case|you(?: will|'ll)|let's|used "
    r"(?:to|for)|able to|helps?|here|"
    r"question|mission|scope|product|prototype|experiment|analysis|framework|engine|this)\b",
    re.IGNORECASE,
)
_SOFTWARE = re.compile(
    r"\b(?:goal|aims?|objective|purpose|task|problem|challenge|project|repo(?:sitory)?|app(?:lication)?|"
    r"this|models?|system|tool|"
    r"service|classifier|bot|agent|assistant|solution|notebook|pipeline|you)\b",
    re.IGNORECASE,
)
_AIM = re.compile(
    r"\b(?:goal|aim|aims|objective|purpose|task|problem|challenge|project|repo(?:sitory)?|app(?:lication)?|this)\b",
    re.IGNORECASE,
)
_NOUN = r"(?!(?:is|are|was|were|has|have|of|models?|methods?|tasks?|problems?|systems?|in|for|on|with|using|and)\b)"
_VERBED = re.compile(rf"\b{_VERB}\s+{_NOUN}(?P<object>.{{3,120}})", re.IGNORECASE)
_LOOSELY = re.compile(
    rf"\b(?:to|that|which|and|of|for|can|will|it|app|model|system|tool)\s+(?:\w+ly\s+)?{_LOOSE_VERB}\s+(?P<object>.{{3,120}})",
    re.IGNORECASE,
)
_TASKED = re.compile(rf"(?P<object>(?:[\w'’&/-]+\s+){{1,5}}){_TASK}\b", re.IGNORECASE)
_MADE = re.compile(r"\b(?:for|of)\s+(?P<object>(?:[\w'’&/-]+\s+){2,4})(?:generation|synthesis)\b", re.IGNORECASE)
_SOLVES = re.compile(
    r"\b(?:address|solv|tackl)\w*\s+(?:the\s+|an?\s+)?(?P<object>(?:[\w'’-]+\s+){1,4})problems?\b", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"\b(?:repo(?:sitory)?|project|codebase|library)\b.*\b(?:train|pretrain|fine-?tun|build|"
    r"reproduc)\w*\b.{0,60}\b(?:GPTs?|LLaMA|LLMs?|BERT|language models?)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    rf"\b{_TASK}\s+(?:task\s+|problem\s+|model\s+)?(?:of|for|on|in)\s+(?P<object>.{{3,80}})", re.IGNORECASE
)
_ANSWERS = re.compile(

        r"\b(?:answer(?:s|ing)?\s+(?:\w+\s+){0,3}(?:questions?|quer(?:y|ies))\s+(?:about|on|over|"
        r"regarding|from|related|based|in|using)\b|(?:allows?|lets?|enables?|can|could|users?|"
        r"by)\b.{0,40}\bask(?:ing)?\s+(?:\w+\s+){0,2}questions?\s+(?:about|on|to|over|of|regarding)|"


        r"(?:chat|talk|converse|interact)(?:s|ting|ing)?\s+(?:with|to|over)\s+(?:\w+\s+){0,4}(?:documents?|"
        r"pdfs?|files?|database|csv|"

    r"websites?|books?|papers?|repositor(?:y|ies)|codebase|videos?|docs)|questions?[- ]answering\s+\w+)",
    re.IGNORECASE,
)  # fmt: skip
_ASKED_FOR = re.compile(
    r"\b(?:(?:allows?|lets?|enables?|helps?)\s+(?:the\s+)?(?:users?|customers?|people|anyone|you|them)|users?\s+can|"
    r"customers?\s+can)\s+(?:to\s+)?(?:request|ask\s+for)\s+"
    r"(?!(?:an?\s+|the\s+|new\s+|more\s+)*(?:access|help|support|reviews?|quotas?|refunds?|demos?|certificates?|tokens?|"
    r"permissions?|information|pull)\b)(?P<object>.{3,80})",
    re.IGNORECASE,
)
"""What users get when they ask."""
_ESTIMATED = re.compile(
    r"\W*(?:azure |aws |cloud |project |monthly )?(?:costs?|time|efforts?|budget|pricing|resources?|memory|duration) "
    r"estimat\w+\W*",
    re.IGNORECASE,
)
"""Headings about what it takes to run something."""
_CONTEST = re.compile(
    r"\b(?:solutions?|submissions?|code|place|entry|approach|implementation|repo(?:sitory)?|"
    r"participat\w+|winning|medal)\b.{0,60}?\b(?:to|for|of|in|from|on)\b.{2,90}?"
    r"\b(?:challenge|competition|contest|kaggle|hackathon|cup)\b",
    re.IGNORECASE,
)
_CONTEST_NAME = re.compile(
    r"(?:[A-Z][\w'’]+[\s:-]+){2,}(?:[\w'’:-]+\s+){0,4}(?:[Cc]hallenge|[Cc]ompetition|[Cc]ontest|[Cc]up)"
)
_BUILDS = re.compile(
    r"\b(?:built?|building|create[sd]?|creating|develop(?:s|ed|ing)?|train(?:s|ed|ing)?)\s+(?:an?|"
    r"the|our|my)\s+(?:[\w-]+\s+){1,4}"


                         r"(?:classifier|detector|predictor|recommender|recogni[sz]er|chatbot|translator|forecaster)\b"
                         , re.IGNORECASE)  # fmt: skip
_RISK = re.compile(
    r"\b(?:scor|estimat|comput|calculat|predict|quantif|assess)\w*\s.{0,60}\b(?:probability|"
    r"likelihood|risk|chance|odds)\s+(?:of|that)\b",
    re.IGNORECASE,
)
_VISION = re.compile(
    r"\b(?:models?|architectures?|tasks?|framework|detector|library)\b.*\b(?:object detection|"
    r"image segmentation|instance segmentation|semantic segmentation|"
    r"pose estimation|image classification|face recognition|speech recognition|machine translation|"
    r"text[- ]to[- ](?:speech|image))\b|"
    r"\b(?:object detection|instance segmentation|semantic segmentation|face recognition|speech "
    r"recognition|machine translation)\s+(?:models?|system|app)\b",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    "a an the this that these those your our my their its his her some any each every all "
    "new unseen single given one two using with from on for by via in of to and or "
    "at as into is are be was data dataset datasets output outputs result results value values "
    "sample samples image images input inputs code it them models model "
    "target targets label labels class classes text test train training prediction predictions "
    "variable y x file files mask masks probabilities probability "
    "machine learning deep neural network networks ml ai dl end-to-end end batch online real-time "
    "realtime real time simple basic custom different various multiple many "
    "new best good better based regression classification binary multi multiclass multi-class "
    "problem problems task tasks method methods algorithm algorithms example "
    "examples project projects template pipeline pipelines endpoint endpoints service services "
    "api app web when if whether which how what where while after before "
    "model's performance accuracy script scripts make making get run running perform do does "
    "following below above more most other us you we i self supervised unsupervised "
    "sequence series general language errors error bugs issues problems issue things something "
    "anything changes change drift data-drift here there not no "
    "use uses used can could will would should may might must have has had our first second "
    "then also only step steps python tensorflow pytorch keras sklearn jupyter notebook "
    "docker automatically during through production report reports metrics metric plots figures "
    "documentation docs config configs function functions class "
    "environment gpu cpu version versions folder directory generic arbitrary long short visual "
    "linear framework frameworks large small fast feature features "
    "languages teach computer integrate "
    "either developing bias mitigate unfairness making convolutional recurrent semi-supervised "
    "graph graphs data science business sentence attention transformer transformers following "
    "steps easy "
    "paper papers implementation contrastive experiments experiment hyperparameters parameter "
    "parameters yolo quality high-quality between key both".split()
)
_REFERS = re.compile(
    r"\b(?:paper|implementation|arxiv|dataset|course|tutorial|blog|article|video|template|"
    r"workshop)\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"[.;:()]|\b(?:by|via|using|through)\b")
_POSSESSIVES = frozenset("its their our the these his your model model's any all".split())
_HOW_TO = re.compile(
    r"^(?:to\s|run\b|use\b|then\b|you can\b|in order to\b|for (?:training|testing|inference)|"
    r"please\b|note\b|make sure|install|download|"
    r"click|open|see\b|check|set\b|add\b|create\b(?! an? )|start\b|if you\b|when\b|after\b|"
    r"before\b|once\b|specify|pass\b|usage|optional|default)",
    re.IGNORECASE,
)
_ASIDE_HEADINGS = re.compile(
    r"usage|install|quick ?start|getting started|set ?up|requirement|prerequisite|licen[sc]e|"
    r"reference|citation|cite|acknowledg|contribut|"
    r"deploy|docker|testing|tests|lint|troubleshoot|changelog|todo|roadmap|how to run|running|"
    r"commands?|faq|environment|"
    r"chapter|week|module|lesson|session|day \\d|part \\d|useful|tools|resources|related|links|"
    r"authors?|contact|news|update|syllabus|curriculum|prior work|future|next steps|commit",
    re.IGNORECASE,
)
_TEACHES = re.compile(
    r"\b(?:learn(?:ing)? (?:how|about)|you(?:'ll| will)? (?:learn|understand|know)|attendees|"
    r"lessons?|chapter|lectures?|week \d|cheat ?sheet|e\.g\.|for example|for instance|"
    r"such as predicting|could be|imagine|suppose|(?:^|\s)tips?\b|monitor(?:s|ing)?\b.{0,40}drift|template)\b",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"[가-힣\w)]\s*(?:을|를)?\s*(?:실시간\s*|자동\s*|자동으로\s*|미리\s*)?"
    r"(?:예측|분류|탐지|검출|인식|추천|번역|요약|추정|판별|감지|진단|추출|생성)"
    r"(?:하는|한다|합니다|해\s?주는|하기|하고|하여|을 위한|를 위한|"
    r"\s*(?:모델|시스템|서비스|프로젝트|앱|챗봇|프로그램|알고리즘|대회))"
)
_ABOUT_HEADINGS = re.compile(
    r"problem|overview|about|introduction|objective|goal|abstract|description|background|summary|"
    r"motivation|task|use case|개요|소개|목표|문제|배경|what",
    re.IGNORECASE,
)


def states(text: str, *, heading: str = "", title: bool = False, index: int = 0) -> str:
    """`says` where a sentence states it, `names` where a title only names a task, else empty."""
    text = text[:1_500]
    if _KOREAN.search(text):
        return NAMES if title else SAYS
    if title:
        if _ESTIMATED.fullmatch(text):
            return ""
        return NAMES if _specific(_TASKED, text) or _specific(_VERBED, text) else ""
    aside = bool(_ASIDE_HEADINGS.search(heading)) and not _ABOUT_HEADINGS.search(heading)
    if aside or (_TEACHES.search(text) and not _AIM.search(text[:60])):
        return ""
    if _HOW_TO.match(text) and not (_AIM.search(text[:40]) or _ABOUT_HEADINGS.search(heading)):
        return ""
    if _ANSWERS.search(text) or (_CONTEST.search(text) and _CONTEST_NAME.search(text)) or _BUILDS.search(text):
        return SAYS
    leads = index < 6 or bool(_ABOUT_HEADINGS.search(heading))
    if not leads and not _SOFTWARE.search(text):
        return ""
    if leads and (_LANGUAGE.search(text) or _specific(_SOLVES, text) or _specific(_MADE, text, 2)):
        return SAYS
    if index < 8 and _specific(_ASKED_FOR, text):
        return SAYS
    if _RISK.search(text) or (_VISION.search(text) and leads):
        return SAYS
    if _specific(_VERBED, text) or _specific(_OF, text):
        return SAYS
    if index < 4 and _specific(_TASKED, text[:70]) and not _REFERS.search(text):
        return SAYS
    if (
        leads
        and _SUBJECT.search(text)
        and (index < 8 or _AIM.search(text))
        and (_specific(_TASKED, text) or _specific(_LOOSELY, text, 2))
    ):
        return SAYS
    return ""


def _specific(pattern: re.Pattern[str], text: str, least: int = 1) -> bool:
    """Whether the pattern's object holds words that name something."""
    for found in pattern.finditer(text):
        words = re.findall(r"[A-Za-z][\w'’-]*", _CUT.split(found["object"])[0])
        if pattern is _TASKED and words and words[-1].lower() in _POSSESSIVES:
            continue
        words = words[:7] if pattern is not _TASKED else words[-4:]
        if sum(len(word) > 2 and word.lower() not in _GENERIC for word in words) >= least:
            return True
    return False
