"""Training and serving see the same values."""

import numpy as np

from churn import serving
from churn.predict import probability


def test_serving_gives_the_scores_of_the_evaluation(model, parts, quiet):
    _, test = parts
    ranked = serving.rank(test, model, "tiny")
    scores = probability(model, test)[test.index.get_indexer(ranked.index)]
    assert np.allclose(ranked["score"], scores, atol=1e-4)
