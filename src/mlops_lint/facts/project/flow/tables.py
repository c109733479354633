"""The few names of libraries that the flow of rows depends on."""

from __future__ import annotations

SPLIT_FUNCTIONS = frozenset(
    "sklearn.model_selection.train_test_split sklearn.cross_validation.train_test_split "
    "cuml.model_selection.train_test_split dask_ml.model_selection.train_test_split "
    "sktime.forecasting.model_selection.temporal_train_test_split sktime.split.temporal_train_test_split "
    "iterstrat.ml_stratifiers.train_test_split".split()
)
PART_FUNCTIONS = frozenset(
    "torch.utils.data.random_split torch.utils.data.dataset.random_split numpy.split numpy.array_split".split()
)
SPLITTERS = frozenset(
    "KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold ShuffleSplit "
    "StratifiedShuffleSplit GroupShuffleSplit TimeSeriesSplit LeaveOneOut LeavePOut LeaveOneGroupOut "
    "LeavePGroupsOut PredefinedSplit MultilabelStratifiedKFold MultilabelStratifiedShuffleSplit".split()
)
CROSS = frozenset(
    "sklearn.model_selection." + name for name in ("cross_val_score", "cross_validate", "learning_curve",
                                                   "validation_curve", "permutation_test_score")
)  # fmt: skip
CROSS_PREDICT = frozenset(("sklearn.model_selection.cross_val_predict",))
PERMUTE_FUNCTIONS = frozenset(("sklearn.utils.shuffle",))
TRAIN_FUNCTIONS = frozenset(
    "xgboost.train lightgbm.train catboost.train xgboost.training.train lightgbm.engine.train".split()
)
COLUMNS = frozenset("polars.col polars.column pyspark.sql.functions.col pyspark.sql.functions.column".split())
BOOSTERS = frozenset("lightgbm.Booster lightgbm.basic.Booster xgboost.Booster xgboost.core.Booster".split())
FACTORIES = ("collections.", "functools.", "operator.", "typing.", "itertools.")
"""What these make is no model when it is called."""
SIZES = frozenset("builtins.len builtins.int builtins.round math.floor math.ceil".split())
SEARCHES = frozenset(("sklearn.base.clone", "copy.deepcopy", "copy.copy"))

_UNSUPERVISED = (
    "KMeans MiniBatchKMeans DBSCAN OPTICS Birch AgglomerativeClustering SpectralClustering MeanShift HDBSCAN "
    "AffinityPropagation FeatureAgglomeration BisectingKMeans KModes KPrototypes GaussianMixture "
    "BayesianGaussianMixture IsolationForest OneClassSVM LocalOutlierFactor EllipticEnvelope PCA TruncatedSVD NMF "
    "LatentDirichletAllocation TSNE UMAP KernelDensity NearestNeighbors ECOD COPOD LOF IForest LDAModel LdaModel"
)
UNSUPERVISED = frozenset(_UNSUPERVISED.split())

KEEP_MODULES = ("numpy.", "jax.numpy.", "scipy.sparse.", "sklearn.preprocessing.", "cupy.")
NOT_KEPT = frozenset(
    "zeros ones empty full arange linspace eye load loadtxt genfromtxt rand randn randint permutation choice "
    "mean sum std var min max median unique bincount histogram percentile quantile cov corrcoef dot default_rng "
    "seed argsort nonzero shape sample".split()
)
"""Functions of the modules above whose result has no row for each row of the argument."""
KEEP_FUNCTIONS = frozenset(
    "torch.tensor torch.from_numpy torch.as_tensor torch.Tensor torch.FloatTensor torch.LongTensor torch.sigmoid "
    "torch.softmax torch.argmax torch.round torch.max torch.nn.functional.softmax torch.nn.functional.one_hot "
    "torch.utils.data.DataLoader torch.utils.data.TensorDataset torch.autograd.Variable torch.log torch.exp "
    "pandas.DataFrame pandas.Series pandas.get_dummies pandas.to_numeric pandas.to_datetime pandas.cut "
    "polars.DataFrame polars.from_pandas tensorflow.data.Dataset.from_tensor_slices tensorflow.convert_to_tensor "
    "tensorflow.constant tensorflow.cast tensorflow.one_hot tensorflow.argmax tensorflow.expand_dims "
    "tensorflow.keras.utils.to_categorical keras.utils.to_categorical keras.utils.np_utils.to_categorical "
    "tensorflow.keras.preprocessing.sequence.pad_sequences keras.preprocessing.sequence.pad_sequences "
    "xgboost.DMatrix xgboost.QuantileDMatrix lightgbm.Dataset catboost.Pool datasets.Dataset.from_pandas "
    "builtins.list builtins.tuple builtins.iter builtins.sorted tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm "
    "h2o.H2OFrame copy.deepcopy copy.copy".split()
)
CONCATENATE = frozenset(
    "pandas.concat numpy.concatenate numpy.vstack numpy.hstack numpy.column_stack numpy.append numpy.r_ numpy.c_ "
    "scipy.sparse.hstack scipy.sparse.vstack torch.cat torch.concat tensorflow.concat polars.concat numpy.stack "
    "torch.stack torch.utils.data.ConcatDataset datasets.concatenate_datasets".split()
)
READERS = (
    "pandas.read_", "polars.read_", "polars.scan_", "dask.dataframe.read_", "cudf.read_", "geopandas.read_",
    "modin.pandas.read_", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "joblib.load", "pickle.load",
    "cloudpickle.load", "dill.load", "torch.load", "vaex.open", "pyarrow.parquet.read_table",
    "torchvision.datasets.ImageFolder", "datasets.load_from_disk", "scipy.sparse.load_npz",
    "tensorflow.keras.models.load_model", "keras.models.load_model", "mlflow.sklearn.load_model",
)  # fmt: skip
READ_PARTS = frozenset("nrows skiprows skipfooter chunksize iterator split columns usecols index_col".split())
PARTIAL_READ = frozenset("nrows skiprows skipfooter chunksize iterator".split())
WRITERS: dict[str, tuple[int, int]] = {
    "joblib.dump": (0, 1), "pickle.dump": (0, 1), "cloudpickle.dump": (0, 1), "dill.dump": (0, 1),
    "torch.save": (0, 1), "numpy.save": (1, 0), "scipy.sparse.save_npz": (1, 0), "numpy.savetxt": (1, 0),
}  # fmt: skip
"""Function -> positions of what is written and of the path."""
WRITE_METHODS = frozenset(
    "to_csv to_parquet to_feather to_pickle to_json to_hdf to_excel save write_csv write_parquet save_model "
    "save_to_disk save_pretrained".split()
)
BUNDLED = ("sklearn.datasets.", "seaborn.load_dataset", "vega_datasets.", "statsmodels.datasets.")
LOADED_PARTS = ("keras.datasets.", "tensorflow.keras.datasets.", "tf_keras.datasets.")

FIT = frozenset(("fit", "train", "fit_generator"))
MORE_FIT = frozenset("partial_fit train_on_batch learn_one learn_many fit_one_cycle".split())
RESAMPLE = frozenset(("fit_resample", "fit_sample"))
PREDICT = frozenset(
    "predict predict_proba predict_log_proba decision_function predict_classes predict_on_batch predict_generator "
    "inplace_predict staged_predict forward".split()
)
SCORE = frozenset("score evaluate evaluate_generator test_on_batch test".split())
TRANSFORM = frozenset("transform fit_transform inverse_transform apply_transform texts_to_sequences".split())

KEEP_METHODS = frozenset(
    "drop copy astype to_numpy fillna ffill bfill assign rename apply applymap map replace clip round reset_index "
    "set_index reshape ravel flatten squeeze toarray todense tolist to_list to_frame pop get interpolate abs "
    "select_dtypes reindex clone detach cpu numpy to float long int double cuda type view unsqueeze argmax item "
    "get_dummies set_format with_format rename_column remove_columns cast_column batch prefetch cache repeat "
    "with_column with_columns withColumn select cast add_prefix add_suffix transpose infer_objects convert_dtypes "
    "iterrows itertuples items_rows as_matrix collect lazy to_pandas toPandas to_dict to_torch to_tensor_dataset "
    "idxmax sigmoid softmax mul sub add div exp log rdd persist unpersist pipe_ eval_ str_ values_ tolist insert "
    "permute contiguous requires_grad_ to_device compute as_numpy_iterator enumerate unbatch "
    "rename_columns select_columns with_transform class_encode_column flatten_indices".split()
)
PERMUTE_METHODS = frozenset("sort_values sort_index shuffle sort repartition orderBy".split())
SUBSET_METHODS = frozenset(
    "dropna query drop_duplicates head tail nlargest nsmallest filter sample merge join limit distinct where "
    "select_rows dropDuplicates drop_nulls unique_rows reindex_like explode".split()
)
KEEP_ATTRIBUTES = frozenset(
    "values T iloc loc at iat data target index columns_ array str dt cat real rdd dataset logits labels "
    "features images ix predictions label_ids".split()
)
MODEL_ATTRIBUTES = frozenset("best_estimator_ model_ estimator_ estimator booster_ module named_steps".split())
