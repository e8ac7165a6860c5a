#!/bin/sh
# A Flink job as an application of its own, a JobManager that runs one job and takes no other:
# flink-job.sh <job> <main class>. However its container ended, the job goes on from its newest checkpoint that can be
# used; without any it begins where its consumer group stopped. What follows is passed on to Flink.
set -eu
job=$1
class=$2
shift 2
checkpoints=/checkpoints/$job

newest=$(java -cp "/opt/flink/lib/*" io.leat.runtime.flink.NewestCheckpoint "$checkpoints")
set -- standalone-job --job-classname "$class" -D "execution.checkpointing.dir=file://$checkpoints" "$@"
if [ -n "$newest" ]; then
  echo "The job $job goes on from $newest."
  set -- "$@" -D execution.state-recovery.claim-mode=CLAIM --fromSavepoint "file://$newest"
else
  echo "The job $job has no checkpoint yet."
fi
exec /docker-entrypoint.sh "$@"
