"""A DAG that trains for Leat: what the worker sends in `conf.leat` names the folder that a command would find in LEAT_RUN_DIR."""
import os
import subprocess

from airflow.sdk import dag, get_current_context, task


@dag(dag_id="leat_train", schedule=None, catchup=False)
def leat_train():
    @task(retries=0)
    def train():
        asked = get_current_context()["dag_run"].conf["leat"]
        environment = {**os.environ, "LEAT_RUN_DIR": asked["run_dir"]}
        subprocess.run([os.environ["LEAT_TRAINER_PYTHON"], os.environ["LEAT_TRAINER"]], env=environment, check=True)

    train()


leat_train()
