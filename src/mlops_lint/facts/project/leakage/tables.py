"""Names of libraries that the search for leaks depends on, beside those of the knowledge tables."""

from __future__ import annotations

STEPS = frozenset(
    "Tokenizer TextVectorization StringLookup IntegerLookup Normalization VocabularyProcessor Discretization "
    "CategoryEncoding CountVectorizer TfidfVectorizer TfidfTransformer StandardScaler MinMaxScaler MaxAbsScaler "
    "RobustScaler PowerTransformer QuantileTransformer LabelEncoder LabelBinarizer MultiLabelBinarizer OneHotEncoder "
    "OrdinalEncoder TargetEncoder SimpleImputer Imputer KNNImputer IterativeImputer MICEImputer SelectKBest "
    "SelectPercentile RFE RFECV SelectFromModel VarianceThreshold PCA TruncatedSVD KernelPCA FastICA NMF SMOTE "
    "SMOTENC SMOTEENN SMOTETomek ADASYN BorderlineSMOTE RandomOverSampler SVMSMOTE KMeansSMOTE ColumnTransformer "
    "DataFrameMapper BinaryEncoder CountEncoder HashingEncoder WOEEncoder LeaveOneOutEncoder KBinsDiscretizer "
    "LinearDiscriminantAnalysis StringIndexer IDF BoxCoxTransformer MeanMedianImputer SubwordTextEncoder".split()
)
"""Steps that learn from the rows, for libraries that spell them alike."""
AMBIGUOUS = frozenset("Tokenizer Normalization Imputer Discretization CategoryEncoding IDF NMF".split())
"""Those that count only where they come from a library known to have them."""
LIBRARIES = (
    "sklearn", "keras", "tensorflow", "tf_keras", "imblearn", "category_encoders", "feature_engine", "pyspark", "cuml",
    "torchtext", "skmultilearn", "sklearn_pandas", "dask_ml", "fancyimpute", "tflearn", "keras_preprocessing",
)  # fmt: skip
STATELESS = frozenset(
    "Normalizer Binarizer PolynomialFeatures FunctionTransformer HashingVectorizer FeatureHasher TSNE MDS Isomap "
    "GaussianRandomProjection SparseRandomProjection RandomUnderSampler HashingEncoder UMAP".split()
)
FITS = frozenset("fit fit_transform fit_resample fit_sample partial_fit adapt fit_on_texts fit_on_sequences".split())
TRANSFORMS = frozenset(
    "transform fit_transform fit_resample fit_sample texts_to_sequences texts_to_matrix sequences_to_matrix".split()
)
FUNCTIONS = frozenset(
    "sklearn.preprocessing.scale sklearn.preprocessing.minmax_scale sklearn.preprocessing.robust_scale "
    "sklearn.preprocessing.maxabs_scale sklearn.preprocessing.data.scale scipy.stats.zscore "
    "sklearn.preprocessing.quantile_transform sklearn.preprocessing.power_transform".split()
)
"""Functions that fit and transform at once."""
RELEVANCE = frozenset(
    f"sklearn.feature_selection.{name}"
    for name in ("mutual_info_classif", "mutual_info_regression", "chi2", "f_classif", "f_regression", "r_regression")
)
STATISTICS = frozenset("mean median mode std var quantile nanmean nanmedian nanstd".split())
EXTREMES = frozenset(("min", "max"))
FILLS = frozenset("fillna replace where mask fill_null map combine_first".split())
CROSS = frozenset("cross_val_score cross_validate cross_val_predict".split())
SCORES = frozenset("score evaluate evaluate_generator".split())
PREDICTS = frozenset("predict predict_proba predict_classes decision_function forward predict_generator".split())
SPLITTERS = frozenset(
    "KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit "
    "StratifiedShuffleSplit GroupShuffleSplit TimeSeriesSplit LeaveOneOut LeavePOut LeaveOneGroupOut "
    "MultilabelStratifiedKFold".split()
)
MODULES = ("matplotlib", "seaborn", "plotly", "logging", "warnings", "os", "time", "json", "IPython", "bokeh", "sys")
"""Libraries whose calls give no rows."""
EMPTY = frozenset(
    "len print range type isinstance int float str bool round id getattr hasattr setattr display repr".split()
)
FACTS = frozenset("shape columns dtypes dtype size ndim name names index classes_ word_index vocabulary_".split())
"""Attributes that hold no rows."""
NO_ROWS = frozenset(
    "info describe head_ value_counts nunique unique isnull_ corr count hist plot boxplot keys get_feature_names "
    "get_feature_names_out get_params summary groupby_ info_ bar scatter pie barh line show savefig".split()
)
"""Methods of tables whose result has no row for each row."""
SUBSETS = frozenset("take skip sample query head tail limit filter".split())
PUTS = frozenset("assign with_columns".split())
BRINGS = PUTS | frozenset("merge join concat".split())
READERS = ("pandas.read_", "numpy.load", "numpy.genfromtxt", "polars.read_", "dask.dataframe.read_", "datasets.load_")
SEARCHES = frozenset("GridSearchCV RandomizedSearchCV BayesSearchCV HalvingGridSearchCV".split())
LEARNED = frozenset("scores_ pvalues_ support_ ranking_ get_support support".split())
"""What a feature selector tells of the columns."""
SELECTORS = frozenset("SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe RFE RFECV SelectFromModel Boruta "
                      "BorutaPy SequentialFeatureSelector GenericUnivariateSelect".split())  # fmt: skip
"""Steps whose names of columns are what they have chosen."""
