# ruff: noqa: E501  (a case is one line)
"""Pipelines, serving and monitoring: what shows them, and what only looks as if it did."""

from __future__ import annotations

import json

import pytest

from practised import Files, notebook, practice

SCRIPT = "def main():\n    print(1)\nif __name__ == '__main__':\n    main()\n"
STAGES: Files = {"ingest_data.py": SCRIPT, "training.py": SCRIPT, "evaluate.py": SCRIPT, "deploy.py": SCRIPT}
TASK = "    - ID: {0}\n      payload: {{command: [bash, -c, {0}]}}\n      dependencies: [x]\n"
ELYRA = {"pipelines": [{"nodes": [{"type": "execution_node", "id": str(n)} for n in range(3)]}]}
STATES = {"StartAt": "Prepare", "States": {name: {"Type": "Task"} for name in ("Prepare", "Train", "Evaluate")}}
PIPELINES: list[Files] = [
    {**STAGES, "run.py": "import subprocess\nsubprocess.run(['python', 'ingest_data.py'])\nsubprocess.run(['python', 'training.py'])\nsubprocess.call('python evaluate.py', shell=True)\n"},
    {**STAGES, "run.py": "import os\nfor name in ['ingest_data', 'training', 'evaluate']:\n    pass\nfor script in ('ingest_data.py', 'training.py', 'deploy.py'):\n    os.system('python ' + script)\n"},
    {**STAGES, "go.py": "import subprocess, sys\nSTEPS = ['ingest_data.py', 'training.py', 'deploy.py']\ndef start(path):\n    subprocess.check_call([sys.executable, path])\nfor step in STEPS:\n    start(step)\n"},
    {**STAGES, "go.py": "import runpy\nrunpy.run_path('ingest_data.py')\nrunpy.run_module('training')\nrunpy.run_path('training.py')\nrunpy.run_path('evaluate.py')\n"},
    {**STAGES, "all.py": "import ingest_data, training, evaluate\nif __name__ == '__main__':\n    ingest_data.main()\n    training.main()\n    evaluate.main()\n"},
    {"src/components/data_ingestion.py": "class Ingestion:\n    def load(self):\n        return 1\n", "src/components/model_trainer.py": "class Trainer:\n    def fit(self, x):\n        return x\n",
     "src/components/model_evaluation.py": "class Evaluation:\n    def score(self, x):\n        return x\n",
     "src/pipeline/training_pipeline.py": "from src.components.data_ingestion import Ingestion\nfrom src.components.model_trainer import Trainer\nfrom src.components.model_evaluation import Evaluation\n"
     "class TrainPipeline:\n    def start_ingestion(self):\n        return Ingestion().load()\n    def run(self):\n        x = self.start_ingestion()\n        m = Trainer().fit(x)\n        Evaluation().score(m)\nTrainPipeline().run()\n"},
    {**{f"stages/{name}.py": "class Stage:\n    def main(self):\n        return 1\n" for name in ("data_ingestion", "model_trainer", "model_evaluation")},
     "main.py": "from stages.data_ingestion import Stage as A\nfrom stages.model_trainer import Stage as B\nfrom stages.model_evaluation import Stage as C\n"
     "try:\n    stage = A()\n    stage.main()\nexcept ValueError:\n    raise\nstage = B()\nstage.main()\nstage = C()\nstage.main()\n"},
    {**{f"taskcluster/kinds/{name}/kind.yml": "tasks: {}\n" for name in ("clean-corpus", "train-student", "evaluate")}, "a.py": "x = 1\n"},
    {"Makefile": "all: data train evaluate\ndata:\n\tpython src/data.py\ntrain: data\n\tpython -m src.train\nevaluate: train\n\tpython src/evaluate.py\n", "a.py": "x = 1\n"},
    {"ml/pipeline.yml": "type: pipeline\njobs:\n  prep: {command: x}\n  train: {command: x}\n  evaluate: {command: x}\n", "a.py": "x = 1\n"},
    {"w.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  templates:\n    - name: main\n      dag:\n        tasks:\n          - {name: a}\n          - {name: b}\n          - {name: c}\n", "a.py": "x = 1\n"},
    {"w.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  workflowSpec:\n    templates:\n      - name: main\n        steps:\n          - - {name: a}\n          - - {name: b}\n            - {name: c}\n", "a.py": "x = 1\n"},
    {"compiled.yaml": "pipelineInfo: {name: x}\nroot:\n  dag:\n    tasks:\n      a: {}\n      b: {}\n      c: {}\n", "a.py": "x = 1\n"},
    {"graph.yml": "version: 1\ntasks:\n  $let: {year: 1}\n  in:\n" + TASK.format("fetch-rows") + TASK.format("train-model") + TASK.format("evaluate-model"), "a.py": "x = 1\n"},
    {"Snakefile": "rule all:\n    input: 'x'\nrule prep:\n    shell: 'x'\nrule train:\n    shell: 'x'\nrule test:\n    shell: 'x'\n", "a.py": "x = 1\n"},
    {"flow.nf": "process PREP {\n}\nprocess TRAIN {\n}\nprocess EVAL {\n}\n", "a.py": "x = 1\n"},
    {"jobs.py": "from azure.ai.ml import command, dsl\n@dsl.pipeline()\ndef all():\n    command(code='.')\n    command(code='.')\n    command(code='.')\nall()\n"},
    {"old.yml": "pipeline:\n  name: x\n  steps:\n    a: {type: PythonScriptStep}\n    b: {type: PythonScriptStep}\n    c: {type: PythonScriptStep}\n", "a.py": "x = 1\n"},
    {"train.pipeline": json.dumps(ELYRA), "a.py": "x = 1\n"},
    {"states.json": json.dumps(STATES), "a.py": "x = 1\n"},
    {"bundle.yml": "resources:\n  jobs:\n    j:\n      tasks:\n        - {task_key: a}\n        - {task_key: b}\n        - {task_key: c}\n", "a.py": "x = 1\n"},
    {"main.py": "import mlflow\nmlflow.run('download', 'main')\nmlflow.run('train', 'main')\nmlflow.run('test', 'main')\n"},
    {"d.py": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nwith DAG('x') as dag:\n    a = PythonOperator(task_id='a')\n    b = PythonOperator(task_id='b')\n    c = PythonOperator(task_id='c')\n"},
    {"d.py": "from metaflow import FlowSpec, step\nclass F(FlowSpec):\n    @step\n    def start(self):\n        pass\n    @step\n    def train(self):\n        pass\n    @step\n    def end(self):\n        pass\nif __name__ == '__main__':\n    F()\n"},
    {"p.py": "from sagemaker.workflow.pipeline import Pipeline\nfrom sagemaker.workflow.steps import ProcessingStep, TrainingStep\nfrom sagemaker.workflow.model_step import ModelStep\np = Pipeline(steps=[ProcessingStep('a'), TrainingStep('b'), ModelStep('c')])\n"},
    {"tool": "#!/usr/bin/env python\n", "a.py": "x = 1\n", "Makefile": "data/rows.json:\n\t./tool fetch_rows > $@\ndata/features.json: data/rows.json\n\tcat $< | ./tool extract_features > $@\nmodels/net.bin: data/features.json\n\tcat $< | ./tool train_model > $@\n"},
    {"requirements.txt": "scorer\n", "a.py": "x = 1\n", "Makefile": "models: out/net.bin\nd/rows.json:\n\tscorer fetch > $@\nd/f.json: d/rows.json\n\tcat $< | \\\n\tscorer extract x > $@\nout/net.bin: d/f.json\n\tscorer cv_train --fast $< > $@\n"},
    {"a.py": "x = 1\n", "Makefile": "out/report.md: out/model.pkl\n\tpython src/evaluate.py\nout/model.pkl: data/clean.csv\n\tpython src/train.py\ndata/clean.csv:\n\tpython src/prepare.py\n"},
]  # fmt: skip
NO_PIPELINES: list[Files] = [
    {"jobs.py": "from azure.ai.ml import command\ncommand(code='.')\ncommand(code='.')\ncommand(code='.')\n"},
    {"conf.yaml": "pipeline:\n  steps:\n    scale: {type: standard}\n    select: {type: best}\n    model: {type: forest}\n", "a.py": "x = 1\n"},
    {**STAGES, "plugins.py": "import importlib\nfor name in ('ingest_data.py', 'training.py', 'evaluate.py'):\n    importlib.import_module(name)\n"},
    {"taskcluster/kinds/fetch/kind.yml": "tasks: {}\n", "taskcluster/kinds/docs/kind.yml": "tasks: {}\n", "a.py": "x = 1\n"},
    {**STAGES, "Makefile": "data:\n\tpython ingest_data.py\ntrain:\n\tpython training.py\nevaluate:\n\tpython evaluate.py\n"},
    {**STAGES, "Makefile": "check: test lint types\ntest:\n\tpytest\nlint:\n\truff check\ntypes:\n\tmypy\n"},
    {"data.py": "def load():\n    return 1\n", "train.py": "def fit(x):\n    return x\n", "evaluate.py": "def score(x):\n    return x\n",
     "main.py": "from data import load\nfrom train import fit\nfrom evaluate import score\nprint(score(fit(load())))\n"},
    {**STAGES, "rename.py": "import os\nfor name in ['ingest_data.py', 'training.py', 'evaluate.py']:\n    print(name)\nos.system('ls')\n"},
    {**STAGES, "run.py": "import subprocess\ndef never():\n    subprocess.run(['python', 'ingest_data.py'])\n    subprocess.run(['python', 'training.py'])\n    subprocess.run(['python', 'evaluate.py'])\n"},
    {**STAGES, "run.py": "import subprocess\nsubprocess.run(['python', 'training.py', '--lr', '1'])\nsubprocess.run(['python', 'training.py', '--lr', '2'])\nsubprocess.run(['python', 'evaluate.py'])\n"},
    {"d.py": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nwith DAG('x') as dag:\n    a = PythonOperator(task_id='a')\n    b = PythonOperator(task_id='b')\n"},
    {"b.py": "import apache_beam as beam\nbeam.Pipeline()\nbeam.Pipeline()\nbeam.Pipeline()\n"},
    {"from.py": "from sklearn.pipeline import Pipeline\nPipeline([('a', 1), ('b', 2), ('c', 3)])\n"},
    {".taskcluster.yml": "tasks:\n" + TASK.format("fetch-rows") + TASK.format("train-model") + TASK.format("evaluate-model"), "a.py": "x = 1\n"},
    {"tasks.yml": "tasks:\n  - name: download\n    apt: {name: x}\n  - name: train\n  - name: evaluate\n", "a.py": "x = 1\n"},
    {"w.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  templates: []\n", "a.py": "x = 1\n"},
    {"x.ipynb": notebook("steps = ['download', 'train', 'evaluate']", output="python train.py")},
    {"tool": "#!/bin/sh\n", "a.py": "x = 1\n", "Makefile": "d/rows.json:\n\t./tool fetch_rows\nd/f.json:\n\t./tool extract\nm/net.bin:\n\t./tool train_model\n"},
    {"requirements.txt": "pytest\nmlflow\n", "a.py": "x = 1\n", "Makefile": "all: a/x.txt b/y.txt c/z.txt\na/x.txt:\n\tpytest train\nb/y.txt:\n\tmlflow server\nc/z.txt:\n\tpip download x\n"},
]  # fmt: skip


@pytest.mark.parametrize("files", PIPELINES)
def test_pipelines(files: Files) -> None:
    found = practice("pipeline_defined", files)
    assert found.state == "present", found
    assert all(shown.at is not None and shown.at.path in files for shown in found.shown)


@pytest.mark.parametrize("files", NO_PIPELINES)
def test_no_pipelines(files: Files) -> None:
    assert practice("pipeline_defined", files).state == "absent"


def test_a_shell_script_that_starts_the_stages_is_unclear() -> None:
    files: Files = {
        **STAGES,
        "run.sh": "#!/bin/sh\npython ingest_data.py\npython3 training.py --lr 1\npython evaluate.py\n",
    }
    assert practice("pipeline_defined", files).state == "unclear"
    files["run.sh"] = "#!/bin/sh\npython training.py 1\npython training.py 2\npython evaluate.py\n"
    assert practice("pipeline_defined", files).state == "absent"


ROUTE = "from fastapi import FastAPI\napp = FastAPI()\n"
SERVING: list[Files] = [
    {"m.py": "from databricks.sdk import WorkspaceClient\nw = WorkspaceClient()\nw.serving_endpoints.update_config(name='rent', served_entities=[])\n"},
    {"urls.py": "from django.urls import path\nimport views\nurlpatterns = [path('predict', views.predict)]\n", "views.py": "def predict(request):\n    return 1\n"},
    {"a.py": "from flask import Flask\napp = Flask('x')\ndef predict():\n    return 1\napp.add_url_rule('/p', view_func=predict)\n"},
    {"bot.py": "import telebot\nbot = telebot.TeleBot('x')\n@bot.message_handler(func=len)\ndef answer(message):\n    return 1\n"},
    {"d.ipynb": notebook("from ibm_watson_machine_learning import APIClient\nclient = APIClient({})\nclient.deployments.create('m', name='x')\n")},
    {"app.py": "import chainlit as cl\n@cl.on_message\nasync def answer(message):\n    return 1\n"},
    {"app.py": "import streamlit as st\ndef main():\n    st.header('x')\nmain()\n"},
    {"code/serve.py": "def model_fn(model_dir):\n    return 1\ndef input_fn(body, kind):\n    return body\n"},
    {"code/serve.py": "def predict_fn(data, model):\n    return model(data)\n"},
    {"fn.py": "def lambda_handler(event, context):\n    return answer(event)\ndef answer(event):\n    return model.predict(event)\n"},
    {"model/1/model.py": "class TritonPythonModel:\n    def execute(self, requests):\n        return requests\n"},
    {"online.yml": "$schema: https://x/latest/managedOnlineDeployment.schema.json\nmodel: azureml:m@latest\n", "a.py": "x = 1\n"},
    {"k.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec: {}\n", "a.py": "x = 1\n"},
    {"langgraph.json": '{"graphs": {"agent": "./src/graph.py:graph"}}', "src/graph.py": "graph = 1\n"},
    {"predict.py": "from pydantic import BaseModel\nclass Item(BaseModel):\n    x: float\ndef predict(item, run_id):\n    row = Item(**item)\n    return row.x\n"},
]  # fmt: skip
NO_SERVING: list[Files] = [
    {"m.py": "from databricks.sdk import WorkspaceClient\nw = WorkspaceClient()\nprint(w.serving_endpoints.query(name='rent'))\n"},
    {"share.py": "from http.server import HTTPServer, SimpleHTTPRequestHandler\nclass Files(SimpleHTTPRequestHandler):\n    def do_GET(self):\n        self.wfile.write(b'x')\nHTTPServer(('', 1), Files).serve_forever()\n"},
    {"train.py": "def model_fn(features, labels, mode, params):\n    return 1\ndef input_fn(path):\n    return path\n"},
    {"hook.py": "import boto3\ndef lambda_handler(event, context):\n    boto3.client('codepipeline').put_job_success_result(jobId=1)\n"},
    {"model.py": "import mlflow\nclass Wrapped(mlflow.pyfunc.PythonModel):\n    def predict(self, context, rows):\n        return rows\nmlflow.pyfunc.log_model('m', python_model=Wrapped())\n"},
    {"r.py": "from google.cloud import aiplatform\naiplatform.Model.upload(display_name='x')\n"},
    {"batch.py": "from vllm import LLM\nLLM('x').generate(['a'])\n"},
    {"t.py": "import modal\napp = modal.App('x')\n@app.function(gpu='A10G')\ndef train():\n    return 1\n"},
    {"c.py": "from kafka import KafkaConsumer\nKafkaConsumer('x')\n"},
    {"langgraph.json": '{"graphs": {"agent": "./src/missing.py:graph"}}', "a.py": "x = 1\n"},
    {"s.py": "from pydantic import BaseModel\nclass Settings(BaseModel):\n    x: float\ndef predict(rows):\n    return rows\nprint(predict([Settings(x=1)]))\n"},
    {"README.md": "kind: InferenceService\n", "a.py": "x = 1\n"},
    {"app.py": "import streamlit as st\ndef never():\n    st.title('x')\n"},
]  # fmt: skip
MONITORING: list[Files] = [
    {"m.py": "from databricks.sdk import WorkspaceClient\nw = WorkspaceClient()\nw.quality_monitors.run_refresh(table_name='a.b.c')\n"},
    {"full.py": "new = float(open('a').read())\nold = float(open('b').read())\nif new != old:\n    print('model drift detected')\n"},
    {"check.py": "def check(score, limit):\n    if score < limit:\n        drifted = True\n        return drifted\ncheck(1, 2)\n"},
    {"full.py": "new, old = float(open('a').read()), 1\nmodel_drift = float(new) > float(old)\nprint(model_drift)\n"},
    {"stats.py": "def calculate_psi(expected, actual):\n    return (expected - actual) / expected\nprint(calculate_psi(1, 2))\n"},
    {"monitoring.py": "from sklearn.metrics import mean_absolute_error\ndef compute(a, b):\n    return mean_absolute_error(a, b)\ncompute([1], [2])\n"},
    {"run.py": "from sklearn.metrics import f1_score\ndef monitor_predictions(a, b):\n    return f1_score(a, b)\nmonitor_predictions([1], [1])\n"},
    {"api.py": ROUTE + "from store import log_prediction\n@app.post('/p')\ndef predict(x):\n    log_prediction(x, 1)\n    return 1\n", "store.py": "def log_prediction(x, y):\n    open('log.csv', 'a').write(f'{x},{y}')\n"},
    {"api.py": ROUTE + "def save_to_db(record, prediction):\n    db.insert(record, prediction)\n@app.post('/p')\ndef predict(x):\n    save_to_db(x, 1)\n    return 1\n"},
    {"m.ipynb": notebook("import boto3\nboto3.client('sagemaker').create_monitoring_schedule(Name='x')\n")},
    {"src/drift_detection/detector.py": "from scipy.stats import wasserstein_distance\nprint(wasserstein_distance([1], [2]))\n"},
    {"w.py": "class DriftDetector:\n    def compare(self, a, b):\n        return a - b > 0.1\nfound = DriftDetector()\nfound.compare(1, 2)\n"},
    {"drift.py": "import tensorflow_data_validation as tfdv\ntfdv.validate_statistics(1, 2)\n"},
]  # fmt: skip
NO_MONITORING: list[Files] = [
    {"m.py": "from databricks.sdk import WorkspaceClient\nw = WorkspaceClient()\nprint(w.quality_monitors.get(table_name='a.b.c'))\n"},
    {"week_9_monitoring/train.py": "from sklearn.metrics import f1_score\nprint(f1_score([1], [1]))\n"},
    {"env/drift_car.py": "def step(speed):\n    return speed - 1 > 0\nprint(step(2))\n"},
    {"full.py": "new, old = 1, 2\n# model drift\nif new != old:\n    print('changed')\n"},
    {"data.py": "import sys\nkind = sys.argv[1]\nif kind == 'drift':\n    print('adds drift')\n"},
    {"data.py": "def generate_drift(rows, by):\n    return rows - by\nprint(generate_drift(3, 1))\n"},
    {"stats.py": "def calculate_psi(expected, actual):\n    return (expected - actual) / expected\n"},
    {"stats.py": "def detect_drift(a, b):\n    raise NotImplementedError\ndetect_drift(1, 2)\n"},
    {"eda.ipynb": notebook("import tensorflow_data_validation as tfdv\ntfdv.generate_statistics_from_csv('x')\n")},
    {"train.py": "from sklearn.metrics import f1_score\nprint(f1_score([1], [1]))\nmonitor = 'val_loss'\n"},
    {"batch.py": "def save_predictions(rows):\n    open('x.csv', 'w').write(str(rows))\nsave_predictions([1])\n"},
    {"api.py": ROUTE + "import logging\n@app.post('/p')\ndef predict(x):\n    logging.info('prediction %s', x)\n    return 1\n"},
    {"full.py": "def check(new, old):\n    if new != old:\n        print('model drift')\n"},
]  # fmt: skip
CASES = [
    *(("serving_code", "present", files) for files in SERVING),
    *(("serving_code", "absent", files) for files in NO_SERVING),
    *(("monitoring", "present", files) for files in MONITORING),
    *(("monitoring", "absent", files) for files in NO_MONITORING),
]


@pytest.mark.parametrize(("name", "state", "files"), CASES)
def test_serving_and_monitoring(name: str, state: str, files: Files) -> None:
    found = practice(name, files)
    assert found.state == state, found
    assert all(shown.at is None or shown.at.path in files for shown in found.shown)
