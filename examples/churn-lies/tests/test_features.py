from churn.features import FEATURES, TARGET, transform


def test_the_model_sees_the_features_alone(rows):
    assert list(transform(rows).columns) == FEATURES


def test_the_target_is_no_feature():
    assert TARGET not in FEATURES
