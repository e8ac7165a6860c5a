#!/bin/sh
# Submits one of Leat's Flink jobs, once: submit.sh <job> <main class>.
# A job of that name that is there already is left alone; else it goes on from its newest checkpoint, where it has one.
set -eu
job=$1
class=$2
manager=flink-jobmanager:8081
checkpoints=/checkpoints/$job

running=$(flink list --jobmanager "$manager")
if echo "$running" | grep -q -- "-$job ("; then
  echo "The job $job runs already."
  exit 0
fi

set -- run --detached --jobmanager "$manager" -Dexecution.checkpointing.dir="file://$checkpoints" --class "$class"
newest=$(ls -t "$checkpoints"/*/chk-*/_metadata 2>/dev/null | head -n 1)
if [ -n "$newest" ]; then
  echo "The job $job goes on from ${newest%/_metadata}."
  set -- "$@" --fromSavepoint "file://${newest%/_metadata}"
fi
exec flink "$@" /opt/flink/lib/leat-runtime-flink-*.jar
