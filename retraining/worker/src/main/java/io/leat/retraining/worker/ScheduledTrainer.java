package io.leat.retraining.worker;

import io.leat.models.registry.ModelRegistry;
import io.leat.pipeline.definition.Trainer;
import io.leat.records.RetrainingRun;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Somebody's scheduler runs the training: a job of Kubernetes, a DAG of Airflow, a pipeline of
 * Kubeflow. It finds the run's folder on a volume that both have, and leaves its model there. Each
 * knows the run by a name made of its key, so that it begins once however often it is asked.
 */
final class ScheduledTrainer implements RunTrainer {
  private static final int KEY_DIGITS = 12;

  private final ModelRegistry models;
  private final Scheduler scheduler;
  private final String name;
  private final Duration limit;
  private final InstantSource clock;

  private ScheduledTrainer(
      ModelRegistry models, Scheduler scheduler, String name, Duration limit, InstantSource clock) {
    this.models = models;
    this.scheduler = scheduler;
    this.name = name;
    this.limit = limit;
    this.clock = clock;
  }

  /** What a scheduler can be asked. */
  interface Scheduler {
    /**
     * Begins a run, or finds it begun.
     *
     * @param key name of the run, of letters, digits and '-', the same for the same run
     * @return what the scheduler calls it, or why it does not run it
     */
    Progress begin(String key, Task task, TrainerFolder folder);

    /** How far it is: {@link Trained} with an empty path where it has ended well. */
    Progress look(String id);
  }

  static ScheduledTrainer of(ModelRegistry models, Trainer.Scheduled trainer, InstantSource clock) {
    String name = trainer.kind() + " " + trainer.url();
    RestClient client =
        new RestClient(name, () -> RestClient.bearer(trainer.token().map(Secret::read).orElse("")));
    Scheduler scheduler =
        trainer instanceof Trainer.Kubernetes kubernetes
            ? new KubernetesJobs(client, kubernetes)
            : trainer instanceof Trainer.Airflow airflow
                ? new AirflowRuns(client, airflow)
                : new KubeflowRuns(client, (Trainer.Kubeflow) trainer);
    return new ScheduledTrainer(models, scheduler, name, trainer.limit(), clock);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Progress advance(Task task) {
    RetrainingRun run = task.run();
    TrainerFolder folder = TrainerFolder.of(task.folder());
    if (run.getExternalId().isEmpty()) {
      folder.prepareOnce(task, limit, models);
      return scheduler.begin(run.getRunKey().substring(0, KEY_DIGITS), task, folder);
    }
    if (clock.instant().isAfter(run.getTime().plus(limit))) {
      return new Failed(
          "%s took longer than %d s for %s"
              .formatted(name, limit.toSeconds(), run.getExternalId()));
    }
    Progress progress = scheduler.look(run.getExternalId());
    if (!(progress instanceof Trained)) {
      return progress;
    }
    Optional<String> declined = folder.declined();
    if (declined.isPresent()) {
      return new Declined(declined.get());
    }
    return folder
        .made()
        .<Progress>map(made -> new Trained(made, folder.reported()))
        .orElseGet(
            () ->
                new Failed(
                    "%s ended well and left no model; expected %s with MLmodel or model.onnx in it"
                        .formatted(name, folder.model())));
  }
}
