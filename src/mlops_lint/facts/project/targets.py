"""Numbers that a quality metric has to reach: how names, sentences and commands say so."""

from __future__ import annotations

import re

from mlops_lint.facts.project.features import tokens

_METRICS = frozenset(
    "accuracy acc auc auroc rocauc f1 rmse mse mae mape r2 precision recall logloss gini "
    "ndcg bleu rouge wer cer perplexity kappa "
    "silhouette dice miou psnr ssim balanced specificity sensitivity mrr rmsle smape meteor "
    "map50 f1score aucpr prauc".split()
)
_WEAK = frozenset(("score", "performance", "metric", "loss", "map", "iou", "error"))
_BOUNDS = frozenset(
    "min minimum required require target expected acceptable acceptance goal floor base desired "
    "lowest gate quality minimal".split()
)
_LIMITS = frozenset("threshold thresh limit cutoff bar max maximum tolerance margin improvement delta drop".split())
_NEVER = frozenset(
    "nms conf confidence similarity match matching overlap anchor box bbox search retrieval "
    "relevance relevancy delta patience learning lr step steps "
    "pos positive neg negative foreground early probability prob decision binarize mask label "
    "labels pred prediction predictions cls detection bits dtype fp16 "
    "samples sample support size width height retriever rerank distance classification default".split()
)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d+)?%?")

_METRIC_WORD = (
    r"(?:accuracy|auc(?:-?roc)?|roc[- ]auc|f1(?:[- ]?score)?|rmse|mse|mae|mape|r2|r\^2|r²|"
    r"r-squared|precision|recall|m?ap(?:@[\d.:]+)?|"
    r"bleu|rouge|wer|perplexity|log ?loss|dice|iou|sensitivity|specificity|정확도|재현율|정밀도)"
)
_AIM_WORD = (
    r"(?:target(?:ed|s|ing)?|goals?|objectives?|aim(?:s|ing|ed)?(?: (?:to|for|at))?|must|should "
    r"(?:be|have|reach|achieve|exceed)|"
    r"required?|requirements?|needs? to|acceptance|acceptable|success (?:criteri|metric)\w*|"
    r"thresholds?|kpis?|minimum|at least|목표|기준|이상)"
)
_BOUND = (
    r"(?:at least|above|over|greater|higher|more than|below|under|less|lower|exceed\w*|reach\w*|"
    r"achiev\w*|minimum|of|to|≥|>=?|≤|<=?|=|:|is|이상|이하)"
)
_VALUE = r"(?:0?\.\d+|\d{1,3}(?:\.\d+)?\s?%|\d+\.\d+)"
_STATED = re.compile(
    rf"\b(?:{_AIM_WORD}.{{0,60}}?\b{_METRIC_WORD}\b.{{0,30}}?{_BOUND}\s*(?:a |an |about )?{_VALUE}|"
    rf"{_METRIC_WORD}\b.{{0,25}}?{_AIM_WORD}.{{0,25}}?{_VALUE}|"
    rf"{_AIM_WORD}.{{0,40}}?{_VALUE}\s*(?:\w+ )?{_METRIC_WORD}\b)",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:achieved|obtained|got|scored|resulted|reached|gives?|gave|attained|yield(?:s|ed)|"
    r"was|were|results?|leaderboard|our (?:best )?model (?:has|achieves)|"
    r"target (?:variable|column|class|label|feature)|classification threshold|probability|"
    r"decision threshold|coverage|confidence|iou threshold|"
    r"threshold(?:s)? (?:of|at|is|=) [\d.]+ (?:for|to) classif|"
    r"(?:iou|nms|score|conf\w{0,7})[ _-]?thr(?:esh)?|nms|non-?max\w*|anchors?|"
    r"thresholds? (?:of|at|is|=) [\d.]+ (?:iou|dice)|count(?:s|ed)? as|"
    r"us(?:e|es|ed|ing) (?:a |an |the )?(?:\w+ ){0,3}thresholds?)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"(?<!-)--(?:hard-fail|fail-(?:under|below|on)[\w-]{0,40}"
    r"|[\w-]{0,40}(?:min|threshold|floor|target|required)[\w-]{0,40})(?:[= ]+)(\.\d+|0\.\d+|[1-9]\d*(?:\.\d+)?)"
)
_COMMAND_ASIDE = re.compile(
    r"\bcov|coverage|pylint|interrogate|diff-cover|docstr|flake8|--cov|mutation|radon|lighthouse|size|memory|conf",
    re.IGNORECASE,
)
_COMMAND_METRIC = re.compile(r"acc|auc|f1|rmse|map\b|r2|metric|eval|bench|model|quality|score|hard-fail", re.IGNORECASE)


def metric_words(name: str, *, weak: bool = False) -> bool:
    """Whether a name speaks of a quality metric; `weak`: `score` and the like count, too."""
    words = set(tokens(name)) | set(name.lower().split("_"))
    return bool(words & _METRICS) or (weak and bool(words & _WEAK) and not words & _NEVER)


def target_name(name: str) -> bool:
    """Whether a name is that of a bound for a metric: `min_accuracy`, `EXPECTED_SCORE`, `auc_threshold`."""
    words = set(tokens(name)) | set(name.lower().split("_"))
    if words & _NEVER or len(words) > 8:
        return False
    if words & _METRICS and words & (_BOUNDS | _LIMITS):
        return not (words & {"max", "maximum"} and words & {"precision", "acc", "balanced"}) and not (
            "precision" in words and not words & {"min", "minimum", "target", "required", "expected"}
        )
    return bool(words & {"score", "performance", "metric"}) and bool(
        words & {"expected", "required", "acceptable", "acceptance", "gate"}
    )


def bound(value: object) -> bool:
    """A number that a metric can be asked to reach; none, all and next to nothing say nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0.001 <= abs(value) <= 1e6 and abs(value) not in (1, 100)


def bound_text(text: str) -> bool:
    """The same, of a number as it is written."""
    text = text.strip().strip("\"'")
    return bool(_NUMBER.fullmatch(text)) and bound(float(text.rstrip("%")))


def stated(sentence: str) -> bool:
    """Whether a sentence sets a number for a metric as a goal; what was reached is none."""
    sentence = sentence[:1_000]
    return bool(_STATED.search(sentence)) and not reported(sentence)


def reported(sentence: str) -> bool:
    """Whether a sentence tells what was reached, or a threshold of another kind."""
    return bool(_REPORTED.search(sentence[:1_000]))


def commanded(line: str) -> bool:
    """Whether a command fails below a number; coverage of code and style are other matters."""
    return bool(_COMMAND.search(line)) and bool(_COMMAND_METRIC.search(line)) and not _COMMAND_ASIDE.search(line)
